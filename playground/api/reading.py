"""What every endpoint's reader has in common: slots, updates, payloads, and the conclusion at the end.

A reader is fed the events of one run, in order, and keeps two things: the response as assembled so far, and the
*slots* of the page (one text, one tool call, one image …). For each event it returns updates, of three kinds only:

    ("delta", place, text)        append this text to the slot there
    ("part", place, kind, data)   the slot is new, or changed otherwise: show it anew from `reader.slots[place]`; where
                                  there is no slot of that name, the reply as a whole changed
    ("done", place)               nothing more will come there

so that whoever shows a run never learns the name of an endpoint or of an event.
"""

from __future__ import annotations

import hashlib
import json
import math
from abc import ABC, abstractmethod
from typing import Any, TypeAlias

import msgspec

from playground.api.errors import ErrorReport, from_body, from_payload
from playground.api.growing import GrowingText

Update: TypeAlias = tuple[str, str] | tuple[str, str, str] | tuple[str, str, str, dict[str, Any]]
JSON: TypeAlias = Any

#: Deeper documents are kept and shown as they came, not parsed: no honest reply is nested like that.
MAX_DEPTH = 64


class Slot:
    """One place on the page: its kind, what is known about it, and a text that grows."""

    __slots__ = ("_text", "data", "done", "edition", "kind", "place")

    def __init__(self, place: str, kind: str, data: dict[str, Any]) -> None:
        self.place = place
        self.kind = kind
        self.data = data
        self.done = False
        self.edition = 0  # rises when the text was replaced, not only added to
        self._text = GrowingText()

    def append(self, text: str) -> None:
        self._text.append(text)

    @property
    def text(self) -> str:
        return self._text.whole

    def set_text(self, text: str) -> bool:
        """Replace the text; true when that changed anything."""
        if text == self._text.whole:
            return False
        self.edition += 1
        self._text = GrowingText(text)
        return True


class Malformed(Exception):
    """A payload that is no JSON we can read. The event is kept and shown as it came."""


def parse(data: bytes) -> JSON:
    """JSON as servers really write it: NaN becomes null, lone surrogates survive, too deep or broken is Malformed."""
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        document = _parse_loosely(data)
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and deeper_than(document, MAX_DEPTH):
        raise Malformed("too deep")
    return document


def _parse_loosely(data: bytes) -> JSON:
    try:
        text = data.decode("utf-8", "replace")
        return json.loads(text, parse_constant=lambda _: None, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Malformed(type(error).__name__) from None


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None


def deeper_than(document: JSON, limit: int) -> bool:
    """Whether lists and objects stand inside each other more often than that."""
    level = [document]
    for _ in range(limit):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: JSON) -> list[JSON]:
    values = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [value for value in values if isinstance(value, dict | list)]


def dump(document: JSON) -> bytes:
    """Compact ASCII JSON: every string an upstream can send, lone surrogates included, survives."""
    return json.dumps(document, separators=(",", ":")).encode()


class Reader(ABC):
    """Reads one reply. Nothing an upstream sends makes it raise; what it cannot use it names in `warnings`."""

    endpoint: str

    def __init__(self) -> None:
        self.slots: dict[str, Slot] = {}
        self.warnings: list[str] = []
        self.payloads = 0
        self.done_sentinel = False
        self.malformed = False  # whether the event just read could not be used
        self.ended = False  # a terminal event or [DONE] was seen
        self.outcome = ""
        self.error: ErrorReport | None = None
        self.usage: dict[str, Any] | None = None  # as reported
        self.id = ""
        self.model = ""
        self._body: JSON = None  # the whole reply, when it was no stream
        self._status = 200

    # -- what a caller uses -------------------------------------------------------------------------------------

    def read(self, name: str, data: bytes) -> list[Update]:
        """One event of the stream, or `name="body"`: a whole body that is not SSE."""
        self.malformed = False
        if name == "body":
            return self._read_body(data)
        if self.done_sentinel:
            self.warn("data_after_done")
            return []
        if data.lstrip()[:6] == b"[DONE]":
            self.done_sentinel = self.ended = True
            return self._done()
        updates: list[Update] = []
        for payload in self._payloads(data):
            self.payloads += 1
            if isinstance(payload, dict):
                updates += self._payload(name, payload)
            else:
                self.warn("non_object_payload")
        return updates

    @abstractmethod
    def finish(self) -> list[Update]:
        """The stream is over, for whatever reason: conclude from what came."""

    @abstractmethod
    def response_body(self) -> bytes:
        """The response as JSON, assembled from the events if it did not come whole."""

    def read_error(self, status: int, reason: str, headers: list[tuple[str, str]], body: bytes) -> None:
        """A reply that is an error as a whole."""
        self.error = from_body(status, reason, headers, body)
        self.outcome = "error"
        self.ended = True
        try:
            self._body = parse(body.strip())
            self.payloads = 1
        except Malformed:
            self._body = None

    def at_status(self, status: int) -> None:
        """What the status line said, for the report of an error in the body."""
        self._status = status

    def warn(self, warning: str) -> None:
        if warning not in self.warnings:
            self.warnings.append(warning)

    # -- what an endpoint fills in ------------------------------------------------------------------------------

    @abstractmethod
    def _payload(self, name: str, payload: dict[str, Any]) -> list[Update]: ...

    @abstractmethod
    def _whole(self, document: dict[str, Any]) -> list[Update]:
        """A reply that came as one JSON document."""

    def _done(self) -> list[Update]:
        return []

    @abstractmethod
    def _conclusion(self) -> dict[str, Any]: ...

    # -- shared parts -------------------------------------------------------------------------------------------

    def _payloads(self, data: bytes) -> list[JSON]:
        try:
            return [parse(data)]
        except Malformed:
            pass
        lines = [line for line in data.split(b"\n") if line.strip()]
        found: list[JSON] = []
        for line in lines if len(lines) > 1 else ():
            try:
                found.append(parse(line))
            except Malformed:
                self.malformed = True
        if not found:
            self.malformed = True
            self.warn("bad_json" if data.lstrip()[:1] in (b"{", b"[") else "non_json_data")
        return found

    def _read_body(self, data: bytes) -> list[Update]:
        """A body that is no SSE: one JSON document, a JSON document a line, a page, or plain text."""
        text = data.strip()
        self.ended = True
        try:
            document = parse(text)
        except Malformed:
            return self._read_lines(text)
        self.payloads = 1
        if isinstance(document, dict):
            return self._whole(document)
        self.error, self.outcome = from_payload(document, "body", self._status), "error"
        return []

    def _read_lines(self, text: bytes) -> list[Update]:
        lines = [line for line in text.splitlines() if line.strip()]
        documents: list[dict[str, Any]] = []
        for line in lines if text[:1] == b"{" else ():
            try:
                document = parse(line)
            except Malformed:
                self.malformed = True
                continue
            if isinstance(document, dict):
                documents.append(document)
        if not documents:
            self.malformed = True
            self.error, self.outcome = from_body(self._status, "", [], text), "error"
            return []
        self.warn("ndjson")
        self.ended = False
        updates: list[Update] = []
        for document in documents:
            self.payloads += 1
            updates += self._payload("", document)
        return updates

    def _slot(self, place: str, kind: str, data: dict[str, Any]) -> Slot:
        slot = self.slots[place] = Slot(place, kind, data)
        return slot

    def _show(self, slot: Slot) -> Update:
        return ("part", slot.place, slot.kind, slot.data)

    def _close(self, slot: Slot) -> list[Update]:
        if slot.done:
            return []
        slot.done = True
        return [("done", slot.place)]

    def _close_all(self) -> list[Update]:
        return [update for slot in self.slots.values() for update in self._close(slot)]

    def _fail(self, payload: JSON) -> list[Update]:
        """An error inside the stream: what came before it stays."""
        self.error = from_payload(payload, "in_band")
        self.outcome = "error"
        self.ended = True
        return self._close_all()

    def _truncate(self) -> None:
        self.outcome = "truncated"
        self.error = ErrorReport("transport")

    def conclusion(self) -> dict[str, Any]:
        """What a right reader concludes, in the words of the recorded streams."""
        found = self._conclusion()
        text = found["text"]
        return {
            "endpoint": self.endpoint,
            "payloads": self.payloads,
            "done_sentinel": self.done_sentinel,
            "outcome": self.outcome,
            **found,
            "text_length": len(text),
            "text_sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            "usage": normalise_usage(self.usage),
            "error": self.error.conclusion() if self.error else None,
            "error_detail": self.error.detail if self.error else None,
            "warnings": self.warnings,
        }


def normalise_usage(usage: dict[str, Any] | None) -> dict[str, Any] | None:
    """Tokens under one set of names; a count that is no whole number is left as it came for the page to show."""
    if not usage:
        return None
    into = usage.get("input_tokens", usage.get("prompt_tokens"))
    out = usage.get("output_tokens", usage.get("completion_tokens"))
    total = usage.get("total_tokens")
    if total is None and isinstance(into, int) and isinstance(out, int):
        total = into + out
    return {"input_tokens": into, "output_tokens": out, "total_tokens": total}


def token_details(usage: dict[str, Any] | None) -> dict[str, int]:
    """The finer counts some upstreams add: cached and reasoning tokens."""
    details: dict[str, int] = {}
    for parent, name in (
        ("input_tokens_details", "cached_tokens"),
        ("prompt_tokens_details", "cached_tokens"),
        ("output_tokens_details", "reasoning_tokens"),
        ("completion_tokens_details", "reasoning_tokens"),
    ):
        group = (usage or {}).get(parent)
        if isinstance(group, dict) and isinstance(group.get(name), int):
            details[name] = group[name]
    return details


def parse_arguments(arguments: str) -> JSON:
    """A call's arguments: nothing means an empty object, and broken JSON is nothing we could name."""
    if not arguments.strip():
        return {}
    try:
        return parse(arguments.encode("utf-8", "surrogatepass"))
    except Malformed:
        return None
