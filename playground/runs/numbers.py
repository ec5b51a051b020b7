"""Everything about a run that is a number, and who says so: we measured it, or upstream reported it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.api.reading import normalise_usage
from playground.models import Connection, Run
from playground.rendering import clean
from playground.runs.facts import MEASURED, REPORTED, counted_by, duration, times_of
from playground.runs.screen import Screen

Words = str | Promise

_MILLION: Final = Decimal(1_000_000)
_BOTH: Final = _("tokens as upstream reported them, time as measured here")
_PRICED: Final = _("reported tokens, at the prices of the connection when the run began")


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
    if str(worked).isdigit():
        yield Number(_("upstream worked"), duration(int(worked)), REPORTED)


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
    usage = screen.reader.usage or run.usage
    counts = normalise_usage(usage)
    if not usage or not counts:
        return
    source = counted_by(run)
    yield Number(_("in"), _told(counts["input_tokens"]), source)
    yield from _details(usage, ("input_tokens_details", "prompt_tokens_details"), _COUNTS, source)
    yield Number(_("out"), _told(counts["output_tokens"]), source)
    yield from _details(usage, ("output_tokens_details", "completion_tokens_details"), _MADE, source)
    yield Number(_("together"), _told(counts["total_tokens"]), source)
    speed = times_of(run, screen).get("tokens_per_second")
    if isinstance(speed, int | float):
        value = _("%(count)s a second") % {"count": number_format(round(speed, 1))}
        yield Number(_("speed"), value, _BOTH, _("from the first thought or word to the last event"))


def _details(usage: Any, names: tuple[str, ...], wanted: Any, source: Words) -> Iterator[Number]:
    group: dict[str, Any] = next((usage[name] for name in names if isinstance(usage.get(name), dict)), {})
    for name, words, note in wanted:
        if group.get(name) is not None:
            yield Number(words, _told(group[name]), source, note)


def _told(value: Any) -> str:
    """A number as upstream wrote it; what is no number is shown as it came."""
    return number_format(value) if isinstance(value, int) else "?" if value is None else clean(str(value)[:40])


def _wire(run: Run, screen: Screen) -> Iterator[Number]:
    if run.http_status:
        yield Number(_("status"), str(run.http_status), REPORTED)
    if screen.number:
        yield Number(_("events"), number_format(screen.number))
    if run.attempts:
        yield Number(_("tries"), number_format(len(run.attempts)), note=_("after a 429 a request is sent again"))


# -- cost ---------------------------------------------------------------------------------------------------------


def prices_of(connection: Connection) -> dict[str, str] | None:
    """What a million tokens cost now, to be kept with a run: prices change, and what it cost does not."""
    given = {"in": connection.price_in, "cached": connection.price_cached, "out": connection.price_out}
    prices = {name: str(price) for name, price in given.items() if price is not None}
    return prices or None


def cost_of(run: Run, usage: dict[str, Any] | None) -> Decimal | None:
    """In the currency of the prices, whichever that is; None when a price or a count that it needs is not known."""
    counts = normalise_usage(usage)
    prices = {name: _decimal(price) for name, price in (run.prices or {}).items()}
    if not usage or not counts or prices.get("in") is None or prices.get("out") is None:
        return None
    read, written = counts["input_tokens"], counts["output_tokens"]
    if not isinstance(read, int) or not isinstance(written, int):
        return None
    cached = min(_cached(usage), read)
    cheaper = prices.get("cached", prices["in"])
    return ((read - cached) * prices["in"] + cached * cheaper + written * prices["out"]) / _MILLION


def _cached(usage: dict[str, Any]) -> int:
    for name in ("input_tokens_details", "prompt_tokens_details"):
        group = usage.get(name)
        if isinstance(group, dict) and isinstance(group.get("cached_tokens"), int):
            return max(0, int(group["cached_tokens"]))
    return 0


def _decimal(price: Any) -> Decimal:
    try:
        return Decimal(str(price))
    except InvalidOperation:
        return Decimal(0)


def _cost(run: Run, screen: Screen) -> Iterator[Number]:
    cost = cost_of(run, screen.reader.usage or run.usage)
    if cost is not None:
        yield Number(_("cost"), shown_cost(cost), _PRICED, _("in the currency of the prices"))


def shown_cost(cost: Decimal) -> str:
    """As many digits as it takes to see something, and no more."""
    digits = 2 if cost >= 1 else min(8, max(2, 3 - cost.adjusted())) if cost else 2
    return number_format(cost, digits)
