"""The small form that asks what the `{{blanks}}` of a request are to be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.http import HttpRequest

from playground.views.posted import posted

#: In the form, so that a blank called `name` is not taken for something of ours.
BLANK: Final = "blank."


def values_in(request: HttpRequest, names: Iterable[str], *ours: str) -> dict[str, str]:
    """What was filled in, each blank by its name; `ours` are what else the form may send."""
    names = list(names)
    given = posted(request, *ours, *(BLANK + name for name in names))
    return {name: given[BLANK + name] for name in names}


def boxes(names: Iterable[str], values: dict[str, str], *, is_short: bool) -> dict[str, Any]:
    """For the template: (field, label, value) of each, and whether one of them was left empty."""
    return {"boxes": [(BLANK + name, name, values.get(name, "")) for name in names], "is_short": is_short}
