"""What every answer says to the browser, errors and static files included."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from playground.gate.policy import Policy

Headers = list[tuple[bytes, bytes]]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'; report-uri /csp-report"
)
ALWAYS: Headers = [
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"x-robots-tag", b"noindex"),
]
HSTS = (b"strict-transport-security", b"max-age=31536000")
STARTS = ("http.response.start", "websocket.http.response.start")

# A door's own policy stays beside ours: the browser obeys both, so it can only be stricter.
_OURS = {name for name, _ in ALWAYS} - {b"content-security-policy"} | {HSTS[0], b"server"}


def dressed(headers: Iterable[tuple[bytes, bytes]], policy: Policy) -> Headers:
    """The headers of one answer: ours put on, none that opens it to other origins, not kept unless it says so."""
    given = [(name.lower(), value) for name, value in headers]
    kept = [pair for pair in given if pair[0] not in _OURS and not pair[0].startswith(b"access-control-")]
    kept = [pair for pair in kept if pair not in ALWAYS]  # an answer that was dressed before
    if not any(name == b"cache-control" for name, _ in kept):
        kept.append((b"cache-control", b"no-store"))
    return [*kept, *ALWAYS, *([HSTS] if policy.scheme == "https" else [])]


def dressing(send: Any, policy: Policy) -> Any:
    """`send`, with the headers put on where an answer starts."""

    async def send_dressed(message: dict[str, Any]) -> None:
        if message["type"] in STARTS:
            message = {**message, "headers": dressed(message.get("headers", ()), policy)}
        await send(message)

    return send_dressed
