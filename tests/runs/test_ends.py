"""However odd what upstream sends, or whatever goes wrong with us: a run ends, and its lease is given back."""

from __future__ import annotations

import json
import uuid

import psycopg
import pytest
from django.db import DataError, InternalError

from playground import search
from playground.models import Run
from playground.runs import ending, leftovers
from playground.runs.facts import facts, measure
from playground.runs.journal import trouble
from playground.runs.screen import Screen
from tests.runs import streams
from tests.runs.finished import stored
from tests.runs.playing import SENSE, Playing, until
from tests.runs.test_leftovers import BEGUN, leave
from tests.upstream import hostile

BODY = {**SENSE, "background": True, "stream": False}
TEXTS = ["Once ", "upon ", "a ", "time."]
TEXT = "".join(TEXTS)


def test_a_count_of_tokens_that_no_machine_can_divide_is_no_speed() -> None:
    whole = streams.whole(TEXTS).replace(b'"output_tokens": 5', b'"output_tokens": 5' + b"0" * 400)
    screen = Screen("responses")
    screen.advance(stored(whole))

    assert (screen.reader.usage or {})["output_tokens"] == 5 * 10**400
    assert "tokens_per_second" not in measure(screen, 10**6)
    assert "in all" in [str(fact.name) for fact in facts(Run(timings={"done": 1000}, status="finished"), screen).rows]


@pytest.mark.parametrize("identity", ["resp_\ud800", "resp_\0"])
async def test_a_response_id_that_is_no_text_ends_like_any_other(playing: Playing, identity: str) -> None:
    replies = [streams.response("queued", identity=identity), streams.response("completed", TEXT, identity)]

    def answer(number: int, _: bytes) -> list[hostile.Step]:
        return [hostile.json_reply(json.dumps(replies[min(number, 1)]).encode())]

    async with hostile.serve_per_request(answer) as upstream:
        run = await playing.ended(await playing.start(upstream.base_url, BODY))

    assert (run.status, run.summary["text"]) == ("finished", TEXT)
    assert run.upstream_id == {"\ud800": "resp_?", "\0": "resp_"}[identity[-1]]


async def test_and_can_be_stopped(playing: Playing) -> None:
    queued = hostile.json_reply(json.dumps(streams.response("queued", identity="resp_\ud800")).encode())
    async with hostile.serve(queued) as upstream:
        run_id = await playing.start(upstream.base_url, BODY)
        await until(lambda: len(upstream.requests) > 1, "the first question")
        playing.hub.owners[run_id].stop()
        run = await playing.ended(run_id)

    assert run.status == "stopped"
    assert upstream.requests[-1].split(b" ", 2)[1].endswith(b"/cancel")


def test_text_that_the_database_cannot_hold_is_not_waited_for() -> None:
    """PostgreSQL's driver refuses it by itself, so there is no state of the server's in its error."""
    error = DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    error.__cause__ = psycopg.DataError(str(error))

    assert trouble(error) == "storage_error"


def test_a_connection_that_was_ended_for_having_frozen_is_made_anew() -> None:
    error = InternalError()
    error.__cause__ = psycopg.errors.IdleInTransactionSessionTimeout()

    assert trouble(error) == "", "waiting helps"


async def test_a_run_whose_end_goes_wrong_ends_all_the_same(playing: Playing, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ending, "verdict", broken)
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as upstream:
        run_id = await playing.start(upstream.base_url)
        page = await playing.look(run_id)
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    assert (run.status, run.problem["code"], page.end) == ("failed", "internal", "failed")
    assert await playing.raw(run_id) == streams.whole(TEXTS)
    assert page.shows("0/text/0", TEXT)


def refused(*_: object) -> None:
    raise DataError("a value that no column takes")


async def test_last_words_that_the_database_never_takes_are_said_in_fewer(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is locked, full or away is waited for instead: test_storage.py."""
    monkeypatch.setattr(search, "index_answer", lambda _, summary: refused() if summary else None)
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as upstream:
        run_id = await playing.start(upstream.base_url)
        run = await playing.ended(run_id)

    assert (run.status, run.problem["code"]) == ("failed", "internal")
    assert await playing.raw(run_id) == streams.whole(TEXTS)


async def test_nor_do_they_keep_others_that_were_left_over(playing: Playing, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [await leave(playing, BEGUN) for _ in range(2)]
    monkeypatch.setattr(search, "index_answer", lambda _, summary: refused() if summary else None)
    await leftovers.Leftovers(playing.hub).take_over()

    assert {(await playing.ended(run_id)).status for run_id in left} == {"interrupted"}


async def test_timings_that_go_wrong_cost_no_answer(playing: Playing, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ending, "measure", broken)
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as upstream:
        run = await playing.ended(await playing.start(upstream.base_url))

    assert (run.status, run.summary["text"]) == ("finished", TEXT)
    assert run.timings["done"] > 0


async def test_what_was_left_over_and_cannot_be_read_any_more_ends_too(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await leave(playing, BEGUN)

    def broken(_: uuid.UUID) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(leftovers, "_load", broken)
    await leftovers.Leftovers(playing.hub).take_over()

    run = await playing.ended(run_id)
    assert (run.status, run.problem["code"]) == (Run.Status.INTERRUPTED, "interrupted")
    assert await playing.raw(run_id) == BEGUN
