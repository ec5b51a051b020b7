"""What has arrived of a reply and was not read yet; both transports put it here.

One timer watches silence and the whole: it is set once and looks at a time stamp when it fires, because a timer set
anew for every chunk would cost more than reading the chunk. Silence counts only while we listen: a reader that is
slow, and so has paused the sender, is not the server's fault.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from playground.upstream.problems import IdleTimeout, LimitReached, Problem, TotalTimeout

#: How much may wait here before the sender is paused.
HIGH_WATER = 256 * 1024


class Inbox:
    def __init__(self, pause: Callable[[], None], resume: Callable[[], None], give_up: Callable[[], None]) -> None:
        self._pause, self._resume, self._give_up = pause, resume, give_up
        self._chunks: list[bytes] = []
        self._waiting = 0  # bytes
        self._paused = False
        self._ended = False
        self.problem: Problem | None = None
        self._reader: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._idle = self._total = 0.0
        self._started = self._heard = self._loop.time()
        self.received = 0
        self.allowed = 0  # bytes of the whole body; 0 is no limit

    # -- deadlines

    def watch(self, idle: float, total: float, started: float) -> None:
        """Ends the reply after `idle` seconds of silence, or `total` seconds after `started`."""
        self._idle, self._total, self._started = idle, total, started
        self._heard = self._loop.time()
        self._look()

    def _look(self) -> None:
        now = self._loop.time()
        heard = now if self._paused else self._heard
        due = min(heard + self._idle, self._started + self._total)
        if now < due:
            self._timer = self._loop.call_at(due, self._look)
        elif now >= self._started + self._total:
            self.fail(TotalTimeout(seconds=round(self._total)))
        else:
            self.fail(IdleTimeout(seconds=round(self._idle)))

    # -- the sender's side

    def heard(self) -> None:
        """Something came, even if it is no part of the body."""
        self._heard = self._loop.time()

    def put(self, data: bytes) -> None:
        if self._ended:
            return
        self.received += len(data)
        if self.allowed and self.received > self.allowed:
            self._chunks.append(data[: len(data) - (self.received - self.allowed)])
            self.fail(LimitReached(limit="total", allowed=self.allowed))
            return
        self._chunks.append(data)
        self._waiting += len(data)
        if self._waiting > HIGH_WATER and not self._paused:
            self._paused = True
            self._pause()
        self._wake()

    def end(self, problem: Problem | None = None) -> None:
        """The last byte is here; with a problem, it was not meant to be the last."""
        if self._ended:
            return
        self._ended, self.problem = True, problem
        if self._timer:
            self._timer.cancel()
        self._wake()

    def fail(self, problem: Problem) -> None:
        """We end it ourselves."""
        self.end(problem)
        self._give_up()

    def _wake(self) -> None:
        if self._reader and not self._reader.done():
            self._reader.set_result(None)

    # -- the reader's side

    async def read(self) -> bytes:
        """Everything that is here, as soon as something is; b"" at the end. What came before a problem comes first."""
        while not self._chunks:
            if self._ended:
                if self.problem:
                    raise self.problem
                return b""
            self._reader = self._loop.create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._waiting = 0
        if self._paused:
            self._paused = False
            self.heard()
            self._resume()
        return data
