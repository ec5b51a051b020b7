"""The one permitted change of received bytes: a key that upstream echoes is replaced before it is stored or shown.

    masker = Masker([target.key, *target.headers.values()])
    if masker.event(event): ...        # its raw bytes and data were changed; the event is marked as such

It works on whole events, so a key that came in two chunks is found as well; one that is spread over two events is not.
To find that, every text would have to be read before it is stored, and its end held back while it may begin a key.
Short values are left alone: a local server's key is often a plain word such as "ollama", and no text may lose that.
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
    def __init__(self, secrets: Iterable[Secret]) -> None:
        spellings = {
            spelling for secret in secrets for word in _words(secret.reveal()) for spelling in _spellings(word)
        }
        # Longest first, so that no tail of one stays behind another.
        self._needles = sorted((spelling.encode() for spelling in spellings), key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, self._needles)))

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._needles)

    def event(self, event: Event) -> bool:
        """Masks the event in place; says whether there was anything to mask."""
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
