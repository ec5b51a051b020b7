"""The echo: says back what it was told."""

from __future__ import annotations

from collections.abc import Iterator

from ..ask import Ask
from ..steps import Step
from . import Model
from .common import answer


def write(ask: Ask) -> str:
    text = ask.prompt or "(nothing was said)"
    return ask.sampler.colour(text if not ask.sampler.choice else f"({ask.sampler.choice + 1}) {text}")


def behave(ask: Ask) -> Iterator[Step]:
    yield from answer(ask, write)


MODELS = (Model("sandbox-echo", "Simulated: says back the last user message, word for word.", behave),)
