"""The refuser: declines, in the refusal field where refusals belong."""

from __future__ import annotations

from collections.abc import Iterator

from ..ask import Ask
from ..steps import Refuse, Step
from . import Model
from .common import think


def behave(ask: Ask) -> Iterator[Step]:
    yield from think(ask)
    yield Refuse(ask.sampler.render("{I'm sorry, but I|I am afraid I} can't help with that. (A simulated refusal.)"))


MODELS = (Model("sandbox-refusal", "Simulated failure: refuses everything, in the refusal field.", behave),)
