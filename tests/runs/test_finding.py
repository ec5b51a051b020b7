"""A run can be found by its prompt as soon as it starts, and by its answer once it has ended."""

from __future__ import annotations

from playground.models import Session
from playground.search import matching
from tests.runs import streams
from tests.runs.playing import Playing
from tests.upstream import hostile

BODY = {"model": "m", "input": "Tell me of unicorns", "stream": True}


async def found(playing: Playing, words: str) -> list[str]:
    return await playing.hub.ask(lambda: [each.title for each in matching(Session.objects.all(), words)])


async def test_the_prompt_is_found_while_the_run_goes_on_and_names_the_session(playing: Playing) -> None:
    async with hostile.serve(hostile.hang()) as upstream:
        run_id = await playing.start(upstream.base_url, BODY)

        assert await found(playing, "unicorns") == ["Tell me of unicorns"]
        playing.hub.owners[run_id].stop()
        await playing.ended(run_id)


async def test_the_answer_is_found_when_it_has_ended(playing: Playing) -> None:
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(["むかし", "むかし"]))) as upstream:
        await playing.ended(await playing.start(upstream.base_url, BODY))

    assert await found(playing, "むかしむ") == ["Tell me of unicorns"]
    assert await found(playing, "unicorns むか") == ["Tell me of unicorns"]


async def test_a_second_run_does_not_name_the_session_again(playing: Playing) -> None:
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(["a"]))) as upstream:
        for prompt in ("First", "Second"):
            await playing.ended(await playing.start(upstream.base_url, {**BODY, "input": prompt}))

    assert await found(playing, "second") == ["First"]
