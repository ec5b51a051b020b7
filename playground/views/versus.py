"""Two runs held against each other, as the comparing page needs them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.api.endpoints import ENDPOINTS, RESPONSES, Endpoint
from playground.api.reading import normalise_usage, token_details
from playground.api.secret_places import hidden
from playground.comparing import Difference, Piece, differences, line_differences, shared, word_differences
from playground.models import Run
from playground.rendering import clean
from playground.runs.costs import cost_of, shown_cost
from playground.runs.facts import Facts, duration, facts, grouped, times_of, usage_of
from playground.runs.following import reply_of, screen_of
from playground.runs.screen import Screen

Words = str | Promise
By = Literal["words", "lines", "json"]

BY: Final[dict[str, Words]] = {
    "words": gettext_lazy("Words"),
    "lines": gettext_lazy("Lines"),
    "json": gettext_lazy("JSON"),
}
#: A text in a parameter that is compared by words rather than shown twice.
LONG_TEXT: Final = 60
#: More than this of a value or an answer is not drawn.
MOST: Final = 100_000
#: A word of upstream's that no table is made for.
LONGEST_WORD: Final = 60
#: What no count of tokens reaches.
MOST_COUNTED: Final = 2**53


class Side:
    """One of the two."""

    def __init__(self, run: Run, letter: str) -> None:
        self.run = run
        self.letter = letter

    @property
    def endpoint(self) -> Endpoint:
        return ENDPOINTS.get(self.run.endpoint, RESPONSES)

    @cached_property
    def body(self) -> dict[str, Any]:
        """What was sent, without its secrets; empty when it was no JSON object."""
        try:
            found = json.loads(bytes(self.run.request_body))
        except (ValueError, RecursionError):
            return {}
        return hidden(self.endpoint, found) if isinstance(found, dict) else {}

    @cached_property
    def settled(self) -> bool:
        return self.run.is_settled

    @cached_property
    def screen(self) -> Screen:
        """Of a run under way, everything so far; an ended one has it all in its row."""
        return Screen(self.run.endpoint, reply_of(self.run)) if self.settled else screen_of(self.run)

    @property
    def facts(self) -> Facts:
        return facts(self.run, self.screen)

    @cached_property
    def summary(self) -> dict[str, Any]:
        return (self.run.summary or {}) if self.settled else self.screen.reader.conclusion()

    @property
    def times(self) -> dict[str, float]:
        return times_of(self.run, self.screen)

    @property
    def usage(self) -> dict[str, Any]:
        reported = usage_of(self.run, self.screen)
        return {**(normalise_usage(reported) or {}), **token_details(reported)}

    @property
    def cost(self) -> float | None:
        cost = cost_of(self.run, usage_of(self.run, self.screen))
        return None if cost is None else float(cost)

    @property
    def ended(self) -> str:
        """Why it ended: the finish reason of a chat completion, why a response is incomplete, else its outcome."""
        told = self.summary
        word = told.get("finish_reason_raw") or told.get("incomplete_reason") or self.run.outcome
        return clean(str(word or ""))[:LONGEST_WORD]

    @property
    def response(self) -> str:
        body = bytes(self.run.response_body) if self.settled else self.screen.reader.response_body()
        try:
            return json.dumps(json.loads(body), indent=2, ensure_ascii=False) if body else ""
        except (ValueError, RecursionError):
            return body.decode("utf-8", "replace")

    def pegs(self, other: Side) -> list[str]:
        """The state of each parameter in the order of the form: sent, null or not, and whether the other's differs."""
        different = {_top(each.path) for each in differences(self.body, other.body)}
        return [
            f"{_peg(self.body, each.name)}{' diff' if each.name in different else ''}".strip()
            for each in self.endpoint.parameters
        ]

    @property
    def sent(self) -> int:
        return sum(1 for each in self.endpoint.parameters if each.name in self.body)


def _peg(body: dict[str, Any], name: str) -> str:
    return "" if name not in body else "null" if body[name] is None else "on"


def _top(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


# -- parameters ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter and its two values: None where it is not sent. Long texts come in pieces."""

    path: str
    before: str | None
    after: str | None
    pieces: list[Piece]
    same: bool = False


def parameters(one: Side, two: Side, whole: bool) -> list[Row]:
    """Those that differ, in the order of the request; then, if `whole`, those that are the same."""
    rows = [_row(each) for each in differences(one.body, two.body)]
    if not whole:
        return rows
    return rows + [Row(name, _text(one.body[name]), _text(one.body[name]), [], same=True) for name in same(one, two)]


def same(one: Side, two: Side) -> list[str]:
    different = {_top(each.path) for each in differences(one.body, two.body)}
    return [name for name in one.body if name in two.body and name not in different]


def neither(one: Side, two: Side) -> int:
    known = {each.name for side in (one, two) for each in side.endpoint.parameters}
    return len(known - set(one.body) - set(two.body))


def _row(each: Difference) -> Row:
    texts = [_plain(value) for value in (each.before, each.after)]
    if texts[0] is not None and texts[1] is not None and max(map(len, filter(None, texts)), default=0) > LONG_TEXT:
        return Row(each.path, each.before, each.after, word_differences(texts[0], texts[1]))
    return Row(each.path, _cut(each.before), _cut(each.after), [])


def _plain(value: str | None) -> str | None:
    """The text itself when the value is a text."""
    found = json.loads(value) if value is not None and value.startswith('"') else None
    return found[:MOST] if isinstance(found, str) else None


def _text(value: Any) -> str:
    return _cut(json.dumps(value, ensure_ascii=False, indent=2)) or ""


def _cut(value: str | None) -> str | None:
    return value if value is None or len(value) <= MOST else f"{value[:MOST]}…"


# -- outputs ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Output:
    name: Words
    before: str
    after: str
    pieces: list[Piece]
    wire: bool = False  # text as it goes over the wire, not prose

    @property
    def shared(self) -> int:
        return shared(self.pieces)


def outputs(one: Side, two: Side, by: str) -> list[Output]:
    """What at least one of them answered, each kind for itself."""
    if by == "json":
        return [_output(_("Response body"), one.response, two.response, by, wire=True)]
    texts = [(name, before or "", after or "") for name, before, after in _texts(one.summary, two.summary)]
    shown = [_output(name, before, after, by) for name, before, after in texts if before or after]
    before, after = _calls(one.summary), _calls(two.summary)
    if before or after:
        shown.append(_output(_("Tool calls"), before, after, "lines", wire=True))
    return shown


def _texts(one: dict[str, Any], two: dict[str, Any]) -> Iterator[tuple[Words, Any, Any]]:
    yield _("Reasoning"), one.get("reasoning"), two.get("reasoning")
    yield _("Answer"), one.get("text"), two.get("text")
    yield _("Refusal"), one.get("refusal"), two.get("refusal")
    rest = [{each.get("index"): each.get("text") for each in side.get("choices") or []} for side in (one, two)]
    for index in sorted(key for key in {*rest[0], *rest[1]} if isinstance(key, int) and key > 0):
        yield _("Choice %(number)s") % {"number": index + 1}, rest[0].get(index), rest[1].get(index)


def _calls(summary: dict[str, Any]) -> str:
    found = summary.get("tool_calls") or []
    told = [
        {"name": each.get("name"), "arguments": each.get("arguments_json") or each.get("arguments")} for each in found
    ]
    return "\n".join(json.dumps(each, indent=2, ensure_ascii=False) for each in told)


def _output(name: Words, before: str, after: str, by: str, wire: bool = False) -> Output:
    before, after = before[:MOST], after[:MOST]
    compare = word_differences if by == "words" else line_differences
    return Output(name, before, after, compare(before, after), wire)


# -- numbers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    name: Words
    before: str
    after: str
    widths: tuple[int, int] | None  # of the two bars, in percent of the longer
    change: str


def numbers(one: Side, two: Side) -> list[Number]:
    told: list[tuple[Words, Any, Any, Any]] = [
        (name, one.times.get(key), two.times.get(key), duration)
        for key, name in (
            ("first_event", _("first event")),
            ("first_reasoning", _("first thought")),
            ("first_text", _("first text")),
            ("first_call", _("first call")),
            ("done", _("in all")),
            ("longest_gap", _("longest silence")),
        )
    ]
    told += [
        (name, one.usage.get(key), two.usage.get(key), grouped)
        for key, name in (
            ("input_tokens", _("input tokens")),
            ("cached_tokens", _("of these cached")),
            ("output_tokens", _("output tokens")),
            ("reasoning_tokens", _("of these reasoning")),
        )
    ]
    told.append((_("cost"), one.cost, two.cost, _cost))
    told.append((_("speed"), one.times.get("tokens_per_second"), two.times.get("tokens_per_second"), _speed))
    told.append((_("events"), one.run.last_number or None, two.run.last_number or None, grouped))
    rows = [_number(*each) for each in told if isinstance(each[1], int | float) or isinstance(each[2], int | float)]
    return [*rows, *_ends(one, two)]


def _ends(one: Side, two: Side) -> Iterator[Number]:
    """Why each of them ended, in upstream's own word: no bar can show that."""
    if one.ended or two.ended:
        yield Number(_("finish reason"), one.ended or _("none"), two.ended or _("none"), None, "")


def _number(name: Words, before: Any, after: Any, shown: Any) -> Number:
    """A count that is no number, as some upstreams send, or one beyond all reckoning, counts as none."""
    one, two = (
        value if isinstance(value, int | float) and 0 <= value <= MOST_COUNTED else None for value in (before, after)
    )
    most = max(one or 0, two or 0) or 1
    widths = (round(100 * (one or 0) / most), round(100 * (two or 0) / most))
    texts = [_("none") if value is None else shown(value) for value in (one, two)]
    return Number(name, texts[0], texts[1], widths, _change(one, two))


def _change(one: float | None, two: float | None) -> str:
    if not one or two is None:
        return ""
    percent = round(100 * (two - one) / one)
    return f"{'+' if percent > 0 else '−' if percent < 0 else '±'}{grouped(abs(percent))} %"


def _cost(value: float) -> str:
    return shown_cost(Decimal(str(value)))


def _speed(value: float) -> str:
    return _("%(count)s tok/s") % {"count": grouped(round(value, 1))}
