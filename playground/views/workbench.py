"""The workbench: sessions, the request, the run."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from playground.models import Run, Session
from playground.views.request import pane_of
from playground.views.run_pane import pane_context
from playground.views.session_list import Listing
from playground.views.sessions import first_session


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where everything starts: the newest session, or on the first visit the example. What is looked for among the
    sessions comes along."""
    mine = Session.objects.for_user(request.user)
    newest = mine.filter(archived=None).order_by("-updated").first() or mine.order_by("-updated").first()
    address = reverse("session", args=[(newest or first_session(request.user)).pk])
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{address}?{query}" if query else address)


@require_safe
def session(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Session.objects.for_user(request.user).select_related("draft"), pk=session_id)
    return render(request, "workbench.html", page_context(request, found))


def page_context(request: HttpRequest, session: Session) -> dict[str, Any]:
    """What the three panes need. `?run=` names a run of this session; without it the latest is shown."""
    runs = Run.objects.for_user(request.user).filter(session=session)
    wanted = request.GET.get("run")
    run = get_object_or_404(runs, pk=_uuid(wanted)) if wanted else runs.last()
    return {
        "here": "workbench",
        "session": session,
        "draft": getattr(session, "draft", None),
        **pane_context(request, run),
        "listing": Listing(request, session.pk),
        "pane": pane_of(request, session),
    }


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
