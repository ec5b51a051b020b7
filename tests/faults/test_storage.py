"""When the database does not take it: fault cases 44 and 45, on SQLite."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time

import pytest
from django.db import OperationalError, connection

from playground.models import JournalEntry
from playground.runs import journal
from tests.faults.test_watching import PLACE, streaming
from tests.runs import streams
from tests.runs.playing import Playing, until

TEXTS = [f"word{number} " for number in range(60)]


def lock() -> sqlite3.Connection:
    """Another process that writes, and does not come to an end."""
    other = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


async def test_f44_a_lock_of_a_moment_loses_nothing_and_shows_nothing_early(playing: Playing) -> None:
    async with streaming(playing, TEXTS) as (paced, run_id, _):
        page = await playing.look(run_id)
        await paced.say(20)
        await until(lambda: page.shows(PLACE, "".join(TEXTS[:20])), "the text")
        other = await asyncio.to_thread(lock)
        await paced.say(40)
        owner = playing.hub.owners[run_id]
        await until(lambda: owner.pen.held > 0, "events that wait")
        await asyncio.sleep(0.2)
        assert page.at == streams.OPENED + 20, "what is not stored is not shown"
        await asyncio.to_thread(other.close)
        await paced.say(len(TEXTS))
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    assert (run.status, run.summary["text"]) == ("finished", "".join(TEXTS))
    assert page.shows(PLACE, "".join(TEXTS))


async def test_f44_a_lock_that_stays_stops_the_run_and_keeps_what_was_shown(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "HOLD_SECONDS", 0.5)
    await playing.hub.journal.do(lambda: connection.cursor().execute("PRAGMA busy_timeout = 100"))
    async with streaming(playing, TEXTS) as (paced, run_id, _):
        page = await playing.look(run_id)
        await paced.say(20)
        await until(lambda: page.shows(PLACE, "".join(TEXTS[:20])), "the text")
        other = await asyncio.to_thread(lock)
        await paced.say(40)
        await until(lambda: "storage_error" in page.state.get("problem", ""), "the problem")
        await asyncio.to_thread(other.close)
        run = await playing.ended(run_id)

    assert (run.status, run.problem["code"]) == ("failed", "storage_error")
    assert run.summary["text"] == "".join(TEXTS[:20]), "what was shown is there, and nothing that was not"
    assert page.shows(PLACE, run.summary["text"])


async def test_f45_a_full_disk_stops_the_run_by_name_and_all_works_when_there_is_room_again(playing: Playing) -> None:
    """SQLite's own limit on pages stands in for the disk's: the error is the same."""
    big = ["y" * 40_000 for _ in range(60)]

    def allow(pages: int) -> None:
        cursor = connection.cursor()
        cursor.execute("VACUUM")  # no pages that earlier tests left free
        cursor.execute("PRAGMA page_count")
        (now,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {now + pages}")

    async with streaming(playing, big) as (paced, run_id, _):
        page = await playing.look(run_id)
        await paced.say(5)
        await until(lambda: page.shows(PLACE, "".join(big[:5])), "the text")
        await playing.hub.journal.do(lambda: allow(40))
        await paced.say(len(big))
        await until(lambda: "storage_full" in page.state.get("problem", ""), "the problem")
        assert len(page.state) > 1
        readable = await playing.hub.ask(lambda: list(JournalEntry.objects.values_list("last", flat=True)))
        await playing.hub.journal.do(lambda: allow(1_000_000))
        run = await playing.ended(run_id)

    assert (run.status, run.problem["code"]) == ("failed", "storage_full")
    assert max(readable) == run.last_number >= streams.OPENED + 5
    assert page.shows(PLACE, run.summary["text"])

    async with streaming(playing, TEXTS) as (paced, run_id, _):
        await paced.say(len(TEXTS))
        assert (await playing.ended(run_id)).status == "finished", "with no restart"


async def test_f45_nothing_is_stored_behind_what_was_not(playing: Playing, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came while the disk was full is in the next write already, and that one may be small enough to fit."""
    insert, refusing, refused, behind = journal._insert, threading.Event(), threading.Event(), list[object]()

    def refuse_once(rows: list[tuple[object, ...]]) -> int:
        if not refusing.is_set():
            return insert(rows)
        if refused.is_set():
            behind.extend(rows)
            return insert(rows)
        refused.set()
        time.sleep(0.3)
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise OperationalError from full

    monkeypatch.setattr(journal, "_insert", refuse_once)
    async with streaming(playing, TEXTS) as (paced, run_id, _):
        page = await playing.look(run_id)
        await paced.say(5)
        await until(lambda: page.shows(PLACE, "".join(TEXTS[:5])), "the text")
        refusing.set()
        await paced.say(10)
        await until(refused.is_set, "a write that fails")
        await paced.say(20)
        await until(lambda: "storage_full" in page.state.get("problem", ""), "the problem")
        run = await playing.ended(run_id)

    assert run.last_number == streams.OPENED + 5
    assert not behind


async def test_the_journal_lets_many_runs_share_a_commit(playing: Playing) -> None:
    """Natural batching: what arrives while a commit is under way goes into the next one together."""
    commits = 0
    insert = journal._insert

    def counted(rows: list[tuple[object, ...]]) -> int:
        nonlocal commits
        commits += 1
        time.sleep(0.02)
        return insert(rows)

    journal._insert = counted
    try:
        async with streaming(playing, TEXTS) as (one, first, _), streaming(playing, TEXTS) as (two, second, _):
            for upto in range(1, len(TEXTS) + 1):
                await one.say(upto)
                await two.say(upto)
                await asyncio.sleep(0.001)
            runs = [await playing.ended(run_id) for run_id in (first, second)]
    finally:
        journal._insert = insert

    assert {run.summary["text"] for run in runs} == {"".join(TEXTS)}
    assert commits < len(TEXTS)
