"""What is said about a run in a line: its status in a word, what we measured, what upstream reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from playground.api.reading import normalise_usage, token_details
from playground.models import Run
from playground.rendering import clean
from playground.runs.costs import cost_of, shown_cost
from playground.runs.screen import Screen

Words = str | Promise
Status = Run.Status

MEASURED: Final = _("measured here")
REPORTED: Final = _("as upstream reported it")
ESTIMATED: Final = _("estimated by the sandbox")
#: The header in which the sandbox says that of its counts.
COUNTS: Final = "x-sandbox-tokens"
#: An upstream may write any number there. From one like this on nobody reckons a speed.
MOST_TOKENS: Final = 10**15


@dataclass(frozen=True, slots=True)
class Fact:
    name: Words
    value: Words
    source: Words = MEASURED
    mark: Words = ""  # the source in a word, where it is not us: hovering is not for everybody


@dataclass(frozen=True, slots=True)
class Facts:
    """The status line. `tone` is a variant of the status component."""

    word: Words
    tone: str
    said: Words  # for screen readers, when it changes
    rows: list[Fact]


def facts(run: Run, screen: Screen) -> Facts:
    word, tone = _status(run, screen)
    rows = _rows(run, screen)
    return Facts(word, tone, word, rows)


def _status(run: Run, screen: Screen) -> tuple[Words, str]:
    if run.status == Status.RUNNING:
        streaming = any(name != "first_event" for name in screen.moments)
        return (_("Streaming") if streaming else _("Running")), "live"
    if run.status == Status.WAITING:
        return Status.WAITING.label, "warn"
    if run.status == Status.FINISHED:
        if run.outcome == "incomplete":
            return pgettext_lazy("a reply", "Incomplete"), "warn"
        return Status.FINISHED.label, "ok"
    if run.status == Status.FAILED and (run.problem or {}).get("code") == "upstream_closed":
        return pgettext_lazy("a reply", "Cut off"), "bad"
    if run.status == Status.FAILED:
        return Status.FAILED.label, "bad"
    return Status(run.status).label, "warn" if run.status == Status.INTERRUPTED else "plain"


def _rows(run: Run, screen: Screen) -> list[Fact]:
    times = times_of(run, screen)
    rows = []
    if run.http_status and run.http_status >= 400:
        rows.append(Fact(_("status"), str(run.http_status), REPORTED, _("reported")))
    for name, words in (
        ("first_event", _("first event")),
        ("first_reasoning", _("first thought")),
        ("first_text", _("first text")),
        ("first_call", _("first call")),
        ("done", _("in all")),
    ):
        if name in times:
            rows.append(Fact(words, duration(times[name])))
    mark = _("estimated") if counted_by(run) == ESTIMATED else _("reported")
    usage = usage_of(run, screen)
    if counts := normalise_usage(usage):
        both = f"{told(counts['input_tokens'])} → {told(counts['output_tokens'])}"
        rows.append(Fact(_("tokens"), both, counted_by(run), mark))
    if speed := times.get("tokens_per_second"):
        rows.append(Fact(_("speed"), _("%(count)s tok/s") % {"count": grouped(round(speed, 1))}, timed_by(run), mark))
    if (cost := cost_of(run, usage)) is not None:
        rows.append(Fact(_("cost"), shown_cost(cost), priced_by(run), mark))
    if len(run.attempts) > 1:
        rows.append(Fact(_("tries"), grouped(len(run.attempts))))
    return rows


def usage_of(run: Run, screen: Screen) -> dict[str, Any] | None:
    """As it was reported; of a run whose events are no longer read, as its row has it."""
    reported: dict[str, Any] | None = screen.reader.usage or run.usage
    return reported


def counted_by(run: Run) -> Words:
    """Whose counts of tokens these are: the sandbox says with every reply that it only estimates."""
    said = {str(name).lower(): value for name, value in run.response_headers}
    return ESTIMATED if said.get(COUNTS) == "estimated" else REPORTED


def timed_by(run: Run) -> Words:
    """Whose a speed is: one count and one time."""
    if counted_by(run) == ESTIMATED:
        return _("tokens as the sandbox estimates them, time as measured here")
    return _("tokens as upstream reported them, time as measured here")


def priced_by(run: Run) -> Words:
    if counted_by(run) == ESTIMATED:
        return _("estimated tokens, at the prices of the connection when the run began")
    return _("reported tokens, at the prices of the connection when the run began")


def times_of(run: Run, screen: Screen) -> dict[str, float]:
    """Milliseconds since the request was sent, by name; while it runs, as far as they are known."""
    return {**{name: at / 1000 for name, at in screen.moments.items()}, **run.timings}


def length_of(run: Run, screen: Screen) -> float:
    """From the request to the end, in milliseconds; while it runs, to the last event."""
    done: float | None = run.timings.get("done")
    return done or screen.last_at / 1000


def measure(screen: Screen, done: int) -> dict[str, float]:
    """All timings of a run that has ended, in milliseconds. `done` is in microseconds, as the moments are."""
    times = {name: at / 1000 for name, at in screen.moments.items()}
    times["longest_gap"] = screen.longest_gap / 1000
    times["done"] = done / 1000
    usage = normalise_usage(screen.reader.usage) or {}
    tokens = usage.get("output_tokens")
    began = min((screen.moments[name] for name in screen.moments if name != "first_event"), default=None)
    if isinstance(tokens, int) and "first_reasoning" not in screen.moments:
        # What was thought unseen came before what we began to measure at.
        tokens -= min(tokens, token_details(screen.reader.usage).get("reasoning_tokens") or 0)
    if isinstance(tokens, int) and 0 <= tokens < MOST_TOKENS and began is not None and screen.last_at > began:
        times["tokens_per_second"] = tokens / ((screen.last_at - began) / 1e6)
    return times


def duration(milliseconds: float) -> str:
    if milliseconds < 1000:
        return str(_("%(count)s ms") % {"count": grouped(round(milliseconds))})
    return str(_("%(count)s s") % {"count": grouped(milliseconds / 1000, 2 if milliseconds < 10_000 else 1)})


def grouped(value: float, digits: int | None = None) -> str:
    """A number as it is written in the reader's language, in groups of digits as in the list of events."""
    return number_format(value if digits is None else round(value, digits), digits, force_grouping=True)


def told(value: Any) -> str:
    """A number as upstream wrote it; what is no number is shown as it came."""
    return grouped(value) if isinstance(value, int) else "?" if value is None else clean(str(value)[:40])


# -- the run as a thin line ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the wire: what went on, from where and how wide, in percent."""

    name: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Wire:
    stretches: list[Stretch]
    tip: float | None  # where it grows, while it does
    length: int = 0  # milliseconds


def wire(run: Run, screen: Screen) -> Wire:
    """Waiting, thinking, saying, calling, in the order they began."""
    times = times_of(run, screen)
    end = length_of(run, screen)
    begins = sorted(
        (times[moment], name)
        for moment, name in (("first_reasoning", "think"), ("first_text", "say"), ("first_call", "call"))
        if moment in times
    )
    if not end or not begins:
        return Wire([], 0.0 if run.is_live else None, round(end))
    ends = [*(begin for begin, _ in begins[1:]), max(end, begins[-1][0])]
    scale = 100 / max(end, 1)
    stretches = [
        Stretch(name, round(begin * scale, 2), round(max((until - begin) * scale - 0.5, 0.5), 2))
        for (begin, name), until in zip(begins, ends, strict=True)
    ]
    return Wire(stretches, 100.0 if run.is_live else None, round(end))
