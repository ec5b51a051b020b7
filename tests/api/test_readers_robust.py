"""Nothing an upstream sends makes a reader raise, and what it kept is always JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api.chat_reader import ChatReader
from playground.api.reading import MAX_DEPTH, Malformed, Reader, dump, parse
from playground.api.responses_events import DELTAS, DONES, LIFECYCLE, TERMINAL
from playground.api.responses_reader import ResponsesReader
from playground.runs.reading import new_reader, parse_reply
from playground.upstream.sse import EventReader

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


#: A chunk with everything in it that the reader knows and no recorded stream has.
RICH = {
    "id": "c",
    "choices": [
        {
            "index": 0,
            "delta": {
                "content": [{"text": "a", "thinking": [{"text": "b"}]}],
                "reasoning_details": [{"text": "c", "summary": "d"}],
                "tool_calls": [{"index": 0, "id": "e", "custom": {"name": "f", "input": "g"}}],
                "audio": {"id": "h", "data": "aaaa", "transcript": "i"},
            },
        }
    ],
    "x_groq": {"usage": {"prompt_tokens": 1}},
}


def recorded() -> dict[str, tuple[str, list[tuple[str, Any]]]]:
    """By case: its endpoint, and the name and document of each of its first events."""
    streams: dict[str, tuple[str, list[tuple[str, Any]]]] = {"rich": ("chat", [("", RICH), ("", RICH)])}
    for path in sorted((Path(__file__).parent.parent / "streams").glob("*.expect.json")):
        case = json.loads(path.read_text())
        raw = path.with_name(case["file"]).read_bytes()
        if case["file"].endswith(".http"):
            events = [("body", parse_reply(raw)[3])]
        else:
            reader = EventReader()
            events = [(event.name, event.data) for event in reader.feed(raw) + reader.flush()][:40]
        documents = []
        for name, data in events:
            try:
                documents.append((name, parse(data)))
            except Malformed:
                continue
        streams[path.name.removesuffix(".expect.json")] = case["endpoint"], documents
    return streams


RECORDED = recorded()


def places(document: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else ())
    )
    return [above, *(place for key, value in inside for place in places(value, (*above, key)))]


def with_another(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    first, *rest = place
    changed = document.copy()
    changed[first] = with_another(document[first], tuple(rest), value)
    return changed


ODD = ANYTHING | st.sampled_from([10**400, -(10**400), "\ud800", "\0", {"data": 5}, [[[]]]])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_value_in_a_recorded_stream_makes_a_reader_raise(data: st.DataObject) -> None:
    """Any value, at any place of any event: before the right one, so that what was kept of the odd one is met by it."""
    endpoint, events = RECORDED[data.draw(st.sampled_from(["rich", *RECORDED]))]
    at = data.draw(st.integers(0, len(events))) if events else 0
    name, document = events[at] if at < len(events) else ("", RICH)
    odd = with_another(document, data.draw(st.sampled_from(places(document))), data.draw(ODD))
    reader = new_reader(endpoint)

    for each, content in [*events[:at], (name, odd), *events[at:]]:
        reader.read(each, dump(content))
    reader.finish()

    assert reader.outcome
    json.loads(reader.response_body())
    json.dumps(reader.conclusion())


@pytest.mark.parametrize("odd", [5, True, ["aaaa"], {"of": "aaaa"}])
def test_sound_that_is_no_text_gives_way_to_sound_that_is(odd: Any) -> None:
    reader: Reader = ChatReader()

    for sound in (odd, "abc", "def"):
        reader.read("", dump({"choices": [{"delta": {"audio": {"data": sound, "transcript": sound}}}]}))

    message = json.loads(reader.response_body())["choices"][0]["message"]
    assert message["audio"] == {"data": "abcdef", "transcript": "abcdef"}


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
