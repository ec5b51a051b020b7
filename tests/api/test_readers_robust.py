"""Nothing an upstream sends makes a reader raise, and what it kept is always JSON."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api.chat_reader import ChatReader
from playground.api.reading import MAX_DEPTH, dump
from playground.api.responses_events import DELTAS, DONES, LIFECYCLE, TERMINAL
from playground.api.responses_reader import ResponsesReader

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def some(**values: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of the keys, each with a right value or with anything."""
    return st.fixed_dictionaries({}, optional={key: ANYTHING | value for key, value in values.items()})


TEXT = st.text(max_size=5)
CALL = some(
    index=st.integers(0, 2), id=TEXT, type=TEXT, function=some(name=TEXT, arguments=TEXT), custom=some(input=TEXT)
)
DELTA = some(
    role=TEXT,
    content=TEXT | st.lists(some(text=TEXT, thinking=st.lists(some(text=TEXT)))),
    refusal=TEXT,
    reasoning=TEXT,
    reasoning_details=st.lists(some(text=TEXT)),
    tool_calls=st.lists(CALL, max_size=3),
    function_call=some(name=TEXT, arguments=TEXT),
    audio=some(data=TEXT, transcript=TEXT),
    annotations=st.lists(ANYTHING, max_size=2),
)
CHOICE = some(
    index=st.integers(0, 2),
    delta=DELTA,
    message=some(content=TEXT),
    finish_reason=TEXT,
    logprobs=some(content=ANYTHING),
)
CHUNK = some(
    id=TEXT, object=TEXT, choices=st.lists(CHOICE, max_size=3), usage=some(prompt_tokens=st.integers()), error=ANYTHING
)
PART = some(type=st.sampled_from(["output_text", "refusal", "summary_text", "reasoning_text"]), text=TEXT)
ITEM = some(
    id=TEXT,
    type=st.sampled_from(["message", "reasoning", "function_call", "custom_tool_call", "web_search_call", "new"]),
    content=st.lists(PART, max_size=2),
    summary=st.lists(PART, max_size=2),
    arguments=TEXT,
)
TYPES = [
    *sorted({*DELTAS, *DONES, *LIFECYCLE, *TERMINAL}),
    "error",
    "response.output_item.added",
    "response.output_item.done",
    "response.content_part.added",
    "response.reasoning_summary_part.done",
    "response.output_text.annotation.added",
    "response.image_generation_call.partial_image",
    "response.shell_call_output_content.done",
]
EVENT = some(
    type=st.sampled_from(TYPES),
    output_index=st.integers(0, 2),
    content_index=st.integers(0, 2),
    summary_index=st.integers(0, 2),
    item_id=TEXT,
    delta=TEXT,
    text=TEXT,
    item=ITEM,
    part=PART,
    response=some(status=TEXT, output=st.lists(ITEM, max_size=2), usage=ANYTHING, error=ANYTHING),
    sequence_number=st.integers(0, 9),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(CHUNK, max_size=6), CHUNK)
def test_no_chunk_makes_the_chat_reader_raise(chunks: list[dict[str, Any]], whole: dict[str, Any]) -> None:
    reader = ChatReader()
    for chunk in chunks:
        reader.read("", dump(chunk))
    reader.finish()
    body_reader = ChatReader()
    body_reader.read("body", dump(whole))

    for each in (reader, body_reader):
        assert each.outcome
        json.loads(each.response_body())
        json.dumps(each.conclusion())


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENT, max_size=6), EVENT)
def test_no_event_makes_the_responses_reader_raise(events: list[dict[str, Any]], whole: dict[str, Any]) -> None:
    reader = ResponsesReader()
    for event in events:
        reader.read(str(event.get("type")), dump(event))
    reader.finish()
    body_reader = ResponsesReader()
    body_reader.read("body", dump(whole))

    for each in (reader, body_reader):
        assert each.outcome
        json.loads(each.response_body())
        json.dumps(each.conclusion())


def test_broken_and_hostile_documents_are_marked_and_end_nothing() -> None:
    reader = ChatReader()

    for data in (b"{", b"[" * 100_000, b"1" * 5000, b"\xff\xfe", b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * 65):
        assert reader.read("", data) == []
        assert reader.malformed
    updates = reader.read("", b'{"choices":[{"delta":{"content":"\\ud800 NaN"},"x":[NaN,1e400]}]}')

    assert ("delta", "c0/text", "\ud800 NaN") in updates
    assert not reader.malformed
    assert b"Infinity" not in reader.response_body()
    assert json.loads(reader.response_body())["choices"][0]["message"]["content"] == "\ud800 NaN"
