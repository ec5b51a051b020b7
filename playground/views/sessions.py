"""One session: made, named, tagged, pinned, archived, copied."""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from playground.forms.changes import new_body
from playground.models import SANDBOX_ID, Draft, Session, Tag, User
from playground.search import index_session
from playground.views.posted import line, posted
from playground.views.request import LONGEST_TITLE, read_draft
from playground.views.session_loss import Loss

EXAMPLE_BODY: Final = (
    b'{"model": "sandbox-writer", "input": "Tell me a three sentence bedtime story about a unicorn.", "stream": true}'
)
TAG: Final = 40
TAGS: Final = 20


# -- made ---------------------------------------------------------------------------------------------------------


@require_POST
def session_new(request: HttpRequest) -> HttpResponse:
    """An empty page of work that keeps what one rarely changes: the endpoint, the connection and the model."""
    posted(request)
    return redirect("session", start_session(request.user).pk)


def first_session(user: Any) -> Session:
    """The example of the first visit; made once even if two tabs open together. Who has been here before and threw
    everything away gets an empty page instead."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        there: Session | None = Session.objects.for_user(user).first()
        if there:
            return there
        if Session.objects.thrown_away_by(user).exists():
            return start_session(user)
        example = Session.objects.create(owner=user, title=_("Unicorn bedtime story"))
        Draft.objects.create(session=example, connection_id=SANDBOX_ID, body=EXAMPLE_BODY)
        index_session(example)
        return example


def start_session(user: Any, title: str = "") -> Session:
    newest = Draft.objects.filter(session__owner=user).order_by("-updated").first()
    with transaction.atomic():
        started = Session.objects.create(owner=user, title=title)
        Draft.objects.create(
            session=started,
            endpoint=newest.endpoint if newest else "responses",
            connection_id=newest.connection_id if newest else SANDBOX_ID,
            body=new_body(read_draft(newest) if newest else None),
        )
    return started


@require_POST
def session_duplicate(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """The request as it stands now, in a session of its own; the runs stay where they are."""
    posted(request)
    found = mine(request, session_id)
    draft = getattr(found, "draft", None)
    title = _("%(title)s (copy)") % {"title": found.title} if found.title else ""
    with transaction.atomic():
        made = Session.objects.create(owner=found.owner, title=title[:LONGEST_TITLE])
        Tag.objects.bulk_create(Tag(session=made, name=tag.name) for tag in found.tags.all())
        if draft:
            Draft.objects.create(
                session=made,
                endpoint=draft.endpoint,
                connection_id=draft.connection_id,
                body=bytes(draft.body),
                form=draft.form,
            )
        index_session(made)
    return go_to(request, reverse("session", args=[made.pk]))


# -- changed ------------------------------------------------------------------------------------------------------


@require_safe
def session_manage(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Everything that can be done with a session: a dialog, or without a script a page."""
    return managed(request, mine(request, session_id))


@require_POST
def session_rename(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    found = mine(request, session_id)
    name(found, posted(request, "title")["title"])
    if request.headers.get("HX-Request"):
        return told(render(request, "sessions/_renamed.html", {"each": found}), found)
    return redirect("session", session_id)


@require_POST
def session_edit(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Title and tags, from the dialog."""
    found = mine(request, session_id)
    given = posted(request, "title", "tags")
    with transaction.atomic():
        tag(found, given["tags"])
        name(found, given["title"])
    return done(request, found)


@require_POST
def session_pin(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    found = mine(request, session_id)
    found.pinned = posted(request, "pinned")["pinned"] == "1"
    found.save(update_fields=["pinned"])
    return done(request, found)


@require_POST
def session_archive(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    found = mine(request, session_id)
    found.archived = timezone.now() if posted(request, "archived")["archived"] == "1" else None
    found.save(update_fields=["archived"])
    return done(request, found)


def name(session: Session, title: str) -> None:
    session.title = line(title, LONGEST_TITLE)
    session.save(update_fields=["title"])
    index_session(session)


def tag(session: Session, text: str) -> None:
    """The words of a line with commas, each once, as the session's tags."""
    words = (line(word.strip().removeprefix("#"), TAG) for word in text.split(","))
    wanted = list(dict.fromkeys(word for word in words if word))[:TAGS]
    session.tags.exclude(name__in=wanted).delete()
    known = set(session.tags.values_list("name", flat=True))
    Tag.objects.bulk_create(Tag(session=session, name=word) for word in wanted if word not in known)


# -- answers ------------------------------------------------------------------------------------------------------


def mine(request: HttpRequest, session_id: uuid.UUID) -> Session:
    found: Session = get_object_or_404(Session.objects.for_user(request.user).select_related("draft"), pk=session_id)
    return found


def managed(request: HttpRequest, session: Session) -> HttpResponse:
    context = {
        "frame": frame(request),
        "session": session,
        "loss": Loss.of([session]),
        "here": "workbench",
    }
    return render(request, "sessions/manage.html", context)


def done(request: HttpRequest, session: Session) -> HttpResponse:
    """A change was made: the dialog as it is now, and word of it to the list."""
    if request.headers.get("HX-Request"):
        return told(managed(request, session), session)
    return redirect("session_manage", session.pk)


def told(answer: HttpResponse, session: Session | None = None, **more: Any) -> HttpResponse:
    """Tells the page that the list has changed, and what a session is called now."""
    about = {"id": str(session.pk), "title": session.title} if session else {}
    answer["HX-Trigger"] = json.dumps({"sessions-changed": {**about, **more}})
    return answer


def go_to(request: HttpRequest, address: str) -> HttpResponse:
    """Another page, also from inside a dialog."""
    return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)


def frame(request: HttpRequest) -> str:
    """What such a page is drawn into: a dialog that is open, or a page of its own."""
    return "_dialog.html" if request.headers.get("HX-Request") else "_page.html"
