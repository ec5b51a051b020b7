"""What must not come of a request, as far as a run goes: attacks 1, 10, 18, 20 and 103."""

from __future__ import annotations

import json
import uuid

import pytest

from playground.models import Run
from tests.runs import streams
from tests.runs.playing import SENSE, Playing, until
from tests.runs.test_views import Visitor, visitor
from tests.upstream import hostile

__all__ = ["visitor"]
WHOLE = hostile.say(hostile.OK_STREAM, streams.whole(["All ", "well."]))


@pytest.mark.parametrize("host", ["169.254.169.254", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "0.0.0.0:11434"])
async def test_attack_1_an_address_that_is_not_allowed_is_refused_by_the_run_too(playing: Playing, host: str) -> None:
    """However it came into the database."""
    run_id = await playing.start(f"http://{host}/v1")
    run = await playing.ended(run_id)
    page = await playing.look(run_id)
    await until(lambda: page.end, "the end")

    assert (run.status, run.problem["code"]) == ("failed", "refused_address")
    assert await playing.events(run_id) == []
    assert 'data-problem="refused_address"' in page.state["problem"]


async def test_attack_10_a_redirect_is_a_problem_and_its_target_is_text(playing: Playing) -> None:
    async with hostile.serve(WHOLE) as elsewhere:
        moved = hostile.json_reply(b"", "302 Found", f"Location: {elsewhere.base_url}/responses")
        async with hostile.serve(moved) as upstream:
            run = await playing.ended(
                await playing.start(await playing.connect(upstream.base_url, "sk-canary-12345678"))
            )

    assert (run.status, run.problem["code"]) == ("failed", "upstream_redirect")
    assert elsewhere.base_url in run.problem["detail"]
    assert elsewhere.connections == 0


async def test_attack_18_a_form_cannot_bring_an_address_or_a_key_along(playing: Playing, visitor: Visitor) -> None:
    async with hostile.serve(WHOLE) as upstream, hostile.serve(WHOLE) as evil:
        connection = await playing.connect(upstream.base_url, "sk-canary-12345678")
        form = {
            "run": str(uuid.uuid4()),
            "~endpoint": "responses",
            "~view": "json",
            "~json": json.dumps(SENSE),
            "~connection": str(connection.pk),
        }
        for name in ("base_url", "api_key", "api_base", "headers", "url", "owner", "~base_url"):
            answer = await visitor.client.post(f"/sessions/{playing.session.pk}/runs/", {**form, name: evil.base_url})
            assert answer.status_code == 400, name

    assert not await playing.hub.ask(Run.objects.exists)
    assert upstream.connections == evil.connections == 0


async def test_attack_20_an_address_in_a_request_is_never_asked_by_us(playing: Playing) -> None:
    async with hostile.serve(WHOLE) as upstream, hostile.serve(WHOLE) as picture:
        part = {"type": "input_image", "image_url": f"{picture.base_url}/latest/meta-data"}
        body = {**SENSE, "input": [{"role": "user", "content": [part]}]}
        run_id = await playing.start(upstream.base_url, body)
        page = await playing.look(run_id)
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    assert run.status == "finished"
    assert json.loads(upstream.body()) == body
    assert picture.connections == 0


@pytest.mark.parametrize(
    ("script", "limit"),
    [
        ([hostile.say(b"HTTP/1.1 200 OK\r\n"), hostile.endless(b"x-more: 1\r\n" * 500)], "headers"),
        ([hostile.say(hostile.OK_STREAM, streams.opening()), hostile.endless(b"data: 1\n\n" * 5000)], "events"),
    ],
    ids=["endless headers", "endless events"],
)
async def test_attack_103_what_never_ends_is_ended_by_name(
    playing: Playing, script: list[hostile.Step], limit: str
) -> None:
    async with hostile.serve(*script) as upstream:
        run = await playing.ended(await playing.start(upstream.base_url))

    assert (run.status, run.problem["code"], run.problem["facts"]["limit"]) == ("failed", "limit_reached", limit)


async def test_attack_103_a_trickle_ends_with_the_whole_time_of_its_connection(playing: Playing) -> None:
    """However little comes, something always does: silence would never be noticed."""
    script = hostile.say(hostile.OK_STREAM, streams.opening()), hostile.trickle(streams.delta("x"), 0.05)
    async with hostile.serve(*script) as upstream:
        run = await playing.ended(await playing.start(await playing.connect(upstream.base_url, total_timeout=1)))

    assert (run.status, run.problem["code"]) == ("failed", "timeout_total")
    assert run.summary["text"].startswith("x"), "what came is kept"
