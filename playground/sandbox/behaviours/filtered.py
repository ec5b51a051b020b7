"""The filtered one: a few words, then the content filter."""

from __future__ import annotations

from collections.abc import Iterator

from ..ask import Ask
from ..steps import Filtered, Say, Step
from . import Model


def behave(ask: Ask) -> Iterator[Step]:
    yield Say("This simulated answer starts harmlessly and then")
    yield Filtered()


MODELS = (Model("sandbox-filter", "Simulated failure: ends early by the content filter.", behave),)
