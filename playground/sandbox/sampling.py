"""How temperature, top_p, seed, penalties and logit_bias change the words: repeatably, and visibly.

A behaviour writes prose with alternatives, `{calm|quiet|hushed}`, the likeliest first, and with parts that only longer
answers have, `[1: in medium]` and `[2: in high verbosity]`. The sampler picks. The same request always picks the same.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from .tokens import split, token_id

LEVELS = {"low": 0, "medium": 1, "high": 2}
SLOPE = 0.7  # each alternative is e^-0.7, about half, as likely as the one before it
BAN, FORCE = -100.0, 100.0
WILD = (
    "marmalade", "zigzag", "thunderous", "umbrella", "velvet", "gravity", "whispering", "pickle", "cathedral",
    "electric", "moth", "sideways", "saxophone", "glacier", "turnip", "feverish", "lantern", "paradox", "molasses",
    "kaleidoscope", "barnacle", "ultraviolet", "hiccup", "origami",
)  # fmt: skip
# Ordinary words that step in where a penalty keeps a word from coming again: for short words, and for longer ones.
PLAIN = (
    ("that", "this", "some", "each", "such", "many"),
    ("another", "something", "whatever", "elsewhere", "somebody", "anything"),
)
SHORT = 4  # letters
_OPTIONAL = re.compile(r"\[(\d):([^\]]*)\]")
_SLOT = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"[A-Za-z]{4,}")
_ANY_WORD = re.compile(r"[A-Za-z]{3,}")


@dataclass(slots=True)
class Sampler:
    """One choice's dice: what the request says about sampling, and the words used so far."""

    seed: str
    temperature: float = 1.0
    top_p: float = 1.0
    presence: float = 0.0
    frequency: float = 0.0
    bias: Mapping[int, float] = field(default_factory=dict)
    choice: int = 0
    used: Counter[str] = field(default_factory=Counter)
    _written: Counter[str] = field(default_factory=Counter)
    _random: Random = field(init=False)
    _rest: int = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(f"{self.seed}/{self.choice}")
        self._rest = self.choice

    def pick(self, alternatives: Sequence[str]) -> str:
        """One of the alternatives, under all the sampling parameters."""
        logits = [self._logit(rank, word) for rank, word in enumerate(alternatives)]
        chosen = alternatives[self._draw(logits)]
        self.used[chosen.strip().lower()] += 1
        return chosen

    def variant(self, count: int) -> int:
        """Which of several whole texts: another one for each choice, the first at temperature 0."""
        start = 0 if self.temperature == 0 else Random(self.seed).randrange(count)
        return (start + self._digit(count)) % count

    def integer(self, low: int, high: int) -> int:
        return low if self.temperature == 0 and not self.choice else self._random.randint(low, max(low, high))

    def _logit(self, rank: int, word: str) -> float:
        seen = self.used[word.strip().lower()]
        bias = max((self.bias.get(token_id(token), 0.0) for token in split(word)), key=abs, default=0.0)
        return -SLOPE * rank + bias - self.presence * (seen > 0) - self.frequency * seen

    def _draw(self, logits: list[float]) -> int:
        best = max(range(len(logits)), key=logits.__getitem__)
        if self.temperature < 0.01:
            return (best + self._digit(len(logits))) % len(logits)
        weights = [math.exp(max((one - logits[best]) / self.temperature, -700.0)) for one in logits]
        kept, mass, total = [], 0.0, sum(weights)
        for index in sorted(range(len(weights)), key=weights.__getitem__, reverse=True):
            kept.append(index)
            mass += weights[index] / total
            if mass >= self.top_p:
                break
        return self._random.choices(kept, [weights[index] for index in kept])[0]

    def _digit(self, base: int) -> int:
        """The next digit of the choice's number: each pick is a place of its own, so no two choices pick alike."""
        self._rest, digit = divmod(self._rest, base)
        return digit

    def render(self, prose: str, verbosity: str = "medium") -> str:
        """The prose with its alternatives picked and its longer parts kept or left out."""
        level = LEVELS[verbosity]
        plain = _OPTIONAL.sub(lambda part: part[2] if int(part[1]) <= level else "", prose)
        text = _SLOT.sub(lambda slot: self.pick(slot[1].split("|")), plain)
        if self.presence or self.frequency:
            text = _ANY_WORD.sub(self._weigh, text)
        return self.colour(text)

    def _weigh(self, found: re.Match[str]) -> str:
        """The word, or another in its place: a penalty drives out words that come again, and one below 0 new ones."""
        word = found[0].lower()
        seen = self._written[word]
        others: Sequence[str]
        if seen:
            share, others = 0.3 * (self.presence + self.frequency * seen), PLAIN[len(word) > SHORT]
        else:
            others = [one for one in self._written if len(one) > SHORT] if len(word) > SHORT else ()
            share = -0.12 * (self.presence + self.frequency)
        chosen = word
        if others and self._random.random() < min(share, 0.6):
            # What was written least steps in for what was written too often, and the other way round.
            chosen = (min if seen else max)(others, key=self._written.__getitem__)
        self._written[chosen] += 1
        if chosen == word:
            return found[0]
        return chosen.capitalize() if found[0][0].isupper() else chosen

    def colour(self, text: str) -> str:
        """Above temperature 1 some words turn wild, below top_p 1 fewer of them; banned words go."""
        if self.temperature > 1 and self.top_p > 0.1:
            share = 0.4 * (self.temperature - 1) * self.top_p
            text = _WORD.sub(lambda word: self._random.choice(WILD) if self._random.random() < share else word[0], text)
        return self._biased(text) if self.bias else text

    def _biased(self, text: str) -> str:
        return "".join(token for token in split(text) if self.bias.get(token_id(token), 0.0) > BAN)


def spelled(text: str, temperature: float, top: int) -> Iterator[dict[str, object]]:
    """Each token of a text with an invented but plausible and repeatable log probability, and `top` alternatives."""
    for place, token in enumerate(split(text)):
        dice = Random(f"{token}/{place}")
        sure = 0.999 - 0.45 * dice.random() * min(1.0, 0.2 + temperature / 2)
        rest = [word for word in dice.sample(WILD, min(len(WILD), top + 1)) if word != token.strip()]
        others = [(" " + word, (1 - sure) * 0.5**rank) for rank, word in enumerate(rest, start=1)]
        ranked = [(token, sure), *others][:top]
        yield _entry(token, sure) | {"top_logprobs": [_entry(one, chance) for one, chance in ranked]}


def _entry(token: str, chance: float) -> dict[str, object]:
    return {
        "token": token,
        "logprob": round(math.log(chance), 6),
        "bytes": list(token.encode("utf-8", "surrogatepass")),
    }
