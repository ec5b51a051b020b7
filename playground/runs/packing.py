"""How events stand in the journal: a few bytes of ours, then the bytes as received.

A name or the data of an event is never stored beside its bytes: both are read from them again when needed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from playground.upstream import sse

#: The kind of an event, the low bits of its marks.
KINDS: Final = (sse.EVENT, sse.COMMENT, sse.FIELDS, sse.ODD, sse.CUT, "body")
BODY: Final = 5
_KIND_BITS: Final = 0x0F
#: What else is known about it, the high bits.
MASKED: Final = 0x10  # a key stood in it and was replaced by dots
UNENDED: Final = 0x20  # the stream stopped before the empty line that ends an event


class Stored(msgspec.Struct, array_like=True, gc=False):
    """One event of a run: microseconds since the request was sent, what it is, and its bytes."""

    at: int
    marks: int
    raw: bytes

    @property
    def kind(self) -> str:
        return KINDS[self.marks & _KIND_BITS]

    @property
    def masked(self) -> bool:
        return bool(self.marks & MASKED)

    @property
    def unended(self) -> bool:
        return bool(self.marks & UNENDED)


def is_mark(marks: int) -> bool:
    """Whether these can be the marks of an event: of a kind that is known."""
    return 0 <= marks <= 0xFF and marks & _KIND_BITS < len(KINDS)


_MARKS: Final = {kind: number for number, kind in enumerate(KINDS)}
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Stored])


def from_event(event: sse.Event, at: int) -> Stored:
    if event.kind == sse.EVENT and event.complete:  # nearly all of them
        return Stored(at, 0, event.raw)
    return Stored(at, _MARKS[event.kind] | (0 if event.complete else UNENDED), event.raw)


def from_body(body: bytes, at: int) -> Stored:
    return Stored(at, BODY, body)


def to_event(stored: Stored) -> sse.Event:
    """The event as it was read from the wire. A body is an event named `body`."""
    raw = stored.raw
    if not stored.marks and b"\r" not in raw:
        # The two usual shapes, read without a reader: `data: …` alone, or after one `event: …`.
        end = len(raw) - 2
        if raw.startswith(b"data: ") and raw.find(b"\n") == end:
            return sse.Event("", raw[6:end], raw)
        if raw.startswith(b"event: "):
            line = raw.find(b"\n")
            if raw.startswith(b"data: ", line + 1) and raw.find(b"\n", line + 7) == end and raw.endswith(b"\n\n"):
                return sse.Event(raw[7:line].decode("utf-8", "replace"), raw[line + 7 : end], raw)
    kind = stored.kind
    if kind == "body":
        return sse.Event("body", raw, raw)
    if kind == sse.CUT:  # it passed a limit once, and would again
        return sse.Event("", raw, raw, sse.CUT, complete=False)
    reader = sse.EventReader()
    for event in reader.feed(raw) + reader.flush():
        if event.kind == kind:
            return sse.Event(event.name, event.data, raw, event.kind, not stored.unended)
    return sse.Event("", raw, raw, sse.ODD, not stored.unended)


def pack(events: list[Stored]) -> bytes:
    return _encoder.encode(events)


def unpack(piece: bytes) -> list[Stored]:
    return _decoder.decode(piece)


#: A sealed journal begins with its format, so that a later one can tell.
_SEAL: Final = b"J1"
_LENGTH: Final = struct.Struct(">I")


def seal(pieces: Iterable[bytes]) -> bytes:
    """Packed pieces, in order, as one compressed record; one piece in memory at a time."""
    squeeze = zlib.compressobj(6)
    record = bytearray(_SEAL)
    for piece in pieces:
        record += squeeze.compress(_LENGTH.pack(len(piece)))
        record += squeeze.compress(piece)
    record += squeeze.flush()
    return bytes(record)


def unseal(record: bytes) -> Iterator[list[Stored]]:
    """The pieces of a sealed journal again; a record that is damaged gives what can still be read, then raises."""
    if not record.startswith(_SEAL):
        raise ValueError("not a sealed journal of a format we know")
    expand = zlib.decompressobj()
    buffer, rest = bytearray(), record[len(_SEAL) :]
    while rest and not expand.eof:
        buffer += expand.decompress(rest, 1 << 20)
        rest = expand.unconsumed_tail
        yield from _whole_pieces(buffer)
    buffer += expand.flush()
    yield from _whole_pieces(buffer)
    if not expand.eof or buffer:
        raise ValueError("a sealed journal that is not whole")


def _whole_pieces(buffer: bytearray) -> Iterator[list[Stored]]:
    start = 0
    while len(buffer) - start >= _LENGTH.size:
        (length,) = _LENGTH.unpack_from(buffer, start)
        if len(buffer) - start - _LENGTH.size < length:
            break
        begin = start + _LENGTH.size
        yield unpack(bytes(buffer[begin : begin + length]))
        start = begin + length
    del buffer[:start]
