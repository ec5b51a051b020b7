"""A snapshot as its reader sees it. The page of a link and the preview before there is one are both made here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from playground.api.endpoints import ENDPOINTS, Endpoint
from playground.models import SANDBOX_URL, Run
from playground.portable.opening import sealed_events, unsaved_run
from playground.rendering import pretty_json
from playground.runs import archive
from playground.runs.following import reply_of, screen_of
from playground.runs.packing import Stored, unseal
from playground.runs.parts import Lens, Shown, for_guests, readable, shown_problem
from playground.runs.screen import Screen
from playground.runs.veil import Discretion, Veil
from playground.samples.links import TooLong, fragment
from playground.sharing import DOTS
from playground.views import run_events
from playground.views.preview import shortened
from playground.views.replay import recording_answer
from playground.views.run_code import sandbox_address
from playground.views.run_events import one_event
from playground.views.run_pane import PANELS, TABS, RunPane
from playground.views.run_thread import MOST, Turn, turn_of
from playground.views.share_reading import Sample, asked_in, document_in, sample_of

_CODE: Final = "code"  # stands on the page by itself
_HEADERS: Final = "headers"  # never travel
_SOURCE: Final = "source"  # is asked for by a button
_SPELLED_OUT: Final = {"events", "logprobs"}  # an answer piece by piece


@dataclass(frozen=True)
class Live:
    """A run under way, and what must not be told of it."""

    run: Run
    hidden: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """A tab: its name, its address as a page, and that of its panel alone."""

    name: str
    title: str | Promise
    href: str
    url: str


@dataclass(frozen=True)
class Entry:
    """A run in the index of a session."""

    number: int
    run: Run
    asked: str


@dataclass(frozen=True)
class SharedThread:
    """The turns before a run, as far as they were shared with it."""

    turns: list[Turn]


class SharedRun(RunPane):
    """One run of a snapshot. It never becomes a row; while the real one is under way, its answer comes from the log."""

    def __init__(self, page: SharedPage, told: dict[str, Any], live: Live | None) -> None:
        run = unsaved_run(None, None, told)
        self.base_url = run.url.removesuffix(ENDPOINTS[run.endpoint].path)
        if not run.url or run.url.startswith(SANDBOX_URL):
            run.url = ENDPOINTS[run.endpoint].path
        if live:
            _bring_up_to_date(run, live.run)
        self.page = page
        self.told = told
        self.live = live
        self.has_answer = "status" in told or live is not None
        super().__init__(page.request, run, page.request.GET.get("tab", "output"))
        if self.tab not in [tab.name for tab in self.shown_tabs]:
            self.tab = "output" if self.has_answer else "request"

    @cached_property
    def screen(self) -> Screen:
        if self.live:
            return self._veiled(self.live)
        screen = Screen(self.run.endpoint, reply_of(self.run))
        for _number, events in self.pieces():
            screen.advance(events)
        screen.finish()
        return screen

    def _veiled(self, live: Live) -> Screen:
        screen = screen_of(live.run)
        return Veil(screen, Discretion(live.hidden, room=False), lambda: live.run.is_live) if live.hidden else screen

    @cached_property
    def gives_up_events(self) -> bool:
        """Events and tokens of an answer that says something hidden: in those the same text may be spread over many
        pieces. The frozen copy goes without them as well."""
        return bool(self.live) and isinstance(self.screen, Veil) and self.screen.hides_something

    def pieces(self, after: int = 0) -> Iterator[tuple[int, list[Stored]]]:
        """The events behind the event `after`, in pieces: (number of the first, events)."""
        if self.gives_up_events:
            return
        if self.live:
            for first, events in archive.read(self.live.run.pk, after):
                yield first, [_discreet(event, self.live.hidden) for event in events]
            return
        number = 1
        for events in unseal(sealed_events(self.told)):
            if number + len(events) > after + 1:
                yield max(number, after + 1), events[max(0, after + 1 - number) :]
            number += len(events)

    def event_links(self) -> dict[str, str]:
        return {"rows_url": f"{self.base}rows/", "event_url": f"{self.base}events/"}

    @property
    def problem(self) -> Shown | None:
        return for_guests(shown_problem(self.run), self.live.hidden if self.live else ())

    @property
    def shown_tabs(self) -> list[Any]:
        if not self.has_answer:
            return [tab for tab in TABS if tab.name == "request"]
        gone = {_CODE, _HEADERS}
        if self.live:
            gone.add("response")
        if self.gives_up_events:
            gone |= _SPELLED_OUT
        return [tab for tab in self.tabs if tab.name not in gone]

    @property
    def links(self) -> list[Link]:
        page = self.page
        return [
            Link(tab.name, tab.title, page.address(page.number, tab.name), f"{self.base}{tab.name}/")
            for tab in self.shown_tabs
        ]

    def link(self, tab: str, **query: str) -> str:
        """The page at this tab, in another view of it."""
        address = self.page.address(self.page.number, tab)
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}" if query else address

    def panel_url(self, tab: str, **query: Any) -> str:
        return f"{self.base}{tab}/?{urlencode(query)}"

    @property
    def recording_url(self) -> str:
        return f"{self.base}recording"

    def file_url(self, what: str) -> str:
        """Files are for those to whom the run belongs."""
        return ""

    @property
    def code_url(self) -> str:
        """The page in another language, which stands behind this."""
        address = self.page.address(self.page.number, self.tab)
        return f"{address}{'&' if '?' in address else '?'}language="

    @property
    def base(self) -> str:
        """What the addresses of this run's parts begin with."""
        return f"{self.page.base}{self.page.number}/"

    @property
    def panel(self) -> str:
        return "" if self.tab == "output" else panel(self, self.tab)

    @cached_property
    def thread(self) -> SharedThread:  # type: ignore[override]
        return SharedThread(self.page.turns_before(self.page.number))

    @property
    def carried(self) -> str:
        """The request for another playground, to be put behind its address; nothing where no link can hold it."""
        try:
            return f"{reverse('new')}#{fragment(self.run.endpoint, self.body)}" if self.body else ""
        except TooLong:
            return ""

    # -- the request ------------------------------------------------------------------------------------------------

    @property
    def endpoint(self) -> Endpoint:
        return ENDPOINTS[self.run.endpoint]

    @cached_property
    def body(self) -> dict[str, Any]:
        return document_in(bytes(self.run.request_body))

    @property
    def pegs(self) -> list[bool | None]:
        """Each parameter of the form, in its order: a value, null, or not sent."""
        return [
            None if name in self.body and self.body[name] is None else name in self.body
            for name in self.endpoint.by_name
        ]

    @property
    def sent(self) -> int:
        return sum(each is not False for each in self.pegs)

    @property
    def readable_body(self) -> SafeString:
        return pretty_json(shortened(bytes(self.run.request_body).decode("utf-8", "replace")), readable=True)


class SharedPage:
    """What a link shows. `base` is what the addresses of its parts begin with, `here` its own address."""

    def __init__(
        self, request: HttpRequest, document: dict[str, Any], base: str, here: str, live: Live | None = None
    ) -> None:
        self.request = request
        self.session: dict[str, Any] = document["sessions"][0]
        self.base = base
        self.here = here
        self.live = live
        asked = request.GET.get("run", "")
        self.number = self.number_of(asked) or max(len(self.session["runs"]), 1)

    @property
    def title(self) -> str:
        return str(self.session.get("title", ""))

    @property
    def count(self) -> int:
        return len(self.session["runs"])

    def number_of(self, text: str) -> int:
        return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:9]) <= self.count else 0

    def at(self, number: int) -> SharedPage:
        """The same page at another run; `Http404` if there is none of this number."""
        if not 0 < number <= self.count:
            raise Http404
        self.number = number
        return self

    @cached_property
    def shown(self) -> SharedRun | None:
        return SharedRun(self, self.session["runs"][self.number - 1], self.live) if self.count else None

    @property
    def index(self) -> list[Entry]:
        return [
            Entry(number, unsaved_run(None, None, told), _told_prompt(told))
            for number, told in enumerate(self.session["runs"], 1)
        ]

    def turns_before(self, number: int) -> list[Turn]:
        """The runs from which this one goes on, the oldest first. In the snapshot they are told by their places."""
        runs = self.session["runs"]
        told = runs[number - 1]
        found: list[Turn] = []
        while isinstance(at := told.get("follows"), int) and 0 <= at < len(runs) and len(found) < MOST:
            told = runs[at]
            follows = told.get("follows")
            tries = 1 if follows is None else sum(each.get("follows") == follows for each in runs)
            found.append(turn_of(unsaved_run(None, None, told), at + 1, self.address(at + 1), tries))
        return found[::-1]

    def address(self, number: int, tab: str = "") -> str:
        query = [f"run={number}"] if self.count > 1 else []
        query += [f"tab={tab}"] if tab else []
        return self.here + (("&" if "?" in self.here else "?") + "&".join(query) if query else "")

    @property
    def entries(self) -> list[tuple[Entry, str]]:
        return [(entry, self.address(entry.number)) for entry in self.index]

    @cached_property
    def sample(self) -> Sample | None:
        """The request as code, for the reader's own use."""
        if self.shown is None or not self.shown.body:
            return None
        base_url = self.shown.base_url
        if base_url.startswith(SANDBOX_URL):
            base_url = sandbox_address(self.request)
        body = bytes(self.shown.run.request_body)
        return sample_of(self.shown.endpoint, body, base_url, self.request.GET.get("language", ""))


# -- parts of the page, fetched alone -----------------------------------------------------------------------------


def panel(shown: SharedRun, name: str) -> str:
    """What stands under a tab."""
    if name not in PANELS or name not in [tab.name for tab in shown.shown_tabs]:
        raise Http404
    return PANELS[name](shown)


def panel_answer(page: SharedPage, tab: str) -> HttpResponse:
    if page.shown is None:
        raise Http404
    if tab == _CODE:
        return render(page.request, "shares/_code.html", {"page": page, "shown": page.shown})
    if tab == _SOURCE:
        return _source_answer(page.shown, page.request.GET.get("place", ""))
    return HttpResponse(panel(page.shown, tab))


def _source_answer(shown: SharedRun, place: str) -> HttpResponse:
    """The text of one slot as the model wrote it."""
    if not shown.has_answer or place not in shown.screen.reader.slots:
        raise Http404
    return HttpResponse(readable(shown.screen.slot(place).text), content_type="text/plain; charset=utf-8")


def recording_of(page: SharedPage) -> HttpResponseBase:
    """The answer to be played again, from the frozen copy."""
    shown = page.shown
    if shown is None or not shown.has_answer or shown.live:
        raise Http404
    return recording_answer(shown.run, shown.pieces(), Lens(get_language() or "en", guest=True, replay=True))


def rows_answer(page: SharedPage) -> HttpResponse:
    shown = page.shown
    if shown is None or not shown.has_answer:
        raise Http404
    return run_events.rows_answer(page.request, shown.run.endpoint, shown.pieces, shown.event_links())


def event_answer(page: SharedPage, number: int) -> HttpResponse:
    if page.shown is None or not page.shown.has_answer or not number:
        raise Http404
    for _first, events in page.shown.pieces(number - 1):
        return one_event(page.request, events[0])
    raise Http404


def _discreet(stored: Stored, hidden: tuple[str, ...]) -> Stored:
    raw = stored.raw
    for text in hidden:
        raw = raw.replace(text.encode("utf-8", "replace"), DOTS.encode())
    return stored if raw is stored.raw else Stored(stored.at, stored.marks, raw)


def _told_prompt(told: dict[str, Any]) -> str:
    request = told.get("request")
    body = request.get("json") if isinstance(request, dict) else None
    return asked_in(body)[:120] if isinstance(body, dict) else ""


def _bring_up_to_date(run: Run, live: Run) -> None:
    """What is known of the real run by now; of its headers and its addresses nothing."""
    for name in ("status", "outcome", "problem", "http_status", "attempts", "usage", "timings", "started", "finished"):
        setattr(run, name, getattr(live, name))
