"""When a request is sent again: after a 429 only, in the open, at most three times in all."""

from __future__ import annotations

import random
from typing import Any, Final

from django.utils import timezone

from playground.upstream.problems import RateLimited

MOST: Final = 3
FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 60.0
#: A server that asks for more is not waited for: the person decides.
PATIENCE: Final = 3600.0


def wait_after(problem: RateLimited, tried: int) -> float | None:
    """Seconds until the next try: what upstream asked for, else longer each time. None: no further try."""
    if tried >= MOST:
        return None
    asked = problem.retry_after_ms
    if asked is not None:
        return asked / 1000 if asked <= PATIENCE * 1000 else None
    longest = min(FIRST_WAIT * 2**tried, LONGEST_WAIT)
    return random.uniform(longest / 2, longest)  # so that many clients do not come back together


def attempt(status: int | None, problem: dict[str, Any] | None, wait: float | None) -> dict[str, Any]:
    """One try, as the run records it. `until` is when the next one begins, in seconds since 1970."""
    now = timezone.now()
    return {
        "at": now.isoformat(),
        "status": status,
        "problem": problem,
        "wait_ms": None if wait is None else round(wait * 1000),
        "until": None if wait is None else now.timestamp() + wait,
    }
