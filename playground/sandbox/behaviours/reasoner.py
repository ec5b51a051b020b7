"""The reasoner: thinks before it answers, more with more effort."""

from __future__ import annotations

from collections.abc import Iterator

from ..ask import Ask
from ..steps import Step
from . import Model
from .common import answer

CLOSINGS = (
    "After {some|a little} thought at effort “{{effort}}”: this is a {simulated|rehearsed} conclusion. [1:The"
    " {thinking|reasoning} before it cost tokens, as it would with a real model, but {solved|settled} nothing. ]Try"
    " another effort and compare the usage.",
    "I {turned|went} it over at effort “{{effort}}” and {stopped|ended} here. [1:A real model would now {give|write}"
    " its result; the sandbox only shows where it would {stand|be}. ]The summary, if you asked for one, is above.",
)


def write(ask: Ask) -> str:
    text = CLOSINGS[ask.sampler.variant(len(CLOSINGS))].replace("{{effort}}", ask.effort)
    return ask.sampler.render(text, ask.verbosity)


def behave(ask: Ask) -> Iterator[Step]:
    yield from answer(ask, write)


_TOLD = "Simulated: reasons first (summary on request), then answers; reasoning tokens grow with the effort."
MODELS = (
    Model(
        "sandbox-reasoner",
        _TOLD,
        behave,
        effort="medium",
        reasons=True,
        aliases=("o1", "o3", "o3-mini", "o4-mini"),
    ),
    Model(
        "sandbox-pro",
        f"{_TOLD} Only at /responses, like the pro models it stands for.",
        behave,
        effort="high",
        reasons=True,
        endpoints=("responses",),
        aliases=("o1-pro", "o3-pro", "gpt-5-pro", "gpt-5.4-pro", "gpt-5-codex", "gpt-5.1-codex"),
    ),
    Model(
        "sandbox-no-system",
        f"{_TOLD} Refuses system and developer messages, as the first reasoning models did.",
        behave,
        effort="medium",
        reasons=True,
        system_role=False,
        aliases=("o1-mini", "o1-preview"),
    ),
)
