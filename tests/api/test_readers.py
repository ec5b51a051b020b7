"""The recorded streams: what real servers send, and what a right reader concludes of it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from playground.api.chat_reader import ChatReader
from playground.api.reading import Reader, dump
from playground.api.responses_reader import ResponsesReader
from playground.runs.reading import conclude_reply, conclude_stream

STREAMS = Path(__file__).parent.parent / "streams"
CASES = sorted(path.name.removesuffix(".expect.json") for path in STREAMS.glob("*.expect.json"))
ABOUT_THE_CASE = {"case", "file", "stream_requested", "seen_on", "thread", "note", "feed_sizes"}


def expected(case: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((STREAMS / f"{case}.expect.json").read_text())
    return document


def conclude(case: dict[str, Any], sizes: list[int] | None = None) -> dict[str, Any]:
    recorded = (STREAMS / case["file"]).read_bytes()
    if case["file"].endswith(".http"):
        return conclude_reply(case["endpoint"], recorded, case["stream_requested"])
    return conclude_stream(case["endpoint"], recorded, sizes)


def differences(case: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    wanted = {key: value for key, value in case.items() if key not in ABOUT_THE_CASE}
    wanted["warnings"], found["warnings"] = sorted(case["warnings"]), sorted(found["warnings"])
    return {key: (value, found.get(key)) for key, value in wanted.items() if found.get(key, "absent") != value}


def test_all_recorded_streams_are_here() -> None:
    assert len(CASES) == 92


@pytest.mark.parametrize("name", CASES)
def test_a_recorded_stream_is_concluded_rightly(name: str) -> None:
    case = expected(name)

    assert differences(case, conclude(case, case.get("feed_sizes"))) == {}


@pytest.mark.parametrize("name", [name for name in CASES if (STREAMS / f"{name}.sse").exists()])
def test_the_conclusion_does_not_depend_on_where_the_stream_is_cut(name: str) -> None:
    case = expected(name)
    length = len((STREAMS / case["file"]).read_bytes())
    dice = random.Random(name)

    assert differences(case, conclude(case, [1] * length)) == {}
    for _ in range(5):
        assert differences(case, conclude(case, [dice.randint(1, 200) for _ in range(length // 20)])) == {}


@pytest.mark.parametrize(
    "beside",
    [
        {"annotations": [{"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "A"}}]},
        {"audio": {"data": "aaaa", "transcript": "a"}},
        {"function_call": {"name": "f", "arguments": "{}"}},
        {"images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,aaaa"}}]},
        {"reasoning": "thought"},
        {"reasoning_content": "thought"},
        {"reasoning_details": [{"text": "thought"}]},
        {"refusal": "no"},
        {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}]},
    ],
    ids=lambda beside: next(iter(beside)),
)
def test_nothing_that_comes_beside_a_text_is_lost_on_the_quick_road(beside: dict[str, Any]) -> None:
    quick, careful = ChatReader(), ChatReader()

    for delta in ({"content": "a"}, {"content": "", **beside}, {"content": "b", **beside}):
        chunk = dump({"id": "c", "choices": [{"index": 0, "delta": delta}]})
        assert quick.read("", chunk) == Reader.read(careful, "", chunk)

    assert quick.response_body() == careful.response_body()


@pytest.mark.parametrize(
    ("kind", "key"), [("output_text", "text"), ("refusal", "refusal"), ("function_call_arguments", "arguments")]
)
def test_a_done_event_without_the_text_leaves_what_its_deltas_brought(kind: str, key: str) -> None:
    reader = ResponsesReader()
    place = {"output_index": 0, "content_index": 0}

    reader.read("", dump({"type": f"response.{kind}.delta", **place, "delta": "Hello"}))
    reader.read("", dump({"type": f"response.{kind}.done", **place, key: ""}))

    assert [(slot.text, slot.done) for slot in reader.slots.values()] == [("Hello", True)]
