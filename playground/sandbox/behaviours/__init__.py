"""The simulated models: one behaviour per file. A file in this folder that has `MODELS` is a model of the sandbox."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from ..ask import Ask
from ..steps import Step

Behaviour = Callable[[Ask], Iterator[Step]]
_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the sandbox serves it: its id, its behaviour, and what it refuses."""

    id: str
    description: str
    behave: Behaviour
    window: int = 32_768
    effort: str = "none"  # reasoning effort when the request names none
    reasons: bool = False  # an o-series or gpt-5 kind of model
    pace: float = 1.0  # times the pace of the settings
    profile: str = "none"
    endpoints: tuple[str, ...] = ("responses", "chat")
    system_role: bool = True
    counted: bool = False  # whether it answers a request by how often it has come
    aliases: tuple[str, ...] = ()


@cache
def catalogue() -> dict[str, Model]:
    """Every id the sandbox answers to, aliases included, in the order of the files."""
    models: dict[str, Model] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda one: one.name):
        for model in getattr(importlib.import_module(f"{__name__}.{module.name}"), "MODELS", ()):
            models[model.id] = model
            models |= {alias: replace(model, id=alias, aliases=()) for alias in model.aliases}
    return models


def model_called(name: str) -> Model | None:
    """The model with this id. One with a date behind it, as replies name theirs, is the model without the date."""
    known = catalogue()
    found = known.get(name) or known.get(_DATE.sub("", name))
    return replace(found, id=name, aliases=()) if found and found.id != name else found
