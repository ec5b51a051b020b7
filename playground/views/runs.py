"""Starting a run, stopping it, looking at it. What the page shows live comes over the websocket."""

from __future__ import annotations

import uuid

from asgiref.sync import async_to_sync
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from playground.models import Connection, Run, Session
from playground.runs.hub import hub
from playground.runs.limits import NotStarted
from playground.runs.parts import Lens
from playground.runs.starting import NotYours, begin, carry_out
from playground.runs.stopping import stop
from playground.runs.visits import Visiting
from playground.sharing import hidden_in_a_room
from playground.views.beside import parent_of, position_of
from playground.views.posted import only_a_request
from playground.views.refusing import refused
from playground.views.request import chosen_connection, find_session, read_request, save_draft
from playground.views.run_pane import PANELS, RunPane, pane_context
from playground.views.sessions import told


@require_POST
def run_start(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Send what the form says. The same id twice is the same run."""
    session = find_session(request, session_id)
    only_a_request(request)
    run_id = _id(request.POST.get("run", "")) or uuid.uuid4()  # without a script nobody made one
    prepared = read_request(request, session)
    connection = chosen_connection(request, session)
    if prepared.refused or prepared.sent is None:
        return refused(request, session, prepared)
    if connection is None:
        raise Http404
    parent = parent_of(request, session)
    save_draft(session, prepared.written, connection)
    try:
        follows = parent.follows if parent else None  # another try at the same turn
        run = start(run_id, session, connection, prepared.endpoint.slug, prepared.sent, parent, follows)
    except NotYours:
        raise Http404 from None
    except NotStarted as reason:
        return not_started(request, reason, parent)
    return shown(request, run)


def start(
    run_id: uuid.UUID,
    session: Session,
    connection: Connection,
    endpoint: str,
    body: bytes,
    parent: Run | None = None,
    follows: Run | None = None,
    visiting: Visiting | None = None,
) -> Run:
    """Begin the run and carry it out in this process."""

    async def holder() -> str:
        return hub().holder

    async def go() -> None:
        carry_out(hub(), started, connection)

    holding = async_to_sync(holder)()
    started, new = begin(run_id, session, connection, endpoint, body, holding, parent, follows, visiting)
    if new:
        async_to_sync(go)()
    return started


def shown(request: HttpRequest, run: Run) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(f"{reverse('session', args=[run.session_id])}?run={run.pk}#run")
    context = {**pane_context(request, run), "swap": True}
    answer = render(request, "run/_started.html", context)
    answer["HX-Push-Url"] = f"{reverse('session', args=[run.session_id])}?run={run.pk}"
    return told(answer, run.session)


def not_started(request: HttpRequest, reason: NotStarted, beside: Run | None) -> HttpResponse:
    """Said where the answer would stand; nothing was sent, and the form is as it was. What stood there is a click away:
    the run `beside` it."""
    position = position_of(beside) if beside else 0
    context = {"sentence": reason.sentence, "beside": beside, "position": position}
    if request.headers.get("HX-Request"):
        answer = render(request, "run/_not_started.html", context, status=422)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#run", "innerHTML"
        return answer
    return render(request, "run/not_started.html", context, status=reason.status)


@require_safe
def run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The address of a run: its session's page, open at it."""
    found = _find(request, run_id)
    return redirect(f"{reverse('session', args=[found.session_id])}?run={found.pk}#run")


@require_safe
def run_tab(request: HttpRequest, run_id: uuid.UUID, tab: str) -> HttpResponse:
    """One panel of the run pane."""
    found = _find(request, run_id)
    if tab not in PANELS:
        raise Http404
    return HttpResponse(PANELS[tab](RunPane(request, found, tab)))


@require_POST
def run_stop(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Stop it, wherever it is carried out. Asked again, or too late, nothing happens."""
    found = _find(request, run_id)
    stop(found.pk)
    return _done(request, found)


@require_POST
def run_retry_now(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Send the next try at once instead of waiting."""
    found = _find(request, run_id)

    async def retry() -> None:
        owner = hub().owners.get(found.pk)
        if owner:
            owner.retry_now()
        else:
            hub().hints.retry(found.pk)

    async_to_sync(retry)()
    return _done(request, found)


def _done(request: HttpRequest, run: Run) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return HttpResponseRedirect(f"{reverse('session', args=[run.session_id])}?run={run.pk}#run")


@require_safe
def run_state(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """What the websocket would say to a page that has seen events up to `after`: for networks that block it. With
    `?room` as a room that looks on may see it."""
    found = _find(request, run_id)
    after = seen_up_to(request)
    if after is None:
        return HttpResponseBadRequest()
    lens = Lens(request.LANGUAGE_CODE if hasattr(request, "LANGUAGE_CODE") else "en")
    if "room" in request.GET:
        lens = lens.for_a_room(hidden_in_a_room(request.user))
    return frames_of(found, after, lens)


def seen_up_to(request: HttpRequest) -> int | None:
    """The event up to which a page that asks has seen a run; None where it names no number."""
    after = request.GET.get("after", "0")
    return int(after) if after.isascii() and after.isdigit() and len(after) <= 9 else None


def frames_of(run: Run, after: int, lens: Lens) -> HttpResponse:
    """What a page lacks that has seen the run's events up to `after`."""

    async def since() -> list[str] | None:
        return await hub().since(run.pk, after, lens)

    frames = async_to_sync(since)()
    if frames is None:
        raise Http404
    return JsonResponse({"frames": frames})


def _find(request: HttpRequest, run_id: uuid.UUID) -> Run:
    found: Run = get_object_or_404(Run.objects.for_user(request.user), pk=run_id)
    return found


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
