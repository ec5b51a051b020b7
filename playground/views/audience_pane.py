"""The page of an audience link, as its templates need it: the form, what is left, and this visitor's runs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from playground import VERSION
from playground.models import Audience, Run
from playground.runs import visits
from playground.runs.parts import Shown, for_visitors
from playground.views.audience_words import LONGEST, Box, Words, label
from playground.views.run_pane import RunPane

#: How many of his earlier runs a visitor finds on the page.
EARLIER = 50


class VisitorsRun(RunPane):
    """A run as the visitor sees who started it: his words and the answer, nothing of what stands around them."""

    def __init__(self, request: HttpRequest, run: Run, token: str) -> None:
        super().__init__(request, run)
        self.base = f"{reverse('audience', args=[token])}{run.pk}/"

    @property
    def problem(self) -> Shown | None:
        return for_visitors(super().problem)

    @property
    def wrote(self) -> list[tuple[str | Promise, str]]:
        """What was asked for, and the words."""
        return [(label(blank), words) for blank, words in (self.run.visit.said or {}).items()]


@dataclass(frozen=True)
class Earlier:
    """An entry in the list of a visitor's runs."""

    run: Run
    asked: str
    address: str
    is_current: bool


class Page:
    longest = LONGEST
    version = VERSION

    def __init__(
        self,
        request: HttpRequest,
        audience: Audience,
        token: str,
        visitor: str,
        values: Mapping[str, str],
        run: Run | None,
    ) -> None:
        self.request = request
        self.audience = audience
        self.token = token
        self.words = Words.of(audience)
        self.values = values
        self._visitor = visitor
        self._run = run

    @property
    def boxes(self) -> list[Box]:
        return self.words.boxes(self.values)

    @property
    def told(self) -> list[tuple[str, str]]:
        return self.words.told if self.audience.shows_request else []

    @property
    def next_id(self) -> uuid.UUID:
        """Of the run that the form would start: pressed twice, it is the same run."""
        return uuid.uuid4()

    # -- runs ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _mine(self) -> list[Run]:
        found = visits.of_visitor(self.audience, self._visitor).select_related("visit")
        return list(found.defer("request_body", "response_body")[:EARLIER])

    @cached_property
    def run(self) -> VisitorsRun | None:
        """The one that was chosen, else the newest."""
        wanted = str(self._run.pk) if self._run else self.request.GET.get("run", "")
        chosen = next((run for run in self._mine if str(run.pk) == wanted), self._mine[0] if self._mine else None)
        return VisitorsRun(self.request, chosen, self.token) if chosen else None

    @property
    def earlier(self) -> list[Earlier]:
        here, shown = reverse("audience", args=[self.token]), self.run and self.run.run.pk
        return [
            Earlier(run, " · ".join((run.visit.said or {}).values()), f"{here}?run={run.pk}", run.pk == shown)
            for run in self._mine
        ]

    # -- what is left -------------------------------------------------------------------------------------------------

    @cached_property
    def left(self) -> int:
        """Runs of this visitor, as far as the link itself has any left."""
        started = visits.of_visitor(self.audience, self._visitor).count()
        mine = self.audience.visitor_limit - started
        return 0 if self.audience.is_used_up else max(0, min(mine, self.audience.run_limit - self.audience.runs))
