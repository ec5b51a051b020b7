"""Pages at full size: F3 and F4 (a run of 100,000 deltas, reloaded a hundred times), F6 (200 pages cut every two
seconds for a minute), F29 (a browser that reads 1 kB/s), F31 (500 idle sockets beside ten runs).

DELTAS, PAGES, SECONDS, IDLE_MINUTES and SEED in the environment change the sizes.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time

import psutil

from playground.runs.watch import WINDOW
from tests.faults.test_many_pages import going
from tests.faults.visiting import Visitor, until
from tests.registry import table
from tests.runs.playing import Page
from tests.serving import Server, Servers
from tests.soak.serving import ROOM, seed, servers

DELTAS = int(os.environ.get("DELTAS", "100000"))
PAGES = int(os.environ.get("PAGES", "200"))
SECONDS = int(os.environ.get("SECONDS", "60"))
IDLE_MINUTES = float(os.environ.get("IDLE_MINUTES", "5"))
MIB = 1024 * 1024


def main() -> None:
    number = seed()
    print(f"seed {number}")
    dice = random.Random(number)
    with servers() as start:
        for case in (long_run, storm, slow_reader, idle):
            asyncio.run(case(start, dice))


async def long_run(start: Servers, dice: random.Random) -> None:
    """F3 and F4."""
    server = await asyncio.to_thread(start, env=ROOM)
    async with going(server, rate=0, count=DELTAS) as run:
        steady = run.visitor.watch(run.run_id)
        loads: list[tuple[float, int, int]] = []
        while len(loads) < 100:
            page, began = Page(), time.monotonic()
            run.visitor.watch(run.run_id, page)
            target = steady.at
            await arrived(page, target)
            loads.append((time.monotonic() - began, page.bytes, len(page.heard)))
            await run.check([page], whole=bool(page.end))
            await page.line.close()
        await run.all_ended([steady])
        await run.check([steady])
    seconds = sorted(each[0] for each in loads)
    table(
        f"a run of {DELTAS:,} deltas, reloaded 100 times",
        [
            ("until as far as the page that was never reloaded: median", f"{seconds[50]:.2f} s"),
            ("p95", f"{seconds[94]:.2f} s"),
            ("most sent to one page", f"{max(each[1] for each in loads) / MIB:.2f} MiB"),
            ("most frames", f"{max(each[2] for each in loads):,}"),
        ],
    )
    assert max(each[1] for each in loads) < 8 * MIB


async def arrived(page: Page, target: int) -> None:
    async def there() -> bool:
        return page.at >= target or bool(page.end)

    await until(there, "the text")


async def storm(start: Servers, dice: random.Random) -> None:
    """F6."""
    server = await asyncio.to_thread(start, env=ROOM)
    cpu = Cpu(server)
    async with going(server, rate=100, count=100 * SECONDS) as run:
        pages = [run.visitor.watch(run.run_id, comes_back=True) for _ in range(PAGES)]
        while not all(page.end for page in pages):
            await asyncio.sleep(2)
            for page in pages:
                if page.line and not page.end:
                    page.line.transport.abort()
        await run.check(pages)
    cuts = sum(page.lines - 1 for page in pages)
    table(
        f"{PAGES} pages cut every 2 s for {SECONDS} s",
        [("cuts", f"{cuts:,}"), ("gaps and doubles", "0"), ("cores used", f"{cpu.cores():.2f}")],
    )


async def slow_reader(start: Servers, dice: random.Random) -> None:
    """F29."""
    server = await asyncio.to_thread(start, env=ROOM)
    process = psutil.Process(server.process.pid)
    async with going(server, rate=100, count=3000, filler="x" * 1000) as run:
        slow, quick = run.visitor.watch(run.run_id, Page(reads=False)), run.visitor.watch(run.run_id)
        before, most, read = process.memory_info().rss, 0, 0
        while not quick.end:
            await asyncio.sleep(1)
            most = max(most, slow.bytes - read)
            read += 1000
            if slow.line:
                await slow.line.send(json.dumps({"ack": frames_in(slow, read)}))
        grown = process.memory_info().rss - before
        slow.reads = True
        await slow.acknowledge()
        await run.all_ended([slow])
        await run.check([slow, quick])
    waiting = ("waiting for it at most", f"{most / MIB:.2f} MiB")
    table("a page that reads 1 kB/s of a run of 3 MB", [waiting, ("memory grown", f"{grown / MIB:.1f} MiB")])
    assert most < WINDOW + 3000 * 60


def frames_in(page: Page, size: int) -> int:
    """How many frames of a page are read when it has read so many characters."""
    count = 0
    for frame in page.heard:
        size -= len(json.dumps(frame))
        if size < 0:
            break
        count += 1
    return count


async def idle(start: Servers, dice: random.Random) -> None:
    """F31."""
    server = await asyncio.to_thread(start, env=ROOM)
    process = psutil.Process(server.process.pid)
    async with going(server, rate=0.1, count=100_000) as quiet, going(server, rate=10, count=100_000) as busy:
        for _ in range(9):
            await busy.another()
        watched = busy.visitor.watch(busy.run_id)
        await arrived(watched, 50)
        files, memory = process.num_fds(), process.memory_info().rss
        visitor = Visitor(server)
        await visitor.visit()
        pages = [visitor.watch(quiet.run_id) for _ in range(500)]
        await asyncio.gather(*(arrived(page, 5) for page in pages))
        opened, cpu = process.memory_info().rss, Cpu(server)
        await asyncio.sleep(IDLE_MINUTES * 60)
        cores, grown = cpu.cores(), process.memory_info().rss
        await visitor.leave()

        async def back() -> bool:
            return process.num_fds() <= files + 5

        await until(back, "the end of the sockets")
        await busy.visitor.stop(busy.run_id)
        await busy.all_ended([watched])
        await busy.check([watched], whole=False)
    table(
        f"500 sockets on a quiet run beside ten runs of 10 deltas/s, for {IDLE_MINUTES:.0f} min",
        [
            ("memory for 500", f"{(opened - memory) / MIB:.1f} MiB"),
            ("grown after that", f"{(grown - opened) / MIB:.1f} MiB"),
            ("cores used", f"{cores:.2f}"),
            ("files open afterwards, more than before", str(process.num_fds() - files)),
        ],
    )
    assert opened - memory < 60 * MIB


class Cpu:
    """How much of a core a server uses from now on."""

    def __init__(self, server: Server) -> None:
        self.process = psutil.Process(server.process.pid)
        self.began, self.used = time.monotonic(), self._used()

    def cores(self) -> float:
        return (self._used() - self.used) / (time.monotonic() - self.began)

    def _used(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)
