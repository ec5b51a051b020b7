"""Bytes in, events out: the SSE format and nothing else. Pure.

    reader = EventReader()
    for chunk in chunks:
        for event in reader.feed(chunk): ...
    for event in reader.flush(): ...          # the stream has ended

What holds for every cut of the stream into chunks:

* the events are the same, and their `raw` bytes joined together are the bytes that came in, every one of them;
* lines end at CR, LF or CRLF and nowhere else: U+2028, U+0085, form feeds and NUL are text;
* an event is given out as soon as its last byte is here; only a CR behind an LF or CRLF waits for one more byte;
* nothing is decoded but the event's name, so half a character at the end of a chunk cannot hurt.

The ordinary stream (LF or CRLF throughout, an optional `event:` line and one `data:` line) stays in one short loop.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

MIB = 1 << 20

Kind = Literal["event", "comment", "fields", "odd", "cut"]
EVENT: Kind = "event"  # has data: what a standard parser dispatches
COMMENT: Kind = "comment"  # comment lines only; `data` is their text
FIELDS: Kind = "fields"  # id, retry, a name, empty data, empty lines: nothing to dispatch
ODD: Kind = "odd"  # nothing in it is SSE; `data` is the text as it came
CUT: Kind = "cut"  # given up at a limit: the bytes so far, not read

_BOM = b"\xef\xbb\xbf"
_EOL = b"\r\n"
_LINE = re.compile(rb"\r\n|\n|\r")
_EMPTY_LINES = re.compile(rb"[\r\n]*")
_COMMENT_LINES = re.compile(rb"(?::[^\r\n]*(?:\r\n|\n|\r))+")
# The end of a block: a line end and an empty line. Behind a bare CR the empty line's own CR is enough; behind LF or
# CRLF a CR may still become CRLF, so it needs the byte that follows.
_BLOCK_END = re.compile(rb"\r\r|\n(?:\n|\r\n|\r(?=[^\n]))")


class Event(msgspec.Struct, gc=False):
    """One block of the stream. `complete` is false when the stream ended before its empty line came."""

    name: str
    data: bytes
    raw: bytes
    kind: Kind = EVENT
    complete: bool = True


class Limits(msgspec.Struct, frozen=True):
    """How much one reply may send. A line and an event are measured while they are still coming."""

    line: int = 16 * MIB
    event: int = 20 * MIB
    body: int = 32 * MIB  # of a reply that is no stream
    total: int = 256 * MIB
    events: int = 500_000


class LimitReached(Exception):
    """The stream passed a limit. `events` is what this feed still read, the piece that was cut last."""

    def __init__(self, limit: str, allowed: int, events: list[Event]) -> None:
        super().__init__(f"{limit} limit of {allowed}")
        self.limit = limit  # which of Limits' fields
        self.allowed = allowed
        self.events = events


class EventReader:
    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.total = 0
        self.count = 0
        self._wary = min(self.limits.line, self.limits.event)
        self._head: bytes | None = b""  # the first bytes, until it is clear whether they are a BOM
        self._blank = bytearray()  # a BOM and empty lines: they go in front of the next event's raw bytes
        self._held = bytearray()  # the block that is still coming
        self._line = self._seen = 0  # in it: where its last line begins, how far it was measured
        self._over: LimitReached | None = None

    def feed(self, data: bytes) -> list[Event]:
        if self._over:
            raise LimitReached(self._over.limit, self._over.allowed, [])
        room = self.limits.total - self.total
        if len(data) <= room:
            self.total += len(data)
            return self._read(data)
        self.total = self.limits.total
        events = self._read(data[:room])
        raise self._give_up("total", events, bytes(self._held) + (self._head or b""))

    def flush(self) -> list[Event]:
        """The stream is over: what is left, as an event that says it was not ended."""
        raw, blank = bytes(self._held) + (self._head or b""), bytes(self._blank)
        self._clear()
        # A CR that waited for its LF was an empty line after all.
        events = _block(raw, complete=raw.endswith(b"\n\r")) if raw else []
        if blank and not events:
            return [Event("", b"", blank, FIELDS)]
        if blank:
            events[0].raw = blank + events[0].raw
        return events

    def _read(self, data: bytes) -> list[Event]:
        if self._head is not None:
            data = self._begin(data)
        if self._held:
            window = bytes(self._held[-3:]) + data
            if b"\n\n" not in window and b"\n\r" not in window and b"\r\r" not in window:
                self._hold(data, [])
                return []
            data = bytes(self._held) + data
            self._held, self._line, self._seen = bytearray(), 0, 0
        events: list[Event] = []
        start = self._blocks(data, events)
        self.count += len(events)
        if self.count > self.limits.events:
            del events[self.limits.events - self.count :]
            raise self._give_up("events", events)
        if start < len(data):
            self._hold(data[start:], events)
        return events

    def _begin(self, data: bytes) -> bytes:
        """Takes one BOM off the front of the stream, however it was cut."""
        data = (self._head or b"") + data
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._head = data
            return b""
        self._head = None
        if data.startswith(_BOM):
            self._blank += _BOM
            return data[len(_BOM) :]
        return data

    def _blocks(self, data: bytes, events: list[Event]) -> int:
        """Reads every whole block of `data` (it begins with one); returns where the unfinished one begins."""
        blanks = [(0, self._blank)] if self._blank else []
        eol, start, size = _line_end(data), 0, len(data)
        wary, tail, empty = size > self._wary, len(eol) - 1, len(eol) + 1
        while start < size:
            # The fast road: `data: …`, or `event: …` and `data: …`, all lines ending alike. `end` is a line's LF.
            end = data.find(b"\n", start) if eol and not wary else -1
            if end > 0:
                if data.startswith(b"data: ", start):
                    if data.startswith(eol, end + 1) and start + 6 < end - tail:
                        stop = end + empty
                        events.append(Event("", data[start + 6 : end - tail], data[start:stop]))
                        start = stop
                        continue
                elif data.startswith(b"event: ", start) and data.startswith(b"data: ", end + 1):
                    last = data.find(b"\n", end + 7)
                    if last > 0 and data.startswith(eol, last + 1) and end + 7 < last - tail:
                        stop = last + empty
                        name = data[start + 7 : end - tail].decode("utf-8", "replace")
                        events.append(Event(name, data[end + 7 : last - tail], data[start:stop]))
                        start = stop
                        continue
            # Everything else.
            if data[start] in _EOL:
                found = _EMPTY_LINES.match(data, start)
                if not blanks or blanks[-1][0] < len(events):
                    blanks.append((len(events), bytearray()))
                blanks[-1][1].extend(data[start : found.end()])  # type: ignore[union-attr]
            else:
                found = _BLOCK_END.search(data, start)
                if not found:
                    break
                block = data[start : found.end()]
                if wary and (passed := self._passed(block)[0]):
                    self._blank = _prefixed(events, blanks)
                    raise self._give_up(passed[0], events, block[: passed[1]])
                events.extend(_block(block, complete=True))
            start = found.end()  # type: ignore[union-attr]
        if blanks:
            self._blank = _prefixed(events, blanks)
            if len(self._blank) > self.limits.event:
                blank, self._blank = bytes(self._blank[: self.limits.event]), bytearray()
                raise self._give_up("event", events, blank)
        return start

    def _hold(self, data: bytes, events: list[Event]) -> None:
        """Keeps the unfinished block while it stays within the limits; `events` are those read before it."""
        self._held += data
        if len(self._held) > self._wary:
            passed, self._line, self._seen = self._passed(self._held, self._line, self._seen)
            if passed:
                raise self._give_up(passed[0], events, bytes(self._held[: passed[1]]))

    def _passed(self, raw: bytes | bytearray, line: int = 0, seen: int = 0) -> tuple[tuple[str, int] | None, int, int]:
        """Which limit this block passes first, after how many bytes; where its last line begins; what was measured."""
        while found := _LINE.search(raw, seen):
            if found.start() - line > self.limits.line:
                break
            line = seen = found.end()
        end = found.start() if found else len(raw)
        passed = [("line", line + self.limits.line)] if end - line > self.limits.line else []
        if len(raw) > self.limits.event:
            passed.append(("event", self.limits.event))
        return min(passed, key=lambda limit: limit[1], default=None), line, end

    def _give_up(self, limit: str, events: list[Event], cut: bytes = b"") -> LimitReached:
        if cut:
            events = [*events, Event("", b"", bytes(self._blank) + cut, CUT, complete=False)]
        self._clear()
        self._over = LimitReached(limit, getattr(self.limits, limit), events)
        return self._over

    def _clear(self) -> None:
        self._held, self._blank, self._head = bytearray(), bytearray(), None


def _line_end(data: bytes) -> bytes:
    """The one line end of all of `data`, or nothing when they are mixed or cut."""
    if b"\r" not in data:
        return b"\n"
    pairs = data.count(b"\r\n")
    return b"\r\n" if pairs == data.count(b"\r") == data.count(b"\n") else b""


def _prefixed(events: list[Event], blanks: list[tuple[int, bytearray]]) -> bytearray:
    """Puts the empty lines in front of the event each stands before; returns those that no event follows yet."""
    for position, lines in blanks:
        if position == len(events):
            return lines
        events[position].raw = bytes(lines) + events[position].raw
    return bytearray()


def _block(raw: bytes, complete: bool) -> list[Event]:
    """Any block at all. Comments in front of an event are an event of their own, so that they can be seen."""
    comments = _COMMENT_LINES.match(raw)
    if comments and raw[comments.end() :].strip(_EOL):
        return [_comment(comments.group()), _event(raw[comments.end() :], complete)]
    return [_event(raw, complete)]


def _comment(raw: bytes) -> Event:
    lines = [line[1:].removeprefix(b" ") for line in _LINE.split(raw) if line]
    return Event("", b"\n".join(lines), raw, COMMENT)


def _event(raw: bytes, complete: bool) -> Event:
    name, data, known, comments, odd = b"", [], False, False, False
    for line in _LINE.split(raw):
        field, colon, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value
        elif field == b"error" and colon:  # not in the standard, but sent: its value is an error
            name = field
            data.append(value)
        elif field in (b"id", b"retry"):
            known = True
        elif colon and not field:
            comments = True
        elif line:
            odd = True
    text = name.decode("utf-8", "replace")
    if payload := b"\n".join(data):
        return Event(text, payload, raw, EVENT, complete)
    if data or known or name or not (comments or odd):
        return Event(text, b"", raw, FIELDS, complete)
    if comments and not odd:
        event = _comment(raw)
        event.complete = complete
        return event
    return Event("", raw.strip(_EOL), raw, ODD, complete)
