"""Making a link: the dialog, what its readers would see, and the link itself, shown once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from playground import VERSION, sharing
from playground.models import Run, Share
from playground.portable.document import write
from playground.portable.opening import LARGEST, Refused
from playground.sharing import DOTS
from playground.views.portable import TOO_LARGE, attached
from playground.views.posted import posted
from playground.views.share_pane import Live, SharedPage, event_answer, panel_answer, recording_of, rows_answer
from playground.views.share_wishes import LIFE_WORDS, Asked, Preview, allowed_scopes


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("passphrase")
def share_new(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """A dialog, or without a script a page. `do=look` shows it again with what was chosen; else the link is made."""
    run = _mine(request, run_id)
    if request.method != "POST":
        return _form(request, Preview.of(Asked(run)))
    posted(request, "what", "answer", "address", "scope", "life", "passphrase", "leave", "seen", "do")
    asked = Asked.from_form(run, request.POST)
    preview = Preview.of(asked)
    if request.POST.get("do") == "look":
        return _form(request, preview)
    if preview.new:
        return _form(request, preview, _("Something new was found since you looked. Look again, then make the link."))
    try:
        made, token = sharing.share(preview.wish)
    except Refused as refused:
        return _form(request, preview, refused.reason)
    return _made(request, run, made, token)


def _form(request: HttpRequest, preview: Preview, problem: Any = "") -> HttpResponse:
    asked = preview.asked
    context = {
        "frame": frame(request),
        "here": "workbench",
        "run": asked.run,
        "session": asked.run.session,
        "runs": asked.run.session.runs.count(),
        "asked": asked,
        "preview": preview,
        "page": looked_at(request, preview),
        "lives": LIFE_WORDS,
        "ends": ends(asked.life),
        "scopes": allowed_scopes(),
        "local": not settings.TEAM,
        "problem": problem,
        "hidden": DOTS,
    }
    return render(request, "shares/new.html", context, status=422 if problem else 200)


def _made(request: HttpRequest, run: Run, made: Share, token: str) -> HttpResponse:
    context = {"frame": frame(request), "here": "workbench", "run": run, "share": made, "local": not settings.TEAM}
    context["address"] = address_of(request, token)
    return render(request, "shares/made.html", context)


def address_of(request: HttpRequest, token: str, name: str = "share") -> str:
    """The whole link; in team mode under the address that people type, whatever this request came by."""
    path = reverse(name, args=[token])
    if settings.TEAM and settings.SITE:
        return f"{settings.SITE.scheme}://{settings.SITE.netloc}{path}"
    return request.build_absolute_uri(path)


def ends(life: str) -> Any:
    lasts: timedelta | None = sharing.LIVES[life]
    return timezone.now() + lasts if lasts else None


def frame(request: HttpRequest) -> str:
    """What such a page is drawn into: a dialog that is open, or a page of its own."""
    return "shares/_dialog.html" if request.headers.get("HX-Request") else "shares/_alone.html"


# -- what they will see -------------------------------------------------------------------------------------------


def looked_at(request: HttpRequest, preview: Preview) -> SharedPage:
    """The very page of the link, before there is one."""
    asked = preview.asked
    here = reverse("share_look", args=[asked.run.pk, asked.terms])
    live = None
    if not asked.run.is_settled and asked.answer and not asked.whole and not preview.left_out:
        live = Live(asked.run, tuple(sorted(sharing.hidden_texts([asked.run], set(), with_address=asked.address))))
    return SharedPage(request, dict(preview.document), here, here, live)


def by_terms(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @require_safe
    @wraps(view)
    def checked(request: HttpRequest, run_id: uuid.UUID, terms: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        preview = Preview.of(Asked.from_terms(_mine(request, run_id), terms))
        return view(request, looked_at(request, preview), *args, **kwargs)

    return checked


@by_terms
def share_look(request: HttpRequest, page: SharedPage) -> HttpResponse:
    context = {"page": page, "shown": page.shown, "preview": True, "version": VERSION}
    return render(request, "shares/page.html", context)


@by_terms
def look_panel(request: HttpRequest, page: SharedPage, number: int, tab: str) -> HttpResponse:
    return panel_answer(page.at(number), tab)


@by_terms
def look_recording(request: HttpRequest, page: SharedPage, number: int) -> HttpResponseBase:
    return recording_of(page.at(number))


@by_terms
def look_rows(request: HttpRequest, page: SharedPage, number: int) -> HttpResponse:
    return rows_answer(page.at(number))


@by_terms
def look_event(request: HttpRequest, page: SharedPage, number: int, event: int) -> HttpResponse:
    return event_answer(page.at(number), event)


@require_safe
def look_file(request: HttpRequest, run_id: uuid.UUID, terms: str) -> HttpResponse:
    """The same copy as a file, for whom no link can reach. What came into the run since its owner looked stays out."""
    preview = Preview.of(Asked.from_terms(_mine(request, run_id), terms, request.GET.getlist("seen"))).without_new
    written = write(dict(preview.document))
    if len(written) > LARGEST:
        context = {"frame": "_page.html", "reason": TOO_LARGE, "here": "workbench"}
        return render(request, "sessions/not_exported.html", context, status=413)
    return attached(written, "application/json", str(preview.document["sessions"][0]["title"]), "json")


def _mine(request: HttpRequest, run_id: uuid.UUID) -> Run:
    mine = Run.objects.for_user(request.user).filter(session__deleted=None).select_related("session")
    found: Run = get_object_or_404(mine, pk=run_id)
    return found
