"""What a problem offers to try: the run's request with one change, sent at once. The form follows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from playground.api import paths, turns
from playground.api.parameters import Words
from playground.forms.changes import switched
from playground.forms.markers import body_of
from playground.forms.written import Written
from playground.models import SANDBOX_ID, Run
from playground.runs.limits import NotStarted
from playground.sandbox.behaviours import catalogue
from playground.views.request import prepared_for
from playground.views.run_next import carry_on, not_carried_on, written_of
from playground.views.run_thread import Thread, document_of

#: Answers to everything, and streams so that one sees it.
SANDBOX_MODEL: Final = "sandbox-writer"

_POSITION: Final = re.compile(r"\.?\[(\d+)\]|\.(\d+)(?=\.|\[|$)")


class NothingToChange(Exception):
    """What was to be taken out is not there, or what was to be put in is not known."""

    sentence: Words = _("The request does not hold what the server complains of, so there is nothing to take out.")


class NotKnownHere(NothingToChange):
    sentence = _("What was said before it is not known here: only the server could say it.")


@require_POST
def run_try(request: HttpRequest, run_id: uuid.UUID, what: str) -> HttpResponse:
    """Send the request of this run again, changed as the button said."""
    if what not in CHANGES:
        raise Http404
    mine = Run.objects.for_user(request.user).select_related("connection")
    run: Run = get_object_or_404(mine, pk=run_id)
    try:
        written = CHANGES[what](run, written_of(request, run.endpoint, bytes(run.request_body)))
    except NothingToChange as reason:
        return not_carried_on(request, run, NotStarted(reason.sentence, 409))
    body = prepared_for(request, written, None).sent
    if body is None:  # its bytes were never JSON: the form says why
        return redirect(f"{reverse('session', args=[run.session_id])}?run={run.pk}#request")
    return carry_on(request, run, body, written, SANDBOX_ID if what == "sandbox" else None)


def _without_param(run: Run, written: Written) -> Written:
    """Without what upstream blamed, as far down as its path leads."""
    blamed = str((run.problem or {}).get("param") or "")
    sheet = written.sheet
    steps = steps_of(blamed)
    changed = paths.remove(sheet, steps)
    if not steps or changed == sheet:
        raise NothingToChange
    written.change(changed)
    return written


def steps_of(param: str) -> paths.Steps:
    """The place a server names, in any of the usual spellings: `a.b`, `a[2].b`, `a.[2].b`, `a.2.b`."""
    try:
        return paths.parse(_POSITION.sub(lambda found: f"[{found[1] or found[2]}]", param.strip()))
    except ValueError:
        return ()


def _with_everything(run: Run, written: Written) -> Written:
    """With all that the server was to remember, as far back as it was said here."""
    whole = turns.carried(document_of(run.request_body), Thread(run).exchanges)
    if whole is None:
        raise NotKnownHere
    written.change(whole)
    return written


def _for_the_sandbox(run: Run, written: Written) -> Written:
    if body_of(written.sheet).get("model") not in catalogue():
        written.change({**written.sheet, "model": SANDBOX_MODEL})
    return written


def _for_chat(run: Run, written: Written) -> Written:
    return switched(written, "chat")


def _for_responses(run: Run, written: Written) -> Written:
    return switched(written, "responses")


CHANGES: Final[dict[str, Callable[[Run, Written], Written]]] = {
    "without": _without_param,
    "items": _with_everything,
    "sandbox": _for_the_sandbox,
    "chat": _for_chat,
    "responses": _for_responses,
}
