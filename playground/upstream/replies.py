"""From what upstream said to the problem a person sees."""

from __future__ import annotations

import re
from typing import Any

from playground.api.errors import ErrorReport, from_body
from playground.upstream.plain import plain
from playground.upstream.problems import (
    BadRequest,
    ErrorReply,
    Forbidden,
    HtmlInsteadOfApi,
    NotFound,
    RateLimited,
    StreamError,
    Unauthorized,
    UnreadableReply,
    UpstreamError,
    UpstreamRedirect,
)

_OF_STATUS = {401: Unauthorized, 403: Forbidden, 404: NotFound, 429: RateLimited}
_NAMED = re.compile(r"body\.([\w.\[\]]{1,100}): ")  # FastAPI puts the place in front of the message
_NO_ROUTE = ("", "404", "not_found", "unknown_url")
_ABOUT_A_THING = re.compile(r"\bmodel\b|\bwith id\b|previous_response|conversation", re.IGNORECASE)
_RESPONSES_ONLY = re.compile(r"v1/responses|not a chat model", re.IGNORECASE)


def from_reply(
    status: int, reason: str, headers: list[tuple[str, str]], body: bytes, endpoint: str = ""
) -> ErrorReply | UnreadableReply:
    """A whole reply that is no answer: the status line, the headers and as much of the body as was kept."""
    return from_report(from_body(status, reason, headers, body), status, headers, body, endpoint)


def from_report(
    report: ErrorReport, status: int, headers: list[tuple[str, str]], body: bytes, endpoint: str = ""
) -> ErrorReply | UnreadableReply:
    kind = _OF_STATUS.get(status) or (
        UpstreamError if status >= 500 else BadRequest if status >= 400 else UpstreamRedirect if status >= 300 else None
    )
    if looks_like_html(body) and (status < 300 or status in (404, 405, 410)):
        kind = HtmlInsteadOfApi
    facts: dict[str, Any] = {"status": status}
    if report.code:
        facts["upstream_code"] = plain(report.code, 200)
    if report.retry_after_ms is not None:
        facts["retry_after_ms"] = report.retry_after_ms
    if kind is NotFound and (elsewhere := _elsewhere(report, endpoint)):
        facts["elsewhere"] = elsewhere
    return (kind or UnreadableReply)(_said(report, status, headers), param=_param(report), **facts)


def from_stream(report: ErrorReport) -> StreamError:
    """An error event inside the stream."""
    facts = {"upstream_code": plain(report.code, 200)} if report.code else {}
    return StreamError(_said(report, 200, []), param=_param(report), **facts)


def looks_like_html(body: bytes) -> bool:
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:100].lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<title", b"<!--", b"<script"))


def _said(report: ErrorReport, status: int, headers: list[tuple[str, str]]) -> str:
    words = [report.message, report.detail]
    if 300 <= status < 400:
        words += [f"{name}: {value}" for name, value in headers if name.lower() == "location"]
    return "\n".join(dict.fromkeys(word for word in words if word))


def _param(report: ErrorReport) -> str | None:
    named = _NAMED.match(report.message or "")
    param = report.param or (named.group(1) if named else None)
    return plain(param, 200) if param else None


def _elsewhere(report: ErrorReport, endpoint: str) -> str:
    """Where this request may be answered, if what came back looks as if only the address were wrong."""
    message = report.message or ""
    if endpoint == "chat" and _RESPONSES_ONLY.search(message):
        return "responses"
    if endpoint == "responses" and (report.code or "").lower() in _NO_ROUTE:
        return "" if report.param or _ABOUT_A_THING.search(message) else "chat"
    return ""
