"""Sessions deleted and brought back, and what is done with several of them at once."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from playground.models import Session
from playground.views.posted import posted
from playground.views.session_filter import micros, moment_of, uuid_of
from playground.views.session_loss import Loss, throw_away
from playground.views.sessions import frame, go_to, mine, told

MOST: Final = 400


@require_POST
def session_delete(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """With what would be lost for good, only after it was said."""
    found = mine(request, session_id)
    return _delete(request, [found], posted(request, "sure")["sure"] == "1")


@require_POST
def session_restore(request: HttpRequest) -> HttpResponse:
    """Undo: one session by its id, or everything that was deleted at one moment."""
    given = posted(request, "session", "at")
    gone = Session.objects.thrown_away_by(request.user)
    one, moment = uuid_of(given["session"]), moment_of(given["at"])
    found = gone.filter(pk=one) if one else gone.filter(deleted=moment) if moment else gone.none()
    ids = list(found.values_list("pk", flat=True))
    if not ids:
        raise Http404
    Session.objects.filter(pk__in=ids).update(deleted=None)
    if request.headers.get("HX-Request"):
        return told(HttpResponse(status=204), closes=True)
    return redirect(f"{reverse('session', args=[ids[0]])}#sessions")


@require_POST
def session_forget(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Delete for good what was deleted already."""
    posted(request)
    found = Session.objects.thrown_away_by(request.user).filter(pk=session_id).first()
    if found is None:
        raise Http404
    found.delete()
    if request.headers.get("HX-Request"):
        return told(HttpResponse(status=204), closes=True)
    return redirect("/?where=deleted#sessions")


@require_POST
def session_several(request: HttpRequest) -> HttpResponse:
    given = posted(request, "do", "session", "sure")
    chosen = chosen_sessions(request)
    if given["do"] == "delete":
        return _delete(request, list(chosen), given["sure"] == "1")
    if given["do"] not in ("archive", "unarchive"):
        raise BadRequest("unknown action")
    chosen.update(archived=timezone.now() if given["do"] == "archive" else None)
    if request.headers.get("HX-Request"):
        return told(HttpResponse(status=204), closes=True)
    return redirect("/#sessions")


def chosen_sessions(request: HttpRequest) -> QuerySet[Session]:
    """Those that are ticked in the list, as far as they are the user's."""
    ids = [found for text in request.POST.getlist("session")[:MOST] if (found := uuid_of(text))]
    chosen = Session.objects.for_user(request.user).filter(pk__in=ids)
    if not chosen.exists():
        raise Http404
    return chosen


def _delete(request: HttpRequest, sessions: list[Session], sure: bool) -> HttpResponse:
    loss = Loss.of(sessions)
    if loss and not sure:
        context: dict[str, Any] = {"frame": frame(request), "sessions": sessions, "loss": loss, "here": "workbench"}
        return render(request, "sessions/delete.html", context)
    moment = throw_away(request.user, [each.pk for each in sessions])
    if request.headers.get("HX-Request") and not _is_open(request, sessions):
        return told(HttpResponse(status=204), closes=True, deleted=str(micros(moment)))
    return go_to(request, f"/?deleted={micros(moment)}#sessions")


def _is_open(request: HttpRequest, sessions: list[Session]) -> bool:
    """Whether the page that asks shows one of these sessions."""
    htmx: Any = getattr(request, "htmx", None)
    here = (htmx and htmx.current_url_abs_path) or ""
    return any(here.startswith(reverse("session", args=[each.pk])) for each in sessions)
