"""One parameter: its name, its switch (not sent, null, a value), its control, its help and what is said about it."""

from __future__ import annotations

from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from playground.api.parameters import Kind, ListOf, Object, Parameter, Union
from playground.forms.controls.facts import about
from playground.forms.controls.table import Page, Reading, read_value, stencil, write_value
from playground.forms.markers import BLANK, Formed, Null, Typed, Unsent
from playground.forms.spots import Spot, shown
from playground.rendering.stencils import NOTHING

STATES: Final = ("absent", "null", "value")

_unset: dict[tuple[str, str, str], SafeString] = {}


def write_row(page: Page, parameter: Parameter, spot: Spot, value: Any) -> SafeString:
    hint = page.hints.get(spot.at, NOTHING)
    if value is BLANK and not hint and spot.is_fixed:
        # Most rows of most requests: not sent, nothing typed. They look the same for everyone.
        key = (page.endpoint.slug, spot.address, page.language)
        row = _unset.get(key)
        if row is None:
            row = _unset[key] = _drawn(page, parameter, spot, "absent", BLANK, hint)
        return row
    state, content = state_of(value)
    return _drawn(page, parameter, spot, state, content, hint)


def _drawn(page: Page, parameter: Parameter, spot: Spot, state: str, content: Any, hint: SafeString) -> SafeString:
    holes = {
        "at": spot.at,
        "state": state,
        "control": write_value(page, parameter.kind, spot, content),
        "hint": hint,
        "problem": "data-problem" if 'data-severity="error"' in hint else "",
    }
    for each in STATES:
        holes[each] = "checked" if each == state else ""
    return stencil(page, "row", spot, lambda: about(page.endpoint, parameter, spot, shown(parameter, spot))).fill(holes)


def state_of(value: Any) -> tuple[str, Any]:
    """Where the switch stands, and what is in the control."""
    if value is BLANK:
        return "absent", BLANK
    if value is None:
        return "null", BLANK
    if isinstance(value, Unsent):
        return "absent", value.value
    if isinstance(value, Null):
        return "null", value.value
    return "value", BLANK if isinstance(value, Typed) and not value.text else value


def read_row(reading: Reading, parameter: Parameter, spot: Spot) -> Any:
    state = reading.data.get(f"{spot.at}~state")
    if state is None:
        return BLANK
    content = read_value(reading, parameter.kind, spot)
    if state == "value":
        return given(parameter.kind, content)
    kept = not nothing_in(parameter.kind, content)
    if state == "null":
        return Null(content) if kept else None
    return Unsent(content) if kept else BLANK


def given(kind: Kind, content: Any) -> Any:
    """The value when the switch says so: an empty list is a value, an empty number box is a question."""
    if content is BLANK:
        content = empty_of(kind)
    return missing() if content is BLANK else content


def missing() -> Typed:
    """The switch says "a value", and there is none yet."""
    return Typed("", _("A value is missing here. Give one, or set the switch to “not sent”."))


def empty_of(kind: Kind) -> Any:
    """What an empty control of this kind means when it is sent; BLANK when it means nothing."""
    if kind.name in ("object", "map"):
        return {}
    if kind.name == "list":
        return []
    return "" if kind.name == "text" else BLANK


def nothing_in(kind: Kind, content: Any) -> bool:
    """Whether a control is as empty as it was drawn, so that there is nothing worth keeping."""
    if content is BLANK or content in ("", [], {}) or (isinstance(content, Typed) and not content.text):
        return True
    if isinstance(content, Formed):
        return False
    if isinstance(kind, ListOf) and isinstance(kind.item, Object):
        return isinstance(content, list) and all(nothing_in(kind.item, each) for each in content)
    if isinstance(kind, Union) and isinstance(content, dict):
        form = kind.forms[0]
        return bool(form.tags) and content == {kind.tag: form.tags[0]}
    return False
