"""Servers that end: killed, told to, frozen. Fault cases 1, 34 and 36 to 38; on PostgreSQL case 22, too."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
from typing import Any

import psycopg
import pytest

from tests.faults.checker import PLACE, check
from tests.faults.ticking import Ticking
from tests.faults.visiting import Visitor, text_of, until
from tests.runs import streams
from tests.runs.playing import Page
from tests.serving import Server, Servers
from tests.upstream import hostile


def rows(server: Server, query: str) -> list[tuple[Any, ...]]:
    """Asked of the database itself, whoever serves it."""
    url = server.environment.get("PLAYGROUND_DATABASE_URL")
    if url:
        with psycopg.connect(url) as database:
            return database.execute(query).fetchall()  # type: ignore[call-overload,no-any-return,unused-ignore]
    with sqlite3.connect(f"file:{server.data}/playground.sqlite3?mode=ro", uri=True) as database:
        return database.execute(query).fetchall()


def statuses(server: Server) -> dict[str, str]:
    found = rows(server, "SELECT id, status FROM playground_run")
    return {str(run_id).replace("-", ""): status for run_id, status in found}


async def all_settled(server: Server) -> bool:
    """All runs have ended, and all is said of that."""
    return await asyncio.to_thread(rows, server, "SELECT count(*) FROM playground_lease") == [(0,)]


async def streaming(visitor: Visitor, connection: str, count: int, watchers: int = 1) -> dict[str, list[Page]]:
    """So many runs, each with its pages, all of them under way."""
    pages: dict[str, list[Page]] = {}
    for number in range(count):
        body = {"model": "m", "input": f"{chr(97 + number)} prompt", "stream": True}
        run_id, _ = await visitor.press(connection, body)
        pages[run_id] = [visitor.watch(run_id) for _ in range(watchers)]

    async def under_way() -> bool:
        return all(page.at > 20 for each in pages.values() for page in each)

    await until(under_way, "the streams")
    return pages


async def killed_and_started_again(start_server: Servers, server: Server, delay: float) -> Server:
    """The checker of F1: what every page was shown is there, once, in order, under one final state."""
    ticking = Ticking()
    async with hostile.serve(ticking.step) as upstream:
        before = Visitor(server)
        pages = await streaming(before, await before.connection(upstream.base_url), 4, watchers=2)
        await asyncio.sleep(delay)
        await asyncio.to_thread(server.kill)
        await before.leave()
    again = await asyncio.to_thread(start_server, data=server.data, port=server.port)
    after = Visitor(again)

    await until(lambda: all_settled(again), "the end of the leftovers")
    for number, (run_id, shown) in enumerate(pages.items()):
        events = await after.events(run_id)
        assert statuses(again)[run_id.replace("-", "")] == "interrupted"
        check(ticking.text(f"{chr(97 + number)} prompt"), text_of(events), len(events), shown)
    assert rows(again, "SELECT count(*) FROM playground_lease") == [(0,)]
    assert rows(again, "PRAGMA integrity_check") == [("ok",)]
    await after.leave()
    return again


async def test_f1_after_kill_9_everything_that_was_shown_is_there(start_server: Servers) -> None:
    seed = random.randrange(1 << 30)
    print("seed", seed)
    dice = random.Random(seed)
    server = await asyncio.to_thread(start_server)
    for _ in range(2):
        server = await killed_and_started_again(start_server, server, dice.random() * 0.3)


async def test_f34_told_to_end_it_tells_the_pages_and_lets_runs_go_on_for_a_while(start_server: Servers) -> None:
    """The log of a second signal is in tests/gate/test_ending.py."""
    server = await asyncio.to_thread(start_server, env={"PLAYGROUND_DRAIN_SECONDS": "4"})
    visitor = Visitor(server)
    ticking = Ticking(rate=50)
    async with hostile.serve(ticking.step) as upstream:
        connection = await visitor.connection(upstream.base_url)
        pages = await streaming(visitor, connection, 2)
        short, _ = await visitor.press(connection, {"model": "m", "input": "z count=40", "stream": True})
        server.process.send_signal(signal.SIGTERM)

        async def told() -> bool:
            return all({"bye": "restarting"} in page.heard for each in pages.values() for page in each)

        await until(told, "the good-bye")
        _, refused = await visitor.press(connection, expect=503, plain=True)
        assert await asyncio.to_thread(server.process.wait, 60) == 0
    await visitor.leave()

    assert "restart" in refused.text, "a run that would be cut off at once is not begun"
    assert {page.closed for each in pages.values() for page in each} == {1012}
    found = statuses(server)
    assert len(found) == 3
    assert found.pop(short.replace("-", "")) == "finished", "there was time for this one"
    assert set(found.values()) == {"interrupted"}
    assert rows(server, "SELECT count(*) FROM playground_lease") == [(0,)]
    again = await asyncio.to_thread(start_server, data=server.data, port=server.port)
    after = Visitor(again)
    for number, (run_id, shown) in enumerate(pages.items()):
        events = await after.events(run_id)
        check(ticking.text(f"{chr(97 + number)} prompt"), text_of(events), len(events), shown)
    await after.leave()


async def test_f38_a_background_response_goes_on_after_kill_9(start_server: Servers) -> None:
    """Carried by the sandbox over HTTP in a server of its own, which nobody kills."""
    keeper = await asyncio.to_thread(start_server)
    server = await asyncio.to_thread(start_server)
    visitor = Visitor(server)
    connection = await visitor.connection(f"{keeper.base_url}/sandbox/v1", "sk-any-key-will-do")
    body = {"model": "sandbox-writer", "input": "A story", "stream": True, "background": True}
    run_id, _ = await visitor.press(connection, body)
    page = visitor.watch(run_id)

    async def begun() -> bool:
        return page.at > 10

    await until(begun, "the stream")
    await asyncio.to_thread(server.kill)
    await visitor.leave()
    again = await asyncio.to_thread(start_server, data=server.data, port=server.port)

    async def done() -> bool:
        return statuses(again)[run_id.replace("-", "")] == "finished"

    await until(done, "the end of the run")
    after = Visitor(again)
    text = text_of(await after.events(run_id))
    await after.leave()
    assert page.covered[PLACE] + len(page.tails[PLACE]) < len(text), "it did go on"
    assert text.startswith(page.tails[PLACE]) or page.covered[PLACE]


# -- several servers on one PostgreSQL ----------------------------------------------------------------------------


@pytest.fixture
def pair(start_server: Servers, postgres_url: str, redis_url: str) -> tuple[Server, Server]:
    """Two servers of the same playground."""
    env = {"PLAYGROUND_DATABASE_URL": postgres_url, "PLAYGROUND_CHANNEL_URL": redis_url}
    first = start_server(env=env)
    return first, start_server(env={**env, "PLAYGROUND_SECRET_KEY": secret_of(first)})


def secret_of(server: Server) -> str:
    return (server.data / "secret_key").read_text().strip()


def test_f36_a_process_that_froze_within_a_transaction_does_not_keep_its_locks(pair: tuple[Server, Server]) -> None:
    first, _ = pair
    shown = (
        "from django.db import connection as c; u = c.cursor(); u.execute('SHOW idle_in_transaction_session_timeout')"
    )

    assert first.shell(f"{shown}; print(*u.fetchone())").strip() == "15s"


async def test_f36_a_frozen_owner_loses_its_runs_and_writes_nothing_any_more(pair: tuple[Server, Server]) -> None:
    first, second = pair
    ticking = Ticking(rate=50)
    visitor, other = Visitor(first), Visitor(second)
    async with hostile.serve(ticking.step) as upstream:
        pages = await streaming(visitor, await visitor.connection(upstream.base_url), 1)
        ((run_id, (page,)),) = pages.items()
        there = other.watch(run_id)
        os.kill(first.process.pid, signal.SIGSTOP)
        try:
            rows_changed(first, "UPDATE playground_lease SET until = 0")  # the lease has run out

            async def taken() -> bool:
                return set(statuses(second).values()) == {"interrupted"}

            await until(taken, "the end of the run")
            count = len(await other.events(run_id))
        finally:
            os.kill(first.process.pid, signal.SIGCONT)

        async def told() -> bool:
            return page.end == there.end == "interrupted"

        await until(told, "the end on both pages")
        events = await other.events(run_id)
        await visitor.leave()
        await other.leave()

    assert len(events) == count, "the old owner wrote nothing more"
    assert set(statuses(second).values()) == {"interrupted"}
    text = text_of(events)
    assert page.shows(PLACE, text)
    assert there.shows(PLACE, text)


def rows_changed(server: Server, statement: str) -> None:
    with psycopg.connect(server.environment["PLAYGROUND_DATABASE_URL"]) as database:
        database.execute(statement)  # type: ignore[call-overload,arg-type,unused-ignore]


RACE = """
from playground.runs import leases
holder = leases.new_holder()
print(sum(leases.take_over(run_id, 1, holder) is not None for run_id, fence in sorted(leases.left_over("nobody"))))
"""

LEASES = """
from playground.models import *; import uuid
user = User.objects.create(username="racer"); session = Session.objects.create(owner=user)
for _ in range({count}):
    run = Run.objects.create(owner=user, session=session, endpoint="chat", connection_name="", url="", request_body=b"")
    Lease.objects.create(run=run, holder="gone", until=0)
"""


async def test_f37_of_two_owners_one_gets_each_run(pair: tuple[Server, Server]) -> None:
    first, second = pair
    for server in pair:
        await asyncio.to_thread(server.client().get, "/healthz")  # its set-up is done: it may be stopped
        await asyncio.to_thread(server.stop)
    await asyncio.to_thread(first.shell, LEASES.format(count=100))

    took = await asyncio.gather(*(asyncio.to_thread(server.shell, RACE) for server in (first, second)))

    assert sum(int(each.strip().splitlines()[-1]) for each in took) == 100
    assert rows(first, "SELECT min(fence), max(fence) FROM playground_lease") == [(2, 2)]


async def test_a_run_is_seen_and_stopped_from_another_process(pair: tuple[Server, Server]) -> None:
    first, second = pair
    ticking = Ticking(rate=50)
    visitor, other = Visitor(first), Visitor(second)
    async with hostile.serve(ticking.step) as upstream:
        await other.visit()
        pages = await streaming(visitor, await visitor.connection(upstream.base_url), 1)
        ((run_id, (page,)),) = pages.items()
        there = other.watch(run_id)

        async def level() -> bool:
            return there.at > 40

        await until(level, "the stream in the other process")
        await other.stop(run_id)

        async def ended() -> bool:
            return page.end == there.end == "stopped"

        await until(ended, "the end on both pages")
        text = text_of(await other.events(run_id))
        await visitor.leave()
        await other.leave()

    assert page.shows(PLACE, text)
    assert there.shows(PLACE, text)
    assert ticking.text("a prompt").startswith(text)


async def test_f22_odd_bytes_are_stored_and_given_out_exactly_by_postgresql_too(pair: tuple[Server, Server]) -> None:
    visitor = Visitor(pair[0])
    script = hostile.say(hostile.OK_STREAM, streams.odd())
    async with hostile.serve(script) as upstream:
        run_id, _ = await visitor.press(await visitor.connection(upstream.base_url))

        async def ended() -> bool:
            return set(statuses(pair[0]).values()) == {"finished"}

        await until(ended, "the end")
        answer = await visitor.client.get(f"/runs/{run_id}/events.sse")
        response = (await visitor.client.get(f"/runs/{run_id}/response.json")).json()
    await visitor.leave()

    assert answer.content == streams.odd()
    assert response["output"][0]["content"][0]["text"] == streams.ODD_TEXT
