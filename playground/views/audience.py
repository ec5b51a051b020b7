"""What visitors see and do. Every view here is let in by the link alone; a visitor's own runs by his cookie as well."""

from __future__ import annotations

import re
import secrets as randomness
import uuid
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from playground import sharing
from playground.models import Audience, Run
from playground.runs import visits
from playground.runs.following import screen_of
from playground.runs.limits import NotStarted
from playground.runs.parts import Lens, readable
from playground.runs.starting import NotYours
from playground.runs.stopping import stop
from playground.runs.visits import Visiting
from playground.views.audience_pane import Page
from playground.views.audience_words import Words, typed
from playground.views.posted import posted
from playground.views.runs import start
from playground.views.shares import GONE, behind, frames_answer, outside, plain_page

View = Callable[..., HttpResponse]

_COOKIE: Final = re.compile(r"[\w-]{43}", re.ASCII)
#: More than all fields of a form may hold, with room to spare: what is larger is not even read.
LARGEST: Final = 256 * 1024
ODD: Final = (
    _lazy("This could not be read"),
    _lazy("Something in it is not as this page sends it. Nothing was sent."),
)
TEXT: Final = "text/plain; charset=utf-8"


# -- the door -----------------------------------------------------------------------------------------------------


def by_audience(view: View) -> View:
    """Let in whoever may open the link, and give the view the link and who that is: a hash, or nobody yet."""

    @login_not_required
    @wraps(view)
    def checked(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        found = behind(request, token, sharing.find_audience)
        if isinstance(found, HttpResponse):
            return found
        try:
            return view(request, found, token, *args, **kwargs)
        except Http404:  # to a stranger, a run that is not his is what a link is that does not exist
            return plain_page(request, 404, GONE)
        except BadRequest:
            return plain_page(request, 400, ODD)

    return checked


def from_our_page(view: View) -> View:
    """For forms without a token against forgery, which would take a cookie that nobody needs before he has sent
    something. The gate lets in no Origin but ours; here it has to be there, as every browser sends it with a form."""

    @csrf_exempt
    @require_POST
    @login_not_required
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.headers.get("Content-Length") or "0"
        if "Origin" not in request.headers:
            return HttpResponse(_("This was not sent by our page."), status=403, content_type=TEXT)
        if not length.isdigit() or int(length[:9]) > LARGEST:
            return HttpResponse(_("That is too long."), status=413, content_type=TEXT)
        return view(request, *args, **kwargs)

    return checked


def _cookie(request: HttpRequest) -> str:
    given = request.COOKIES.get(sharing.VISITOR_COOKIE, "")
    return given if _COOKIE.fullmatch(given) else ""


def visitor_of(request: HttpRequest, found: Audience) -> str:
    return sharing.visitor_of(found, _cookie(request))


def _mine(request: HttpRequest, found: Audience, run_id: uuid.UUID) -> Run:
    """A run that this visitor started by this link; any other is not there."""
    run: Run | None = visits.of_visitor(found, visitor_of(request, found)).filter(pk=run_id).first()
    if run is None:
        raise Http404
    return run


# -- the page -----------------------------------------------------------------------------------------------------


@require_safe
@by_audience
def audience(request: HttpRequest, found: Audience, token: str) -> HttpResponse:
    return _page(request, found, token, visitor_of(request, found))


def _page(
    request: HttpRequest,
    found: Audience,
    token: str,
    visitor: str,
    values: Mapping[str, str] = {},
    run: Run | None = None,
    problem: str | Promise = "",
    status: int = 200,
) -> HttpResponse:
    page = Page(request, found, token, visitor, values, run)
    context = {
        **outside(request),
        "csrf_token": "",
        "page": page,
        "audience": found,
        "token": token,
        "problem": problem,
    }
    if request.headers.get("HX-Request"):
        # Scripts put 422 on the page as they do what is well.
        return render(request, "audience/_inside.html", context, status=422 if status != 200 else 200)
    return render(request, "audience/page.html", context, status=status)


@from_our_page
@by_audience
def audience_run(request: HttpRequest, found: Audience, token: str) -> HttpResponse:
    """Send the visitor's words in the owner's request. He has a cookie from now on, and no other field is looked at."""
    words = Words.of(found)
    given = posted(request, "run", *words.fields)
    values = {name: typed(given[name]) for name in words.fields}
    cookie = _cookie(request) or randomness.token_urlsafe(32)
    visitor = sharing.visitor_of(found, cookie)
    problem, prepared = words.problem(values), words.prepared(found.owner, values)
    if not problem and (prepared.refused or prepared.sent is None):
        problem = _("This cannot be sent. Try other words.")
    if problem or prepared.sent is None:
        return _page(request, found, token, visitor, values, problem=problem, status=422)
    assert found.connection  # an open link has one
    visiting = Visiting(found, visitor, words.said(values))
    try:
        run = start(
            _id(given["run"]), found.session, found.connection, found.endpoint, prepared.sent, visiting=visiting
        )
    except NotYours:
        raise Http404 from None
    except NotStarted as reason:
        found.refresh_from_db(fields=["runs", "tokens"])
        return _page(request, found, token, visitor, values, problem=reason.sentence, status=reason.status)
    found.refresh_from_db(fields=["runs", "tokens"])
    return _with_cookie(_started(request, found, token, visitor, values, run), found, token, cookie)


def _started(
    request: HttpRequest, found: Audience, token: str, visitor: str, values: Mapping[str, str], run: Run
) -> HttpResponse:
    address = f"{reverse('audience', args=[token])}?run={run.pk}"
    if not request.headers.get("HX-Request"):
        return redirect(address)
    answer = _page(request, found, token, visitor, values, run)
    answer["HX-Push-Url"] = address
    return answer


def _with_cookie(answer: HttpResponse, found: Audience, token: str, cookie: str) -> HttpResponse:
    """The one cookie of a visitor, for the life of the link and for its address alone."""
    answer.set_cookie(
        sharing.VISITOR_COOKIE,
        cookie,
        max_age=max(1, int((found.expires - timezone.now()).total_seconds())),
        path=reverse("audience", args=[token]),
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


# -- a run --------------------------------------------------------------------------------------------------------


@from_our_page
@by_audience
def audience_stop(request: HttpRequest, found: Audience, token: str, run_id: uuid.UUID) -> HttpResponse:
    posted(request)
    run = _mine(request, found, run_id)
    stop(run.pk)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect(f"{reverse('audience', args=[token])}?run={run.pk}")


@require_safe
@by_audience
def audience_state(request: HttpRequest, found: Audience, token: str) -> HttpResponse:
    """For networks that block websockets: 404 once the link is closed."""
    return JsonResponse({"frames": []})


@require_safe
@by_audience
def audience_frames(request: HttpRequest, found: Audience, token: str, run_id: uuid.UUID) -> HttpResponse:
    """What the websocket would say of a run."""
    run = _mine(request, found, run_id)
    return frames_answer(request, run, Lens(get_language() or "en", guest=True, visitor=True))


@require_safe
@by_audience
def audience_source(request: HttpRequest, found: Audience, token: str, run_id: uuid.UUID) -> HttpResponse:
    """The text of an answer as the model wrote it, to be copied."""
    slot = screen_of(_mine(request, found, run_id)).reader.slots.get(request.GET.get("place", ""))
    if slot is None:
        raise Http404
    return HttpResponse(readable(slot.text), content_type=TEXT)
