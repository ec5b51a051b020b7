"""The events of a run: as rows of a list, as an index of all of them, one by one, and as files."""

from __future__ import annotations

import codecs
import json
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from playground.api import lanes
from playground.api.reading import Malformed, parse
from playground.models import Run
from playground.portable.har import har
from playground.runs import archive
from playground.runs.packing import Stored, to_event
from playground.upstream.plain import plain

PAGE: Final = 100
MOST: Final = 500
PREVIEW: Final = 120
#: Bytes of one event that are put on a page.
LONGEST: Final = 200_000

Pieces = Callable[[int], Iterable[tuple[int, list[Stored]]]]


@dataclass(frozen=True, slots=True)
class Row:
    """One event in the list. Whatever of it came from upstream is made readable, so that nothing hides."""

    number: int
    at: float  # milliseconds since the request was sent
    gap: float
    name: str
    preview: str
    lane: str
    masked: bool
    comes_late: bool

    @property
    def tone(self) -> str:
        return {lanes.UNKNOWN: "odd", lanes.MALFORMED: "bad"}.get(self.lane, "")

    @property
    def head(self) -> str:
        """What most types of one endpoint begin with; a narrow list leaves it out."""
        return "response." if self.name.startswith("response.") else ""

    @property
    def tail(self) -> str:
        return self.name.removeprefix(self.head)


@require_safe
def rows(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Some rows, or with `index` what is known of all events behind `after`."""
    run = get_object_or_404(Run.objects.for_user(request.user), pk=run_id)
    return rows_answer(request, run.endpoint, lambda after: archive.read(run.pk, after), event_links(run))


@require_safe
def one(request: HttpRequest, run_id: uuid.UUID, number: int) -> HttpResponse:
    """One event whole: its bytes, and its data as JSON if it is."""
    run = get_object_or_404(Run.objects.for_user(request.user), pk=run_id)
    for _, events in archive.read(run.pk, number - 1) if number else ():
        return one_event(request, events[0])
    raise Http404


def one_event(request: HttpRequest, stored: Stored) -> HttpResponse:
    event = to_event(stored)
    raw, odd = as_text(event.raw, LONGEST)
    context = {"raw": raw, "odd": odd, "data": _pretty(event.data), "masked": stored.masked}
    return render(request, "run/_event.html", context)


def as_text(raw: bytes, most: int) -> tuple[str, bool]:
    """The beginning of what came, byte for byte, and whether some of it is no text: such bytes are spelled out."""
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    text = decoder.decode(raw[:most], final=len(raw) <= most)  # a letter that is cut through is left out
    try:
        raw.decode()
    except UnicodeDecodeError:
        return text, True
    return text, False


@require_safe
def download(request: HttpRequest, run_id: uuid.UUID, format: str) -> HttpResponseBase:
    """All events: the bytes that came, a line of JSON each, or the whole exchange as an HTTP archive."""
    run = get_object_or_404(Run.objects.for_user(request.user), pk=run_id)
    answer: HttpResponseBase
    if format == "har":
        answer = HttpResponse(har(run), content_type="application/json")
    elif format in FORMATS:
        lines, kind = FORMATS[format]
        answer = StreamingHttpResponse(piecewise(lines(run.pk)), content_type=kind)
    else:
        raise Http404
    answer["Content-Disposition"] = f'attachment; filename="run-{run.pk}.{format}"'
    return answer


def event_links(run: Run) -> dict[str, str]:
    """Where the list of events asks for more, and what the addresses of single events begin with."""
    return {
        "rows_url": reverse("run_event_rows", args=[run.pk]),
        "event_url": reverse("run_event", args=[run.pk, 0]).removesuffix("0/"),
    }


# -- the list -----------------------------------------------------------------------------------------------------


def rows_answer(request: HttpRequest, endpoint: str, pieces: Pieces, links: dict[str, str]) -> HttpResponse:
    """The same for a run of one's own and for one behind a link: `pieces` gives the events behind a number."""
    after = _number(request, "after")
    wanted = request.GET.get("q", "")
    if "hits" in request.GET:
        return _as_json({"hits": hits(pieces(0), wanted)})
    if "index" in request.GET:
        return _as_json(index(endpoint, pieces(after), after, wanted))
    if "numbers" in request.GET:
        shown = chosen_rows(endpoint, pieces, _numbers(request.GET["numbers"]))
    else:
        most = min(_number(request, "most", PAGE), MOST)
        shown = rows_of(endpoint, pieces(max(0, after - 1)), after, most)
    return render(request, "run/_event_rows.html", {"rows": shown, **links})


def _as_json(found: Any) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(found), content_type="application/json")


def _number(request: HttpRequest, name: str, usual: int = 0) -> int:
    given = request.GET.get(name, str(usual))
    if not (given.isascii() and given.isdigit()) or len(given) > 9:
        raise Http404
    return int(given)


def _numbers(given: str) -> list[int]:
    found = given.split(",")[:MOST]
    if not all(each.isascii() and each.isdigit() and 0 < len(each) < 10 for each in found):
        raise Http404
    return sorted({int(each) for each in found})


def rows_of(
    endpoint: str, pieces: Iterable[tuple[int, list[Stored]]], after: int, most: int = PAGE, only: Any = None
) -> list[Row]:
    """A row for each of these events behind the event `after`; the one before it is there to measure the gap."""
    found: list[Row] = []
    before = None
    for first, events in pieces:
        for number, stored in enumerate(events, first):
            if number > after and (only is None or number in only):
                found.append(_row(endpoint, number, stored, before))
            before = stored.at
            if len(found) == most:
                return found
    return found


def chosen_rows(endpoint: str, pieces: Pieces, numbers: list[int]) -> list[Row]:
    """The rows of events that stand apart."""
    if not numbers or not numbers[0]:
        raise Http404
    first = numbers[0]
    return rows_of(endpoint, pieces(max(0, first - 2)), first - 1, len(numbers), frozenset(numbers))


def _row(endpoint: str, number: int, stored: Stored, before: int | None) -> Row:
    event = to_event(stored)
    name, lane = lanes.label(endpoint, stored.kind, event.name, event.data)
    data = event.data if stored.kind in ("event", "body") else event.raw
    at = stored.at / 1000
    gap = (stored.at - before) / 1000 if before is not None else at
    preview = plain(lanes.brought(data.strip()), PREVIEW)
    return Row(number, at, gap, plain(name or stored.kind, 100), preview, lane, stored.masked, gap >= LATE)


#: Milliseconds without an event that catch the eye.
LATE: Final = 500.0


def index(endpoint: str, pieces: Iterable[tuple[int, list[Stored]]], after: int, wanted: str) -> dict[str, Any]:
    """All events behind `after`, as little as a time line and a filter need: microseconds since the one before (the
    first: since the request), lane, type. `hits`: the numbers of those that contain the wanted text."""
    at: list[int] = []
    lane: list[str] = []
    kinds: list[int] = []
    names: dict[str, int] = {}
    hits: list[int] = []
    needles = _needles(wanted)
    before = 0
    for first, events in pieces:
        for number, stored in enumerate(events, first):
            event = to_event(stored)
            found = lanes.label(endpoint, stored.kind, event.name, event.data)
            lane.append(found.lane)
            kinds.append(names.setdefault(found.name or stored.kind, len(names)))
            at.append(stored.at - before)
            before = stored.at
            if needles and _contains(stored.raw, needles):
                hits.append(number)
    return {
        "after": after,
        "at": at,
        "lanes": "".join(lane),
        "kinds": kinds,
        "names": [plain(name, 100) for name in names],
        "hits": hits if needles else None,
    }


def hits(pieces: Iterable[tuple[int, list[Stored]]], wanted: str) -> list[int]:
    """The numbers of the events that contain this text."""
    needles = _needles(wanted)
    return [
        number
        for first, events in pieces
        for number, stored in enumerate(events, first)
        if needles and _contains(stored.raw, needles)
    ]


def _needles(wanted: str) -> list[bytes]:
    """The text as it may stand on the wire: as it is, or escaped as JSON escapes it; in small letters."""
    if not wanted.strip():
        return []
    small = wanted[:200].lower()
    spelled = {small, json.dumps(small, ensure_ascii=False)[1:-1], json.dumps(small)[1:-1]}
    return [each.encode("utf-8", "replace") for each in spelled]


def _contains(raw: bytes, needles: list[bytes]) -> bool:
    small = raw.lower() if raw.isascii() else raw.decode("utf-8", "replace").lower().encode("utf-8", "replace")
    return any(needle in small for needle in needles)


def _pretty(data: bytes) -> str:
    try:
        return plain(json.dumps(parse(data), indent=2, ensure_ascii=False), 400_000)
    except (Malformed, RecursionError):
        return ""


# -- files --------------------------------------------------------------------------------------------------------


async def piecewise(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """One piece at a time, read in a thread: a long log is never in memory as a whole."""
    while (piece := await sync_to_async(lambda: next(pieces, None))()) is not None:
        yield piece


def _raw(run_id: uuid.UUID) -> Iterator[bytes]:
    for _, events in archive.read(run_id):
        yield b"".join([event.raw for event in events])


def _json_lines(run_id: uuid.UUID) -> Iterator[bytes]:
    for first, events in archive.read(run_id):
        for number, stored in enumerate(events, first):
            event = to_event(stored)
            line = {
                "number": number,
                "at_ms": stored.at / 1000,
                "kind": stored.kind,
                "event": event.name,
                "data": event.data.decode("utf-8", "surrogateescape"),
                "masked": stored.masked,
            }
            yield json.dumps(line).encode() + b"\n"


FORMATS: Final = {"sse": (_raw, "text/event-stream"), "jsonl": (_json_lines, "application/jsonl")}
