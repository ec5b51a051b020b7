"""The tool caller: calls every tool it is given, with arguments that satisfy their schemas."""

from __future__ import annotations

from collections.abc import Iterator

from ..ask import Ask
from ..steps import Step
from . import Model
from .common import answer


def write(ask: Ask) -> str:
    return ask.sampler.render(
        "I am a simulated model that {calls|uses} tools, and there {are none|is nothing to call} here[1:; add one to"
        " the request and I will {call|try} it]."
    )


def behave(ask: Ask) -> Iterator[Step]:
    yield from answer(ask, write, eager=True)


MODELS = (Model("sandbox-tools", "Simulated: calls every tool of the request, then answers with the outputs.", behave),)
