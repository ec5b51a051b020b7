"""The presenter's page of a session: one thing at a time, large, with nothing on it that a room must not read."""

from __future__ import annotations

import json
import uuid
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground import VERSION
from playground.presets import BLANK as BLANKS
from playground.rendering import clean
from playground.runs.limits import NotStarted
from playground.runs.starting import NotYours
from playground.secret_texts import hide, hide_within, patterns_for_scripts
from playground.sharing import hidden_in_a_room
from playground.views.posted import TOKEN
from playground.views.runs import start
from playground.views.sessions import mine
from playground.views.stage_prompts import Prompts, connection_for

#: In the form, so that a blank called `run` is not taken for something of ours.
BLANK = "blank."


@require_safe
def present(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """`?prompt=` names the one to begin with, `?run=` a run of it."""
    session = mine(request, session_id)
    prompts = Prompts(request, session)
    shown = prompts.shown
    wanted = prompts.find(request.GET.get("prompt", "")) or prompts.of_run(request.GET.get("run", ""))
    if wanted and wanted not in shown:
        shown = [*shown, wanted]
    context = {
        "session": session,
        "title": BLANKS.sub("…", hide(session.title, hidden_in_a_room(request.user))),
        "prompts": shown,
        "choices": prompts.choices,
        "current": wanted or (shown[0] if shown else None),
        "run": request.GET.get("run", ""),
        "version": VERSION,
        "secrets": json.dumps(patterns_for_scripts()),
    }
    return render(request, "stage/page.html", context)


@require_POST
def present_prompts(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Which prompts the page offers from now on, in which order: that of the form, but for the one to be moved."""
    session = mine(request, session_id)
    if set(request.POST) - {"prompt", "earlier", "later", TOKEN}:
        raise BadRequest("unknown fields")
    chosen = request.POST.getlist("prompt")
    page = reverse("present", args=[session.pk])
    for name, step in (("earlier", -1), ("later", 1)):
        if wanted := request.POST.get(name):
            _move(chosen, wanted, step)
            page += f"?{urlencode({name: wanted})}"
    Prompts(request, session).keep(chosen)
    return redirect(page)


def _move(ids: list[str], which: str, step: int) -> None:
    if which in ids:
        at = ids.index(which)
        ids.insert(max(0, at + step), ids.pop(at))


@require_POST
def present_run(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Run a prompt on the stage: an ordinary run of the session. What is wrong is said in a sentence."""
    session = mine(request, session_id)
    prompt = Prompts(request, session).find(request.POST.get("prompt", ""))
    if prompt is None:
        raise Http404
    if set(request.POST) - {"prompt", "run", TOKEN, *(BLANK + name for name in prompt.blanks)}:
        raise BadRequest("unknown fields")
    values = {name: clean(request.POST.get(BLANK + name, "")) for name in prompt.blanks}
    if not all(value.strip() for value in values.values()):
        return JsonResponse({"sentence": _("Fill in every blank.")}, status=422)
    connection = connection_for(request, prompt)
    if connection is None:
        return JsonResponse(
            {"sentence": _("The connection of this run is gone. Choose another in the form.")}, status=409
        )
    try:
        run_id = uuid.UUID(request.POST.get("run", ""))
        started = start(run_id, session, connection, prompt.endpoint, prompt.filled(values), prompt.run)
    except (ValueError, NotYours):
        raise Http404 from None
    except NotStarted as reason:
        return JsonResponse({"sentence": str(reason.sentence)}, status=reason.status)
    return JsonResponse(
        {
            "run": str(started.pk),
            "socket": f"/ws/runs/{started.pk}/room/",
            "poll": f"{reverse('run_state', args=[started.pk])}?room",
            "stop": reverse("run_stop", args=[started.pk]),
            "recording": f"{reverse('run_recording', args=[started.pk])}?room",
            "values": hide_within(values, prompt.hidden),
        }
    )
