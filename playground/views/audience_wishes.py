"""The form of an audience link that is to be made: who sends what, through which connection, within which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.api.endpoints import ENDPOINTS, RESPONSES
from playground.models import Connection, Preset, Share
from playground.presets import blanks
from playground.rendering import clean
from playground.runs.costs import shown_cost
from playground.runs.visits import ANSWER, weigh
from playground.sharing import Terms
from playground.views.audience_words import PROMPT, Words, askable, body_of, typed
from playground.views.posted import line, posted
from playground.views.presets import connection_for
from playground.views.share_wishes import allowed_scopes

GIVEN: Final = "given."
FILL: Final = "fill."
NOTE: Final = 500
_SAMPLE: Final = "…"


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that the owner sets: its field, what it limits, and between what it may lie."""

    name: str
    words: str | Promise
    usual: int
    most: int
    least: int = 1


LIMITS: Final = (
    Limit("runs", _("runs in all"), 50, 10_000),
    Limit("each", _("runs of one visitor"), 5, 1_000),
    Limit("tokens", _("tokens in all"), 50_000, 100_000_000),
    Limit("minutes", _("minutes it is open"), 60, 7 * 24 * 60),
)
FIELDS: Final = ("title", "note", "connection", "scope", "shows", PROMPT, "do", *(limit.name for limit in LIMITS))


@dataclass(frozen=True, slots=True)
class Row:
    """A blank of the preset, as the form asks about it."""

    name: str
    is_theirs: bool
    given: str
    only_mine: bool  # it stands where visitors can change nothing

    @property
    def is_missing(self) -> bool:
        return not self.is_theirs and not self.given.strip()


@dataclass(frozen=True)
class Asked:
    """What the form says. Before it was sent, everything is as usual."""

    preset: Preset
    connections: list[Connection]
    title: str
    note: str = ""
    connection: Connection | None = None
    scope: str = Share.Scope.SERVER
    shows: bool = False
    prompt: bool = False
    theirs: frozenset[str] = frozenset()
    given: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=lambda: {each.name: str(each.usual) for each in LIMITS})
    was_sent: bool = False

    @classmethod
    def at_first(cls, request: HttpRequest, preset: Preset) -> Asked:
        """Visitors fill in the blanks; where there are none, they write the prompt."""
        theirs, _mine = askable(preset, prompt=False)
        return cls(
            preset,
            usable_by(request),
            preset.name,
            connection=connection_for(request, preset),
            prompt=not theirs,
            theirs=frozenset(theirs),
        )

    @classmethod
    def from_form(cls, request: HttpRequest, preset: Preset) -> Asked:
        names = blanks(body_of(preset.body))
        posted(request, *FIELDS, *(prefix + name for name in names for prefix in (GIVEN, FILL)))
        data: QueryDict = request.POST
        connections = usable_by(request)
        wanted, scope = data.get("connection", ""), data.get("scope", "")
        return cls(
            preset,
            connections,
            line(clean(data.get("title", "")), 100) or preset.name,
            clean(data.get("note", "")).strip()[:NOTE],
            next((each for each in connections if str(each.pk) == wanted), None),
            scope if scope in allowed_scopes() else Share.Scope.SERVER,
            "shows" in data,
            PROMPT in data,
            frozenset(name for name in names if FILL + name in data),
            {name: typed(data.get(GIVEN + name, "")) for name in names},
            {limit.name: data.get(limit.name, "").strip()[:12] for limit in LIMITS},
            was_sent=True,
        )

    # -- what visitors write ------------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> list[Row]:
        """In the order of the request; a blank in a prompt that visitors replace is not asked about."""
        theirs, mine = askable(self.preset, prompt=self.prompt)
        names = [name for name in blanks(body_of(self.preset.body)) if name in theirs or name in mine]
        return [
            Row(name, name in self.theirs and name in theirs, self.given.get(name, ""), name in mine) for name in names
        ]

    @cached_property
    def words(self) -> Words:
        return Words(
            ENDPOINTS.get(self.preset.endpoint, RESPONSES),
            body_of(self.preset.body),
            tuple(row.name for row in self.rows if row.is_theirs),
            {row.name: row.given for row in self.rows if not row.is_theirs},
            self.prompt,
        )

    # -- what it may use ----------------------------------------------------------------------------------------------

    @property
    def limits(self) -> list[tuple[Limit, str, bool]]:
        return [(limit, self.numbers[limit.name], self._number(limit) is None) for limit in LIMITS]

    @property
    def cost(self) -> str:
        """What all its tokens may cost at most, where the connection knows prices."""
        prices = [self.connection.price_in, self.connection.price_out] if self.connection else []
        tokens = self._number(LIMITS[2])
        if tokens is None or not prices or None in prices:
            return ""
        return shown_cost(max(price for price in prices if price is not None) * tokens / Decimal(1_000_000))

    def _number(self, limit: Limit) -> int | None:
        text = self.numbers[limit.name]
        number = int(text) if text.isascii() and text.isdigit() else 0
        return number if limit.least <= number <= limit.most else None

    # -- whether it can be made ---------------------------------------------------------------------------------------

    @cached_property
    def problem(self) -> str | Promise:
        if self.connection is None:
            return _("Choose a connection.")
        if not self.words.fields:
            return _("Let visitors write something: the prompt, or a blank.")
        if any(row.is_missing for row in self.rows):
            return _("Give a value for each blank that visitors do not fill in.")
        for limit, text, is_wrong in self.limits:
            if is_wrong:
                values = {"what": limit.words, "text": text or "–", "least": limit.least, "most": limit.most}
                return _("%(what)s: %(text)s. A whole number from %(least)s to %(most)s is needed.") % values
        return self._refusal()

    def _refusal(self) -> str | Promise:
        """Whether the request can be sent at all, with any words in it."""
        prepared = self.words.prepared(self.preset.owner, dict.fromkeys(self.words.fields, _SAMPLE))
        if prepared.refused or prepared.sent is None:
            return _(
                "The preset's request cannot be sent as it is. Use the preset, mend its request, and save it again."
            )
        needed = weigh(prepared.body) + ANSWER
        if (self._number(LIMITS[2]) or 0) < needed:
            return _("One run of this preset may need %(count)s tokens. Allow more.") % {"count": needed}
        return ""

    def terms(self) -> Terms:
        """To be asked for only where there is no problem."""
        assert self.connection
        runs, each, tokens, minutes = (self._number(limit) or limit.least for limit in LIMITS)
        return Terms(
            self.preset, self.connection, self.words.asks, self.title, self.note, self.scope, self.shows,
            runs, each, tokens, minutes,
        )  # fmt: skip


def usable_by(request: HttpRequest) -> list[Connection]:
    return list(Connection.objects.for_user(request.user).order_by("created", "name"))
