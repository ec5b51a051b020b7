"""Time: beats played when they are due, and one timer shared by all who wait.

Hundreds of streams that wait cost one timer per tick between them, not one task each that wakes to look at a clock.
"""

from __future__ import annotations

import asyncio
import math
import weakref
from collections.abc import Iterator
from time import monotonic

TICK = 0.005  # waits end together on a grid this fine
BATCH = 256  # events written at most before others get a turn


class Wheel:
    """Sleep for many on one event loop. Waiters whose time falls in the same tick share one timer."""

    def __init__(self) -> None:
        self._slots: dict[int, list[asyncio.Future[None]]] = {}

    async def sleep(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        waiter = loop.create_future()
        if seconds != math.inf:  # nothing ends an endless wait but being cancelled
            slot = math.ceil((loop.time() + seconds) / TICK)
            if slot not in self._slots:
                self._slots[slot] = []
                loop.call_at(slot * TICK, self._wake, slot)
            self._slots[slot].append(waiter)
        await waiter

    def _wake(self, slot: int) -> None:
        for waiter in self._slots.pop(slot):
            if not waiter.done():
                waiter.set_result(None)


# One wheel per loop: a process may run several loops, in tests one after another. A wheel must not hold its loop.
_wheels: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Wheel] = weakref.WeakKeyDictionary()


async def sleep(seconds: float) -> None:
    """Wait on the running loop's wheel; 0 only lets others have a turn."""
    if seconds <= 0:
        await asyncio.sleep(0)
        return
    loop = asyncio.get_running_loop()
    wheel = _wheels.get(loop)
    if wheel is None:
        wheel = _wheels[loop] = Wheel()
    await wheel.sleep(loop, seconds)


class Playback:
    """Beats, and the moment up to which they have been played."""

    def __init__(self, beats: Iterator[bytes | float], start: float | None = None) -> None:
        self._beats = beats
        self._due = monotonic() if start is None else start
        self.ended = False

    def take(self, most: int = BATCH) -> list[bytes]:
        """The events that are due by now, at most so many; empty when it is not time yet or all is played."""
        now = monotonic()
        events: list[bytes] = []
        while self._due <= now and len(events) < most:
            beat = next(self._beats, None)
            if beat is None:
                self.ended = True
                break
            if type(beat) is bytes:
                events.append(beat)
            else:
                self._due += float(beat)
        return events

    @property
    def wait(self) -> float:
        """Seconds until there may be more."""
        return max(0.0, self._due - monotonic())
