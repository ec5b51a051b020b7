"""From a place in the body to the control that shows it, so that what is said of the body stands beside the control."""

from __future__ import annotations

from typing import Any

from playground.api.endpoints import Endpoint
from playground.api.parameters import ListOf, MapOf, Object, Union
from playground.forms.controls.cards import CardsControl, is_light
from playground.forms.controls.table import Reading, control_of
from playground.forms.markers import BLANK, Formed, Null, Unsent
from playground.forms.spots import ROOT, Spot

Steps = tuple[str | int, ...]


def control_at(endpoint: Endpoint, sheet: dict[str, Any], steps: Steps, reading: Reading | None = None) -> str:
    """The name of the control nearest to a place; "" when no control is near.

    With a reading, items go by the ids they had in the form that was sent; without, by their positions.
    """
    if not steps or (parameter := endpoint.by_name.get(str(steps[0]))) is None:
        return ""
    spot, kind, value = ROOT.field(parameter), parameter.kind, _inside(sheet.get(parameter.name, BLANK))
    nearest = spot.at
    for step in steps[1:]:
        while isinstance(kind, Union):
            form = kind.form_of(value)
            if form is None or not control_of(kind).fits(kind, value):
                return nearest
            spot, kind = spot.form(form.slug), form.kind
        if isinstance(value, Formed) or not (isinstance(kind, Object) or control_of(kind).fits(kind, value)):
            return nearest
        if isinstance(kind, Object) and isinstance(step, str) and (field := kind.field(step)):
            spot, kind = spot.field(field), field.kind
            nearest = spot.at
            value = _inside(value.get(step, BLANK)) if isinstance(value, dict) else BLANK
        elif isinstance(kind, ListOf) and isinstance(step, int) and isinstance(control_of(kind), CardsControl):
            spot, kind = spot.item(_id_of(reading, spot, step)), kind.item
            nearest = spot.at
            if not isinstance(value, list) or step >= len(value) or _is_closed(reading, spot, value, step):
                return nearest
            value = _inside(value[step])
        elif isinstance(kind, MapOf) and isinstance(value, dict) and step in value:
            key = reading.rows.get(spot.at, {}).get(str(step), "") if reading else str(list(value).index(str(step)))
            spot, kind, value = spot.pair(key), kind.value, value[str(step)]
        else:
            return nearest
    return nearest


def _is_closed(reading: Reading | None, spot: Spot, items: list[Any], position: int) -> bool:
    """Whether a card shows no controls of its own: it is JSON, or one of very many."""
    if reading:
        return f"{spot.at}~json" in reading.data
    return is_light(len(items), position, items[position])


def _inside(value: Any) -> Any:
    if isinstance(value, Unsent | Null):
        value = value.value
    return value.value if isinstance(value, Formed) else value


def _id_of(reading: Reading | None, spot: Spot, position: int) -> str:
    ids = reading.items.get(spot.at, []) if reading else []
    return ids[position] if position < len(ids) else str(position)
