"""The prompt cache: which beginnings of prompts came before, under which key, and for how long that counts."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

STEP = 16  # cached tokens are reported in steps of this many
MAX_BEGINNINGS = 512
ENTRY_BYTES = 200
LIFETIMES = {"in-memory": 600.0, "in_memory": 600.0, "30m": 1800.0, "12h": 43200.0, "24h": 86400.0}


@dataclass(slots=True)
class PromptCache:
    """What was sent under one cache key."""

    id: str
    clock: Callable[[], float] = monotonic
    beginnings: OrderedDict[str, float] = field(default_factory=OrderedDict)

    @property
    def size(self) -> int:
        return ENTRY_BYTES * (1 + len(self.beginnings))

    def reuse(self, parts: list[tuple[str, int]], lifetime: float, until: int | None = None) -> int:
        """How many tokens of these parts were seen before as a beginning; from now on they were.

        Each part is its text and its tokens. `until` keeps the parts from there on out of the cache.
        """
        now, seen, cached, whole = self.clock(), hashlib.sha256(), 0, 0
        for place, (text, tokens) in enumerate(parts):
            seen.update(text.encode("utf-8", "surrogatepass") + b"\0")
            whole += tokens
            name = seen.hexdigest()
            if self.beginnings.get(name, 0.0) > now:
                cached = whole
            if until is None or place < until:
                self.beginnings[name] = now + lifetime
                self.beginnings.move_to_end(name)
        while len(self.beginnings) > MAX_BEGINNINGS:
            self.beginnings.popitem(last=False)
        return cached // STEP * STEP
