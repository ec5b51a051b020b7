"""What is told about a parameter: its range and default at the end of the row, the rest under its help."""

from __future__ import annotations

import json
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.api.endpoints import Endpoint
from playground.api.parameters import PROFILES, Integer, Kind, ListOf, MapOf, Number, Parameter, Text
from playground.forms.spots import Spot

PROFILE_NAMES: Final = {
    "openai": gettext_lazy("OpenAI"),
    "claude": gettext_lazy("Claude (compatible)"),
    "gemini": gettext_lazy("Gemini (compatible)"),
}


def about(endpoint: Endpoint, parameter: Parameter, spot: Spot, path: str) -> dict[str, Any]:
    """Everything the template of a row says that does not depend on the request."""
    limits, default = limits_of(parameter.kind), default_of(parameter)
    facts = [each for each in (str(parameter.fact) or limits, default) if each]
    return {
        "parameter": parameter,
        "path": path,
        "address": spot.address,
        "fact": " · ".join(facts),
        "limits": limits,
        "default": default,
        "profiles": [PROFILE_NAMES[each] for each in PROFILES if each in parameter.profiles],
        "everywhere": set(parameter.profiles) >= set(PROFILES),
        "documentation": parameter.documentation
        or endpoint.documentation_of(spot.path.partition(".")[0].rstrip("[]{}")),
        "is_json": parameter.kind.name == "json",
        "long": is_long(parameter.kind),
    }


def is_long(kind: Kind) -> bool:
    """Whether the control needs a block of its own rather than a line."""
    return kind.name in ("object", "union", "list", "map", "json")


def limits_of(kind: Kind) -> str:
    if isinstance(kind, Number | Integer):
        return range_words(kind.minimum, kind.maximum)
    if isinstance(kind, Text) and kind.max_length:
        return _("≤ %(count)s characters") % {"count": kind.max_length}
    if isinstance(kind, ListOf) and kind.max_items:
        return _("up to %(count)s") % {"count": kind.max_items}
    if isinstance(kind, MapOf) and kind.max_pairs:
        return _("up to %(count)s pairs") % {"count": kind.max_pairs}
    return ""


def range_words(minimum: float | None, maximum: float | None) -> str:
    if minimum is not None and maximum is not None:
        return f"{number(minimum)} – {number(maximum)}"
    if minimum is not None:
        return f"≥ {number(minimum)}"
    return f"≤ {number(maximum)}" if maximum is not None else ""


def number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def default_of(parameter: Parameter) -> str:
    if parameter.default_words:
        words: Any = parameter.default_words
    elif parameter.has_default and parameter.default not in ([], {}):
        words = default_text(parameter.default)
    else:
        return ""
    return _("default %(value)s") % {"value": words}


def default_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and list(value) == ["type"]:
        return str(value["type"])
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return json.dumps(value)
