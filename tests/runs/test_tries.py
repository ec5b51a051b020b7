"""A 429 is the one reply after which a request is sent again: in the open, and only as long as one likes."""

from __future__ import annotations

import json
import re

from playground.secrets import DOTS
from tests.runs import streams
from tests.runs.playing import Playing, until
from tests.upstream import hostile

BODY = b'{"error": {"message": "Slow down", "code": "rate_limit_exceeded"}}'
WHOLE = hostile.say(hostile.OK_STREAM, streams.whole(["All ", "well."]))


def busy(*headers: str) -> hostile.Step:
    return hostile.json_reply(BODY, "429 Too Many Requests", *headers)


def answers(*steps: hostile.Step) -> hostile.Answer:
    return lambda number, request: [steps[min(number, len(steps) - 1)]]


async def test_the_request_goes_out_again_after_the_wait_that_upstream_asked_for(playing: Playing) -> None:
    async with hostile.serve_per_request(answers(busy("Retry-After-Ms: 30"), busy(), WHOLE)) as upstream:
        run = await playing.ended(await playing.start(upstream.base_url))

    assert (run.status, run.summary["text"]) == ("finished", "All well.")
    assert [each["status"] for each in run.attempts] == [429, 429, 200]
    assert run.attempts[0]["wait_ms"] == 30
    assert 500 <= run.attempts[1]["wait_ms"] <= 4000, "longer each time, and never all clients together"
    assert run.attempts[2]["wait_ms"] is None
    bodies = {request.split(b"\r\n\r\n", 1)[1] for request in upstream.requests}
    assert len(upstream.requests) == 3
    assert len(bodies) == 1


async def test_it_is_tried_three_times_and_not_more(playing: Playing) -> None:
    async with hostile.serve_per_request(answers(busy("Retry-After-Ms: 10"))) as upstream:
        run_id = await playing.start(upstream.base_url)
        run = await playing.ended(run_id)

    assert (run.status, run.problem["code"], run.problem["detail"]) == ("failed", "rate_limited", "Slow down")
    assert len(upstream.requests) == len(run.attempts) == 3
    assert await playing.raw(run_id) == BODY


async def test_the_try_that_failed_is_recorded_too(playing: Playing) -> None:
    failing = hostile.json_reply(b'{"error": {"message": "Oh"}}', "500 Oh")
    async with hostile.serve_per_request(answers(busy("Retry-After-Ms: 10"), failing)) as upstream:
        run = await playing.ended(await playing.start(upstream.base_url))

    assert (run.status, run.problem["code"]) == ("failed", "upstream_error")
    assert [each["status"] for each in run.attempts] == [429, 500]
    assert [each["problem"]["code"] for each in run.attempts] == ["rate_limited", "upstream_error"]


async def test_a_refusal_that_is_the_last_is_stored_and_masked(playing: Playing) -> None:
    """However many tries it took."""
    key = "sk-canary-4f9b2c7d8e1a"
    body = json.dumps({"error": {"message": f"Too many for {key}."}}).encode()
    step = hostile.json_reply(body, "429 Too Many Requests", "Retry-After: 4000")
    async with hostile.serve(step) as upstream:
        run_id = await playing.start(await playing.connect(upstream.base_url, key))
        await playing.ended(run_id)

    (event,) = await playing.events(run_id)
    assert (event.kind, event.masked) == ("body", True)
    assert event.raw == body.replace(key.encode(), DOTS.encode())


async def test_the_wait_is_shown_and_now_ends_it(playing: Playing) -> None:
    async with hostile.serve_per_request(answers(busy("Retry-After: 600"), WHOLE)) as upstream:
        run_id = await playing.start(upstream.base_url)
        page = await playing.look(run_id)
        await until(lambda: "data-countdown" in page.state.get("problem", ""), "the countdown")
        await playing.hub.journal.do(lambda: None)  # what is shown is written down in its turn
        row = await playing.row(run_id)

        playing.hub.owners[run_id].retry_now()
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    shown = re.findall(r'data-countdown="(\d+)"', str(page.heard))
    assert row.status == "waiting"
    assert 590 <= int(shown[0]) <= 600
    assert run.status == "finished"
    assert "data-countdown" not in page.state["problem"]


async def test_cancel_while_it_waits_sends_nothing_more(playing: Playing) -> None:
    async with hostile.serve_per_request(answers(busy("Retry-After: 600"), WHOLE)) as upstream:
        run_id = await playing.start(upstream.base_url)
        page = await playing.look(run_id)
        await until(lambda: "data-countdown" in page.state.get("problem", ""), "the countdown")
        playing.hub.owners[run_id].stop()
        run = await playing.ended(run_id)

    assert (run.status, len(upstream.requests)) == ("stopped", 1)


async def test_a_wait_of_more_than_an_hour_is_left_to_the_person(playing: Playing) -> None:
    async with hostile.serve_per_request(answers(busy("Retry-After: 4000"), WHOLE)) as upstream:
        run = await playing.ended(await playing.start(upstream.base_url))

    assert (run.status, run.problem["code"], len(upstream.requests)) == ("failed", "rate_limited", 1)


async def test_nothing_else_is_ever_sent_again(playing: Playing) -> None:
    for status in ("408 Timeout", "409 Conflict", "500 Oh", "502 Bad", "503 Busy", "529 Over"):
        reply = hostile.json_reply(b"{}", status, "Retry-After: 0")
        async with hostile.serve_per_request(answers(reply, WHOLE)) as upstream:
            run = await playing.ended(await playing.start(upstream.base_url))

        assert (run.status, len(upstream.requests)) == ("failed", 1)
