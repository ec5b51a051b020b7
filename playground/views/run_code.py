"""The request of a run as code, made from the bytes that were sent. Never with a key in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from playground.api.endpoints import ENDPOINTS
from playground.api.reading import Malformed, parse
from playground.models import SANDBOX_URL, Run
from playground.portable.discretion import public_request
from playground.rendering import highlight
from playground.samples.languages import LANGUAGES
from playground.samples.request import Request
from playground.views.share_reading import SOMEWHERE

if TYPE_CHECKING:
    from playground.views.run_pane import RunPane

#: A longer request is written out when somebody asks for it.
LONGEST: Final = 200_000
#: Remembers the language that was looked at last.
COOKIE: Final = "language_of_code"
#: What every request of ours has; every other header is one of the connection's own.
_USUAL: Final = frozenset(
    ("host", "authorization", "user-agent", "accept", "accept-encoding", "content-type", "content-length", "connection")
)


def code_panel(pane: RunPane) -> str:
    body = public_request(pane.run)
    wanted = pane.request.GET.get("language") or pane.request.COOKIES.get(COOKIE, "")
    language = LANGUAGES.get(wanted) or next(iter(LANGUAGES.values()))
    is_whole = len(body) <= LONGEST or "whole" in pane.request.GET
    text = language.write(_request(pane, body)) if is_whole and _is_document(body) else ""
    context = {
        "languages": [(each, pane.link("code", language=each.slug), each == language) for each in LANGUAGES.values()],
        "language": language,
        "cookie": COOKIE,
        "code": highlight(text, language.lexer) if text else "",
        "is_long": not is_whole,
        "whole": pane.link("code", language=language.slug, whole="1"),
        "size": len(body),
        "variables": list(_request(pane, body).variables().values()),
        "hides": body != bytes(pane.run.request_body),
    }
    return render_to_string("run/_code.html", context, pane.request)


def _request(pane: RunPane, body: bytes) -> Request:
    run = pane.run
    base_url = base_url_of(pane)
    return Request(run.endpoint, base_url, base_url + ENDPOINTS[run.endpoint].path, body, _own_headers(run))


def base_url_of(pane: RunPane) -> str:
    """Where the code sends to."""
    run = pane.run
    if run.url.startswith(SANDBOX_URL):
        return sandbox_address(pane.request)
    return run.url.partition("?")[0].removesuffix(ENDPOINTS[run.endpoint].path)


def sandbox_address(request: HttpRequest) -> str:
    """The sandbox has no address of its own: it answers at this server, if it is open to other programs there."""
    return request.build_absolute_uri("/sandbox/v1") if settings.SANDBOX_OPEN else SOMEWHERE


def _own_headers(run: Run) -> tuple[str, ...]:
    return tuple(str(name) for name, _ in run.request_headers if str(name).lower() not in _USUAL)


def _is_document(body: bytes) -> bool:
    try:
        return isinstance(parse(body), dict)
    except Malformed:
        return False
