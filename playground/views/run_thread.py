"""Where a run stands among the turns of its session: those before it, other tries at the same turn, those after it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.urls import reverse

from playground.api.said import Said, said_last
from playground.api.turns import Exchange
from playground.models import Run

#: Earlier turns that are shown; and how much of their words.
MOST: Final = 50
LONGEST: Final = 300


class Kin(NamedTuple):
    """A run of the session, as far as it takes to find the way about."""

    pk: uuid.UUID
    parent: uuid.UUID | None
    follows: uuid.UUID | None


@dataclass(frozen=True)
class Branches:
    """Runs that go on from the same run: which of them this is, and its neighbours."""

    position: int
    count: int
    earlier: uuid.UUID | None
    later: uuid.UUID | None


@dataclass(frozen=True)
class Turn:
    """A run that this one goes on from, in a line each of what was asked and answered."""

    pk: uuid.UUID
    position: int
    href: str
    asked: list[Said]
    answered: str
    calls: list[str]
    tries: int  # at the same turn


class Thread:
    """Asked of the database once: sessions have hundreds of runs, not millions."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @cached_property
    def kin(self) -> list[Kin]:
        rows = Run.objects.filter(session_id=self.run.session_id)
        return [Kin(*row) for row in rows.values_list("pk", "parent_id", "follows_id")]

    @property
    def position(self) -> int:
        return self.position_of(self.run.pk)

    def position_of(self, pk: uuid.UUID | None) -> int:
        """Which run of the session it is, from 1; 0 when it is none of them."""
        return next((at for at, each in enumerate(self.kin, 1) if each.pk == pk), 0)

    @cached_property
    def branches(self) -> Branches | None:
        """Where this run stands among the tries at the same turn; None when nobody went on from any of them."""
        alike = self._alike(self.run.pk, self.run.follows_id)
        if len(alike) < 2 or not any(each.follows for each in self.kin):
            return None
        at = alike.index(self.run.pk)
        later = alike[at + 1] if at + 1 < len(alike) else None
        return Branches(at + 1, len(alike), alike[at - 1] if at else None, later)

    def _alike(self, pk: uuid.UUID, follows: uuid.UUID | None) -> list[uuid.UUID]:
        if follows:
            return [each.pk for each in self.kin if each.follows == follows]
        root = self._root(pk)
        return [each.pk for each in self.kin if not each.follows and self._root(each.pk) == root]

    def _root(self, pk: uuid.UUID) -> uuid.UUID:
        """The first try at a first turn, of which this is a change of a change."""
        known = {each.pk: each for each in self.kin}
        for _ in self.kin:
            parent = known[pk].parent if pk in known else None
            if parent is None or parent not in known or known[parent].follows:
                break
            pk = parent
        return pk

    @cached_property
    def onward(self) -> list[tuple[int, uuid.UUID]]:
        """The runs that go on from this one."""
        return [(at, each.pk) for at, each in enumerate(self.kin, 1) if each.follows == self.run.pk]

    @cached_property
    def _earlier(self) -> list[uuid.UUID]:
        known = {each.pk: each.follows for each in self.kin}
        found: list[uuid.UUID] = []
        at = self.run.follows_id
        while at in known and at not in found and len(found) < MOST:
            found.append(at)
            at = known[at]
        return found[::-1]

    @cached_property
    def turns(self) -> list[Turn]:
        """The turns before this one, the oldest first."""
        wanted = Run.objects.only("endpoint", "request_body", "summary", "follows_id").in_bulk(self._earlier)
        return [self._turn(wanted[pk]) for pk in self._earlier if pk in wanted]

    def _turn(self, run: Run) -> Turn:
        href = f"{reverse('session', args=[self.run.session_id])}?run={run.pk}#run"
        return turn_of(run, self.position_of(run.pk), href, len(self._alike(run.pk, run.follows_id)))

    @cached_property
    def exchanges(self) -> list[Exchange]:
        """The same turns whole, to be sent again."""
        wanted = Run.objects.only("endpoint", "request_body", "response_body").in_bulk(self._earlier)
        return [exchange_of(wanted[pk]) for pk in self._earlier if pk in wanted]


def turn_of(run: Run, position: int, href: str, tries: int = 1) -> Turn:
    told = run.summary if isinstance(run.summary, dict) else {}
    calls = [str(each.get("name") or "?") for each in told.get("tool_calls") or [] if isinstance(each, dict)]
    said = said_last(run.endpoint, document_of(run.request_body), LONGEST)
    return Turn(run.pk, position, href, said, str(told.get("text") or "")[:LONGEST], calls, tries)


def exchange_of(run: Run, choice: int = 0) -> Exchange:
    return Exchange(run.endpoint, document_of(run.request_body), document_of(run.response_body), choice)


def document_of(body: Any) -> dict[str, Any]:
    try:
        found = json.loads(bytes(body))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
