"""What an upstream says when it says no, found wherever compatible servers put it.

The search order is the outcome of reading many servers: the object under `error`, a bare string there, a list
around it, a flat `message`, FastAPI's `detail`, a title in HTML, and at last the text itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

Source = Literal["http", "body", "in_band", "transport"]

#: How much of a body that is no JSON is worth quoting.
QUOTED = 300
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,500})</title", re.IGNORECASE)


@dataclass(slots=True, frozen=True)
class ErrorReport:
    """One error as upstream put it. `source` says where it stood: status line, body, stream, or the wire itself."""

    source: Source
    status: int | None = None
    message: str | None = None
    code: str | None = None
    type: str | None = None
    param: str | None = None
    detail: str | None = None
    retry_after_ms: int | None = None

    def conclusion(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "status": self.status,
            "message": self.message,
            "code": self.code,
            "type": self.type,
            "retry_after_ms": self.retry_after_ms,
        }


def from_payload(payload: Any, source: Source, status: int | None = None, retry: int | None = None) -> ErrorReport:
    """The error in a parsed document, whichever of the known shapes it has."""
    if isinstance(payload, list) and payload and isinstance(payload[0], dict):
        payload = payload[0]
    if not isinstance(payload, dict):
        return ErrorReport(source, status, payload if isinstance(payload, str) else None, retry_after_ms=retry)
    error = payload.get("error")
    if isinstance(error, str) and error:
        return ErrorReport(source, status, _text(payload.get("message")) or error, retry_after_ms=retry)
    place = error if isinstance(error, dict) else payload
    return ErrorReport(
        source,
        status,
        _message(place) or _message(payload),
        _text(place.get("code")),
        # The event's own `type` is the word "error", which says nothing.
        None if place.get("type") == "error" else _text(place.get("type")),
        _text(place.get("param")),
        _detail(place),
        retry,
    )


def from_body(status: int, reason: str, headers: list[tuple[str, str]], body: bytes) -> ErrorReport:
    """The error in a whole reply; with a status below 400 the body itself is what is wrong."""
    source: Source = "http" if status >= 400 else "body"
    retry = retry_after_ms(headers)
    text = body.strip()
    if text[:1] in (b"{", b"["):
        try:
            return from_payload(json.loads(text), source, status, retry)
        except (ValueError, RecursionError):
            pass
    return ErrorReport(source, status, _quote(text) or reason or None, retry_after_ms=retry)


def is_error(payload: dict[str, Any]) -> bool:
    """Whether a stream's payload is an error. Asked before `choices`, because both may stand side by side."""
    return bool(payload.get("error")) or payload.get("object") == "error" or payload.get("type") == "error"


def retry_after_ms(headers: list[tuple[str, str]]) -> int | None:
    """How long upstream asks us to wait: exact milliseconds first, then seconds, then a date."""
    named = {name.lower(): value.strip() for name, value in headers}
    try:
        if "retry-after-ms" in named:
            return max(0, int(float(named["retry-after-ms"])))
        if "retry-after" not in named:
            return None
        return max(0, int(float(named["retry-after"]) * 1000))
    except (ValueError, OverflowError):
        return _until(named.get("retry-after", ""), named.get("date"))


def _until(moment: str, now: str | None) -> int | None:
    """Measured from upstream's own clock when it sent one, because ours may differ."""
    try:
        start = parsedate_to_datetime(now) if now else datetime.now(UTC)
        return max(0, int((parsedate_to_datetime(moment) - start).total_seconds() * 1000))
    except (TypeError, ValueError):
        return None


def _message(place: dict[str, Any]) -> str | None:
    for key in ("message", "detail", "error_description", "msg"):
        value = place.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list) and value:
            return "; ".join(_located(entry) for entry in value)
    return None


def _located(entry: Any) -> str:
    if isinstance(entry, dict) and isinstance(entry.get("loc"), list):
        return f"{'.'.join(map(str, entry['loc']))}: {entry.get('msg', '')}"
    return entry if isinstance(entry, str) else json.dumps(entry)


def _detail(place: dict[str, Any]) -> str | None:
    """The cause behind a gateway's general sentence, which travels as JSON inside a string."""
    metadata = place.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if not isinstance(raw, str):
        return None
    try:
        return from_payload(json.loads(raw), "body").message or raw
    except (ValueError, RecursionError):
        return raw


def _quote(body: bytes) -> str:
    title = _TITLE.search(body[:65536])
    text = title.group(1) if title else body[:QUOTED]
    return text.decode("utf-8", "replace").strip()


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return str(value)
