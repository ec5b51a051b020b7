"""Everything about a run that is a number, and who says so: we measured it, or upstream reported it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.api.reading import normalise_usage
from playground.models import Run
from playground.runs.costs import cost_of, shown_cost
from playground.runs.facts import (
    MEASURED,
    REPORTED,
    counted_by,
    duration,
    grouped,
    priced_by,
    timed_by,
    times_of,
    told,
    usage_of,
)
from playground.runs.screen import Screen

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Number:
    name: Words
    value: Words
    source: Words = MEASURED
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    title: Words
    rows: list[Number]


def numbers(run: Run, screen: Screen) -> list[Numbers]:
    groups = (
        (_("Time"), _times(run, screen)),
        (_("Tokens"), _tokens(run, screen)),
        (_("Cost"), _cost(run, screen)),
        (_("Wire"), _wire(run, screen)),
    )
    return [Numbers(title, rows) for title, found in groups if (rows := list(found))]


_MOMENTS: Final[tuple[tuple[str, Words, Words], ...]] = (
    ("headers", _("reply began"), _("status line and headers")),
    ("first_event", _("first event"), ""),
    ("first_reasoning", _("first reasoning"), ""),
    ("first_text", _("first text"), ""),
    ("first_call", _("first call"), ""),
    ("longest_gap", _("longest gap"), _("between two events")),
    ("done", _("in all"), ""),
)


def _times(run: Run, screen: Screen) -> Iterator[Number]:
    times = times_of(run, screen)
    if screen.longest_gap:
        times.setdefault("longest_gap", screen.longest_gap / 1000)
    for name, words, note in _MOMENTS:
        if isinstance(times.get(name), int | float):
            yield Number(words, duration(times[name]), note=note)
    worked = next((value for name, value in run.response_headers if str(name).lower() == "openai-processing-ms"), "")
    if _MILLISECONDS.fullmatch(str(worked)):
        yield Number(_("upstream worked"), duration(int(worked)), REPORTED)


_MILLISECONDS: Final = re.compile(r"[0-9]{1,9}")
#: Where the counts stand in a usage, for both endpoints.
_COUNTS: Final[tuple[tuple[str, Words, Words], ...]] = (
    ("cached_tokens", _("of them cached"), _("read again, usually cheaper")),
    ("cache_write_tokens", _("of them put into the cache"), ""),
    ("audio_tokens", _("of them sound"), ""),
)
_MADE: Final[tuple[tuple[str, Words, Words], ...]] = (
    ("reasoning_tokens", _("of them reasoning"), _("thought, and paid for like text")),
    ("audio_tokens", _("of them sound"), ""),
    ("accepted_prediction_tokens", _("predicted rightly"), ""),
    ("rejected_prediction_tokens", _("predicted wrongly"), _("paid for all the same")),
)


def _tokens(run: Run, screen: Screen) -> Iterator[Number]:
    usage = usage_of(run, screen)
    counts = normalise_usage(usage)
    if not usage or not counts:
        return
    source = counted_by(run)
    yield Number(_("in"), told(counts["input_tokens"]), source)
    yield from _details(usage, ("input_tokens_details", "prompt_tokens_details"), _COUNTS, source)
    yield Number(_("out"), told(counts["output_tokens"]), source)
    yield from _details(usage, ("output_tokens_details", "completion_tokens_details"), _MADE, source)
    yield Number(_("together"), told(counts["total_tokens"]), source)
    speed = times_of(run, screen).get("tokens_per_second")
    if isinstance(speed, int | float):
        value = _("%(count)s a second") % {"count": grouped(round(speed, 1))}
        yield Number(_("speed"), value, timed_by(run), _("from the first thought or word to the last event"))


def _details(usage: Any, names: tuple[str, ...], wanted: Any, source: Words) -> Iterator[Number]:
    group: dict[str, Any] = next((usage[name] for name in names if isinstance(usage.get(name), dict)), {})
    for name, words, note in wanted:
        if group.get(name) is not None:
            yield Number(words, told(group[name]), source, note)


def _wire(run: Run, screen: Screen) -> Iterator[Number]:
    if run.http_status:
        yield Number(_("status"), str(run.http_status), REPORTED)
    if screen.number:
        yield Number(_("events"), grouped(screen.number))
    if run.attempts:
        yield Number(_("tries"), grouped(len(run.attempts)), note=_("after a 429 a request is sent again"))


# -- cost ---------------------------------------------------------------------------------------------------------


def _cost(run: Run, screen: Screen) -> Iterator[Number]:
    cost = cost_of(run, usage_of(run, screen))
    if cost is not None:
        yield Number(_("cost"), shown_cost(cost), priced_by(run), _("in the currency of the prices"))
