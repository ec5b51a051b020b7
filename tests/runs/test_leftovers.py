"""Runs whose process is gone. The status comes first: fault case 1, as far as one process can show it."""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from playground.models import JournalEntry, Lease, Run, Session, Share, User
from playground.runs import archive, keeper, leases, leftovers
from playground.runs.forgetting import KEPT
from playground.runs.keeper import seal_forgotten
from playground.runs.leftovers import Leftovers
from playground.runs.packing import Stored, pack
from playground.runs.screen import Screen
from playground.sharing import Wish, contents, settle, share
from tests.environment import ROOT
from tests.runs import streams
from tests.runs.finished import stored
from tests.runs.playing import SENSE, Playing, until
from tests.runs.test_views import Visitor, visitor

__all__ = ["visitor"]

TEXTS = [f"word{number} " for number in range(60)]
TEXT = "".join(TEXTS)
BEGUN = streams.opening() + streams.deltas(TEXTS[:40])


async def leave(playing: Playing, stream: bytes, **fields: Any) -> uuid.UUID:
    """A run of a process that was killed when this had been stored, an event at a time."""

    def make() -> uuid.UUID:
        run = Run.objects.create(
            owner=playing.user,
            session=playing.session,
            **{
                "request_body": json.dumps(SENSE).encode(),
                "endpoint": "responses",
                "status": Run.Status.RUNNING,
                "http_status": 200,
                **fields,
            },
        )
        Lease.objects.create(run=run, holder="a process that is gone", until=0)
        keep(run.pk, stored(stream))
        return run.pk

    return await playing.hub.ask(make)


def keep(run_id: uuid.UUID, events: list[Stored]) -> None:
    JournalEntry.objects.bulk_create(
        JournalEntry(run_id=run_id, first=number, last=number, data=pack([event]))
        for number, event in enumerate(events, 1)
    )


class Held:
    """Reading the events of what was left over waits until it may go on."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.load = leftovers._load

    def __call__(self, run_id: uuid.UUID) -> Any:
        assert self.free.wait(30)
        return self.load(run_id)


@pytest.fixture
async def held(playing: Playing, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Held]:
    made = Held()
    monkeypatch.setattr(leftovers, "_load", made)
    yield made
    made.free.set()


async def statuses(playing: Playing) -> list[str]:
    return await playing.hub.ask(lambda: list(Run.objects.order_by("created").values_list("status", flat=True)))


async def test_f1_all_are_interrupted_before_the_events_of_any_are_read(playing: Playing, held: Held) -> None:
    left = [await leave(playing, BEGUN) for _ in range(3)]
    page = await playing.look(left[2])
    assert page.state["head"].count("Streaming")

    taking = asyncio.ensure_future(Leftovers(playing.hub).take_over())
    await until(lambda: "Interrupted" in page.state["head"], "the word on the page")
    late = await playing.look(left[1])
    assert await statuses(playing) == ["interrupted"] * 3
    assert "Interrupted" in late.state["head"]
    assert not any("end" in frame for frame in [*page.heard, *late.heard]), "there is more to come"

    held.free.set()
    await taking
    await until(lambda: page.end and late.end, "the end")
    runs = [await playing.ended(run_id) for run_id in left]
    assert {(run.status, run.outcome, run.problem["code"]) for run in runs} == {
        ("interrupted", "truncated", "interrupted")
    }
    assert {page.end, late.end} == {"interrupted"}
    assert page.shows("0/text/0", "".join(TEXTS[:40]))
    assert "in all" in page.state["head"]
    assert [await playing.raw(run_id) for run_id in left] == [BEGUN] * 3


async def test_a_reply_that_was_stored_to_its_end_is_never_called_interrupted(playing: Playing, held: Held) -> None:
    whole = streams.whole(TEXTS)
    left = await leave(playing, whole), await leave(playing, BEGUN)

    taking = asyncio.ensure_future(Leftovers(playing.hub).take_over())

    async def other_marked() -> bool:
        return "interrupted" in await statuses(playing)

    for _ in range(3000):
        if await other_marked():
            break
        await asyncio.sleep(0.01)
    assert await statuses(playing) == ["running", "interrupted"]

    held.free.set()
    await taking
    run = await playing.ended(left[0])
    assert (run.status, run.outcome, run.summary["text"]) == ("finished", "completed", TEXT)


async def test_a_run_left_twice_is_ended_by_the_next_process(playing: Playing, held: Held) -> None:
    run_id = await leave(playing, BEGUN)
    taking = asyncio.ensure_future(Leftovers(playing.hub).take_over())

    def marked() -> bool:
        return Run.objects.get(pk=run_id).status == "interrupted"

    while not await playing.hub.ask(marked):
        await asyncio.sleep(0.01)
    taking.cancel()
    held.free.set()
    await playing.hub.ask(lambda: Lease.objects.update(holder="a second process that is gone", until=0))
    await seal_forgotten(playing.hub)
    assert not await playing.hub.ask(lambda: Run.objects.get(pk=run_id).is_settled)

    await Leftovers(playing.hub).take_over()
    run = await playing.ended(run_id)

    assert (run.status, run.outcome, run.last_number) == ("interrupted", "truncated", 44)
    assert await playing.raw(run_id) == BEGUN


@pytest.mark.parametrize("trouble", [OperationalError("away"), ValueError("a fault of ours")])
async def test_one_that_cannot_be_ended_now_does_not_keep_the_others(
    playing: Playing, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    first, second = sorted([await leave(playing, BEGUN), await leave(playing, BEGUN)])
    load = leftovers._load
    failed: list[uuid.UUID] = []

    def failing(run_id: uuid.UUID) -> Any:
        if run_id == first and not failed:
            failed.append(run_id)
            raise trouble
        return load(run_id)

    monkeypatch.setattr(leftovers, "_load", failing)
    left = Leftovers(playing.hub)
    for _ in range(2):  # as the keeper does, every few seconds
        try:
            await left.take_over()
        except OperationalError:
            assert left.taken

    assert not left.taken
    assert (await playing.ended(second)).outcome == "truncated"
    assert await statuses(playing) == ["interrupted"] * 2
    # What the database did not take is tried again; where the fault is ours, the end is written in fewer words.
    assert (await playing.ended(first)).outcome == ("truncated" if isinstance(trouble, OperationalError) else "")


async def test_a_run_deleted_meanwhile_is_nobodys(playing: Playing, held: Held) -> None:
    run_id = await leave(playing, BEGUN)
    taking = asyncio.ensure_future(Leftovers(playing.hub).take_over())
    while await statuses(playing) != ["interrupted"]:
        await asyncio.sleep(0.01)
    await playing.hub.ask(lambda: Run.objects.filter(pk=run_id).delete())
    held.free.set()
    await taking

    assert await statuses(playing) == []


async def test_what_a_page_asks_for_before_all_is_said_is_not_taken_for_all_there_is(
    playing: Playing, visitor: Visitor, held: Held
) -> None:
    """The status is there, the response is not put together yet."""
    run_id = await leave(playing, BEGUN)
    made = await playing.hub.ask(lambda: share(Wish(playing.session, Run.objects.get(pk=run_id)))[0])
    taking = asyncio.ensure_future(Leftovers(playing.hub).take_over())
    while await statuses(playing) != ["interrupted"]:
        await asyncio.sleep(0.01)

    def link() -> Share:
        found: Share = Share.objects.get(pk=made.pk)
        settle(found)
        return found

    page = (await visitor.get(f"/sessions/{playing.session.pk}/?run={run_id}")).content.decode()
    response = (await visitor.get(f"/runs/{run_id}/response/")).content.decode()
    following = (await visitor.client.get(f"/runs/{run_id}/next/", headers={"HX-Request": "true"})).content.decode()
    assert "data-live" in page
    assert "word39" in response
    assert "delay:" in following, "it asks again"
    assert (await playing.hub.ask(link)).live, "half of it does not freeze"

    held.free.set()
    await taking
    await playing.ended(run_id)
    page = (await visitor.get(f"/sessions/{playing.session.pk}/?run={run_id}")).content.decode()
    following = (await visitor.client.get(f"/runs/{run_id}/next/", headers={"HX-Request": "true"})).content.decode()
    assert "data-live" not in page
    assert "delay:" not in following
    frozen = await playing.hub.ask(link)
    assert not frozen.live
    assert "word39" in json.dumps(contents(frozen)["sessions"][0]["runs"][0]["summary"])


RECORDED = sorted(Path(ROOT, "tests/streams").glob("*.sse"))


@pytest.mark.parametrize("path", RECORDED, ids=[path.stem for path in RECORDED])
def test_the_end_of_a_reply_is_seen_in_its_last_events_alone(path: Path) -> None:
    endpoint = json.loads(path.with_suffix(".expect.json").read_text())["endpoint"]
    events = stored(path.read_bytes())
    whole = Screen(endpoint)
    whole.advance(events)
    tails = []
    for count in range(5, 20):
        tail = Screen(endpoint)
        tail.advance(events[-count:])
        tails.append(tail.reader.ended)

    assert tails == [whole.reader.ended] * len(tails)


async def test_the_tail_of_a_log_is_its_newest_events(playing: Playing) -> None:
    run_id = await leave(playing, b"")
    events = stored(BEGUN)

    def keep_in_pieces() -> list[list[Stored]]:
        at = 0
        for length in (1, 20, 3, 1, 15, 4):
            piece = events[at : at + length]
            JournalEntry.objects.create(run_id=run_id, first=at + 1, last=at + length, data=pack(piece))
            at += length
        assert at == len(events)
        return [archive.tail(run_id, count) for count in (1, 4, 5, 30, 44, 99)]

    found = await playing.hub.ask(keep_in_pieces)

    assert found == [events[-count:] for count in (1, 4, 5, 30, 44, 99)]


async def test_the_tail_of_a_log_of_large_pieces_is_the_last_of_them(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await leave(playing, BEGUN)
    monkeypatch.setattr(archive, "PAGE", 10)

    assert await playing.hub.ask(lambda: archive.tail(run_id, 20)) == stored(BEGUN)[-1:]


async def test_a_run_is_taken_though_the_database_did_not_say_so(playing: Playing) -> None:
    """Its acknowledgement was lost on the way, and the same is written again."""
    run_id = await leave(playing, BEGUN)
    take: Callable[[], Any] = lambda: leftovers._take_all([(run_id, 1)], set(), "one")  # noqa: E731

    assert await playing.hub.ask(lambda: [take(), take()]) == [{run_id: 2}, {run_id: 2}]
    assert await playing.hub.ask(lambda: leases.held(run_id, 2))


async def test_of_two_processes_one_takes_a_run(playing: Playing) -> None:
    run_id = await leave(playing, BEGUN)
    taken: Callable[[str], Any] = lambda holder: leftovers._take_all([(run_id, 1)], set(), holder)  # noqa: E731

    assert await playing.hub.ask(lambda: [taken("one"), taken("two")]) == [{run_id: 2}, {}]
    assert await playing.hub.ask(lambda: leases.held(run_id, 2))


async def test_sessions_that_nobody_can_bring_back_go_while_nobody_deletes_anything(playing: Playing) -> None:
    def make() -> None:
        owner = User.objects.create(username="forgetful")
        for title, ago in (("gone", KEPT + timedelta(minutes=1)), ("fresh", timedelta(0))):
            Session.objects.create(owner=owner, title=title, deleted=timezone.now() - ago)

    def titles() -> list[str]:
        return list(Session.objects.filter(owner__username="forgetful").values_list("title", flat=True))

    await playing.hub.ask(make)
    assert set(await playing.hub.ask(titles)) == {"gone", "fresh"}

    await keeper.start()

    while "gone" in await playing.hub.ask(titles):
        await asyncio.sleep(0.01)
    assert await playing.hub.ask(titles) == ["fresh"]
