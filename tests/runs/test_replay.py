"""A recording shows what the live page showed, at the moments at which it came, and ends as the run ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from playground.models import Run
from playground.runs.packing import Stored
from playground.runs.parts import Lens
from playground.runs.replay import recording
from tests.runs.playing import Page

WORDS = ["Once ", "upon ", "a ", "time."]
PLACE = "c0/text"


def chunk(text: str) -> bytes:
    return f'data: {{"choices":[{{"index":0,"delta":{{"content":{json.dumps(text)}}}}}]}}\n\n'.encode()


def events(words: list[str], step: int = 100_000) -> list[Stored]:
    found = [Stored(step * at, 0, chunk(word)) for at, word in enumerate(words, 1)]
    end = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    after = step * (len(words) + 1)
    return [*found, Stored(after, 0, end), Stored(after, 0, b"data: [DONE]\n\n")]


def ended(**fields: Any) -> Run:
    given = {"endpoint": "chat", "status": "finished", "outcome": "completed", "request_body": b"{}"}
    return Run(**{**given, "timings": {"done": 612.4}, **fields})


async def recorded(run: Run, *pieces: list[Stored]) -> list[tuple[int, dict[str, Any]]]:
    def numbered() -> Iterator[tuple[int, list[Stored]]]:
        yield from ((1, piece) for piece in pieces)

    text = "".join([lines async for lines in recording(run, numbered(), Lens(replay=True))])
    return [(at, frame) for at, frame in map(json.loads, text.splitlines())]


def page_at(lines: list[tuple[int, dict[str, Any]]], moment: int) -> Page:
    """What a page shows when it has played so far."""
    page = Page()
    for at, frame in lines:
        if at <= moment:
            page.hear(json.dumps(frame))
    return page


async def test_each_word_stands_at_the_moment_at_which_it_came() -> None:
    lines = await recorded(ended(), events(WORDS))

    said = ["Once ", "Once upon ", "Once upon a time."]
    shown = [page_at(lines, moment) for moment in (0, 100, 250, 400)]

    assert not shown[0].html
    assert [page.shows(PLACE, text) for page, text in zip(shown[1:], said, strict=True)] == [True] * 3
    assert [page.end for page in shown] == [""] * 4


async def test_it_ends_as_the_run_ended_when_the_run_ended() -> None:
    *before, (at, last) = await recorded(ended(), events(WORDS))

    assert (at, last["end"]) == (612, "finished")
    assert not any("end" in frame for _, frame in before)
    assert "Finished" in last["s"]["head"]


async def test_until_then_nothing_is_known_that_was_not_known() -> None:
    lines = await recorded(ended(usage={"prompt_tokens": 7, "completion_tokens": 9, "total_tokens": 16}), events(WORDS))

    early = [frame["s"]["head"] for at, frame in lines if "s" in frame and "head" in frame["s"] and at < 500]

    assert early
    assert not any("in all" in head or "→" in head or "Finished" in head for head in early)


async def test_what_could_be_pressed_stays_as_it_is() -> None:
    lines = await recorded(ended(), events(WORDS))

    told = {name for _, frame in lines for name in frame.get("s", {})}

    assert told == {"head", "problem", "remarks"}


async def test_a_run_that_failed_fails_again() -> None:
    failed = ended(status="failed", outcome="", problem={"code": "upstream_closed"})
    *_, (_, last) = await recorded(failed, events(WORDS)[:2])

    assert last["end"] == "failed"
    assert 'data-problem="upstream_closed"' in last["s"]["problem"]


async def test_what_came_together_is_one_frame_and_pieces_of_the_log_make_no_difference() -> None:
    dense = events([f"word{number} " for number in range(100)], step=1_000)

    one, many = await recorded(ended(), dense), await recorded(ended(), *([event] for event in dense))

    assert len([frame for _, frame in one if "u" in frame]) < 12
    assert page_at(one, 1_000).shows(PLACE, "".join(f"word{number} " for number in range(100)))
    assert page_at(many, 1_000).blocks == page_at(one, 1_000).blocks


async def test_blocks_come_with_the_line_that_closes_them() -> None:
    lines = await recorded(ended(), events(["# Title\n", "\nfirst\n", "\nsecond\n"]))

    assert "<h3" in page_at(lines, 100).blocks[PLACE]
    assert "first" in page_at(lines, 300).blocks[PLACE]


async def test_a_run_without_any_event_ends_at_once() -> None:
    lines = await recorded(ended(status="failed", problem={"code": "unreachable"}, timings={}))

    assert [at for at, _ in lines] == [0] * len(lines)
    assert lines[-1][1]["end"] == "failed"
