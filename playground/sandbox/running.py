"""Responses in the making, and those made.

A background run needs no task of its own: what it says and when is settled by its request, so it is brought up to the
present whenever somebody asks about it, and played again from the start for whoever wants its events.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any

from .pacing import BATCH, Playback, sleep
from .state import OVERHEAD, History
from .wire.items import shown
from .wire.responses_writer import ResponseWriter

Ending = Callable[[ResponseWriter], None]


class Run:
    """A background run: its writer brought up to now, and the way to play it again."""

    def __init__(self, make: Callable[[], ResponseWriter], on_end: Ending) -> None:
        self.make, self.on_end = make, on_end
        self.started = monotonic()
        self.writer = make()
        self.played = 0
        self.cancelled = False
        self.over = False
        self._live = Playback(self.writer.events(), self.started)
        self._turn = Lock()  # two threads, each with a loop of its own, may look at one run

    async def catch_up(self) -> None:
        """Do what would have been done by now."""
        while not self.over:
            with self._turn:
                events = self._live.take()
                self.played += len(events)
                if self._live.ended and not self.over:
                    self._finish()
            if not events:
                return
            await sleep(0)

    async def cancel(self) -> None:
        await self.catch_up()
        if not self.over:
            self.cancelled = True
            self.writer.leave()
            self._finish()

    def _finish(self) -> None:
        self.over = True
        self.on_end(self.writer)


class Replay(Playback):
    """A background run's events after the given number: those that were, then the live ones."""

    def __init__(self, run: Run, after: int) -> None:
        self._run, self._after = run, after
        self._writer = run.make()
        self._sent = 0
        super().__init__(self._writer.events(), run.started)

    def take(self, most: int = BATCH) -> list[bytes]:
        if self._run.cancelled:
            most = min(most, self._run.played - self._sent)
            if most <= 0:
                return self._last_word()
        events = super().take(most)
        first = self._sent
        self._sent += len(events)
        return events[max(0, self._after + 1 - first) :]

    def _last_word(self) -> list[bytes]:
        """A cancelled run's stream ends with the Response as it was left."""
        self.ended = True
        self._writer.leave()
        return [self._writer.event("response.incomplete", response=self._writer.snapshot())]

    @property
    def wait(self) -> float:
        # Looking up now and then is how a reader of a silent run learns that it was cancelled.
        return min(1.0, super().wait)


@dataclass(slots=True)
class StoredResponse:
    """A response that can be fetched, chained to, cancelled or deleted."""

    id: str
    input_items: bytes
    history: History
    streamed: bool = False
    run: Run | None = None
    body: bytes = b"{}"
    background: bool = False
    include: tuple[str, ...] = ()
    since: float = field(default_factory=monotonic)

    @property
    def size(self) -> int:
        # A run holds its input twice more, parsed, to be played again from.
        given = len(self.input_items) * (3 if self.run else 1)
        return len(self.body) + given + self.history.size + OVERHEAD

    def document(self, include: tuple[str, ...] = ()) -> dict[str, Any]:
        """The Response as it stands, with the extra data asked for when it was made or now."""
        if self.run is not None and not self.run.over:
            return self.run.writer.snapshot()
        document: dict[str, Any] = json.loads(self.body)
        document["output"] = [shown(item, self.include + include) for item in document["output"]]
        return document
