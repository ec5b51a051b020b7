"""Sessions leave as files and come back; a request comes from whatever a person pastes."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.api.endpoints import ENDPOINTS
from playground.forms.attachments import expand
from playground.forms.secret_fields import secrets_in
from playground.forms.written import Written
from playground.models import SANDBOX_ID, Connection, Draft, Run, Session
from playground.portable.document import FORMAT, Form, document, session_document, whole_session, write
from playground.portable.markdown import markdown, markdown_of
from playground.portable.opening import LARGEST, Refused, take_in
from playground.runs.facts import facts, wire
from playground.runs.following import screen_of
from playground.runs.numbers import numbers
from playground.runs.parts import shown_problem
from playground.runs.remarks import remarks
from playground.samples.imported import Imported, NotReadable
from playground.samples.links import SHARED
from playground.samples.pasted import read_pasted
from playground.search import index_run, index_session
from playground.sharing import suspicions
from playground.titles import title_of
from playground.uploads import files_of
from playground.views import versus
from playground.views.posted import posted
from playground.views.request import as_kept, save_draft
from playground.views.run_next import next_of
from playground.views.session_delete import chosen_sessions
from playground.views.sessions import frame, go_to, mine, start_session
from playground.views.versus import Side

logger = logging.getLogger(__name__)

TOO_LARGE: Final = gettext_lazy("The file would be larger than 50 MB, and no playground would open it again.")

#: Nothing that a file system, a terminal or a header could take for more than a letter.
_STRAY = re.compile('[\\x00-\\x1f\\x7f-\\x9f/\\\\:*?"<>|\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+')


# -- out ----------------------------------------------------------------------------------------------------------


def _as_json(sessions: Iterable[Session]) -> bytes:
    told, size = [], 0
    for session in sessions:
        told.append(whole_session(session, _form_of(session)))
        size += len(write(told[-1]))
        if size > LARGEST:
            raise Refused(TOO_LARGE)
    return write(document(told))


def _form_of(session: Session) -> Form | None:
    """With uploaded files written out: they are known to this server only."""
    draft = getattr(session, "draft", None)
    return Form(draft.endpoint, expand(bytes(draft.body), files_of(session.owner))) if draft else None


def _as_markdown(sessions: Iterable[Session]) -> bytes:
    return "\n".join(markdown(session) for session in sessions).encode("utf-8", "replace")


FORMATS: Final[dict[str, tuple[str, Callable[[Iterable[Session]], bytes]]]] = {
    "json": ("application/json", _as_json),
    "md": ("text/markdown; charset=utf-8", _as_markdown),
}


@require_safe
def session_export(request: HttpRequest, session_id: uuid.UUID, format: str) -> HttpResponse:
    found = mine(request, session_id)
    return _download(request, [found], str(found), format)


@require_POST
def sessions_export(request: HttpRequest, format: str) -> HttpResponse:
    """Those that are ticked, in one file. A POST because their ids make too long an address; it changes nothing."""
    posted(request, "session")
    chosen = chosen_sessions(request).order_by("-pinned", "-updated").prefetch_related("tags")
    return _download(request, list(chosen), _("Sessions"), format)


@require_safe
def run_export(request: HttpRequest, run_id: uuid.UUID, format: str) -> HttpResponse:
    """One run as a file that a playground opens; its events, also as an HTTP archive, have an address of their own."""
    run = get_object_or_404(Run.objects.for_user(request.user).select_related("session"), pk=run_id)
    if format != "json":
        raise Http404
    return attached(
        write(document([session_document(run.session, [run])])), "application/json", str(run.session), format
    )


def _download(request: HttpRequest, sessions: list[Session], title: str, format: str) -> HttpResponse:
    if format not in FORMATS:
        raise Http404
    media_type, made_by = FORMATS[format]
    try:
        return attached(made_by(sessions), media_type, title, format)
    except Refused as refused:
        context = {"frame": "_page.html", "reason": refused.reason, "here": "workbench"}
        return render(request, "sessions/not_exported.html", context, status=413)


def attached(content: bytes, media_type: str, title: str, ending: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(True, file_name(title, ending)) or "attachment"
    answer["Cache-Control"] = "no-store"
    return answer


def file_name(title: str, ending: str) -> str:
    plain = " ".join(_STRAY.sub(" ", title).split()).strip(". ")[:80].strip(". ")
    return f"{plain or 'session'}.{ending}"


# -- in -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """A file of sessions, or one request from what was pasted. Nothing runs by itself."""
    context: dict[str, Any] = {"frame": frame(request), "here": "workbench"}
    if request.method != "POST":
        return render(request, "sessions/import.html", context)
    text = posted(request, "text", "file")["text"]  # browsers send a file that nobody chose as a field without a word
    shared = SHARED.fullmatch(text.strip())
    if shared and shared["host"] == request.get_host():  # its own page says what would be taken over, and takes it
        return go_to(request, reverse("share", args=[shared["token"]]))
    try:
        session = _taken(request, text, request.FILES.get("file"))
    except (Refused, NotReadable) as refused:
        context |= {"reason": refused.reason, "text": text}
        return render(request, "sessions/import.html", context, status=422)
    return go_to(request, f"{reverse('session', args=[session.pk])}#request")


def _taken(request: HttpRequest, text: str, file: Any) -> Session:
    if file is None:
        return _from_file(request, text.encode()) if FORMAT in text else _from_pasted(request, read_pasted(text))
    if file.size > LARGEST:
        raise Refused(_("The file is larger than 50 MB."))
    data: bytes = file.read()
    if FORMAT.encode() in data:
        return _from_file(request, data)
    try:
        found = read_pasted(data.decode())
    except (UnicodeDecodeError, NotReadable):
        raise Refused(_("The file holds neither sessions of a playground nor a request.")) from None
    if not {"model", "input", "messages", "prompt"} & set(found.body):
        raise Refused(_("The file holds neither sessions of a playground nor a request."))
    return _from_pasted(request, found)


@transaction.atomic
def _from_file(request: HttpRequest, data: bytes) -> Session:
    usual = _usual(request)  # before there are drafts without a connection
    sessions = take_in(request.user, data)
    if not sessions:
        raise Refused(_("The file holds no sessions."))
    for session in sessions:
        index_session(session)
        last = None
        for number, last in enumerate(session.runs.all(), 1):
            _look_through(last, number)
            index_run(last)
        draft = Draft.objects.filter(session=session).first()
        if draft is None and last:
            draft = Draft(session=session, endpoint=last.endpoint, body=bytes(last.request_body))
        if draft:
            draft.connection = (last and _connection(request, last.url)) or usual
            draft.save()
    return sessions[0]


def _look_through(run: Run, number: int) -> None:
    """Make what the pages say of a run once, before it is kept: a session that cannot be opened is no session."""
    try:
        screen, side = screen_of(run), Side(run, "")
        side.settled, side.screen = True, screen
        for told in (facts(run, screen), wire(run, screen), shown_problem(run), remarks(run, screen)):
            str(told)
        numbers(run, screen)
        versus.outputs(side, side, "lines")
        versus.numbers(side, side)
        next_of(run)
        markdown_of(number, run)
    except Exception as error:  # noqa: BLE001  whatever it is: nobody could open the session
        logger.warning("run %s of a file was refused: it cannot be shown (%s)", number, type(error).__name__)
        reason = _("The file is damaged: what it tells of run %(number)s cannot be shown.") % {"number": number}
        raise Refused(reason) from None


@transaction.atomic
def _from_pasted(request: HttpRequest, found: Imported) -> Session:
    written = Written(ENDPOINTS[found.endpoint], found.body)
    connection = _connection(request, found.base_url)
    told = {
        "source": found.source,
        "left_out": [_without_keys(str(each))[:200] for each in found.left_out],
        "key_dropped": found.key_dropped or bool(secrets_in(written)),
        "address": "" if connection else found.base_url,
    }
    session = start_session(request.user)
    session.title = title_of(as_kept(written)["body"].encode())
    session.save(update_fields=["title"])
    save_draft(session, written, connection or _usual(request))
    # Said above the form until the first change of it.
    draft = Draft.objects.get(session=session)
    draft.form = {**(draft.form or {}), "imported": told}
    draft.save(update_fields=["form"])
    index_session(session)
    return session


def _without_keys(text: str) -> str:
    """What could not be taken over may be a piece of code with a key in it."""
    for found in suspicions({"text": text}):
        text = text.replace(found.text, found.shown)
    return text


def _connection(request: HttpRequest, address: str) -> Connection | None:
    """The user's connection to where a request went, if there is one. A file never makes one."""
    wanted = _plain(address)
    usable = Connection.objects.for_user(request.user)
    if wanted.startswith(("sandbox:", _plain(f"{request.scheme}://{request.get_host()}/sandbox/v1"))):
        return usable.filter(pk=SANDBOX_ID).first()
    found = (each for each in usable if wanted and _plain(each.base_url) == wanted)
    return next(found, None)


def _plain(address: str) -> str:
    """A base URL without what may differ and mean the same."""
    plain = address.partition("?")[0].rstrip("/")
    for path in ("/responses", "/chat/completions"):
        plain = plain.removesuffix(path)
    return plain.lower()


def _usual(request: HttpRequest) -> Connection | None:
    """What was used last, as long as it may be used."""
    user: Any = request.user
    usable = Connection.objects.for_user(user)
    newest = Draft.objects.filter(session__owner=user).order_by("-updated").first()
    last = usable.filter(pk=newest.connection_id).first() if newest and newest.connection_id else None
    return last or usable.filter(pk=SANDBOX_ID).first()
