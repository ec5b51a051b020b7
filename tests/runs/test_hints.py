"""What processes tell each other about runs through a real channel layer. Here both ends are one process."""

from __future__ import annotations

from typing import Any

import pytest

from playground.databases import channel_layer
from playground.runs import following
from tests.faults.test_watching import PLACE, streaming
from tests.runs.playing import Playing, until
from tests.runs.test_tries import WHOLE, answers, busy
from tests.services import Redis
from tests.upstream import hostile

TEXTS = [f"word{number} " for number in range(40)]


@pytest.fixture
def layer(settings: Any, redis_service: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several processes, which would look by themselves once an hour only."""
    settings.CHANNEL_LAYERS = {"default": channel_layer("PLAYGROUND_CHANNEL_URL", redis_service.url)}
    monkeypatch.setattr(following, "LOOK_EVERY", 3600)


@pytest.fixture
async def told(layer: None, playing: Playing) -> Playing:
    playing.hub.hints.listen()
    return playing


async def test_a_hint_makes_a_page_look_before_its_time(told: Playing) -> None:
    async with streaming(told, TEXTS) as (paced, run_id, _):
        await paced.say(10)
        owner = told.hub.owners[run_id]
        await until(lambda: owner.screen.number > 10, "the text")
        del told.hub.watches[run_id]  # as if the owner were another process
        page = await told.look(run_id)
        await paced.say(20)
        await until(lambda: page.shows(PLACE, "".join(TEXTS[:20])), "what a hint told of")
        await paced.say(len(TEXTS))
        await until(lambda: page.end, "the end")

    assert page.end == "finished"
    assert page.shows(PLACE, "".join(TEXTS))


async def test_a_wait_can_be_cut_short_from_another_process(told: Playing) -> None:
    async with hostile.serve_per_request(answers(busy("Retry-After: 600"), WHOLE)) as upstream:
        run_id = await told.start(upstream.base_url)
        page = await told.look(run_id)
        await until(lambda: "data-countdown" in page.state.get("problem", ""), "the countdown")
        told.hub.hints.retry(run_id)
        run = await told.ended(run_id)

    assert (run.status, len(upstream.requests)) == ("finished", 2)


async def test_without_the_layer_runs_go_on(told: Playing, redis_service: Redis) -> None:
    redis_service.stop()
    try:
        async with streaming(told, TEXTS) as (paced, run_id, _):
            page = await told.look(run_id)
            await paced.say(len(TEXTS))
            assert (await told.ended(run_id)).status == "finished"
            await until(lambda: page.end, "the end")
    finally:
        redis_service.start()

    assert page.shows(PLACE, "".join(TEXTS))
