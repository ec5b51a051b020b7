"""Runs of visitors keep within the limits of their link, whoever comes at once, and end with it."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from playground.models import Audience, Connection, Preset, Run, Session, User
from playground.runs import chaperone, visits
from playground.runs.limits import NotStarted
from playground.runs.owner import Owner
from playground.runs.screen import Screen
from playground.runs.starting import NotYours
from tests.runs import streams
from tests.runs.finished import stored
from tests.runs.playing import SENSE, Playing, until
from tests.runs.visiting import Link
from tests.upstream import hostile

TEXTS = ["Once ", "upon ", "a ", "time."]
WHOLE = hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))
SLOW = hostile.say(hostile.OK_STREAM, streams.opening() + streams.deltas(TEXTS)), hostile.hang()


async def refusals(link: Link, *visitors: str) -> list[str]:
    """All press at the same moment; what those are told who get nothing."""
    told = []
    for outcome in await asyncio.gather(
        *(link.playing.hub.ask(lambda who=who: link.begin(who)) for who in visitors),  # type: ignore[misc]
        return_exceptions=True,
    ):
        if isinstance(outcome, BaseException):
            assert isinstance(outcome, NotStarted), outcome
            told.append(str(outcome.sentence))
    return told


# -- runs ---------------------------------------------------------------------------------------------------------


async def test_however_many_come_at_once_no_run_starts_beyond_the_limit(playing: Playing) -> None:
    link = await Link.make(playing, "http://127.0.0.1:9/v1", run_limit=3)

    told = await refusals(link, *(f"v{number}" for number in range(12)))

    assert len(told) == 9
    assert set(told) == {"All runs that this page allows have been used."}
    assert (await link.now()).runs == 3 == await playing.hub.ask(Run.objects.count)


async def test_nor_beyond_the_tokens_that_are_left(playing: Playing) -> None:
    each = visits.weigh(SENSE) + visits.ANSWER
    link = await Link.make(playing, "http://127.0.0.1:9/v1", token_limit=2 * each + 10)

    told = await refusals(link, *(f"v{number}" for number in range(8)))

    assert len(told) == 6
    assert set(told) == {"This page has not enough tokens left for that."}
    assert (await link.now()).tokens == 2 * each


async def test_a_visitor_has_so_many_runs_and_one_at_a_time(playing: Playing) -> None:
    link = await Link.make(playing, "http://127.0.0.1:9/v1", visitor_limit=2)

    first = await playing.hub.ask(lambda: link.begin("ann"))
    again = await refusals(link, "ann")
    await playing.hub.ask(lambda: first.lease.delete())
    second = await playing.hub.ask(lambda: link.begin("ann"))
    await playing.hub.ask(lambda: second.lease.delete())
    third = await refusals(link, "ann")

    assert "Your last one is still going on" in again[0]
    assert "all runs that this page has for each visitor" in third[0]
    assert await refusals(link, "bob") == []
    assert (await link.now()).runs == 3  # what was refused took nothing


async def test_a_visitor_who_floods_waits_and_so_do_all_of_them_together(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = await Link.make(playing, "http://127.0.0.1:9/v1")
    monkeypatch.setattr(visits, "A_MINUTE_EACH", 1)
    monkeypatch.setattr(visits, "A_MINUTE", 2)

    run = await playing.hub.ask(lambda: link.begin("ann"))
    await playing.hub.ask(lambda: run.lease.delete())

    assert "That was quick" in (await refusals(link, "ann"))[0]
    assert await refusals(link, "bob") == []
    assert "Many people ask at this moment" in (await refusals(link, "cem"))[0]


async def test_visitors_do_not_keep_the_owner_from_working(playing: Playing) -> None:
    link = await Link.make(playing, "http://127.0.0.1:9/v1")
    crowd = settings.RUNS_AT_ONCE_PER_USER + 2
    assert await refusals(link, *(f"v{number}" for number in range(crowd))) == []

    async with hostile.serve(WHOLE) as upstream:
        run = await playing.ended(await playing.start(upstream.base_url))

    assert run.status == "finished"
    assert (await link.now()).runs == crowd


async def test_attack_69_the_id_of_another_visitors_run_is_no_id_at_all(playing: Playing) -> None:
    link = await Link.make(playing, "http://127.0.0.1:9/v1")
    run = await playing.hub.ask(lambda: link.begin("ann"))

    assert await playing.hub.ask(lambda: link.begin("ann", run.pk)) == run
    with pytest.raises(NotYours):
        await playing.hub.ask(lambda: link.begin("bob", run.pk))
    with pytest.raises(NotYours):
        await playing.start(link.connection, run_id=run.pk)
    assert (await link.now()).runs == 1


async def test_a_run_is_marked_as_a_visitors_and_knows_what_was_said(playing: Playing) -> None:
    async with hostile.serve(WHOLE) as upstream:
        link = await Link.make(playing, upstream.base_url)
        run = await playing.ended(await link.press("ann"))

    visit = await playing.hub.ask(lambda: run.visit)
    assert (run.visitor, run.owner_id, visit.said) == ("ann", playing.user.pk, {"prompt": "Hi"})
    found = await playing.hub.ask(lambda: [list(visits.of_visitor(link.audience, who)) for who in ("ann", "bob", "")])
    assert found == [[run], [], []]


# -- tokens -------------------------------------------------------------------------------------------------------


async def test_what_upstream_reports_is_what_was_used(playing: Playing) -> None:
    async with hostile.serve(WHOLE) as upstream:
        link = await Link.make(playing, upstream.base_url)
        run_id = await link.press("ann")
        before = await link.taken(run_id)
        await playing.ended(run_id)

    assert before > visits.ANSWER
    assert (await link.taken(run_id), (await link.now()).tokens) == (8, 8)


async def test_where_nothing_is_reported_the_texts_are_weighed(playing: Playing) -> None:
    text = "x" * 400
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.opening(), streams.delta(text))) as upstream:
        link = await Link.make(playing, upstream.base_url)
        run = await playing.ended(await link.press("ann"))

    assert run.usage is None
    assert (await link.now()).tokens == visits.weigh(SENSE) + 100


@pytest.mark.parametrize("total", [True, 0, -5, "8", None, 10**15])
async def test_a_strange_count_is_no_count(playing: Playing, total: Any) -> None:
    usage = {"input_tokens": 1, "output_tokens": "?", "total_tokens": total}
    body = json.dumps(streams.response("completed", "four", usage=usage)).encode()
    async with hostile.serve(hostile.json_reply(body)) as upstream:
        link = await Link.make(playing, upstream.base_url)
        await playing.ended(await link.press("ann", stream=False))

    guessed = visits.weigh({**SENSE, "stream": False}) + 1
    assert (await link.now()).tokens == (visits.MOST if total == 10**15 else guessed)


@pytest.mark.parametrize("steps", [[hostile.say(b"HTTP/1.1 500 Oh\r\n\r\n")], [hostile.reset()]])
async def test_who_got_no_answer_used_no_tokens(playing: Playing, steps: Any) -> None:
    async with hostile.serve(*steps) as upstream:
        link = await Link.make(playing, upstream.base_url)
        run = await playing.ended(await link.press("ann"))

    assert run.status == "failed"
    assert ((await link.now()).tokens, (await link.now()).runs) == (0, 1)


async def test_thinking_nobody_sees_counts_as_soon_as_upstream_reports_it(playing: Playing) -> None:
    """Some servers tell with every piece what was used until then."""
    thinking = streams.response("in_progress", usage={"input_tokens": 3, "output_tokens": 4000, "total_tokens": 4003})
    sent = streams.opening() + streams.event("response.in_progress", response=thinking, sequence_number=4)
    async with hostile.serve(hostile.say(hostile.OK_STREAM, sent), hostile.hang()) as upstream:
        link = await Link.make(playing, upstream.base_url, token_limit=3000)
        run = await link.press("ann")
        await until(lambda: playing.hub.owners[run].screen.number > 4)
        await chaperone.look_after(playing.hub)
        ended = await playing.ended(run)

    assert (ended.status, ended.problem["code"]) == ("stopped", "link_used_up")
    assert (await link.now()).tokens == 4003


async def test_an_answer_takes_more_as_it_grows_and_ends_when_there_is_no_more(playing: Playing) -> None:
    sent = streams.opening() + streams.delta("x" * 4 * 1500)
    async with hostile.serve(hostile.say(hostile.OK_STREAM, sent), hostile.hang()) as upstream:
        link = await Link.make(playing, upstream.base_url, token_limit=3000)
        first = await link.press("ann")
        await until(lambda: so_far(playing.hub.owners[first]) > 1500)
        await chaperone.look_after(playing.hub)
        grown = await link.taken(first)
        second = await link.press("bob")
        await until(lambda: so_far(playing.hub.owners[second]) > 1500)
        await chaperone.look_after(playing.hub)
        ended = await playing.ended(second)

        assert list(playing.hub.owners) == [first]
        playing.hub.owners[first].stop()
        await playing.ended(first)

    assert grown > 1500
    assert (ended.status, ended.problem["code"]) == ("stopped", "link_used_up")
    assert ended.summary["text"] == "x" * 6000
    assert (await link.now()).tokens > 3000  # and nobody starts another
    assert "tokens" in (await refusals(link, "cem"))[0]


# -- the end of the link ------------------------------------------------------------------------------------------


def close(link: Link) -> None:
    Audience.objects.filter(pk=link.audience.pk).update(closed=timezone.now())


def expire(link: Link) -> None:
    Audience.objects.filter(pk=link.audience.pk).update(expires=timezone.now())


def delete_preset(link: Link) -> None:
    Preset.objects.all().delete()


def delete_connection(link: Link) -> None:
    Connection.objects.filter(pk=link.connection.pk).delete()


def lose_connection(link: Link) -> None:
    Connection.objects.filter(pk=link.connection.pk).update(owner=User.objects.create(username="eve"))


def throw_session_away(link: Link) -> None:
    Session.objects.update(deleted=timezone.now())


def switch_owner_off(link: Link) -> None:
    User.objects.update(is_active=False)


@pytest.mark.parametrize(
    "end",
    [close, expire, delete_preset, delete_connection, lose_connection, throw_session_away, switch_owner_off],
    ids=lambda end: end.__name__,
)
async def test_runs_under_way_end_with_their_link_and_others_go_on(playing: Playing, end: Any) -> None:
    async with hostile.serve(*SLOW) as upstream:
        link = await Link.make(playing, upstream.base_url)
        visited, own = await link.press("ann"), await playing.start(upstream.base_url)
        await until(lambda: playing.hub.owners[visited].screen.number > streams.OPENED)
        await chaperone.look_after(playing.hub)
        assert set(playing.hub.owners) == {visited, own}

        await playing.hub.ask(lambda: end(link))
        await chaperone.look_after(playing.hub)
        run = await playing.ended(visited)

        assert set(playing.hub.owners) == {own}
        playing.hub.owners[own].stop()
        await playing.ended(own)

    assert (run.status, run.problem["code"], run.visitor) == ("stopped", "link_ended", "ann")
    assert run.summary["text"] == "Once upon a time."


async def test_a_link_that_has_ended_starts_nothing(playing: Playing) -> None:
    link = await Link.make(playing, "http://127.0.0.1:9/v1")
    await playing.hub.ask(lambda: close(link))

    assert await refusals(link, "ann") == ["This page was closed. Nothing can be sent any more."]
    assert not await playing.hub.ask(Run.objects.exists)


def test_a_token_is_about_four_bytes_and_a_file_is_no_text() -> None:
    assert visits.weigh({"input": "a" * 8, "n": 5, "more": [None, "ü" * 4]}) == 4
    assert visits.weigh("data:image/png;base64," + "A" * 100_000) == visits.FILE
    assert visits.weigh(f"attachment:{uuid.uuid4()}") == visits.FILE
    assert visits.weigh("\ud800") == 1
    assert timedelta(seconds=chaperone.LOOK_EVERY) < timedelta(seconds=1)


# -- what it weighs while it goes on ------------------------------------------------------------------------------


def so_far(owner: Owner) -> int:
    return visits.Weight(owner.run).so_far(owner.screen)


def test_what_is_counted_as_it_comes_is_what_is_counted_at_once() -> None:
    run = Run(request_body=json.dumps(SENSE).encode())
    texts = ["Once ", "上から下まで", "\ud800 ", "a " * 300, "\U0001f984"]
    growing, screen = visits.Weight(run), Screen("responses")
    screen.advance(stored(streams.opening()))
    for number, text in enumerate(texts):
        screen.advance(stored(streams.delta(text, number)))
        assert growing.so_far(screen) == visits.Weight(run).so_far(screen)
    screen.advance(stored(streams.closing("Another text", len(texts))))

    assert growing.so_far(screen) == visits.Weight(run).so_far(screen)
    assert growing.so_far(screen) == visits.weigh(SENSE) + visits.weigh("Another text")


async def test_a_request_is_read_once_however_often_its_run_is_looked_after(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hold pictures, and is read between the deltas of all others."""
    read: list[bytes] = []
    document = visits._document

    def noting(body: bytes) -> dict[str, Any]:
        read.append(body)
        return document(body)

    async with hostile.serve(*SLOW) as upstream:
        link = await Link.make(playing, upstream.base_url)
        run_id = await link.press("v")
        monkeypatch.setattr(visits, "_document", noting)
        for _ in range(3):
            await chaperone.look_after(playing.hub)
        assert len(read) == 1
        playing.hub.owners[run_id].stop()
        await playing.ended(run_id)
