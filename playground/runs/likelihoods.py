"""How sure the model was of each token, and what could have stood there instead; for both endpoints."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.api.chat_reader import ChatReader
from playground.runs.screen import Screen

#: Below which likelihood a token is marked, and how: 1 is the least sure.
DOUBTS: Final = ((0.2, 1), (0.5, 2), (0.8, 3))
MOST_ODDS: Final = 20
LONGEST: Final = 200
_LEAST: Final = -1e9


@dataclass(frozen=True, slots=True)
class Odd:
    """What could have stood there. `bytes` only where the text does not say them."""

    text: str
    chance: float | None
    bytes: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    number: int
    text: str
    chance: float | None
    doubt: int  # 0: sure; 3, 2, 1: less and less
    bytes: str
    odds: tuple[Odd, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the answer, or its refusal, as tokens."""

    name: str | Promise
    raw: list[Any]

    def tokens(self, first: int, most: int) -> list[Token]:
        return [_token(number, entry) for number, entry in enumerate(self.raw[first : first + most], first)]

    @property
    def count(self) -> int:
        return len(self.raw)

    @property
    def mean(self) -> float | None:
        """The geometric mean of the likelihoods: what a token was given on average."""
        logs = [value for entry in self.raw if (value := _log(entry)) is not None]
        return math.exp(sum(logs) / len(logs)) if logs else None


def texts(screen: Screen) -> list[Text]:
    return [Text(name, entries) for name, found in _lists(screen) if (entries := _dicts(found))]


def has_any(screen: Screen) -> bool:
    return any(_dicts(found) for _name, found in _lists(screen))


def _lists(screen: Screen) -> Iterator[tuple[str | Promise, Any]]:
    reader = screen.reader
    if isinstance(reader, ChatReader):
        for index, choice in sorted(reader.choices.items()):
            for key, found in (choice.logprobs or {}).items():
                name = _("Choice %(number)s") % {"number": index}
                yield (name if key == "content" else _("Choice %(number)s, refusal") % {"number": index}), found
        return
    for place in screen.order:
        if told := screen.slot(place).data.get("logprobs"):
            yield _("Text of item %(number)s") % {"number": place.partition("/")[0]}, told


def _dicts(found: Any) -> list[Any]:
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _token(number: int, entry: dict[str, Any]) -> Token:
    chance = _chance(entry)
    doubt = next((mark for below, mark in DOUBTS if chance is not None and chance < below), 0)
    others = _dicts(entry.get("top_logprobs"))[:MOST_ODDS]
    odds = [Odd(_text(other), _chance(other), _bytes(other)) for other in others]
    if _text(entry) not in [odd.text for odd in odds]:
        odds.insert(0, Odd(_text(entry), chance, _bytes(entry)))
    odds.sort(key=lambda odd: -(odd.chance or 0))
    return Token(number, _text(entry), chance, doubt, _bytes(entry), tuple(odds))


def _text(entry: dict[str, Any]) -> str:
    token = entry.get("token")
    return (token if isinstance(token, str) else str(token))[:LONGEST]


def _log(entry: dict[str, Any]) -> float | None:
    """Never above 0, which is certain; a number no float can hold is as good as the least."""
    value = entry.get("logprob")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(min(max(value, _LEAST), 0))


def _chance(entry: dict[str, Any]) -> float | None:
    value = _log(entry)
    return None if value is None else math.exp(value)


def _bytes(entry: dict[str, Any]) -> str:
    """The token's bytes, where its text is not them: pieces of characters, and what a server spells its own way."""
    given = entry.get("bytes")
    if not isinstance(given, list) or not all(isinstance(each, int) and 0 <= each < 256 for each in given):
        return ""
    if bytes(given) == _text(entry).encode("utf-8", "surrogatepass"):
        return ""
    return bytes(given[:64]).hex(" ").upper()
