"""The JSON maker: always answers in JSON, by the request's schema if there is one."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..ask import Ask
from ..steps import Step
from . import Model
from .common import answer


def write(ask: Ask) -> str:
    pick = ask.sampler.pick
    made = {
        "simulated": True,
        "title": ask.sampler.render("{A quiet|The third|Another} {harbour|garden|attic}"),
        "tags": [pick(("amber", "blue", "coral")), pick(("north", "east", "west"))],
        "rating": ask.sampler.integer(1, 5),
        "choice": ask.sampler.choice,
        "open": True,
        "note": None,
    }
    size = {"low": 3, "medium": 5, "high": len(made)}[ask.verbosity]
    kept = dict(list(made.items())[:size]) | ({"choice": ask.sampler.choice} if ask.sampler.choice else {})
    return json.dumps(kept, ensure_ascii=False, indent=2)


def behave(ask: Ask) -> Iterator[Step]:
    yield from answer(ask, write)


MODELS = (Model("sandbox-json", "Simulated: always answers in JSON, by your schema if you send one.", behave),)
