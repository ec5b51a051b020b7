"""Deleting a run: for good, and with every link that shows it."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from playground import sharing
from playground.models import Run
from playground.views.posted import posted
from playground.views.share_new import frame


@require_http_methods(["GET", "HEAD", "POST"])
def run_delete(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """GET says what would go; POST does it. A run under way is stopped first, by whoever wants that."""
    mine = Run.objects.for_user(request.user).filter(session__deleted=None).select_related("session")
    run: Run = get_object_or_404(mine, pk=run_id)
    problem = _("The run is still going on. Stop it first.") if run.is_live else ""
    if request.method == "POST":
        posted(request)
    if request.method != "POST" or problem:
        context = {
            "frame": frame(request),
            "here": "workbench",
            "run": run,
            "links": sharing.showing(run).count(),
            "problem": problem,
        }
        return render(request, "run/delete.html", context, status=422 if request.method == "POST" else 200)
    session = run.session_id
    with transaction.atomic():
        sharing.revoke(sharing.showing(run))
        run.delete()
    address = f"{reverse('session', args=[session])}#run"
    return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)
