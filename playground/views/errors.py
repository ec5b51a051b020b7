"""Pages for what went wrong before a view could answer: what happened, and where to go from here."""

import logging
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.decorators import sync_and_async_middleware
from django.utils.translation import gettext_lazy as _

log = logging.getLogger(__name__)

TEXTS = {
    400: (_("This request could not be read"), _("Something in it is not as a browser sends it. Nothing was changed.")),
    403: (_("This is not open to you"), _("It may belong to somebody else, or you may have to sign in first.")),
    404: (_("There is nothing at this address"), _("It may have been deleted, or the address is not complete.")),
    405: (
        _("There is nothing to see at this address"),
        _("It takes what a form sends. Nothing was changed; go back to the page with the form."),
    ),
    413: (_("This is too large"), _("One request may carry 25 MB at most. Nothing was kept.")),
    500: (
        _("Something broke on our side"),
        _("It was written to the log. What was saved before is still there; try the page again."),
    ),
    503: (
        _("Not just now"),
        _("The server is busy or being restarted. Runs that are under way go on; try again soon."),
    ),
}
FORM_TOO_OLD = (
    _("This form could not be trusted"),
    _("It was opened too long ago, or in another place. Go back, load the page anew and send it again."),
)


def page(request: HttpRequest | None, status: int, texts: tuple[Any, Any] | None = None) -> HttpResponse:
    """The error page of `status`. Without a request it touches neither session nor database."""
    heading, sentence = texts or TEXTS[status]
    context = {"status": status, "heading": heading, "sentence": sentence}
    try:
        body = render_to_string("errors/page.html", context, request)
    except Exception:  # whatever broke the page may break this one too: then plain words have to do
        log.exception("the error page could not be drawn")
        return HttpResponse(f"{status}: {heading}\n\n{sentence}\n", status=status, content_type="text/plain")
    return HttpResponse(body, status=status)


@sync_and_async_middleware
def form_addresses(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Who opens the address of a form, by a reload or from the history, would see a white page: Django answers without
    a word. Programs get that answer as it is."""

    def is_person(request: HttpRequest, answer: HttpResponseBase) -> bool:
        return (
            answer.status_code == 405 and request.method == "GET" and "text/html" in request.headers.get("Accept", "")
        )

    def told(request: HttpRequest, answer: HttpResponseBase) -> HttpResponse:
        said = page(request, 405)
        said["Allow"] = answer["Allow"]
        return said

    if not iscoroutinefunction(get_response):

        def synchronous(request: HttpRequest) -> HttpResponseBase:
            answer: HttpResponseBase = get_response(request)
            return told(request, answer) if is_person(request, answer) else answer

        return synchronous

    async def asynchronous(request: HttpRequest) -> HttpResponseBase:
        answer: HttpResponseBase = await get_response(request)
        return await sync_to_async(told)(request, answer) if is_person(request, answer) else answer

    return asynchronous


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return page(None, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(request, 403, FORM_TOO_OLD)
