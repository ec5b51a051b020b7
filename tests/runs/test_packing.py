"""What the journal keeps of an event is enough to have the event again."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from playground.runs import packing
from playground.upstream import sniff, sse

ODD_STREAM = (
    b"\xef\xbb\xbfdata: with a BOM\n\n"
    b": a comment\n\nid: 7\nretry: 10\n\nevent: named\ndata: {}\n\n"
    b"data: first\ndata: second\n\ndata: carriage\r\rdata: both\r\n\r\n\n\n"
    b"data: a\rdata: b\n\nevent: x\ndata: y\ndata: z\n\nnonsense\n\ndata:\n\n"
    b"data: \xe2\x80\xa8 stays\n\ndata: never ended"
)


def read(stream: bytes) -> list[sse.Event]:
    reader = sse.EventReader()
    return reader.feed(stream) + reader.flush()


def again(event: sse.Event) -> sse.Event:
    (stored,) = packing.unpack(packing.pack([packing.from_event(event, 5)]))
    assert stored.at == 5
    return packing.to_event(stored)


@pytest.mark.parametrize("event", read(ODD_STREAM), ids=lambda event: repr(event.raw)[:30])
def test_every_shape_of_event_comes_back_as_it_was_read(event: sse.Event) -> None:
    back = again(event)

    assert (back.name, back.data, back.raw, back.kind) == (event.name, event.data, event.raw, event.kind)


@given(
    some.lists(
        some.sampled_from([b"data: x", b"event: y", b":", b"\r", b"\n", b"\xff", b"id: 1", b"data"]), max_size=12
    )
)
def test_any_stream_comes_back_byte_for_byte(pieces: list[bytes]) -> None:
    stream = b"".join(pieces)

    assert b"".join(again(event).raw for event in read(stream)) == stream


def test_a_body_that_is_no_stream_is_an_event_named_body() -> None:
    stored = packing.from_body(b'{"a": 1}', 9)

    event = packing.to_event(stored)

    assert (event.name, event.data, stored.kind) == ("body", b'{"a": 1}', "body")


@pytest.mark.parametrize("body", [b"x" * 24, b"data: " + b"x" * 24, b"[" + b"1,\n" * 20])
def test_what_was_given_up_at_a_limit_is_not_read_again(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body may be longer than a line or an event may, so nothing that reads events would take it."""
    limits = sse.Limits(line=16, event=20, body=22)
    monkeypatch.setattr(sse, "Limits", lambda: limits)
    with pytest.raises(sse.LimitReached) as reached:
        sniff.BodyReader(limits).feed(body)

    (event,) = reached.value.events
    back = again(event)

    assert event.kind == sse.CUT
    assert (back.data, back.raw, back.kind, back.complete) == (event.raw, event.raw, sse.CUT, False)


def test_a_sealed_journal_gives_back_its_pieces_in_order() -> None:
    seed = random.randrange(1 << 30)
    print("seed", seed)
    dice = random.Random(seed)
    pieces = [
        [
            packing.Stored(dice.randrange(10**9), dice.randrange(6), dice.randbytes(dice.randrange(3000)))
            for _ in range(n)
        ]
        for n in (1, 500, 3)
    ]

    record = packing.seal(packing.pack(piece) for piece in pieces)

    assert list(packing.unseal(record)) == pieces


def test_a_damaged_record_is_not_taken_for_a_whole_one() -> None:
    record = packing.seal([packing.pack([packing.Stored(1, 0, b"data: x\n\n")])])

    with pytest.raises(ValueError):
        list(packing.unseal(record[:-3]))
    with pytest.raises(ValueError):
        list(packing.unseal(b"??" + record))
