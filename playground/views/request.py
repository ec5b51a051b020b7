"""The request pane: drafts, parts drawn anew, changes to the whole, preview."""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from playground.api.endpoints import ENDPOINTS, RESPONSES
from playground.forms.attachments import shorten, token, tokens_in
from playground.forms.changes import change, left_behind
from playground.forms.parts import draw_part
from playground.forms.places import control_at
from playground.forms.prepared import Prepared, prepare_written
from playground.forms.secret_fields import without_secrets
from playground.forms.written import Written
from playground.models import SANDBOX_ID, Connection, Draft, Session
from playground.rendering import clean
from playground.search import index_session
from playground.uploads import files_of, keeper
from playground.views.pane import Pane, file_words
from playground.views.posted import line
from playground.views.run_thread import document_of

#: In how many runs of a session what stands in the form is looked for.
LOOKED_BACK: Final = 20
#: Sent along by the form of a session that is not kept yet: what it is to be called.
NOT_KEPT: Final = "~title"
LONGEST_TITLE: Final = 200


def pane_of(request: HttpRequest, session: Session) -> Pane:
    """The pane as the draft of a session has it; `?view=` and `?endpoint=` work without a script."""
    kept: Draft | None = getattr(session, "draft", None)
    written = read_draft(kept)
    keep_files(request.user, written)
    asked = request.GET.get("view", written.view)
    if asked in ("form", "json"):
        change(written, "view", asked)
    if request.GET.get("endpoint", written.endpoint.slug) in ENDPOINTS:
        written = change(written, "endpoint", request.GET.get("endpoint", written.endpoint.slug))
    connection = connection_of(request, kept)
    undo = "undo" in request.GET and "undo" in notes_of(session)
    return Pane(request, session, prepared_for(request, written, connection), connection, undo=undo, wanted=asked)


def prepared_for(request: HttpRequest, written: Written, connection: Connection | None) -> Prepared:
    profile = connection.profile if connection else ""
    return prepare_written(written, files=files_of(request.user), profile=profile)


def read_request(request: HttpRequest, session: Session, written: Written | None = None) -> Prepared:
    """What a posted form would send. While its JSON is broken, the form behind it is the last that could be read."""
    written = written or Written.from_form(request.POST)
    written.left = dict(notes_of(session).get("left", {}))
    if written.broken:
        written.sheet = read_draft(getattr(session, "draft", None)).sheet
    else:
        keep_files(request.user, written)
    return prepared_for(request, written, chosen_connection(request, session))


def keep_files(user: Any, written: Written) -> None:
    """Long data URLs become uploaded files: stored once, and short wherever they are shown."""
    short = shorten(written.sheet, keeper(user))
    if short == written.sheet:
        return  # and the sheet stays the very same one
    if written.view == "json":
        written.change(short)
    else:
        written.sheet = short


@require_POST
def draft(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Keep what stands in the form, and say what there is to say about it."""
    session = find_session(request, session_id)
    written = Written.from_form(request.POST)
    typed = written.sheet
    prepared = read_request(request, session, written)
    connection = chosen_connection(request, session)
    save_draft(session, prepared.written, connection)
    context = {
        "pane": Pane(request, session, prepared, connection),
        "moved": "~moved" in request.POST,
        "replaced": replaced(typed, prepared.written),
    }
    return render(request, "request/_answer.html", context)


def replaced(typed: dict[str, Any], kept: Written) -> dict[str, str]:
    """What the page should show instead of what was typed: tokens for the files that were in it."""
    if kept.broken or kept.sheet is typed:
        return {}
    if kept.view == "json":
        return {"~json": kept.text}
    found = {}
    for steps, attachment, bare in tokens_in(kept.sheet):
        at = control_at(kept.endpoint, kept.sheet, steps, kept.reading)
        found[at] = token(attachment, bare=bare)
    return found


@require_POST
def request_change(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """One click that changes the whole: another view, the other endpoint, a fix, an example, reset, undo."""
    session = find_session(request, session_id)
    connection = chosen_connection(request, session)
    do, _colon, argument = request.POST.get("~do", "").partition(":")
    before = read_request(request, session).written
    undo = as_kept(before) if do in ("reset", "example") else None
    try:
        written = undone(session) if do == "undo" else change(before, do, argument or request.POST.get("~fix", ""))
    except ValueError:
        return HttpResponseBadRequest()
    if do == "example":
        go_on_from_last_answer(session, written)
    save_draft(session, written, connection, undo)
    prepared = prepared_for(request, written, connection)
    pane = Pane(request, session, prepared, connection, undo=undo is not None)
    pane.wanted = argument if do == "view" else written.view
    pane.not_carried = left_behind(written) if do in ("endpoint", "fix") else []
    if request.headers.get("HX-Request"):
        return render(request, "request/_pane.html", {"pane": pane, "session": session})
    return redirect("session", session.pk)


def go_on_from_last_answer(session: Session, written: Written) -> None:
    """The example of a second turn goes on from the last answer of this session, if there is one."""
    if "previous_response_id" not in written.body:
        return
    last = session.runs.filter(endpoint=RESPONSES.slug, outcome="completed").last()
    answer = json.loads(bytes(last.response_body) or b"null") if last else None
    if isinstance(answer, dict) and isinstance(answer.get("id"), str):
        written.change({**written.sheet, "previous_response_id": answer["id"]})


@require_POST
def request_part(request: HttpRequest, endpoint: str) -> HttpResponse:
    """A piece of the form drawn anew."""
    if endpoint not in ENDPOINTS:
        return HttpResponseBadRequest()
    files = files_of(request.user)
    try:
        part = draw_part(ENDPOINTS[endpoint], request.POST, lambda text: file_words(text, files))
    except LookupError:
        return HttpResponseBadRequest()
    return HttpResponse(part)


# -- drafts -------------------------------------------------------------------------------------------------------


def find_session(request: HttpRequest, session_id: uuid.UUID) -> Session:
    """Mine; or, from a form that a request link filled, one that is not kept before its form is."""
    if NOT_KEPT in request.POST and not Session.objects.filter(pk=session_id).exists():
        user: Any = request.user
        return Session(pk=session_id, owner=user, title=line(clean(request.POST[NOT_KEPT]), LONGEST_TITLE))
    mine = Session.objects.for_user(request.user).select_related("draft")
    return get_object_or_404(mine, pk=session_id)


def keep(session: Session) -> None:
    """Two requests of one page may come at once: the first makes it."""
    kept, new = Session.objects.get_or_create(pk=session.pk, defaults={"owner": session.owner, "title": session.title})
    if kept.owner != session.owner:
        raise Http404
    session._state.adding = False
    if new:
        index_session(session)


def read_draft(kept: Draft | None) -> Written:
    if kept is None:
        return Written(RESPONSES, {"stream": True})
    endpoint = ENDPOINTS.get(kept.endpoint, RESPONSES)
    return Written.from_draft(endpoint, bytes(kept.body), kept.form or {})


def save_draft(
    session: Session, written: Written, connection: Connection | None, undo: dict[str, Any] | None = None
) -> None:
    """Keep what is written, without its secrets. `undo` is what stood there before a change that replaces all."""
    if not session.is_kept:
        keep(session)
    values = draft_values(session, written, connection, undo)
    if not Draft.objects.filter(session=session).update(**values):
        Draft.objects.update_or_create(session=session, defaults=values)


def draft_values(
    session: Session, written: Written, connection: Connection | None, undo: dict[str, Any] | None = None
) -> dict[str, Any]:
    kept = as_kept(written)
    undo = undo or notes_of(session).get("undo")
    form = {**kept["form"], **({"undo": undo} if undo else {})}
    return {
        "endpoint": written.endpoint.slug,
        "body": kept["body"].encode(),
        "form": form,
        "connection": connection,
        "updated": timezone.now(),
    }


def notes_of(session: Session) -> dict[str, Any]:
    """What the draft knows besides the body."""
    kept: Draft | None = getattr(session, "draft", None)
    return (kept.form if kept else None) or {}


def as_kept(written: Written) -> dict[str, Any]:
    body, form = without_secrets(written).as_draft()
    return {"endpoint": written.endpoint.slug, "body": body.decode(), "form": form}


def unsent(request: HttpRequest, session: Session) -> dict[str, Any] | None:
    """What stands in the form, as `save_draft` takes it, if none of the session's last runs has sent just this."""
    kept: Draft | None = getattr(session, "draft", None)
    if kept is None:
        return None
    written = read_draft(kept)
    sent = prepared_for(request, written, None).sent
    if sent is None:
        return as_kept(written)
    bodies = session.runs.order_by("-created").values_list("request_body", flat=True)[:LOOKED_BACK]
    return None if document_of(sent) in map(document_of, bodies.iterator()) else as_kept(written)


def undone(session: Session) -> Written:
    """What stood there before something else took its place; `ValueError` when nothing is known of it."""
    undo = notes_of(session).get("undo")
    if not undo:
        raise ValueError("nothing to undo")
    return Written.from_draft(ENDPOINTS[undo["endpoint"]], undo["body"].encode(), undo["form"])


def chosen_connection(request: HttpRequest, session: Session) -> Connection | None:
    """The connection that the form names, if the user may use it; else the draft's. Looked up once per request."""
    if not hasattr(request, "_chosen_connection"):
        request._chosen_connection = _chosen(request, session)  # type: ignore[attr-defined]
    found: Connection | None = request._chosen_connection  # type: ignore[attr-defined]
    return found


def _chosen(request: HttpRequest, session: Session) -> Connection | None:
    try:
        wanted = uuid.UUID(request.POST.get("~connection", ""))
    except ValueError:
        return connection_of(request, getattr(session, "draft", None))
    found: Connection | None = Connection.objects.for_user(request.user).filter(pk=wanted).first()
    return found


def connection_of(request: HttpRequest, kept: Draft | None) -> Connection | None:
    """The draft's connection as long as the user may use it; else the sandbox."""
    mine = Connection.objects.for_user(request.user)
    found: Connection | None = mine.filter(pk=(kept and kept.connection_id) or SANDBOX_ID).first()
    return found or mine.filter(pk=SANDBOX_ID).first()
