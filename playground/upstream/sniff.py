"""What a body is, by its first bytes: the content type is only somebody's intention. Pure.

    body = BodyReader(limits)
    for chunk in chunks:
        for event in body.feed(chunk): ...
    for event in body.flush(): ...
    body.format                              # "sse", "json", "html", "text"; "" while it is open

SSE is read event by event. Anything else becomes one event named `body` when it is whole.
"""

from __future__ import annotations

from playground.upstream.sse import CUT, Event, EventReader, LimitReached, Limits

SSE, JSON, HTML, TEXT = "sse", "json", "html", "text"
BODY = "body"

_BOM = b"\xef\xbb\xbf"
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b"error:", b":")
_LONGEST = max(map(len, _FIELDS))
_ENOUGH = 64 * 1024  # of blank lines, which some servers send to keep a connection open before a JSON body


def sniff(start: bytes, ended: bool = False) -> str:
    """The format of a body that begins like this; "" while too little is here to tell."""
    if not ended and _BOM.startswith(start):
        return ""
    text = start.removeprefix(_BOM).lstrip()
    if text.startswith(_FIELDS):
        return SSE
    if not ended and len(text) < _LONGEST and any(field.startswith(text) for field in _FIELDS):
        return ""
    return JSON if text[:1] in (b"{", b"[") else HTML if text[:1] == b"<" else TEXT


class BodyReader:
    """Reads a body for what it is, whatever was asked for."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.format = ""
        self._events: EventReader | None = None
        self._held = bytearray()
        self._over = False

    def feed(self, data: bytes) -> list[Event]:
        if self._events is not None:
            return self._events.feed(data)
        if self._over:
            raise LimitReached("body", self.limits.body, [])
        self._held += data
        if not self.format:
            self.format = sniff(bytes(self._held), ended=len(self._held) > _ENOUGH)
            if self.format == SSE:
                return self._read_events()
        if len(self._held) > self.limits.body:
            self._over = True
            kept, self._held = bytes(self._held[: self.limits.body]), bytearray()
            raise LimitReached("body", self.limits.body, [Event(BODY, b"", kept, CUT, complete=False)])
        return []

    def flush(self) -> list[Event]:
        if self._events is not None:
            return self._events.flush()
        body, self._held = bytes(self._held), bytearray()
        if not body:
            return []
        self.format = self.format or sniff(body, ended=True)
        return [Event(BODY, body, body)]

    def _read_events(self) -> list[Event]:
        held, self._held = bytes(self._held), bytearray()
        self._events = EventReader(self.limits)
        return self._events.feed(held)
