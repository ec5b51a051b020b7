"""The start token of local mode: the printed link opens the playground once, a cookie keeps it open.

Other users of the same machine can reach the port but not the terminal. The token lives as long as the process and
is written nowhere; the cookie outlives a restart, so that open pages come back by themselves.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from django.http.cookie import parse_cookie

from playground.gate.policy import HEALTH, SANDBOX, Policy

NAME = "token"
#: What opens without a token: no one's data is behind these, and the page that explains needs its style.
OPEN = ("/static/", SANDBOX + "/", *HEALTH, "/robots.txt", "/csp-report", "/metrics")
TOKEN = secrets.token_urlsafe(32)


def needs_token(scope: dict[str, Any], policy: Policy) -> bool:
    if not policy.start_cookie or scope["path"].startswith(OPEN):
        return False
    header = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    # Cookies of other programs on this host come along, whatever they look like: Django's reader minds nothing.
    given = parse_cookie(header).get(policy.start_cookie, "")
    return not hmac.compare_digest(given.encode(), policy.start_value.encode())


def carries_token(scope: dict[str, Any]) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    given = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get(NAME, "")
    return hmac.compare_digest(given.encode(), TOKEN.encode())


async def open_door(scope: dict[str, Any], send: Any, policy: Policy) -> None:
    """Keep the cookie, and go to the same page with the token out of the address."""
    rest = [pair for pair in parse_qsl(scope["query_string"].decode("latin-1")) if pair[0] != NAME]
    # One slash in front: an address that begins with two would lead to another site.
    location = "/" + quote(scope["path"].lstrip("/\\")) + ("?" + urlencode(rest) if rest else "")
    cookie = f"{policy.start_cookie}={policy.start_value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000"
    headers = [(b"location", location.encode()), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
