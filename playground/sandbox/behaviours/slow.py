"""The slow one: a long silence first, then a word now and then."""

from __future__ import annotations

from collections.abc import Iterator

from ..ask import Ask
from ..steps import Step, Wait
from . import Model
from .common import answer

SILENCE = 20.0


def write(ask: Ask) -> str:
    return ask.sampler.render(
        "{Slowly|Gently|Softly}, one word {after|at} {another|a time}, this simulated reply arrives."
    )


def behave(ask: Ask) -> Iterator[Step]:
    yield Wait(SILENCE)
    yield from answer(ask, write)


MODELS = (
    Model(
        "sandbox-slow",
        "Simulated: silent for 20 seconds (with pings), then about one token a second. Quick where pacing is off.",
        behave,
        pace=0.025,
    ),
)
