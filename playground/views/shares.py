"""What the holder of a link sees. Every view here is let in by the link alone, through one door: `by_link`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from playground import VERSION, sharing
from playground.models import Audience, Run, Share
from playground.portable.document import write
from playground.runs.parts import Lens
from playground.sharing import misses
from playground.views.forks import Fork, fork_answer
from playground.views.portable import attached
from playground.views.posted import posted
from playground.views.runs import frames_of, seen_up_to
from playground.views.share_pane import Live, SharedPage, event_answer, panel_answer, recording_of, rows_answer
from playground.views.share_wishes import LONGEST_PASSPHRASE

View = Callable[..., HttpResponseBase]
Link = TypeVar("Link", Share, Audience)

GONE: Final = (
    _("There is nothing behind this link"),
    _("It may have expired, been revoked, or not be complete. Whoever sent it can make a new one."),
)
TOO_OFTEN: Final = (
    _("Too many links that lead nowhere"),
    _("From your address, many links were tried that do not exist. Wait a minute, then open yours again."),
)


# -- the door -----------------------------------------------------------------------------------------------------


def by_link(view: View) -> View:
    """Let in whoever may open the link, and give the view the share instead of the token. Unknown, expired and revoked
    links are one and the same page."""

    @login_not_required
    @wraps(view)
    def checked(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = behind(request, token, sharing.find)
        if isinstance(found, HttpResponse):
            return found
        return _asked(request, found) or view(request, found, token, *args, **kwargs)

    return checked


def behind(request: HttpRequest, token: str, find: Callable[[str], Link | None]) -> Link | HttpResponse:
    """What a link leads to; else the answer to whoever may not open it, or asked too often for what is not there."""
    client = request.META.get("REMOTE_ADDR", "")
    if misses.misses_too_often(client):
        return plain_page(request, 429, TOO_OFTEN)
    found = find(token)
    if found is None:
        misses.missed(client)
        return plain_page(request, 404, GONE)
    if not sharing.is_public(found) and not request.user.is_authenticated:
        is_part = bool(request.headers.get("HX-Request"))
        return HttpResponseClientRefresh() if is_part else redirect_to_login(request.get_full_path())
    return found


def _asked(request: HttpRequest, found: Share) -> HttpResponse | None:
    """The question for a passphrase, where one is still to be given."""
    if request.resolver_match and request.resolver_match.url_name == "share_unlock":
        return None
    if not sharing.is_pass_for(found, request.COOKIES.get(sharing.PASS_COOKIE, "")):
        return HttpResponseClientRefresh() if request.headers.get("HX-Request") else _ask(request, found)
    return None


def plain_page(request: HttpRequest, status: int, texts: tuple[Any, Any]) -> HttpResponse:
    """The same bytes for everyone whom it is shown to; it sets no cookie and asks the database for nothing."""
    heading, sentence = texts
    context = {"status": status, "heading": heading, "sentence": sentence, "csrf_token": ""}
    return render(request, "shares/nothing.html", context, status=status)


# -- the passphrase -----------------------------------------------------------------------------------------------


def _ask(request: HttpRequest, found: Share, problem: Any = "", status: int = 200) -> HttpResponse:
    token = request.resolver_match.kwargs["token"] if request.resolver_match else ""
    context = {**outside(request), "token": token, "problem": problem}
    return render(request, "shares/passphrase.html", context, status=status)


@csrf_exempt
@require_POST
@by_link
@sensitive_post_parameters("passphrase")
def unlock(request: HttpRequest, found: Share, token: str) -> HttpResponse:
    """Without a token against forgery: that would take a cookie, which nobody needs to read what is public. The gate
    lets in no form of another site, and all there is to forge is a passphrase one knows."""
    passphrase = posted(request, "passphrase")["passphrase"][:LONGEST_PASSPHRASE]
    client = request.META.get("REMOTE_ADDR", "")
    if not misses.may_guess(found, client):
        return _ask(request, found, _("Too many tries. Wait a minute, then try again."), 429)
    if not sharing.admits(found, passphrase):
        return _ask(request, found, _("That is not the passphrase."), 422)
    misses.guessed_right(found, client)
    answer = redirect("share", token)
    answer.set_cookie(
        sharing.PASS_COOKIE,
        sharing.pass_for(found),
        max_age=sharing.PASS_LASTS,
        path=reverse("share", args=[token]),
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


# -- the page -----------------------------------------------------------------------------------------------------


@require_safe
@by_link
def share(request: HttpRequest, found: Share, token: str) -> HttpResponse:
    page = shared_page(request, found, token)
    if request.method == "GET" and not request.headers.get("HX-Request"):  # HEAD asks whether it is there
        sharing.count_view(found)
    context = {
        **outside(request),
        "share": found,
        "page": page,
        "shown": page.shown,
        "fork": Fork(request.user, page.shown) if page.shown and request.user.is_authenticated else None,
        "token": token,
        "version": VERSION,
        "waits": found.live and not sharing.streams(found),
    }
    return render(request, "shares/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def fork(request: HttpRequest, found: Share, token: str) -> HttpResponse:
    return fork_answer(request, shared_page(request, found, token), token)


@require_safe
@by_link
def share_file(request: HttpRequest, found: Share, token: str) -> HttpResponse:
    """The copy itself, for a playground of the reader's own."""
    sharing.settle(found)
    return attached(write(sharing.contents(found)), "application/json", found.title, "json")


@require_safe
@by_link
def panel(request: HttpRequest, found: Share, token: str, number: int, tab: str) -> HttpResponse:
    return panel_answer(shared_page(request, found, token).at(number), tab)


@require_safe
@by_link
def recording(request: HttpRequest, found: Share, token: str, number: int) -> HttpResponseBase:
    return recording_of(shared_page(request, found, token).at(number))


@require_safe
@by_link
def rows(request: HttpRequest, found: Share, token: str, number: int) -> HttpResponse:
    return rows_answer(shared_page(request, found, token).at(number))


@require_safe
@by_link
def event(request: HttpRequest, found: Share, token: str, number: int, event: int) -> HttpResponse:
    return event_answer(shared_page(request, found, token).at(number), event)


@require_safe
@by_link
def state(request: HttpRequest, found: Share, token: str) -> HttpResponse:
    """What the websocket would say, for networks that block it; 404 once the link is closed."""
    run = found.run if found.live and sharing.streams(found) else None
    if run is None:
        return JsonResponse({"frames": []})
    lens = Lens(get_language() or "en", True, tuple(sorted(sharing.hidden_while_live(found, run))))
    return frames_answer(request, run, lens)


def frames_answer(request: HttpRequest, run: Run, lens: Lens) -> HttpResponse:
    """What a page lacks of a run that has seen its events up to `after`."""
    after = seen_up_to(request)
    return JsonResponse({"frames": []}) if after is None else frames_of(run, after, lens)


def shared_page(request: HttpRequest, found: Share, token: str) -> SharedPage:
    """The frozen snapshot; while its run is under way, the answer as far as it has come."""
    sharing.settle(found)
    here = reverse("share", args=[token])
    live = None
    if found.run and sharing.streams(found):
        live = Live(found.run, tuple(sorted(sharing.hidden_while_live(found, found.run))))
    return SharedPage(request, sharing.contents(found), here, here, live)


def outside(request: HttpRequest) -> dict[str, Any]:
    """A reader without an account gets a page that neither sets a cookie nor offers what would ask for a log-in."""
    return {} if request.user.is_authenticated else {"csrf_token": "", "stranger": True}
