"""Links that carry a request in themselves. It stands behind the `#`, which browsers keep: no server and no log sees it
before its reader sends it to a playground of theirs, in a form."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from playground.api.endpoints import ENDPOINTS
from playground.forms.written import Written
from playground.models import Draft, Run, Session
from playground.portable.discretion import public_request
from playground.presets import blanks, fill
from playground.samples.imported import Imported, NotReadable
from playground.samples.links import LONGEST, TooLong, fragment, read_fragment
from playground.sharing import DOTS, without
from playground.titles import title_of
from playground.views.blanks import BLANK, boxes, values_in
from playground.views.request import as_kept, connection_of, draft_values
from playground.views.share_new import frame
from playground.views.share_reading import document_in
from playground.views.share_wishes import Asked, Preview
from playground.views.workbench import page_context


@require_safe
def run_link(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The request of a run as a link: model, prompt and parameters; no answer, and nothing of the connection. What in
    it looks like a secret is pointed out and can be left out, as in a share."""
    run = get_object_or_404(Run.objects.for_user(request.user).select_related("session"), pk=run_id)
    leave = frozenset(request.GET.getlist("leave")) if "seen" in request.GET else None
    preview = Preview.of(Asked(run, answer=False, address=True, leave=leave))
    context: dict[str, Any] = {"frame": frame(request), "here": "workbench", "run": run, "session": run.session}
    context |= {"preview": preview, "hidden": DOTS}
    body = document_in(public_request(run))
    try:
        context["address"] = link_to(request, run.endpoint, _left_out(body, preview))
    except TooLong as problem:
        file = Preview.of(Asked(run, answer=False, leave=preview.asked.leave))
        context |= {"length": problem.length, "longest": LONGEST, "file": file}
    return render(request, "shares/request_link.html", context)


def _left_out(body: dict[str, Any], preview: Preview) -> dict[str, Any]:
    found: dict[str, Any] = without({"json": body}, set(preview.left_out))["json"]
    return found


def link_to(request: HttpRequest, endpoint: str, body: dict[str, Any]) -> str:
    """`TooLong` where no link can hold it."""
    return f"{request.build_absolute_uri(reverse('new'))}#{fragment(endpoint, body)}"


@login_not_required
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """Where such a link leads. What it carries is known to the page's script alone, which brings it along if somebody
    has to log in first."""
    stranger = {} if request.user.is_authenticated else {"csrf_token": "", "stranger": True}
    return render(request, "shares/new_request.html", stranger)


@require_POST
def new_open(request: HttpRequest) -> HttpResponse:
    """Into the form of a session that is kept once something is done in it, after its blanks are filled in. Until then
    the link is the page's address, so that a reload reads it again."""
    carried = request.POST.get("request", "").strip().removeprefix("#")
    try:
        found = read_fragment(carried)
    except NotReadable as problem:
        return render(request, "shares/new_request.html", {"reason": problem.reason}, status=422)
    names = blanks(found.body)
    values = values_in(request, names, "request", "as_it_is")
    if names and "as_it_is" not in request.POST:
        if not all(value.strip() for value in values.values()):
            return _ask(request, found, carried, values)
        found = replace(found, body=fill(found.body, values))
    context = page_context(request, _opened(request, found))
    return render(request, "workbench.html", {**context, "carried": carried})


def _ask(request: HttpRequest, found: Imported, carried: str, values: dict[str, str]) -> HttpResponse:
    """The blanks as a small form. What looks like one may be meant as it stands, so it can also be left."""
    is_short = any(BLANK + name in request.POST for name in values)
    context = {
        "frame": "_page.html",
        "here": "workbench",
        "title": _title(_written(found)),
        "endpoint": ENDPOINTS[found.endpoint],
        "carried": carried,
        "body": json.dumps(found.body, ensure_ascii=False),
        **boxes(values, values, is_short=is_short),
    }
    return render(request, "shares/new_blanks.html", context, status=422 if is_short else 200)


def _opened(request: HttpRequest, found: Imported) -> Session:
    """A page of work that nothing is kept of yet, on the connection that was used last."""
    user: Any = request.user
    usual = Draft.objects.filter(session__owner=user).order_by("-updated").first()
    written = _written(found)
    session = Session(owner=user, title=_title(written))
    Draft(session=session, **draft_values(session, written, connection_of(request, usual)))
    return session


def _written(found: Imported) -> Written:
    return Written(ENDPOINTS[found.endpoint], found.body)


def _title(written: Written) -> str:
    return title_of(as_kept(written)["body"].encode())
