"""What is looked for among the sessions.

It stands in the address, so that a search survives reload and Back, and works without a script.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from playground.api.endpoints import ENDPOINTS
from playground.models import Run, Session
from playground.search import clean, matching

WHERE: Final = (
    ("", gettext_lazy("current")),
    ("archive", gettext_lazy("archived")),
    ("deleted", gettext_lazy("deleted")),
)
WHO: Final = (("me", pgettext_lazy("who ran it", "me")), ("visitors", pgettext_lazy("who ran it", "visitors")))

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filter:
    """Each is one field of the form above the list, and one word of the address. Empty means: all."""

    q: str = ""
    tag: str = ""
    to: str = ""  # the endpoint; `endpoint` in the address belongs to the request pane
    model: str = ""
    connection: str = ""
    status: str = ""
    who: str = ""
    since: str = ""
    until: str = ""
    where: str = ""

    @classmethod
    def read(cls, data: Mapping[str, str]) -> Filter:
        """What cannot be a filter is none: an address is often cut, and nothing is lost by showing more."""
        given = {each.name: clean(" ".join(data.get(each.name, "").split())[:200]) for each in fields(cls)}
        known = {
            "to": ENDPOINTS,
            "status": Run.Status.values,
            "who": dict(WHO),
            "where": dict(WHERE),
        }
        for name, choices in known.items():
            given[name] = given[name] if given[name] in choices else ""
        given["connection"] = str(uuid_of(given["connection"]) or "")
        given["since"], given["until"] = _iso(given["since"]), _iso(given["until"])
        return cls(**given)

    @property
    def query(self) -> str:
        """As it stands in an address, with its question mark."""
        given = {each.name: value for each in fields(self) if (value := getattr(self, each.name))}
        return f"?{urlencode(given)}" if given else ""

    @property
    def is_on(self) -> bool:
        return bool(self.query)

    @property
    def folded(self) -> int:
        """How many filters are set beyond the words and the tag, which are always in sight."""
        return sum(bool(getattr(self, each.name)) for each in fields(self)[2:])

    def sessions(self, user: Any) -> QuerySet[Session]:
        if self.where == "deleted":
            found = Session.objects.thrown_away_by(user)
        else:
            found = Session.objects.for_user(user).filter(archived__isnull=self.where != "archive")
        if self.tag:
            found = found.filter(tags__name=self.tag)
        runs = Run.objects.filter(session=OuterRef("pk"))
        wanted, when = self._runs(), self._when("created")
        if wanted or when:
            fitting = Q(Exists(runs.filter(wanted & when)))
            if not wanted:  # what has not run yet was written at some time
                fitting |= ~Exists(runs) & self._when("updated")
            found = found.filter(fitting)
        return matching(found, self.q)

    def _when(self, moment: str) -> Q:
        when = Q()
        if self.since:
            when &= Q(**{f"{moment}__gte": _midnight(self.since)})
        if self.until:
            when &= Q(**{f"{moment}__lt": _midnight(self.until) + timedelta(days=1)})
        return when

    def _runs(self) -> Q:
        """What one and the same run must be."""
        wanted = Q()
        if self.to:
            wanted &= Q(endpoint=self.to)
        if self.model:
            wanted &= Q(model__icontains=self.model)
        if self.connection:
            wanted &= Q(connection=self.connection)
        if self.status:
            wanted &= Q(status=self.status)
        if self.who:
            wanted &= Q(visitor="") if self.who == "me" else ~Q(visitor="")
        return wanted


def micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(text: str) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=int(text)) if text.isascii() and text.isdigit() else None
    except (ValueError, OverflowError):
        return None


def _midnight(day: str) -> datetime:
    return timezone.make_aware(datetime.combine(date.fromisoformat(day), time.min))


def _iso(text: str) -> str:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return ""
    # The years next to the ends of the calendar have no neighbouring day to reckon with.
    return found.isoformat() if 1 < found.year < 9999 else ""


def uuid_of(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
