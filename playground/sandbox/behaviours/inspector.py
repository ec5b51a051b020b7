"""The inspector: tells what reached the model, so that history, instructions and limits can be seen at work."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..ask import Ask
from ..steps import Step
from . import Model
from .common import answer

SHOWN = 60


def write(ask: Ask) -> str:
    told = {
        "simulated": True,
        "instructions": ask.instructions[:SHOWN] or None,
        "turns": [{"role": turn.role, "text": turn.text[:SHOWN]} for turn in ask.turns],
        "attachments": [thing.kind for turn in ask.turns for thing in turn.attachments],
        "tools": [tool.name or tool.kind for tool in ask.tools],
        "effort": ask.effort,
        "verbosity": ask.verbosity,
        "temperature": ask.sampler.temperature,
        "resumed_after_compaction": ask.resumed,
        "choice": ask.sampler.choice,
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def behave(ask: Ask) -> Iterator[Step]:
    yield from answer(ask, write)


MODELS = (
    Model("sandbox-inspect", "Simulated: replies with what reached it (turns, instructions, tools) as JSON.", behave),
    Model(
        "sandbox-small",
        "Simulated: like sandbox-inspect with a context window of 512 tokens, to try truncation and compaction.",
        behave,
        window=512,
    ),
)
