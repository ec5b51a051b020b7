"""The SSE reader: every recorded stream, cut everywhere; every line end; every limit."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.upstream.sse import COMMENT, CUT, EVENT, FIELDS, ODD, Event, EventReader, LimitReached, Limits

STREAMS = Path(__file__).parent.parent / "streams"


def read(chunks: Iterable[bytes], limits: Limits | None = None) -> list[Event]:
    reader = EventReader(limits)
    events = [event for chunk in chunks for event in reader.feed(chunk)]
    return events + reader.flush()


def cut(data: bytes, *sizes: int) -> list[bytes]:
    chunks, start = [], 0
    for size in sizes:
        chunks.append(data[start : start + size])
        start += size
    return [*chunks, data[start:]]


def single(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


def seen(events: list[Event]) -> list[tuple[str, str, bytes, bool]]:
    return [(event.kind, event.name, event.data, event.complete) for event in events]


def recorded() -> list[pytest.param]:  # type: ignore[valid-type]
    cases = []
    for expected in sorted(STREAMS.glob("*.expect.json")):
        expect = json.loads(expected.read_bytes())
        if expect["sse_events"] is not None:
            body = (STREAMS / expect["file"]).read_bytes()
            if expect["file"].endswith(".http"):
                body = body.split(b"\r\n\r\n", 1)[1] if b"\r\n\r\n" in body else body.split(b"\n\n", 1)[1]
            cases.append(pytest.param(body, expect, id=expect["case"]))
    return cases


@pytest.mark.parametrize(("body", "expect"), recorded())
def test_f21_a_recorded_stream_reads_the_same_however_it_is_cut(body: bytes, expect: dict[str, object]) -> None:
    whole = read([body])

    assert sum(event.kind == EVENT for event in whole) == expect["sse_events"]
    assert b"".join(event.raw for event in whole) == body
    assert read(single(body)) == whole
    sizes = expect.get("feed_sizes") or []
    assert isinstance(sizes, list)
    assert read(cut(body, *sizes)) == whole
    dice = random.Random(str(expect["case"]))
    for _ in range(30):
        assert read(cut(body, *[dice.randint(0, 200) for _ in range(40)])) == whole


def test_an_ordinary_event_has_its_name_data_and_raw_bytes() -> None:
    events = read([b'event: response.created\ndata: {"a": 1}\n\ndata: [DONE]\n\n'])

    assert events == [
        Event("response.created", b'{"a": 1}', b'event: response.created\ndata: {"a": 1}\n\n'),
        Event("", b"[DONE]", b"data: [DONE]\n\n"),
    ]


@pytest.mark.parametrize("eol", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_an_event_comes_out_with_its_last_byte(eol: bytes) -> None:
    block = b"event: a" + eol + b"data: 1" + eol + eol
    reader = EventReader()

    # With CRLF the CR of the empty line has to wait for its LF: that is the last byte.
    assert reader.feed(block[:-1]) == []
    assert seen(reader.feed(block[-1:])) == [("event", "a", b"1", True)]


@pytest.mark.parametrize(
    ("block", "kind", "data"),
    [
        (b": OPENROUTER PROCESSING\n\n", COMMENT, b"OPENROUTER PROCESSING"),
        (b":\n\n", COMMENT, b""),
        (b"retry: 3000\n\n", FIELDS, b""),
        (b"id: 7\n\n", FIELDS, b""),
        (b"event: open\n\n", FIELDS, b""),
        (b"data:\n\n", FIELDS, b""),
        (b"data: \n\n", FIELDS, b""),
        (b"data\n\n", FIELDS, b""),
        (b"data:  two spaces\n\n", EVENT, b" two spaces"),
        (b"data:a\ndata: b\n\n", EVENT, b"a\nb"),
        (b"data: a:b\n\n", EVENT, b"a:b"),
        (b"event: data: x\n\n", FIELDS, b""),
        (b"datax: 1\n\n", ODD, b"datax: 1"),
        (b'{"error": "no SSE at all"}\n\n', ODD, b'{"error": "no SSE at all"}'),
        (b"\xff\xfe\x00garbage\n\n", ODD, b"\xff\xfe\x00garbage"),
    ],
)
def test_every_block_is_kept_as_what_it_is(block: bytes, kind: str, data: bytes) -> None:
    assert [(event.kind, event.data, event.raw) for event in read([block])] == [(kind, data, block)]


def test_comments_in_front_of_an_event_are_an_event_of_their_own() -> None:
    events = read([b": one\n: two\nid: 9\ndata: [DONE]\n\n"])

    assert seen(events) == [("comment", "", b"one\ntwo", True), ("event", "", b"[DONE]", True)]
    assert events[1].raw == b"id: 9\ndata: [DONE]\n\n"


def test_an_id_never_dispatches_anything_later() -> None:
    events = read([b"id: 7\ndata: 1\n\n: ping\n\n: ping\n\ndata: 2\n\n"])

    assert [event.data for event in events if event.kind == EVENT] == [b"1", b"2"]


def test_an_error_field_is_an_event_named_error() -> None:
    assert seen(read([b'error: {"message": "no"}\n\n'])) == [("event", "error", b'{"message": "no"}', True)]


def test_one_bom_at_the_start_is_no_part_of_the_first_line() -> None:
    body = b"\xef\xbb\xbfdata: 1\n\n\xef\xbb\xbfdata: 2\n\n"
    events = read([body])

    assert [(event.kind, event.data) for event in events[:1]] == [(EVENT, b"1")]
    assert events[1].kind == ODD  # a second one is text, as the standard has it
    assert events[0].raw == b"\xef\xbb\xbfdata: 1\n\n"
    assert read(single(body)) == events


def test_a_stream_of_half_a_bom_is_kept() -> None:
    assert [event.raw for event in read([b"\xef", b"\xbb"])] == [b"\xef\xbb"]


def test_empty_lines_go_to_the_event_behind_them() -> None:
    body = b"\n\r\n\ndata: 1\n\n\n\ndata: 2\n\n\n"
    events = read([body])

    assert [event.raw for event in events] == [b"\n\r\n\ndata: 1\n\n", b"\n\ndata: 2\n\n", b"\n"]
    assert seen(events)[2] == ("fields", "", b"", True)
    assert read(single(body)) == events


def test_line_ends_of_other_alphabets_are_text() -> None:
    text = "one\u2028two\u2029three\x85four\x0bfive\x0csix\x1cseven\x00eight".encode()

    assert [event.data for event in read([b"data: " + text + b"\n\n"])] == [text]


def test_an_event_cut_off_by_the_end_is_given_and_marked() -> None:
    assert seen(read([b"data: 1\n\ndata: {half"]))[1:] == [("event", "", b"{half", False)]
    assert seen(read([b"data: 1\n"])) == [("event", "", b"1", False)]
    assert seen(read([b"data: 1\n\r"])) == [("event", "", b"1", True)]
    assert read([]) == []


# Limits


SMALL = Limits(line=100, event=250, total=1000, events=20)


def limited(chunks: Iterable[bytes], limits: Limits = SMALL) -> tuple[str, list[Event]]:
    """The limit that was reached, and everything read until then."""
    reader, events = EventReader(limits), []
    with pytest.raises(LimitReached) as caught:
        for chunk in chunks:
            events += reader.feed(chunk)
    assert reader.flush() == []
    with pytest.raises(LimitReached):
        reader.feed(b"data: more\n\n")
    return caught.value.limit, events + caught.value.events


@pytest.mark.parametrize(
    ("body", "limit", "kept"),
    [
        (b"data: 1\n\ndata: " + b"x" * 200, "line", 9 + 100),
        (b"data: 1\n\ndata: " + b"x" * 200 + b"\n\n", "line", 9 + 100),
        (b"id: 1\n" * 5 + b"data: " + b"x" * 200 + b"\n\n", "line", 30 + 100),
        (b"data: 1\n\n" + b"data: xxxxxxxxx\n" * 40, "event", 9 + 250),
        (b"data: 1\n\n" + b"data: xxxxxxxxx\n" * 40 + b"\n", "event", 9 + 250),
        (b"data: 1\n\n" + b"\n" * 600, "event", 9 + 250),
        (b"data: 0123456789012345678901234567890123456789012345678901234567890\n\n" * 30, "total", 1000),
        (b"data: 1\n\n" * 30, "events", 180),
    ],
    ids=["endless line", "long line", "long last line", "endless event", "long event", "empty lines", "total", "many"],
)
def test_a_limit_names_itself_and_keeps_what_came(body: bytes, limit: str, kept: int) -> None:
    for chunks in ([body], single(body), cut(body, 3, 50, 70, 200)):
        name, events = limited(chunks)

        assert name == limit
        assert b"".join(event.raw for event in events) == body[:kept]
        assert [event.kind for event in events].count(CUT) == (0 if limit == "events" else 1)


def test_a_line_as_long_as_the_limit_is_read() -> None:
    line = b"data: " + b"x" * 94

    assert [event.data for event in read([line + b"\n\n"], SMALL)] == [b"x" * 94]
    assert read(single(line + b"\n\n"), SMALL) == read([line + b"\n\n"], SMALL)


def test_f23_a_hundred_thousand_events_in_one_piece_are_read() -> None:
    body = b"".join(b'data: {"n":%d}\n\n' % n for n in range(100_000))

    events = read([body])

    assert len(events) == 100_000
    assert events[-1].data == b'{"n":99999}'


def test_a_million_tiny_events_reach_the_limit() -> None:
    """Attack 103."""
    name, events = limited([b":\n\n" * 20_000] * 50, Limits())

    assert name == "events"
    assert len(events) == Limits().events


@pytest.mark.parametrize("line", [b"data: " + b"x" * 20_000_000, b"x" * 20_000_000, b"\n" * 30_000_000])
def test_an_endless_line_takes_a_bounded_amount_of_memory(line: bytes) -> None:
    """Attack 103."""
    chunks = [line[i : i + 65_536] for i in range(0, len(line), 65_536)]
    tracemalloc.start()
    try:
        name, events = limited(chunks, Limits())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert name in ("line", "event")
    assert sum(len(event.raw) for event in events) >= 16 * 1024 * 1024
    assert peak < 3.2 * Limits().event


# Fuzz

PIECES = [
    b"data: ",
    b"data:",
    b"data",
    b"event: x",
    b": c",
    b"id: 1",
    b"error: e",
    b"{}",
    b"\xe2\x80\xa8",
    b"\x00",
    b"\xff",
]
LINE_ENDS = [b"\n", b"\r\n", b"\r"]


def reference(body: bytes) -> list[tuple[str, bytes]]:
    """A second opinion, line by line from the standard and slow on purpose: (name, data) of what it dispatches."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    lines: list[bytes] = []
    line, i = b"", 0
    while i < len(body):
        if body[i : i + 2] == b"\r\n":
            lines, line, i = [*lines, line], b"", i + 2
        elif body[i : i + 1] in (b"\r", b"\n"):
            lines, line, i = [*lines, line], b"", i + 1
        else:
            line, i = line + body[i : i + 1], i + 1
    if line:
        lines.append(line)
    dispatched: list[tuple[str, bytes]] = []
    data: list[bytes] = []
    name = b""
    for text in [*lines, b""]:
        field, _, value = text.partition(b":")
        value = value[1:] if value.startswith(b" ") else value
        if not text:
            if b"\n".join(data):
                dispatched.append((name.decode(errors="replace"), b"\n".join(data)))
            name, data = b"", []
        elif field == b"data":
            data.append(value)
        elif field == b"event":
            name = value
        elif field == b"error" and b":" in text:
            name, data = b"error", [*data, value]
    return dispatched


@given(st.lists(st.sampled_from(PIECES + LINE_ENDS * 3), max_size=40).map(b"".join), st.lists(st.integers(0, 9)))
def test_f22_any_bytes_read_the_same_however_they_are_cut(body: bytes, sizes: list[int]) -> None:
    """`./run soak streams` tries 100,000."""
    whole = read([body])

    assert b"".join(event.raw for event in whole) == body
    assert read(cut(body, *sizes)) == whole
    assert read(single(body)) == whole
    assert [(event.name, event.data) for event in whole if event.kind == EVENT] == reference(body)


@given(st.lists(st.sampled_from(PIECES + LINE_ENDS * 3), max_size=40).map(b"".join), st.lists(st.integers(0, 9)))
def test_any_bytes_reach_the_same_limit_however_they_are_cut(body: bytes, sizes: list[int]) -> None:
    limits = Limits(line=8, event=16, total=60, events=4)

    def outcome(chunks: list[bytes]) -> tuple[str, bytes]:
        reader, events = EventReader(limits), []
        try:
            for chunk in chunks:
                events += reader.feed(chunk)
        except LimitReached as over:
            return over.limit, b"".join(event.raw for event in events + over.events)
        return "", b"".join(event.raw for event in events + reader.flush())

    assert outcome(cut(body, *sizes)) == outcome([body]) == outcome(single(body))
    assert body.startswith(outcome([body])[1])
