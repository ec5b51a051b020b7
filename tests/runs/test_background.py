"""Responses that upstream works on without us: `background`. Fault case 38, as far as one process can show it."""

from __future__ import annotations

import json

import pytest

from playground.models import JournalEntry, Lease
from playground.runs import background, following, keeper, leases, receiving
from playground.runs.leftovers import Leftovers
from playground.runs.packing import pack
from playground.secrets import DOTS
from playground.upstream import sse
from tests.runs import streams
from tests.runs.finished import stored
from tests.runs.playing import SENSE, Playing, until
from tests.runs.test_leftovers import leave
from tests.upstream import hostile

BODY = {**SENSE, "background": True}
TEXTS = ["Slow ", "and ", "steady."]
TEXT = "".join(TEXTS)
BEGUN = streams.opening() + streams.deltas(TEXTS[:2])
REST = streams.delta(TEXTS[2], 2) + streams.closing(TEXT, 3)


def reply(status: str, text: str | None = None) -> hostile.Step:
    return hostile.json_reply(json.dumps(streams.response(status, text)).encode())


def script(**by_line: hostile.Step | list[hostile.Step]) -> hostile.Answer:
    """What is answered to POST, GET and cancel; the last of several for ever."""
    asked: dict[str, int] = {}

    def answer(number: int, request: bytes) -> list[hostile.Step]:
        line = request.split(b"\r\n", 1)[0].decode()
        kind = "cancel" if "/cancel" in line else "stream" if "stream=true" in line else line.split(" ", 1)[0].lower()
        steps = by_line.get(kind) or by_line["other"]
        steps = steps if isinstance(steps, list) else [steps]
        asked[kind] = asked.get(kind, 0) + 1
        return [steps[min(asked[kind], len(steps)) - 1]]

    return answer


def lines(upstream: hostile.Server) -> list[str]:
    return [request.split(b" HTTP", 1)[0].decode() for request in upstream.requests]


async def test_without_a_stream_it_is_asked_after_until_it_is_done(playing: Playing) -> None:
    waits = [reply("queued"), reply("in_progress"), reply("in_progress"), reply("completed", TEXT)]
    async with hostile.serve_per_request(script(post=reply("queued"), get=waits)) as upstream:
        run_id = await playing.start(upstream.base_url, {**BODY, "stream": False})
        page = await playing.look(run_id)
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    assert (run.status, run.outcome, run.summary["text"]) == ("finished", "completed", TEXT)
    assert run.upstream_id == "resp_1"
    assert lines(upstream) == ["POST /v1/responses", *["GET /v1/responses/resp_1"] * 4]
    states = [json.loads(event.raw)["status"] for event in await playing.events(run_id)]
    assert states == ["queued", "in_progress", "completed"], "an answer that says nothing new is no event"
    assert page.shows("0/text/0", TEXT)


async def test_a_lost_stream_goes_on_behind_its_last_event(playing: Playing) -> None:
    answer = script(
        post=hostile.say(hostile.OK_STREAM, BEGUN),
        stream=hostile.say(hostile.OK_STREAM, REST),
        other=reply("in_progress"),
    )
    async with hostile.serve_per_request(answer) as upstream:
        run_id = await playing.start(upstream.base_url, BODY)
        run = await playing.ended(run_id)

    last = streams.OPENED + 1
    assert lines(upstream)[1] == f"GET /v1/responses/resp_1?stream=true&starting_after={last}"
    assert (run.status, run.summary["text"]) == ("finished", TEXT)
    assert await playing.raw(run_id) == BEGUN + REST


async def test_a_server_that_begins_anew_doubles_nothing(playing: Playing) -> None:
    again = hostile.say(hostile.OK_STREAM, BEGUN + REST)
    answer = script(post=hostile.say(hostile.OK_STREAM, BEGUN), stream=again)
    async with hostile.serve_per_request(answer) as upstream:
        run_id = await playing.start(upstream.base_url, BODY)
        run = await playing.ended(run_id)

    assert (run.status, run.summary["text"]) == ("finished", TEXT)
    assert await playing.raw(run_id) == BEGUN + REST


async def test_where_the_stream_cannot_be_taken_up_it_is_asked_after(playing: Playing) -> None:
    answer = script(
        post=hostile.say(hostile.OK_STREAM, BEGUN),
        stream=hostile.json_reply(b'{"error": {"message": "no longer streamed"}}', "400 No"),
        get=[reply("in_progress"), reply("completed", TEXT)],
    )
    async with hostile.serve_per_request(answer) as upstream:
        run = await playing.ended(await playing.start(upstream.base_url, BODY))

    assert (run.status, run.summary["text"]) == ("finished", TEXT)
    assert lines(upstream)[2:] == ["GET /v1/responses/resp_1"] * 2


@pytest.mark.parametrize("stream", [True, False])
async def test_a_key_that_a_later_answer_echoes_is_never_kept(playing: Playing, stream: bool) -> None:
    """A question after a response is refused like any request, with the key in the words of the refusal."""
    key = "sk-canary-4f9b2c7d8e1a"
    refused = hostile.json_reply(json.dumps({"error": {"message": f"Bad key {key}."}}).encode(), "401 No")
    answer = script(post=hostile.say(hostile.OK_STREAM, BEGUN) if stream else reply("queued"), other=refused)
    async with hostile.serve_per_request(answer) as upstream:
        run_id = await playing.start(await playing.connect(upstream.base_url, key), {**BODY, "stream": stream})
        page = await playing.look(run_id)
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    assert (run.status, run.problem["code"]) == ("failed", "unauthorized")
    assert run.problem["detail"] == f"Bad key {DOTS}."
    assert key not in json.dumps([run.problem, run.attempts, page.heard])


async def test_an_answer_that_was_masked_says_so(playing: Playing) -> None:
    key = "sk-canary-4f9b2c7d8e1a"
    echo = hostile.json_reply(json.dumps(streams.response("completed", TEXT, user=key)).encode())
    async with hostile.serve_per_request(script(post=reply("queued"), get=echo)) as upstream:
        run_id = await playing.start(await playing.connect(upstream.base_url, key), {**BODY, "stream": False})
        await playing.ended(run_id)

    assert [event.masked for event in await playing.events(run_id)] == [False, True]


BUSY = hostile.json_reply(b'{"error": {"message": "Too busy"}}', "503 Busy")


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between questions there is no time to lose here."""
    monkeypatch.setattr(background, "FIRST_PAUSE", 0.001)


async def test_questions_that_fail_for_ever_are_given_up(playing: Playing, patient: None) -> None:
    async with hostile.serve_per_request(script(post=reply("queued"), get=BUSY)) as upstream:
        run = await playing.ended(await playing.start(upstream.base_url, {**BODY, "stream": False}))

    assert (run.status, run.problem["code"], run.problem["detail"]) == ("failed", "upstream_error", "Too busy")
    assert len(upstream.requests) == 1 + 1 + background.MOST_FAILURES


async def test_a_few_failures_are_borne(playing: Playing, patient: None) -> None:
    waits = [BUSY] * background.MOST_FAILURES + [reply("in_progress")]
    answer = script(post=reply("queued"), get=[*waits, *waits, reply("completed", TEXT)])
    async with hostile.serve_per_request(answer) as upstream:
        run = await playing.ended(await playing.start(upstream.base_url, {**BODY, "stream": False}))

    assert (run.status, run.summary["text"]) == ("finished", TEXT)


@pytest.mark.parametrize("again", [b"", BEGUN], ids=["nothing", "only what is known"])
async def test_a_stream_that_never_goes_on_is_asked_after_instead(
    playing: Playing, patient: None, again: bytes
) -> None:
    known = hostile.say(hostile.OK_STREAM, again)
    answer = script(post=hostile.say(hostile.OK_STREAM, BEGUN), stream=known, get=reply("completed", TEXT))
    async with hostile.serve_per_request(answer) as upstream:
        run = await playing.ended(await playing.start(upstream.base_url, BODY))

    assert (run.status, run.summary["text"]) == ("finished", TEXT)
    assert lines(upstream)[-1] == "GET /v1/responses/resp_1"
    assert len(upstream.requests) == 1 + 1 + background.MOST_FAILURES + 1


async def test_a_limit_ends_it_and_nothing_is_asked_again(
    playing: Playing, patient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one answer, of all of them, of a stream."""
    monkeypatch.setattr(receiving, "LIMITS", sse.Limits(line=2000, event=2000, body=2000, total=10_000))
    long = hostile.json_reply(json.dumps(streams.response("in_progress", TEXT * 9000)).encode())
    one = script(post=reply("queued"), get=long)
    several = script(post=reply("queued"), get=[*(reply("in_progress", str(each) * 1500) for each in range(9))])
    stream = script(post=hostile.say(hostile.OK_STREAM, BEGUN, b"data: " + b"x" * 3000), other=reply("in_progress"))
    ended = []
    for answer, body in ((one, {**BODY, "stream": False}), (several, {**BODY, "stream": False}), (stream, BODY)):
        async with hostile.serve_per_request(answer) as upstream:
            run = await playing.ended(await playing.start(upstream.base_url, body))
        ended.append((run.status, run.problem["code"], run.problem["facts"]["limit"]))

    assert ended == [("failed", "limit_reached", limit) for limit in ("body", "total", "line")]


async def test_a_long_answer_to_the_cancellation_is_whole_or_not_there(playing: Playing) -> None:
    cancelled = hostile.json_reply(json.dumps(streams.response("cancelled", "x" * 100_000)).encode())
    async with hostile.serve_per_request(
        script(post=reply("queued"), get=reply("in_progress"), cancel=cancelled)
    ) as upstream:
        run_id = await playing.start(upstream.base_url, {**BODY, "stream": False})
        await until(lambda: len(upstream.requests) > 1, "the first question")
        playing.hub.owners[run_id].stop()
        run = await playing.ended(run_id)

    assert run.status == "stopped"
    document = json.loads(bytes(run.response_body))
    assert (document["status"], len(document["output"][0]["content"][0]["text"])) == ("cancelled", 100_000)


async def test_stop_tells_upstream(playing: Playing) -> None:
    answer = script(post=reply("queued"), get=reply("in_progress"), cancel=reply("cancelled"))
    async with hostile.serve_per_request(answer) as upstream:
        run_id = await playing.start(upstream.base_url, {**BODY, "stream": False})
        await until(lambda: len(upstream.requests) > 1, "the first question")
        playing.hub.owners[run_id].stop()
        run = await playing.ended(run_id)

    assert run.status == "stopped"
    assert lines(upstream)[-1] == "POST /v1/responses/resp_1/cancel"
    assert json.loads(bytes(run.response_body))["status"] == "cancelled"


async def test_a_run_that_its_process_left_is_picked_up_where_it_was(playing: Playing) -> None:
    answer = script(
        post=hostile.say(hostile.OK_STREAM, BEGUN), stream=[hostile.hang(), hostile.say(hostile.OK_STREAM, REST)]
    )
    async with hostile.serve_per_request(answer) as upstream:
        run_id = await playing.start(upstream.base_url, BODY)
        await until(lambda: len(upstream.requests) == 2, "the second request")
        owner = playing.hub.owners[run_id]
        await until(lambda: owner.screen.number == streams.OPENED + 2, "the text")
        owner.stop(background.LEFT)
        await until(lambda: run_id not in playing.hub.owners, "the end of its owner")
        assert (await playing.row(run_id)).status == "running"
        await playing.hub.ask(lambda: leases.renew(playing.hub.holder))  # for others that it still carries out
        assert (await playing.hub.ask(Lease.objects.get)).until == 0

        await Leftovers(playing.hub).take_over()
        run = await playing.ended(run_id)

    assert (run.status, run.summary["text"]) == ("finished", TEXT)
    assert await playing.raw(run_id) == BEGUN + REST


async def test_a_response_whose_id_came_while_the_server_was_ending_is_left_too(playing: Playing) -> None:
    step = hostile.wait_for_free()
    async with hostile.serve(step, hostile.say(hostile.OK_STREAM, BEGUN), hostile.hang()) as upstream:
        run_id = await playing.start(upstream.base_url, BODY)
        owner = playing.hub.owners[run_id]
        keeper.leave_what_goes_on(playing.hub)
        upstream.free.set()
        await until(lambda: owner.screen.reader.id, "the response's id")
        await keeper.end_all(playing.hub)

    assert (await playing.row(run_id)).status == "running"
    assert (await playing.hub.ask(Lease.objects.get)).until == 0


async def test_a_stop_that_came_before_a_run_was_taken_over_holds(playing: Playing) -> None:
    answer = script(get=reply("in_progress"), cancel=reply("cancelled"), other=reply("in_progress"))
    async with hostile.serve_per_request(answer) as upstream:
        connection = await playing.connect(upstream.base_url)
        run_id = await leave(playing, BEGUN, connection=connection, request_body=json.dumps(BODY).encode())
        await playing.hub.ask(lambda: leases.request_stop(run_id))
        await Leftovers(playing.hub).take_over()
        run = await playing.ended(run_id)

    assert run.status == "stopped"
    assert lines(upstream) == ["POST /v1/responses/resp_1/cancel"]


async def test_a_run_that_is_shown_here_is_taken_over_where_its_log_ends(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page came back to this process first. What follows the run for it has not seen the newest events, and must not
    go on following when they are written here."""
    monkeypatch.setattr(following, "LOOK_EVERY", 1000)
    before, newest = BEGUN[: -len(streams.delta(TEXTS[1], 1))], streams.delta(TEXTS[1], 1)
    step = hostile.wait_for_free()
    rest = streams.delta(TEXTS[2], 2), streams.closing(TEXT, 3)
    async with hostile.serve(hostile.say(hostile.OK_STREAM, rest[0]), step, hostile.say(rest[1])) as upstream:
        connection = await playing.connect(upstream.base_url)
        run_id = await leave(playing, before, connection=connection, request_body=json.dumps(BODY).encode())
        page = await playing.look(run_id)
        follower = playing.hub.followers[run_id]
        number = len(stored(before)) + 1
        entry = {"run_id": run_id, "first": number, "last": number, "data": pack(stored(newest))}
        await playing.hub.ask(lambda: JournalEntry.objects.create(**entry))

        await Leftovers(playing.hub).take_over()
        await until(lambda: page.shows("0/text/0", TEXT), "the text")
        follower.hint()
        await follower.look()
        assert run_id not in playing.hub.followers
        assert page.shows("0/text/0", TEXT)
        upstream.free.set()
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    assert (run.status, run.summary["text"], page.end) == ("finished", TEXT, "finished")
    assert await playing.raw(run_id) == BEGUN + REST
    assert page.shows("0/text/0", TEXT)


async def test_what_nobody_can_go_on_with_is_interrupted_and_keeps_its_events(playing: Playing) -> None:
    async with hostile.serve(hostile.say(hostile.OK_STREAM, BEGUN), hostile.hang()) as upstream:
        run_id = await playing.start(upstream.base_url)
        owner = playing.hub.owners[run_id]
        await until(lambda: owner.screen.number == streams.OPENED + 2, "the text")
        await playing.hub.ask(lambda: Lease.objects.update(holder="a process that is gone", fence=7))

        await Leftovers(playing.hub).take_over()
        run = await playing.ended(run_id)
        owner.stop()  # the old one is still there, and may not write any more
        await until(lambda: run_id not in playing.hub.owners, "the end of the old owner")

    assert (run.status, run.outcome, run.problem["code"]) == ("interrupted", "truncated", "interrupted")
    assert await playing.raw(run_id) == BEGUN


async def test_a_run_whose_last_event_was_stored_before_the_crash_is_finished(playing: Playing) -> None:
    whole = streams.whole(TEXTS)
    async with hostile.serve(hostile.say(hostile.OK_STREAM, whole), hostile.hang()) as upstream:
        run_id = await playing.start(upstream.base_url)
        owner = playing.hub.owners[run_id]
        await until(lambda: owner.screen.reader.ended, "the last event")
        await playing.hub.ask(lambda: Lease.objects.update(holder="a process that is gone", fence=7))

        await Leftovers(playing.hub).take_over()
        run = await playing.ended(run_id)
        await until(lambda: run_id not in playing.hub.owners, "the old owner to notice")

    assert (run.status, run.outcome, run.summary["text"]) == ("finished", "completed", TEXT)
