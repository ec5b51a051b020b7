"""A body is read for what it is, whatever was asked for and whatever its content type says."""

from __future__ import annotations

import pytest

from playground.upstream.sniff import BodyReader, sniff
from playground.upstream.sse import CUT, EVENT, Event, LimitReached, Limits


def read(*chunks: bytes, limits: Limits | None = None) -> tuple[str, list[Event]]:
    reader = BodyReader(limits)
    events = [event for chunk in chunks for event in reader.feed(chunk)]
    events += reader.flush()
    return reader.format, events


@pytest.mark.parametrize(
    ("body", "format_"),
    [
        (b"data: 1\n\n", "sse"),
        (b"data:1\n\n", "sse"),
        (b"\xef\xbb\xbfdata: 1\n\n", "sse"),
        (b"\n\n\nevent: x\ndata: 1\n\n", "sse"),
        (b": ping\n\ndata: 1\n\n", "sse"),
        (b"id: 1\ndata: 1\n\n", "sse"),
        (b"retry: 1\n\n", "sse"),
        (b"error: no\n\n", "sse"),
        (b'{"a":1}', "json"),
        (b'\n\n\n\n  {"a":1}\n', "json"),
        (b'\xef\xbb\xbf[{"a":1}]', "json"),
        (b'{"a":1}\n{"a":2}\n', "json"),
        (b"<!doctype html><html></html>", "html"),
        (b"\n<html>", "html"),
        (b"404 page not found", "text"),
        (b"database is down", "text"),
        (b"dat", "text"),
        (b"d", "text"),
        (b"\xff\xfe\x00", "text"),
    ],
)
def test_f21_a_body_is_what_its_first_bytes_say(body: bytes, format_: str) -> None:
    found, events = read(body)

    assert found == format_
    assert b"".join(event.raw for event in events) == body
    if format_ != "sse":
        assert events == [Event("body", body, body, EVENT)]
    assert read(*(body[i : i + 1] for i in range(len(body)))) == (found, events)


def test_the_first_events_do_not_wait_for_more_than_they_need() -> None:
    reader = BodyReader()

    assert reader.feed(b"dat") == []
    assert reader.format == ""
    assert [event.data for event in reader.feed(b"a: 1\n\n")] == [b"1"]


def test_an_empty_body_is_no_event() -> None:
    assert read() == ("", [])
    assert read(b"") == ("", [])


def test_a_body_that_is_no_stream_has_a_limit() -> None:
    reader = BodyReader(Limits(body=10))
    with pytest.raises(LimitReached) as caught:
        reader.feed(b'{"a": "' + b"x" * 100)

    assert caught.value.limit == "body"
    assert [(event.kind, event.raw) for event in caught.value.events] == [(CUT, b'{"a": "xxx')]
    assert reader.flush() == []
    with pytest.raises(LimitReached):
        reader.feed(b"more")


def test_endless_blank_lines_are_text_in_the_end() -> None:
    with pytest.raises(LimitReached):
        read(*[b"\n" * 50_000] * 10, limits=Limits(body=300_000))
    assert sniff(b"\n" * 70_000, ended=True) == "text"
