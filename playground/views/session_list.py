"""The sessions pane: which sessions are in it, in which order, a page at a time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.api.endpoints import ENDPOINTS
from playground.models import Connection, Run, Session, Share, Tag
from playground.search import excerpts
from playground.views.session_filter import WHERE, WHO, Filter, micros, moment_of, uuid_of

PAGE: Final = 40
#: A list that was scrolled through is drawn anew with as many rows, up to here.
MOST: Final = 400
TAGS: Final = 12


# -- a page of the list -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    session: Session
    runs: int
    model: str
    endpoint: str
    is_shared: bool  # a link to it is open
    excerpt: tuple[str, str, str] | None  # before the words, the words, behind them


@dataclass(frozen=True, slots=True)
class Day:
    """Rows under one heading; without a name they go on under the heading of the page before."""

    name: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Page:
    days: list[Day] = field(default_factory=list)
    more: str = ""  # where the next page begins

    @property
    def count(self) -> int:
        return sum(len(day.rows) for day in self.days)


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which row a page begins."""

    pinned: bool
    updated: datetime
    pk: uuid.UUID

    @classmethod
    def read(cls, text: str) -> Place | None:
        pinned, _one, rest = text.partition("-")
        moment, _two, pk = rest.partition("-")
        found, at = uuid_of(pk), moment_of(moment)
        return cls(pinned == "1", at, found) if found and at else None

    @classmethod
    def of(cls, session: Session) -> Place:
        return cls(session.pinned, session.updated, session.pk)

    def __str__(self) -> str:
        return f"{int(self.pinned)}-{micros(self.updated)}-{self.pk.hex}"

    @property
    def behind(self) -> Q:
        older = Q(updated__lt=self.updated) | Q(updated=self.updated, pk__lt=self.pk)
        return Q(pinned=True) & older | Q(pinned=False) if self.pinned else Q(pinned=False) & older


def page_of(user: Any, wanted: Filter, before: str = "", most: int = PAGE) -> Page:
    place = Place.read(before)
    found = wanted.sessions(user)
    if place:
        found = found.filter(place.behind)
    ordered = found.order_by("-pinned", "-updated", "-pk")
    ids = list(ordered.values_list("pk", flat=True)[: most + 1])
    rows = _rows(ids[:most], wanted)
    more = str(Place.of(rows[-1].session)) if len(ids) > most else ""
    groups = [(key, list(each)) for key, each in groupby(rows, key=lambda row: _heading(row.session))]
    above = (place.pinned, date.min if place.pinned else _day(place.updated)) if place else None
    return Page(
        [Day("" if key == above else _("Pinned") if key[0] else day_name(key[1]), each) for key, each in groups], more
    )


def _rows(ids: list[uuid.UUID], wanted: Filter) -> list[Row]:
    """In a second step, so that counting is done for one page and not for everything that was found."""
    last_run = Run.objects.filter(session=OuterRef("pk")).order_by("-created", "-pk")
    found: Iterable[Any] = Session.objects.filter(pk__in=ids).annotate(
        run_count=Count("runs"),
        is_shared=Exists(Share.objects.open().filter(session=OuterRef("pk"))),
        last_model=Subquery(last_run.values("model")[:1]),
        last_endpoint=Subquery(last_run.values("endpoint")[:1]),
    )
    said = excerpts(ids, wanted.q)
    by_id = {each.pk: each for each in found}
    return [
        Row(each, each.run_count, each.last_model or "", each.last_endpoint or "", each.is_shared, said.get(pk))
        for pk in ids
        if (each := by_id.get(pk))
    ]


def _heading(session: Session) -> tuple[bool, date]:
    return session.pinned, date.min if session.pinned else _day(session.updated)


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def day_name(day: date) -> str:
    ago = (timezone.localdate() - day).days
    if ago in (0, 1):
        return _("Today") if ago == 0 else _("Yesterday")
    return formats.date_format(day, "MONTH_DAY_FORMAT" if 0 < ago < 180 else "DATE_FORMAT")


# -- the pane -----------------------------------------------------------------------------------------------------


class Listing:
    """The sessions pane as a template needs it. What a page does not show is not asked for."""

    where = WHERE
    who = WHO
    statuses = Run.Status.choices

    def __init__(self, request: HttpRequest, current: uuid.UUID | None) -> None:
        self.user: Any = request.user
        self.current = current
        self.filter = Filter.read(request.GET)
        self.before = request.GET.get("before", "")
        shown = request.GET.get("shown", "")[:6]
        self.is_fresh = bool(shown)  # asked for because something changed, not because somebody searches
        self._most = min(max(int(shown), PAGE), MOST) if shown.isascii() and shown.isdigit() else PAGE
        self._deleted = moment_of(request.GET.get("deleted", ""))

    @cached_property
    def page(self) -> Page:
        return page_of(self.user, self.filter, self.before, self._most)

    @property
    def endpoints(self) -> Any:
        return ENDPOINTS.values()

    @cached_property
    def connections(self) -> list[Connection]:
        return list(Connection.objects.for_user(self.user).only("pk", "name").order_by("created", "name"))

    @property
    def tags(self) -> list[str]:
        """The ones used most, and the one that is chosen."""
        most, chosen = self._tags[:TAGS], self.filter.tag
        return most if not chosen or chosen in most else [chosen, *most]

    @property
    def other_tags(self) -> list[str]:
        return sorted(name for name in self._tags[TAGS:] if name != self.filter.tag)

    @cached_property
    def _tags(self) -> list[str]:
        mine = Tag.objects.filter(session__owner=self.user, session__deleted=None).values_list("name", flat=True)
        return [str(name) for name in mine.annotate(uses=Count("pk")).order_by("-uses", "name")[:MOST]]

    @cached_property
    def gone(self) -> list[Session]:
        """What was deleted just now, and can be undone with one click."""
        if self._deleted is None:
            return []
        return list(Session.objects.thrown_away_by(self.user).filter(deleted=self._deleted)[:MOST])

    @property
    def gone_at(self) -> int:
        return micros(self._deleted) if self._deleted else 0


@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """The list alone, for a page that is there already."""
    listing = Listing(request, uuid_of(request.GET.get("current", "")))
    if not request.headers.get("HX-Request"):
        return redirect(f"/{listing.filter.query}#sessions")
    return render(request, "sessions/_list.html", {"listing": listing, "is_swap": not listing.before})
