"""A request of somebody else in the reader's own playground: filled in, on a connection of theirs, and not run."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from playground.api.endpoints import Endpoint
from playground.forms.written import Written
from playground.models import SANDBOX_ID, SANDBOX_URL, Connection, Draft, Session
from playground.search import index_session
from playground.views.pane import models_of
from playground.views.posted import line, posted
from playground.views.request import save_draft
from playground.views.share_pane import SharedPage, SharedRun

LONGEST_NAME: Final = 200
SUGGESTED: Final = 300


@dataclass(frozen=True)
class Choice:
    """A connection of the reader's, and the models it is known to have."""

    connection: Connection
    models: list[str]

    @property
    def host(self) -> str:
        return host_of(self.connection.base_url)


class Fork:
    """What this used, what the reader has, and what would be filled in."""

    def __init__(self, user: Any, shown: SharedRun) -> None:
        self.user = user
        self.shown = shown

    @cached_property
    def choices(self) -> list[Choice]:
        mine = Connection.objects.for_user(self.user).order_by("created", "name")
        return [Choice(each, models_of(each)) for each in mine]

    @property
    def used_name(self) -> str:
        return self.shown.run.connection_name

    @property
    def used_host(self) -> str:
        return host_of(self.shown.base_url)

    @property
    def used_model(self) -> str:
        return self.shown.run.model

    @cached_property
    def chosen(self) -> Choice | None:
        """The most alike of the reader's connections: same address, same name, same model, else the one used last."""
        return next((each for each in self._by_likeness() if each), None)

    @property
    def model(self) -> str:
        """The model as it was, if the chosen connection may have it; else one that it has."""
        models = self.chosen.models if self.chosen else []
        if self.used_model and (not models or self.used_model in models):
            return self.used_model
        usual = self.chosen.connection.default_model if self.chosen else ""
        return usual or (models[0] if models else "")

    @property
    def models(self) -> list[str]:
        """What can be chosen; any other name can be typed."""
        mine = self.chosen.models if self.chosen else []
        return list(dict.fromkeys([*mine, *(model for each in self.choices for model in each.models)]))[:SUGGESTED]

    @property
    def differs(self) -> bool:
        return not self._is_alike or self.model != self.used_model

    @property
    def is_known_by_name(self) -> bool:
        """The link does not say where it went: the reader's connection has the same name, and perhaps no more."""
        return not self.shown.base_url

    @property
    def _is_alike(self) -> bool:
        if self.chosen is None:
            return False
        mine, base_url = self.chosen.connection, self.shown.base_url
        if base_url.startswith(SANDBOX_URL):
            return mine.pk == SANDBOX_ID
        if base_url:
            return mine.base_url.rstrip("/") == base_url.rstrip("/")
        return mine.name == self.used_name

    def _by_likeness(self) -> Iterator[Choice | None]:
        base_url, name, model = self.shown.base_url, self.used_name, self.used_model
        if base_url.startswith(SANDBOX_URL):
            yield self._where(lambda each: each.connection.pk == SANDBOX_ID)
        elif base_url:
            yield self._where(lambda each: each.connection.base_url.rstrip("/") == base_url.rstrip("/"))
        yield self._where(lambda each: bool(name) and each.connection.name == name)
        last = Draft.objects.filter(session__owner=self.user).order_by("-updated").first()
        usual = self._where(lambda each: bool(last) and each.connection.pk == getattr(last, "connection_id", None))
        yield usual if usual and model in usual.models else None
        yield self._where(lambda each: bool(model) and model in each.models)
        yield usual
        yield self._where(lambda each: each.connection.pk == SANDBOX_ID)

    def _where(self, fits: Any) -> Choice | None:
        return next((each for each in self.choices if fits(each)), None)


def host_of(base_url: str) -> str:
    return urlsplit(base_url).netloc.rpartition("@")[2]


# -- the page and the deed ----------------------------------------------------------------------------------------


def fork_answer(request: HttpRequest, page: SharedPage, token: str) -> HttpResponse:
    """GET asks what to fill in, which also serves those who had to log in on the way; POST does it."""
    shown = page.shown
    if shown is None:
        raise Http404
    if not request.user.is_authenticated:
        return redirect_to_login(f"{reverse('share_fork', args=[token])}?run={page.number}")
    if request.method != "POST":
        context = {"page": page, "shown": shown, "fork": Fork(request.user, shown), "token": token}
        return render(request, "shares/fork.html", context)
    given = posted(request, "connection", "model")
    connection = _connection(request, given["connection"])
    model = line(given["model"], LONGEST_NAME)
    session = new_session(request.user, page.title, shown.endpoint, _body(shown, model), connection)
    return redirect(f"{reverse('session', args=[session.pk])}#request")


@transaction.atomic
def new_session(
    user: Any, title: str, endpoint: Endpoint, body: dict[str, Any] | str, connection: Connection | None
) -> Session:
    """A page of work with this request in its form. A body that is no JSON object stands there as text."""
    session = Session.objects.create(owner=user, title=title[:LONGEST_NAME])
    written = Written(endpoint, body if isinstance(body, dict) else {})
    if isinstance(body, str):
        written.write_json(body)
    save_draft(session, written, connection)
    index_session(session)
    return session


def _body(shown: SharedRun, model: str) -> dict[str, Any] | str:
    if not shown.body:
        return bytes(shown.run.request_body).decode("utf-8", "replace").replace("\0", "")
    return {**shown.body, "model": model} if model else shown.body


def _connection(request: HttpRequest, text: str) -> Connection | None:
    """The reader's own, by its id; another's is as good as none."""
    try:
        wanted = uuid.UUID(text)
    except ValueError:
        raise BadRequest("no connection") from None
    found: Connection | None = Connection.objects.for_user(request.user).filter(pk=wanted).first()
    if found is None:
        raise Http404
    return found
