"""Requests kept under a name, with blanks that become a small form."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.api import documents, paths
from playground.api.documents import BadDocument
from playground.api.endpoints import ENDPOINTS, RESPONSES, Endpoint
from playground.api.secret_places import secret_places
from playground.forms.prepared import prepare_written
from playground.forms.written import Written
from playground.models import SANDBOX_ID, Audience, Connection, Draft, Preset, Session
from playground.presets import blanks, fill
from playground.rendering import clean
from playground.samples.links import TooLong
from playground.search import index_session
from playground.uploads import files_of
from playground.views.blanks import boxes, values_in
from playground.views.posted import line, posted
from playground.views.request import connection_of, read_draft, save_draft
from playground.views.request_links import link_to
from playground.views.sessions import frame, go_to, mine

NAME: Final = 100


@dataclass(frozen=True)
class Shown:
    """A preset as the templates need it."""

    preset: Preset

    @property
    def endpoint(self) -> Endpoint:
        return ENDPOINTS.get(self.preset.endpoint, RESPONSES)

    @cached_property
    def body(self) -> dict[str, Any]:
        try:
            return documents.read_object(bytes(self.preset.body))
        except BadDocument:
            return {}

    @property
    def model(self) -> str:
        model = self.body.get("model")
        return model if isinstance(model, str) else ""

    @cached_property
    def blanks(self) -> list[str]:
        return blanks(self.body)

    @property
    def audiences(self) -> int:
        """Links for visitors that would close with it."""
        return Audience.objects.open().filter(preset=self.preset).count()


# -- pages --------------------------------------------------------------------------------------------------------


@require_safe
def presets(request: HttpRequest) -> HttpResponse:
    return _list(request)


@require_http_methods(["GET", "HEAD", "POST"])
def preset(request: HttpRequest, preset_id: uuid.UUID) -> HttpResponse:
    """The small form of a preset. An address may fill in its blanks (`?topic=unicorns`); nothing runs by itself."""
    found = Shown(_find(request, preset_id))
    if request.method != "POST":
        return _form(request, found, {name: clean(request.GET.get(name, "")) for name in found.blanks})
    values = values_in(request, found.blanks)
    if not all(value.strip() for value in values.values()):
        return _form(request, found, values, status=422)
    session = _used(request, found, values)
    return go_to(request, f"{reverse('session', args=[session.pk])}#request")


@require_POST
def preset_save(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Keep the request of a session, as it stands now, under a name. Another preset of that name is replaced only
    after that was said."""
    session = mine(request, session_id)
    given = posted(request, "name", "replace")
    name = line(given["name"], NAME)
    same = Preset.objects.for_user(request.user).filter(name=name).order_by("created").first()
    body = _body_of(request, session)
    reason = _reason(name, body, same is not None and given["replace"] != "1")
    if reason or body is None:
        context = {"frame": frame(request), "session": session, "name": name, "reason": reason, "same": same}
        return render(request, "presets/save.html", context, status=422)
    draft: Draft | None = getattr(session, "draft", None)
    made = same or Preset(owner=session.owner, name=name)
    made.endpoint = draft.endpoint if draft else RESPONSES.slug
    made.connection, made.body = connection_of(request, draft), body
    made.save()
    if request.headers.get("HX-Request"):
        return _form(request, Shown(made), {})
    return redirect("preset", made.pk)


@require_POST
def preset_delete(request: HttpRequest, preset_id: uuid.UUID) -> HttpResponse:
    posted(request)
    _find(request, preset_id).delete()
    return _list(request) if request.headers.get("HX-Request") else redirect("presets")


def _find(request: HttpRequest, preset_id: uuid.UUID) -> Preset:
    found: Preset = get_object_or_404(Preset.objects.for_user(request.user), pk=preset_id)
    return found


def _list(request: HttpRequest) -> HttpResponse:
    found = Preset.objects.for_user(request.user).order_by("name", "created")
    context = {"frame": frame(request), "presets": [Shown(each) for each in found], "here": "workbench"}
    return render(request, "presets/list.html", context)


def _form(request: HttpRequest, found: Shown, values: dict[str, str], status: int = 200) -> HttpResponse:
    context = {
        "frame": frame(request),
        "found": found,
        "preset": found.preset,
        "connection": connection_for(request, found.preset),
        "address": _address(request, found),
        "here": "workbench",
        **boxes(found.blanks, values, is_short=status != 200),
    }
    return render(request, "presets/preset.html", context, status=status)


def _address(request: HttpRequest, found: Shown) -> str:
    """The preset as a link for somebody else; nothing where it is too long for one."""
    try:
        return link_to(request, found.endpoint.slug, found.body)
    except TooLong:
        return ""


# -- what is kept, and what is made of it -------------------------------------------------------------------------


def _reason(name: str, body: bytes | None, is_taken: bool) -> str:
    if body is None:
        return _("The request is broken JSON. Mend it first.")
    if not name:
        return _("Give it a name.")
    return _("There is a preset of that name already.") if is_taken else ""


def _body_of(request: HttpRequest, session: Session) -> bytes | None:
    """The body that the session's draft makes, with what is merged into it last, and without secrets."""
    written = read_draft(getattr(session, "draft", None))
    if written.broken:
        return None
    body: Any = prepare_written(written, files=files_of(request.user)).body
    for place in secret_places(written.endpoint, body):
        body = paths.put(body, place, "")
    return documents.write(body, pretty=True)


def connection_for(request: HttpRequest, kept: Preset) -> Connection | None:
    """The preset's connection as long as its owner may use it; else the sandbox."""
    usable = Connection.objects.for_user(request.user)
    return usable.filter(pk=kept.connection_id or SANDBOX_ID).first() or usable.filter(pk=SANDBOX_ID).first()


@transaction.atomic
def _used(request: HttpRequest, found: Shown, values: dict[str, str]) -> Session:
    made = Session.objects.create(owner=found.preset.owner, title=found.preset.name)
    written = Written(found.endpoint, fill(found.body, values))
    Draft.objects.create(session=made)
    save_draft(made, written, connection_for(request, found.preset))
    index_session(made)
    return made
