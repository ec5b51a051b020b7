"""Many pages on real websockets: cut again and again, idle by the hundred, too slow. Fault cases 4, 6, 29 and 31."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psutil

from playground.runs.watch import WINDOW
from tests.faults.checker import check
from tests.faults.ticking import Ticking
from tests.faults.visiting import Visitor, text_of, until
from tests.runs.playing import Page
from tests.serving import Server
from tests.upstream import hostile


@dataclass
class Going:
    """A run under way, and who watches it."""

    visitor: Visitor
    ticking: Ticking
    run_id: str
    prompt: str
    requests: list[bytes]
    connection: str

    async def another(self) -> None:
        """One more run beside it, whose words nobody looks at."""
        await self.visitor.press(self.connection, {"model": "m", "input": "b", "stream": True})

    async def all_ended(self, pages: list[Page]) -> None:
        async def ended() -> bool:
            return all(page.end for page in pages)

        await until(ended, "the end on all pages")

    async def check(self, pages: list[Page], whole: bool = True) -> None:
        events = await self.visitor.events(self.run_id)
        check(self.ticking.text(self.prompt), text_of(events), len(events), pages, whole)


@asynccontextmanager
async def going(server: Server, rate: float, count: int, filler: str = "") -> AsyncIterator[Going]:
    visitor, ticking, prompt = Visitor(server), Ticking(rate, filler=filler), f"a count={count}"
    async with hostile.serve(ticking.step) as upstream:
        connection = await visitor.connection(upstream.base_url)
        run_id, _ = await visitor.press(connection, {"model": "m", "input": prompt, "stream": True})
        yield Going(visitor, ticking, run_id, prompt, upstream.requests, connection)
    await visitor.leave()


async def test_f6_a_storm_of_cut_lines_makes_no_gap_and_doubles_nothing(server: Server) -> None:
    seed = random.randrange(1 << 30)
    print("seed", seed)
    dice = random.Random(seed)
    async with going(server, rate=100, count=300) as run:
        pages = [run.visitor.watch(run.run_id, comes_back=True) for _ in range(12)]
        while not all(page.end for page in pages):
            await asyncio.sleep(dice.random() * 0.2)
            for page in dice.sample(pages, 6):
                if page.line and not page.end:
                    page.line.transport.abort()
        cuts = sum(page.lines - 1 for page in pages)
        await run.check(pages)

    assert cuts >= len(pages), "lines were cut"
    assert len(run.requests) == 1


async def test_f4_a_long_run_comes_as_a_snapshot_and_not_as_all_its_frames(server: Server) -> None:
    count = 8_000
    async with going(server, rate=0, count=count) as run:
        first = run.visitor.watch(run.run_id)
        await run.all_ended([first])
        late = run.visitor.watch(run.run_id)
        await run.all_ended([late])
        await run.check([first, late])

    assert len(late.heard) < 20
    assert late.bytes < 6 * len(run.ticking.text(run.prompt))


async def test_f29_a_page_that_does_not_read_is_given_a_bounded_amount(server: Server) -> None:
    async with going(server, rate=0, count=1500, filler="x" * 2000) as run:
        slow = run.visitor.watch(run.run_id, Page(reads=False))
        quick = run.visitor.watch(run.run_id)
        await run.all_ended([quick])
        assert slow.bytes <= WINDOW + 1000, "what waits for it is bounded; a greeting and beats are not counted"
        assert not slow.end
        slow.reads = True
        await slow.acknowledge()
        await run.all_ended([slow])
        await run.check([slow, quick])


async def test_f31_pages_leave_nothing_behind_when_they_go(server: Server) -> None:
    process = psutil.Process(server.process.pid)
    async with going(server, rate=20, count=100_000) as run:
        under_way = run.visitor.watch(run.run_id)
        await come_and_go(server, run)
        files, threads = await settled(process)

        async def as_before() -> bool:
            return process.num_fds() <= files and process.num_threads() <= threads + 2

        for _ in range(2):
            await come_and_go(server, run)
            await until(as_before, "the end of what the pages held")
        await run.visitor.stop(run.run_id)
        await run.all_ended([under_way])
        await run.check([under_way], whole=False)


async def come_and_go(server: Server, run: Going) -> None:
    """Eighty pages of somebody, for as long as it takes each to hear of the run."""
    visitor = Visitor(server)
    await visitor.visit()
    pages = [visitor.watch(run.run_id) for _ in range(80)]

    async def all_hear() -> bool:
        return all(page.at > 10 for page in pages)

    await until(all_hear, "the stream on all pages")
    await visitor.leave()


async def settled(process: psutil.Process) -> tuple[int, int]:
    """How many files and threads there are when their number stands still."""
    before: list[tuple[int, int]] = []

    async def still() -> bool:
        before.append((process.num_fds(), process.num_threads()))
        return len(before) > 10 and len(set(before[-10:])) == 1

    await until(still, "quiet")
    return before[-1]
