"""An upstream that talks at a pace, and remembers what it said to whom."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator

from tests.runs import streams
from tests.upstream import hostile


class Ticking:
    """Every request gets words at `rate` a second, `count` of them. What was said is kept by the request's prompt.
    A rate of 0 is as fast as the reader reads."""

    def __init__(self, rate: float = 100, count: int = 100_000, filler: str = "") -> None:
        self.rate = rate
        self.count = count
        self.filler = filler  # in every word
        self.said: dict[str, list[str]] = {}
        self.gone: set[str] = set()  # whose connection was closed before the end

    async def step(self, connection: hostile.Connection) -> None:
        prompt = json.loads(connection.request.split(b"\r\n\r\n", 1)[1])["input"]
        said = self.said.setdefault(prompt, [])
        pace = re.search(r"count=(\d+)", prompt)
        count = int(pace[1]) if pace else self.count
        try:
            connection.writer.write(hostile.OK_STREAM + streams.opening())
            async for number in self._in_time(count):
                word = f"{prompt[:1]}{self.filler}{number}" + ("\n\n" if number % 20 == 19 else " ")
                said.append(word)
                connection.writer.write(streams.delta(word, number))
                await connection.writer.drain()
            connection.writer.write(streams.closing("".join(said), count))
            await connection.writer.drain()
        except OSError:
            self.gone.add(prompt)

    async def _in_time(self, count: int) -> AsyncIterator[int]:
        """Numbers as they are due; a loop that was late catches up."""
        began, number = time.monotonic(), 0
        while number < count:
            due = min(count, int((time.monotonic() - began) * self.rate) + 1) if self.rate else count
            while number < due:
                yield number
                number += 1
            if self.rate and number < count:
                await asyncio.sleep(max(0.0, began + number / self.rate - time.monotonic()))

    def count_said(self) -> int:
        return sum(map(len, self.said.values()))

    def text(self, prompt: str) -> str:
        return "".join(self.said[prompt])
