"""The run pane as a template needs it, from what is stored."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground import VERSION
from playground.api.said import Said, said_last
from playground.comparing import Difference, differences
from playground.models import Run
from playground.portable.discretion import public_request
from playground.runs import archive
from playground.runs.facts import Facts, Wire, facts, wire
from playground.runs.following import screen_of
from playground.runs.likelihoods import has_any
from playground.runs.oddities import Words, oddities
from playground.runs.packing import Stored
from playground.runs.parts import Shown, shown_problem, slot_with_text
from playground.runs.remarks import Remark, remarks
from playground.runs.screen import Screen
from playground.views.run_bodies import headers_panel, request_panel, response_panel
from playground.views.run_code import code_panel
from playground.views.run_events import PAGE, event_links, rows_of
from playground.views.run_logprobs import logprobs_panel
from playground.views.run_numbers import numbers_panel
from playground.views.run_thread import Thread, document_of


@dataclass(frozen=True)
class Tab:
    name: str
    title: str | Promise


TABS: Final = (
    Tab("output", _("Output")),
    Tab("events", _("Events")),
    Tab("numbers", _("Numbers")),
    Tab("logprobs", _("Logprobs")),
    Tab("request", _("Request")),
    Tab("response", _("Response")),
    Tab("headers", _("Headers")),
    Tab("code", _("Code")),
)


#: How many times as fast a run is played again; 0 is all at once.
PACES: Final = ("1", "2", "10", "0")


@dataclass(frozen=True)
class Placed:
    place: str
    html: str
    done: bool


@dataclass(frozen=True)
class Group:
    """An output item, or a choice."""

    name: str
    slots: list[Placed]

    @property
    def choice(self) -> str:
        """Which of several answers this is, counted as upstream counts: from 0."""
        number = self.name[1:]
        return number if self.name[:1] == "c" and number.isdigit() else ""


class RunPane:
    """One run of a session, and where it stands among the others."""

    version = VERSION

    def __init__(self, request: HttpRequest, run: Run, tab: str = "output") -> None:
        self.request = request
        self.run = run
        self.tab = tab if tab in PANELS or tab == "output" else "output"

    @cached_property
    def screen(self) -> Screen:
        return screen_of(self.run)

    @property
    def tabs(self) -> list[Tab]:
        """Likelihoods have a tab only where there are any, or some were asked for."""
        likely = self.tab == "logprobs" or self.screen.asked.logprobs or has_any(self.screen)
        return [tab for tab in TABS if tab.name != "logprobs" or likely]

    def link(self, tab: str, **query: Any) -> str:
        """The page at this tab, in another view of it."""
        return f"?{urlencode({'run': self.run.pk, 'tab': tab, **query})}#run"

    def panel_url(self, tab: str, **query: Any) -> str:
        """What stands under this tab, alone."""
        return f"{reverse('run_tab', args=[self.run.pk, tab])}?{urlencode(query)}"

    def file_url(self, what: str) -> str:
        """Where something of this run can be saved: request, response, or the events in a format."""
        if what in ("request", "response"):
            return reverse("run_body", args=[self.run.pk, what])
        return reverse("run_events", args=[self.run.pk, what])

    @property
    def recording_url(self) -> str:
        return reverse("run_recording", args=[self.run.pk])

    @property
    def pace(self) -> str | None:
        """How fast the address wants it to be played again, if at all."""
        asked = self.request.GET.get("replay", "")
        return asked if asked in PACES and not self.run.is_live else None

    def event_links(self) -> dict[str, str]:
        return event_links(self.run)

    def pieces(self, after: int = 0) -> Iterator[tuple[int, list[Stored]]]:
        """The events behind the event `after`, in pieces: (number of the first, events)."""
        return archive.read(self.run.pk, after)

    @property
    def number(self) -> int:
        return self.screen.number

    @property
    def facts(self) -> Facts:
        return facts(self.run, self.screen)

    @property
    def wire(self) -> Wire:
        return wire(self.run, self.screen)

    @property
    def problem(self) -> Shown | None:
        return shown_problem(self.run)

    @property
    def remarks(self) -> list[Remark]:
        return remarks(self.run, self.screen)

    @property
    def oddities(self) -> list[Words]:
        return oddities(self.run, self.screen)

    def groups(self) -> Iterator[Group]:
        for name, places in groupby(self.screen.order, key=lambda place: place.partition("/")[0]):
            slots = [self.screen.slot(place) for place in places]
            yield Group(name, [Placed(slot.place, slot_with_text(slot, self.screen), slot.done) for slot in slots])

    @property
    def panel(self) -> str:
        return "" if self.tab == "output" else PANELS[self.tab](self)

    @cached_property
    def thread(self) -> Thread:
        return Thread(self.run)

    @cached_property
    def said(self) -> list[Said]:
        """What this request adds to what was said before."""
        return said_last(self.run.endpoint, document_of(public_request(self.run)))

    @property
    def position(self) -> int:
        return self.thread.position

    @property
    def count(self) -> int:
        return len(self.thread.kin)

    @property
    def visitor(self) -> int:
        """Which of the session's visitors sent this, counted as they came; 0 for its owner."""
        if not self.run.visitor:
            return 0
        siblings = Run.objects.filter(session_id=self.run.session_id).exclude(visitor="")
        return list(dict.fromkeys(siblings.values_list("visitor", flat=True))).index(self.run.visitor) + 1

    @cached_property
    def changes(self) -> list[Difference]:
        """The parameters in which this request differs from the one it was made from."""
        parent = self.run.parent
        if parent is None:
            return []
        return differences(document_of(parent.request_body), document_of(self.run.request_body))

    @property
    def parent_position(self) -> int:
        return self.thread.position_of(self.run.parent_id)

    @cached_property
    def next(self) -> str:
        """What can follow, at the foot of the pane."""
        from playground.views.run_next import next_html

        return next_html(self.request, self.run)

    @property
    def earlier(self) -> uuid.UUID | None:
        return self.thread.kin[self.position - 2].pk if self.position > 1 else None

    @property
    def later(self) -> uuid.UUID | None:
        return self.thread.kin[self.position].pk if self.position < self.count else None


def pane_context(request: HttpRequest, run: Run | None) -> dict[str, Any]:
    """What a page with the run pane needs besides its own."""
    shown = RunPane(request, run, request.GET.get("tab", "output")) if run else None
    return {"run": run, "shown": shown}


def _events(pane: RunPane) -> str:
    """The first rows, and where the list asks for the rest."""
    rows = rows_of(pane.run.endpoint, pane.pieces(), 0)
    files = [(each, pane.file_url(each)) for each in FILES]
    context = {"run": pane.run, "rows": rows, "files": files, "page": PAGE, **pane.event_links()}
    return render_to_string("run/_events.html", context, pane.request)


FILES: Final = ("sse", "jsonl", "har")
PANELS: Final[dict[str, Callable[[RunPane], str]]] = {
    "events": _events,
    "numbers": numbers_panel,
    "logprobs": logprobs_panel,
    "request": request_panel,
    "response": response_panel,
    "headers": headers_panel,
    "code": code_panel,
}
