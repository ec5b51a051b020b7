"""One contender at one level, in numbers."""

from __future__ import annotations

import asyncio
import glob
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bench.relay.clients import Tally, let_go, request_body

SIZE = 24
#: Seconds of rest after the first runs, in which a relay can put away what they left.
REST = 2.0


@dataclass
class Figures:
    """`ages` are microseconds from the upstream's write to the client's read."""

    deltas: int
    seconds: float
    ages: list[float]
    cpu: float  # microseconds of the relay per delta
    memory: float  # kilobytes of the relay per stream
    offered: float = 0  # share of what was offered that arrived

    def age(self, share: float) -> float:
        return self.ages[min(len(self.ages) - 1, int(len(self.ages) * share))] if self.ages else 0.0

    @property
    def rate(self) -> float:
        return self.deltas / self.seconds if self.seconds else 0.0


def cpu_seconds(pid: int | None) -> float:
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            with open(path) as file:
                total += int(file.read().split()[0])
        except OSError:
            pass  # a thread that has ended
    return total / 1e9


def memory_kb(pid: int | None, what: str = "VmRSS") -> int:
    if pid is None:
        return 0
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(what + ":"))


def forget_peak(pid: int | None) -> None:
    """From here on VmHWM is the most that it takes from here on."""
    if pid is not None:
        with open(f"/proc/{pid}/clear_refs", "w") as file:
            file.write("5")


async def warm(contender: Any) -> None:
    """A few short runs: what a server loads for its first request belongs to no stream."""
    for _ in range(3):
        tallies = [Tally() for _ in range(4)]
        body = request_body(0, 50, SIZE)
        protocols = await asyncio.gather(*(contender.press(tally, body) for tally in tallies))
        await until(lambda: all(tally.count for tally in tallies))  # noqa: B023  it waits here
        for protocol in protocols:
            protocol.transport.abort()
    await asyncio.sleep(REST)


async def until(ready: Callable[[], Any], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not ready() and time.monotonic() < deadline:
        await asyncio.sleep(0.05)


async def paced(contender: Any, streams: int, rate: float, seconds: float) -> Figures:
    """So many streams at so many deltas a second each: measured while all of them run."""
    count = int(rate * 600)
    tallies = [Tally() for _ in range(streams)]
    body = request_body(rate, count, SIZE)
    idle = memory_kb(contender.pid)
    protocols = await asyncio.gather(*(contender.press(tally, body) for tally in tallies))
    await until(lambda: all(tally.count for tally in tallies))
    await asyncio.sleep(1)
    for tally in tallies:
        tally.measuring = True
    before, cpu, begun = sum(tally.count for tally in tallies), cpu_seconds(contender.pid), time.monotonic()
    await asyncio.sleep(seconds)
    took, spent = time.monotonic() - begun, cpu_seconds(contender.pid) - cpu
    deltas = sum(tally.count for tally in tallies) - before
    memory = (memory_kb(contender.pid) - idle) / streams
    ages = sorted(age / 1000 for tally in tallies for age in tally.ages)
    for protocol in protocols:
        protocol.transport.abort()
    return Figures(deltas, took, ages, spent / max(1, deltas) * 1e6, memory, deltas / (streams * rate * took))


async def flat_out(contender: Any, count: int) -> tuple[Figures, bool]:
    """One stream as fast as it goes, and whether its end arrived. Memory is the most it took, in kilobytes.

    The client listens before the first delta is written: else a run may be over by then, and come as one snapshot.
    """
    tally = Tally()
    idle = memory_kb(contender.pid)
    forget_peak(contender.pid)
    protocol = await contender.press(tally, request_body(0, count, SIZE, hold=True))
    await until(lambda: tally.frames)
    await asyncio.sleep(0.5)
    cpu = cpu_seconds(contender.pid)
    await let_go(contender.upstream)
    ended = True
    try:
        await asyncio.wait_for(tally.ended.wait(), 120)
    except TimeoutError:
        ended = False
    spent = cpu_seconds(contender.pid) - cpu
    memory = memory_kb(contender.pid, "VmHWM") - idle
    protocol.transport.abort()
    seconds = (tally.last - tally.first) / 1e9
    return Figures(tally.count, seconds, [], spent / max(1, tally.count) * 1e6, memory), ended
