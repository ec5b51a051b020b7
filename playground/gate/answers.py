"""How the gate says no: a page for people, the API's error envelope for programs, a status for websockets."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

from playground.gate.judge import Refusal, in_sandbox

log = logging.getLogger(__name__)

TEXTS = {
    Refusal.HOST: (
        _("This is not an address of this playground"),
        _("It was asked for under a name that it does not know. Use the address printed at its start."),
    ),
    Refusal.HEADERS: (
        _("This request could not be read"),
        _("Something in it is not as a browser sends it. Nothing was changed."),
    ),
    Refusal.PROXY: (
        _("The proxy in front is not known"),
        _("Name its address in PLAYGROUND_PROXIES, and let it send X-Forwarded-Proto."),
    ),
    Refusal.ORIGIN: (
        _("Another page asked for this"),
        _("Only pages of this playground may do that. Nothing was changed."),
    ),
    Refusal.CROSS_SITE: (
        _("Another site asked for this"),
        _("Only pages of this playground may do that. Nothing was changed."),
    ),
    Refusal.TOKEN: (
        _("This playground opens by its link"),
        _("Open the link printed at its start, in the terminal or the container's log: it carries the key."),
    ),
    Refusal.CLOSED: (
        _("There is nothing at this address"),
        _("The sandbox is not open to other programs on this server."),
    ),
    Refusal.TOO_LARGE: (
        _("This is too large"),
        _("One request may carry 25 MB at most, a file of sessions 50 MB. Nothing was kept."),
    ),
    Refusal.TOO_MANY: (
        _("Too many connections"),
        _("Too many pages are connected at once. Close some and load this one again."),
    ),
}
TYPES = {404: "not_found_error", 403: "permission_error", 429: "rate_limit_error"}


async def refuse(scope: dict[str, Any], receive: Any, send: Any, refusal: Refusal) -> None:
    if scope["type"] == "websocket":
        await refuse_socket(scope, receive, send, refusal.status)
        return
    kind, body = document(scope["path"], scope["headers"], refusal)
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def refuse_socket(scope: dict[str, Any], receive: Any, send: Any, status: int) -> None:
    """Turn the handshake down with this status, where the server can say it; else with its own."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 4000 + status})
        return
    headers = [(b"content-length", b"0")]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b""})


def document(path: str, headers: Iterable[tuple[bytes, bytes]], refusal: Refusal) -> tuple[bytes, bytes]:
    """What is sent to whoever asked for this path with these headers, and as what kind."""
    accepted = {name.lower(): value.decode("latin-1") for name, value in headers}
    with translation.override(_language(accepted.get(b"accept-language", ""))):
        heading, sentence = (str(text) for text in TEXTS[refusal])
        if in_sandbox(path):
            return b"application/json", envelope(refusal.status, f"{heading}: {sentence}", refusal.reason)
        if "text/html" in accepted.get(b"accept", "") and refusal is not Refusal.HOST:
            context = {"status": refusal.status, "heading": heading, "sentence": sentence}
            return b"text/html; charset=utf-8", render_to_string("errors/page.html", context).encode()
        return b"text/plain; charset=utf-8", f"{heading}\n\n{sentence}\n".encode()


def envelope(status: int, message: str, code: str) -> bytes:
    """The error as OpenAI-compatible clients read it."""
    error = {"message": message, "type": TYPES.get(status, "invalid_request_error"), "param": None, "code": code}
    return json.dumps({"error": error}).encode()


def _language(accepted: str) -> str:
    for code, _weight in parse_accept_lang_header(accepted.lower()):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return "en"
