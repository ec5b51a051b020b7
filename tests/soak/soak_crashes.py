"""F1 at full size: `kill -9` under 50 runs of 100 deltas a second each, twenty times on the same database.

What every page was shown is stored, once and in order; every run is `interrupted` within ten seconds of the restart;
SQLite's own check finds nothing; in the end no lease is left. ROUNDS, RUNS, RATE and SEED in the environment change
the size.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from dataclasses import dataclass

from tests.faults.checker import check
from tests.faults.test_crashes import all_settled, rows
from tests.faults.ticking import Ticking
from tests.faults.visiting import Visitor, text_of, until
from tests.registry import table
from tests.runs.playing import Page
from tests.serving import Server, Servers
from tests.soak.serving import ROOM, seed, servers
from tests.upstream import hostile

ROUNDS = int(os.environ.get("ROUNDS", "20"))
RUNS = int(os.environ.get("RUNS", "50"))
RATE = float(os.environ.get("RATE", "100"))
IN_TIME = 10.0


@dataclass
class Round:
    said: int
    stored: int
    shown: int
    rate: float
    ended: float  # seconds from the restart until the last run was `interrupted`
    settled: float  # … and until all was said of its end


def main() -> None:
    number = seed()
    print(f"seed {number}")
    dice = random.Random(number)
    with servers() as start:
        rounds = asyncio.run(crash_again_and_again(start, dice))
    table(
        f"{len(rounds)} x kill -9 under {RUNS} runs x {RATE:.0f} deltas/s",
        [
            ("deltas a second that upstream said, on average", f"{sum(r.rate for r in rounds) / len(rounds):,.0f}"),
            ("deltas said", f"{sum(r.said for r in rounds):,}"),
            ("of which stored", f"{sum(r.stored for r in rounds):,}"),
            ("of which shown on a page", f"{sum(r.shown for r in rounds):,}"),
            ("shown and not stored, doubled, or out of order", "0"),
            ("longest until the last run was `interrupted`", f"{max(r.ended for r in rounds):.1f} s"),
            ("longest until all was said of its end", f"{max(r.settled for r in rounds):.1f} s"),
            ("integrity_check", "ok"),
        ],
    )
    assert max(each.ended for each in rounds) < IN_TIME


async def crash_again_and_again(start: Servers, dice: random.Random) -> list[Round]:
    server = await asyncio.to_thread(start, env=ROOM)
    rounds: list[Round] = []
    talking = Talking()
    async with hostile.serve(talking.step) as upstream:
        visitor = Visitor(server)
        connection = await visitor.connection(upstream.base_url)
        await visitor.leave()
        for number in range(ROUNDS):
            talking.now = Ticking(RATE)
            server, found = await crash(start, server, connection, talking.now, dice.uniform(1.0, 6.0))
            rounds.append(found)
            print(
                f"  {number + 1}: {found.said:,} said, {found.shown:,} shown, ended in {found.ended:.1f} s, "
                f"all said in {found.settled:.1f} s",
                flush=True,
            )
    return rounds


class Talking:
    """One upstream for all rounds, with what it said in this one."""

    now: Ticking

    async def step(self, connection: hostile.Connection) -> None:
        await self.now.step(connection)


async def crash(
    start: Servers, server: Server, connection: str, ticking: Ticking, delay: float
) -> tuple[Server, Round]:
    visitor = Visitor(server)
    pages: dict[str, tuple[str, Page]] = {}
    await visitor.visit()

    async def press(number: int) -> None:
        prompt = f"{chr(97 + number % 26)} {number}"
        run_id, _ = await visitor.press(connection, {"model": "m", "input": prompt, "stream": True})
        pages[run_id] = prompt, visitor.watch(run_id, comes_back=True)

    await asyncio.gather(*(press(number) for number in range(RUNS)))

    async def under_way() -> bool:
        return all(page.at > 20 for _, page in pages.values())

    await until(under_way, "the streams")
    before, at = ticking.count_said(), time.monotonic()
    await asyncio.sleep(delay)
    rate = (ticking.count_said() - before) / (time.monotonic() - at)
    await asyncio.to_thread(server.kill)
    await visitor.leave()
    again = await asyncio.to_thread(start, env=ROOM, data=server.data, port=server.port)
    began = time.monotonic()  # it answers its port, which it does before it is set up
    await until(lambda: none_live(again), "the end of the leftovers")
    ended = time.monotonic() - began
    await until(lambda: all_settled(again), "what is to be said of their ends")
    found = Round(ticking.count_said(), 0, 0, rate, ended, time.monotonic() - began)
    return again, await judged(again, ticking, pages, found)


async def none_live(server: Server) -> bool:
    query = "SELECT count(*) FROM playground_run WHERE status IN ('waiting', 'running')"
    return await asyncio.to_thread(rows, server, query) == [(0,)]


async def judged(server: Server, ticking: Ticking, pages: dict[str, tuple[str, Page]], found: Round) -> Round:
    after = Visitor(server)
    await after.visit()
    for run_id, (prompt, page) in pages.items():
        events = await after.events(run_id)
        stored = text_of(events)
        check(ticking.text(prompt), stored, len(events), [page])
        found.stored += len(stored.split())
        found.shown += max(0, page.at - 4)
    await after.leave()
    ids = ",".join(f"'{run_id.replace('-', '')}'" for run_id in pages)
    query = f"SELECT status, count(*) FROM playground_run WHERE id IN ({ids}) GROUP BY status"
    assert rows(server, query) == [("interrupted", RUNS)]
    assert rows(server, "PRAGMA integrity_check") == [("ok",)]
    return found
