"""Sending on a websocket from code that cannot wait: frames go out in the turn of the loop that made them.

Our server's send never suspends, so it is simply run; a task is made only where a server's send does wait.
"""

from __future__ import annotations

import asyncio
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]


class Outlet:
    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: deque[str] | None = None  # made when there is something to wait for: most never wait
        self._task: asyncio.Task[None] | None = None

    def __call__(self, text: str) -> None:
        if self._task is not None:
            if self._waiting is None:
                self._waiting = deque()
            self._waiting.append(text)
            return
        sending = self._send({"type": "websocket.send", "text": text})
        try:
            suspended = sending.send(None)
        except StopIteration:
            return
        self._task = asyncio.ensure_future(self._go_on(sending, suspended))

    async def _go_on(self, sending: Coroutine[Any, Any, None], suspended: Any) -> None:
        try:
            await _resumed(sending, suspended)
            while self._waiting:
                await self._send({"type": "websocket.send", "text": self._waiting.popleft()})
        finally:
            self._task = None


@types.coroutine
def _resumed(coroutine: Coroutine[Any, Any, None], suspended: Any) -> Generator[Any, Any, None]:
    """Await a coroutine that has been begun by hand and waits for `suspended`."""
    step: Callable[[Any], Any]
    value: Any
    while True:
        try:
            value = yield suspended
            step = coroutine.send
        except BaseException as thrown:  # noqa: BLE001  it is the coroutine's to handle
            step, value = coroutine.throw, thrown
        try:
            suspended = step(value)
        except StopIteration:
            return
