"""The answer to a form that cannot be sent as it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from playground.forms.prepared import Prepared
from playground.models import Session
from playground.views.pane import Pane
from playground.views.request import chosen_connection, save_draft
from playground.views.workbench import page_context


def refused(request: HttpRequest, session: Session, prepared: Prepared) -> HttpResponse:
    """The form again, with each problem beside its control and all of them at its top. Nothing was sent."""
    connection = chosen_connection(request, session)
    save_draft(session, prepared.written, connection)
    pane = Pane(request, session, prepared, connection, shows_refused=True, wanted=prepared.written.view)
    if not request.headers.get("HX-Request"):
        return render(request, "workbench.html", {**page_context(request, session), "pane": pane}, status=422)
    answer = render(request, "request/_pane.html", {"pane": pane, "session": session}, status=422)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#request-pane", "innerHTML"
    return answer
