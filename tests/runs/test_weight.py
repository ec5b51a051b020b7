"""What a run that is looked at keeps in memory, and that what is kept is enough."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import json
import tracemalloc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from playground.api.growing import GrowingText
from playground.runs import frames
from playground.runs.frames import Frame
from playground.runs.watch import RECENT, Recent
from tests.runs.playing import Playing

PLACE = "0/text/0"


def weight(make: Callable[[], Any]) -> int:
    """Bytes that stay for as long as what is made. The least of some: threads of other tests may take some too."""

    def once() -> int:
        tracemalloc.start()
        try:
            made = make()
            gc.collect()
            return tracemalloc.get_traced_memory()[0] if made is not None else 0
        finally:
            tracemalloc.stop()

    return min(once() for _ in range(3))


def shown(new: list[Frame]) -> list[Any]:
    """The updates in these frames, deltas that follow each other at one place joined."""
    updates: list[Any] = []
    for update in [update for frame in new for update in json.loads(frame.text)["u"]]:
        if update[0] == "delta" and updates and updates[-1][:2] == update[:2]:
            updates[-1] = [*update[:2], updates[-1][2] + update[2]]
        else:
            updates.append(update)
    return updates


@pytest.mark.parametrize("every", [1, 2, 5, 1000])
def test_a_page_that_was_away_gets_what_it_lacks_from_any_change_on(every: int) -> None:
    recent, told = Recent(), []
    for number in range(1, 21):
        text = (f"{number % 3}/text", f"wörd\ud800{number}\r\n") if number % every else None
        new = frames.of_text(*text, number) if text else frames.of_updates([["blocks", PLACE, f"<p>{number}", 0, 1]])
        recent.add(number - 1, number, text, new)
        told.append(new)

    for after in range(20):
        since = recent.since(after)
        assert since is not None
        assert shown(since) == shown([frame for new in told[after:] for frame in new])
    assert recent.since(20) is None


def test_text_from_the_middle_of_a_stretch_is_one_frame_with_the_newest_number() -> None:
    recent = Recent()
    for number in range(1, 10):
        recent.add(number - 1, number, (PLACE, f"w{number} "), frames.of_text(PLACE, f"w{number} ", number))

    assert recent.since(6) == [Frame('{"n":9,"u":[["delta","0/text/0","w7 w8 w9 "]]}', 9)]


def test_what_lies_too_far_back_is_let_go() -> None:
    recent = Recent()
    for number in range(1, 5001):
        recent.add(number - 1, number, (PLACE, "words "), frames.of_text(PLACE, "words ", number))

    assert recent.since(0) is None
    assert recent.since(4900) is not None


def test_small_deltas_weigh_little_more_than_their_text() -> None:
    def make() -> Recent:
        recent = Recent()
        for number in range(1, 5001):
            recent.add(number - 1, number, (PLACE, f"{number:6}"), frames.of_text(PLACE, f"{number:6}", number))
        return recent

    assert weight(make) < 2 * RECENT


@pytest.mark.parametrize("asked", [0, 100, 10_000])
def test_a_growing_text_weighs_little_more_than_itself(asked: int) -> None:
    """Also one that is asked for in between."""

    def make() -> GrowingText:
        text = GrowingText()
        for number in range(10_000):
            text.append(f"{number:6}")
            if asked and number % asked == 0:
                assert text.whole.endswith(f"{number:6}")
        assert text.size == 60_000
        return text

    assert weight(make) < 90_000


def test_a_growing_text_is_given_as_it_came_and_taken_once() -> None:
    text, pieces = GrowingText("first\n"), [f"{number} " for number in range(1000)]
    for piece in pieces:
        text.append(piece)

    assert text.whole == "first\n" + "".join(pieces)
    assert "\n" in text
    assert text.take() == "first\n" + "".join(pieces)
    assert (text.take(), text.size, "\n" in text) == ("", 0, False)


class Request:
    """Something heavy that a request had in its context."""


async def test_a_run_does_not_keep_the_request_that_began_it(playing: Playing) -> None:
    ended = asyncio.Event()
    request = Request()
    kept = weakref.ref(request)
    context = contextvars.copy_context()
    context.run(contextvars.ContextVar[Request]("request").set, request)

    task = context.run(playing.hub.start, ended.wait(), "a run")
    del context, request
    await asyncio.sleep(0)
    gc.collect()

    assert not task.done()
    assert kept() is None
    ended.set()
    await task
