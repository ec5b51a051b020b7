"""The gate's decision about one request: pure, from the scope and the policy alone."""

from __future__ import annotations

import enum
from collections import Counter
from typing import Any

from playground.gate.policy import HEALTH, LOOPBACK, SANDBOX, Policy, split_host

SAFE = ("GET", "HEAD")
OURS = ("same-origin", "none")


class Refusal(enum.Enum):
    """Why somebody may not come in, and the HTTP status that says so."""

    HOST = ("host", 400)
    HEADERS = ("headers", 400)
    PROXY = ("proxy", 400)
    ORIGIN = ("origin", 403)
    CROSS_SITE = ("cross_site", 403)
    TOKEN = ("token", 403)
    CLOSED = ("closed", 404)
    TOO_LARGE = ("too_large", 413)
    TOO_MANY = ("too_many", 429)

    def __init__(self, reason: str, status: int) -> None:
        self.reason = reason
        self.status = status


class Asked:
    """The headers of one request, read once."""

    def __init__(self, scope: dict[str, Any]) -> None:
        self.scope = scope
        self.path: str = scope["path"]
        self.method: str = scope.get("method", "GET")
        self.is_socket = scope["type"] == "websocket"
        self.counts = Counter(name for name, _ in scope["headers"])
        self.headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        self.host = self.headers.get(b"host", "").lower()
        self.origin = self.headers.get(b"origin")
        self.site = self.headers.get(b"sec-fetch-site", "")

    @property
    def is_navigation(self) -> bool:
        """A link somebody clicked, in a window of its own."""
        to_page = (
            self.headers.get(b"sec-fetch-mode") == "navigate" and self.headers.get(b"sec-fetch-dest") == "document"
        )
        return self.method in SAFE and to_page and not self.is_socket


def judge(scope: dict[str, Any], policy: Policy) -> Refusal | None:
    """Why this request may not come in, or nothing. Whatever is unclear is refused."""
    asked = Asked(scope)
    return (
        _judge_headers(asked)
        or _judge_host(asked, policy)
        or _judge_proxy(asked, policy)
        or _judge_origin(asked, policy)
        or _judge_site(asked)
        or _judge_sandbox(asked, policy)
    )


def _judge_headers(asked: Asked) -> Refusal | None:
    """Exactly one Host; at most one Origin. Daphne joins repeated websocket headers with a comma, no origin has one."""
    if asked.counts[b"host"] != 1 or asked.counts[b"origin"] > 1:
        return Refusal.HEADERS
    if "," in (asked.origin or "") or "," in asked.host or "," in asked.site:
        return Refusal.HEADERS
    return None


def _judge_host(asked: Asked, policy: Policy) -> Refusal | None:
    if policy.knows_host(asked.host):
        return None
    # A health check inside the container or on the same machine does not know our public name.
    if asked.path in HEALTH and split_host(asked.host)[0] in LOOPBACK:
        return None
    return Refusal.HOST


def _judge_proxy(asked: Asked, policy: Policy) -> Refusal | None:
    """A proxy that nobody listed, or that does not say how it was asked: better told than redirected in a circle."""
    if policy.scheme != "https" or asked.scope.get("scheme") not in ("http", "ws") or asked.path in HEALTH:
        return None
    told = b"x-forwarded-proto" in asked.headers
    return Refusal.PROXY if told != bool(asked.scope.get("believed")) else None


def _judge_origin(asked: Asked, policy: Policy) -> Refusal | None:
    """The page that asks is one of ours, to the port. Programs send no Origin; they do not carry our cookies either."""
    if asked.origin is None:
        return Refusal.ORIGIN if asked.is_socket else None
    if asked.origin == policy.origin(asked.host):
        return None
    return None if says_same_origin(asked) else Refusal.ORIGIN


def says_same_origin(asked: Asked) -> bool:
    """Our own forms send `Origin: null`, because of our Referrer-Policy; that they are ours, Sec-Fetch-Site says."""
    return asked.origin == "null" and asked.site == "same-origin" and not asked.is_socket


def _judge_site(asked: Asked) -> Refusal | None:
    """Other sites may link to our pages, and nothing else; to the sandbox not even that."""
    if asked.site in ("", *OURS):
        return None
    if asked.is_navigation and not in_sandbox(asked.path):
        return None
    return Refusal.CROSS_SITE


def _judge_sandbox(asked: Asked, policy: Policy) -> Refusal | None:
    return Refusal.CLOSED if in_sandbox(asked.path) and not policy.sandbox_open else None


def in_sandbox(path: str) -> bool:
    return path == SANDBOX or path.startswith(SANDBOX + "/")
