"""The one permitted change of received bytes: a key that upstream echoes is replaced before it is stored or shown.

    masker = Masker([target.key, *target.headers.values()])
    if masker.event(event): ...        # its raw bytes and data were changed; the event is marked as such

It works on whole events, so a key that came in two chunks is found as well. One that is spread over several events,
as a model spells it, is followed from string to string; its first characters, fewer than `SHORTEST`, are seen before
anybody can know what they begin, and of its last ones at most `Trail.LEAST` less one. Short values are left alone: a
local server's key is often a plain word such as "ollama", and no text may lose that.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from playground.secrets import DOTS, Secret
from playground.upstream.sse import Event

#: Shorter values are no secrets worth a changed text.
SHORTEST = 12
_DOTS = DOTS.encode()
#: A scheme and what goes with it, as an Authorization header has them.
_CREDENTIAL = re.compile(r"[A-Za-z][A-Za-z0-9-]* +(\S+)")
#: What JSON writers escape although they need not; the rest is a matter of `json.dumps`.
_ESCAPED = str.maketrans({"/": "\\/", "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027", "+": "\\u002b"})


class Masker:
    """For one run: `event` remembers how far a key has come that arrives in pieces."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        words = {word for secret in secrets for word in _words(secret.reveal())}
        spellings = {spelling for word in words for spelling in _spellings(word)}
        self._trails = [Trail(json.dumps(word)[1:-1].encode()) for word in words]
        # Longest first, so that no tail of one stays behind another.
        self._needles = sorted((spelling.encode() for spelling in spellings), key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, self._needles)))

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._needles)

    def event(self, event: Event) -> bool:
        """Masks the event in place; says whether there was anything to mask."""
        masked = self._whole(event)
        for trail in self._trails:
            masked |= trail.event(event)
        return masked

    def _whole(self, event: Event) -> bool:
        raw = event.raw
        for needle in self._needles:
            if needle in raw:
                break
        else:
            if event.complete:
                return False
        masked = self.bytes(raw, cut=not event.complete)
        if masked == raw:
            return False
        event.raw = masked
        event.data = self.bytes(event.data, cut=not event.complete)
        event.name = self.text(event.name)
        return True

    def bytes(self, data: bytes, cut: bool = False) -> bytes:
        """`cut` says that more would have followed: then half a key at the end counts as one."""
        if not self._needles:
            return data
        data = self._pattern.sub(_DOTS, data)
        if cut:
            for needle in self._needles:
                for length in range(min(len(needle), len(data)), SHORTEST // 2, -1):
                    if data.endswith(needle[:length]):
                        return data[:-length] + _DOTS
        return data

    def text(self, text: str) -> str:
        return self.bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


class Trail:
    """A key that comes in pieces, each at the end or the beginning of a JSON string: `"it is sk-ab"`, `"cdef"`, … What
    does not go on within a few events was no key, and up to `SHORTEST` characters of it nothing is changed."""

    #: So much of a key may be told from the beginning of any other string.
    LEAST = 4
    #: How many events a piece is waited for: those of several choices come in turns.
    PATIENCE = 16

    def __init__(self, needle: bytes) -> None:
        self._needle = needle
        self._waits: dict[int, int] = {}  # how far the key had come, and for how many events more that counts
        # Every delta is looked through for this, and hardly one has it: what is a name and no value ends with `":`.
        self._begins = re.compile(b'%s[%s"][%s",}\\]]' % tuple(re.escape(needle[at : at + 1]) for at in range(3)))

    def event(self, event: Event) -> bool:
        raw = event.raw
        if not self._waits and not self._begins.search(raw):
            return False
        pieces = [(at, at + length) for at in self._waits if (length := self._going_on(raw, at))]
        if begun := self._begun(raw):
            pieces.append((0, begun))
        self._waits = {at: left - 1 for at, left in self._waits.items() if left > 1}
        for start, end in pieces:
            if end < len(self._needle):
                self._waits[end] = self.PATIENCE
            if end >= SHORTEST:
                self._mask(event, start, end)
        return event.raw != raw

    def _mask(self, event: Event, start: int, end: int) -> None:
        """Dots once, and nothing in the place of the pieces behind them."""
        before = rb'([:\[] ?")' if start else b"()"
        behind = b"" if end == len(self._needle) and end - start >= self.LEAST else b'(?=")'
        piece = re.compile(before + re.escape(self._needle[start:end]) + behind)
        dots = rb"\1" + (b"" if start >= SHORTEST else _DOTS)
        event.raw, event.data = piece.sub(dots, event.raw), piece.sub(dots, event.data)

    def _going_on(self, text: bytes, start: int) -> int:
        """How much of what is still to come stands at the beginning of a string that is a value: up to the string's
        end, or all of it, unless that is so little that any word may begin with it."""
        rest = self._needle[start:]
        at = text.find(b'"' + rest[:1])
        while at >= 0:
            length = _common(text, at + 1, rest)
            ends = text.startswith(b'"', at + 1 + length) or (length == len(rest) and length >= self.LEAST)
            if ends and text[max(0, at - 2) : at].strip()[-1:] in (b":", b"["):
                return length
            at = text.find(b'"' + rest[:1], at + 1)
        return 0

    def _begun(self, text: bytes) -> int:
        """How much of the key stands at the end of a string that is a value."""
        longest = 0
        for begins in self._begins.finditer(text):
            length = _common(text, begins.start(), self._needle)
            behind = begins.start() + length
            if length > longest and text[behind : behind + 2] in (b'",', b'"}', b'"]'):
                longest = length
        return longest


def _common(text: bytes, at: int, needle: bytes) -> int:
    """How many bytes from there on are those that the needle begins with."""
    length, most = 0, min(len(needle), len(text) - at)
    while length < most and text[at + length] == needle[length]:
        length += 1
    return length


def _words(value: str) -> list[str]:
    """The value, and what stands behind a scheme in it: `Bearer …` is echoed without its first word, too. No other
    piece of a value is a secret by itself: a header may hold JSON, whose pieces stand in every event."""
    credential = _CREDENTIAL.fullmatch(value)
    return [word for word in {value, *(credential.groups() if credential else ())} if len(word) >= SHORTEST]


def _spellings(value: str) -> set[str]:
    """Every way an echo is likely to write the value."""
    spelled = json.dumps(value)[1:-1]
    unescaped = json.dumps(value, ensure_ascii=False)[1:-1]
    return {
        value,
        spelled,
        unescaped,
        spelled.translate(_ESCAPED),
        spelled.replace("/", "\\/"),
        quote(value, safe=""),
        quote_plus(value),
        html.escape(value),
    }
