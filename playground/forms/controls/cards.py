"""A list of things that have an inside: messages, parts, tools, items. One card each, and an order to change."""

from __future__ import annotations

from typing import Any, Final

from django.utils.safestring import SafeString

from playground.api import documents
from playground.api.parameters import Kind, ListOf, Object, Union
from playground.forms.controls.nested import UnionControl, form_of, option_of, options_of
from playground.forms.controls.rows import missing
from playground.forms.controls.table import (
    Page,
    Reading,
    checked,
    control_of,
    numbered,
    raw_control,
    read_value,
    stencil,
    write_value,
)
from playground.forms.markers import BLANK, Blank, Formed, marked
from playground.forms.spots import Spot
from playground.rendering.stencils import NOTHING, joined

LONG_LIST: Final = 60
OPEN_AT_END: Final = 20
LOOKS = {"role": "message", "type": "card"}


class CardsControl:
    def fits(self, kind: ListOf, value: Any) -> bool:
        return value is BLANK or isinstance(value, list)

    def write(self, page: Page, kind: ListOf, spot: Spot, value: Any) -> SafeString:
        items = value if isinstance(value, list) else [{}] if isinstance(kind.item, Object) else []
        cards = [
            (write_light_card if is_light(len(items), number, each) else write_card)(
                page, kind, spot, str(number), each
            )
            for number, each in enumerate(items)
        ]
        return stencil(page, "cards", spot, lambda: self._fixed(kind, spot)).fill(
            {"at": spot.at, "cards": joined(cards), "count": str(len(cards))}
        )

    def read(self, reading: Reading, kind: ListOf, spot: Spot) -> Any:
        ids = reading.data.getlist(f"{spot.at}~item")
        reading.items[spot.at] = ids
        items = [read_value(reading, kind.item, spot.item(each)) for each in ids]
        return [_something(kind.item, each) for each in items] or BLANK

    def _fixed(self, kind: ListOf, spot: Spot) -> dict[str, Any]:
        """`starts`: what a new card can begin as; the buttons under the list, or its menu when there are many."""
        union = kind.item if isinstance(kind.item, Union) else None
        starts = options_of(union) if union else (("", None, ""),)
        return {
            "kind": kind,
            "address": spot.address,
            "starts": [each for each in starts if not _is_untagged(union, each)],
            "menu": len(starts) > 3,
            "open": union is not None and union.open,
            "look": _look(kind.item),
            "usual": next((option for option, _form, tag in starts if tag == "user"), ""),
        }


def _is_untagged(union: Union | None, start: tuple[str, Any, str]) -> bool:
    """A message item without its type is the same as one with it: one button is enough."""
    return union is not None and bool(union.untagged) and start[0] == f"{union.untagged}="


def _look(kind: Kind) -> str:
    return LOOKS.get(kind.tag, "card") if isinstance(kind, Union) else "card"


def _something(kind: Kind, value: Any) -> Any:
    """An empty card is an empty object, not nothing."""
    if not isinstance(value, Blank):
        return value
    return {} if isinstance(kind, Object) else missing()


def is_light(count: int, position: int, value: Any) -> bool:
    """Whether a card of a long list is drawn closed, with its content as JSON: whole ones would be megabytes."""
    return count > LONG_LIST and position < count - OPEN_AT_END and not marked(value)


def write_light_card(page: Page, kind: ListOf, spot: Spot, key: str, value: Any) -> SafeString:
    inside = spot.item(key)
    tag = kind.item.tag if isinstance(kind.item, Union) else ""
    name = str(value.get(tag, "")) if isinstance(value, dict) else ""
    holes = {"at": spot.at, "id": key, "inside": inside.at, "hint": page.hints.get(inside.at, NOTHING)}
    holes |= {"name": name, "title": excerpt(value), "json": documents.write(value).decode()}
    return stencil(page, "light", inside, lambda: {"look": _look(kind.item), "address": inside.address}).fill(holes)


def write_card(page: Page, kind: ListOf, spot: Spot, key: str, value: Any) -> SafeString:
    inside = spot.item(key)
    holes = {"at": spot.at, "id": key, "inside": inside.at, "hint": page.hints.get(inside.at, NOTHING)}
    holes |= {"title": _title(value), "body": write_card_body(page, kind.item, inside, value)}
    options: tuple[tuple[str, Any, str], ...] = ()
    if isinstance(kind.item, Union):
        options = options_of(kind.item)
        chosen = _option(kind.item, value)
        checked(holes, chosen, [option for option, _form, _tag in options], "selected")
        holes["is_json"] = "selected" if chosen == "~json" else ""
    return stencil(page, "card", inside, lambda: _card_fixed(kind, inside, options)).fill(holes)


def write_card_body(page: Page, kind: Kind, inside: Spot, value: Any) -> SafeString:
    """The card without its head. A union's choice of form is in the head, so only the part below it stands here."""
    if not isinstance(kind, Union):
        return write_value(page, kind, inside, value)
    if _option(kind, value) == "~json":
        return raw_control().write(page, kind, inside, value)
    control = control_of(kind)
    assert isinstance(control, UnionControl)
    others = value.others if isinstance(value, Formed) else {}
    value = value.value if isinstance(value, Formed) else value
    form = kind.forms[0] if value is BLANK else form_of(kind, value)
    assert form is not None
    return control.write_part(page, kind, form, inside, value, others)


def _option(kind: Union, value: Any) -> str:
    value = value.value if isinstance(value, Formed) else value
    if value is BLANK:
        return option_of(kind, kind.forms[0], value)
    form = form_of(kind, value)
    if form is None or not control_of(kind).fits(kind, value):
        return "~json"
    return option_of(kind, form, value)


def _card_fixed(kind: ListOf, inside: Spot, options: tuple[tuple[str, Any, str], ...]) -> dict[str, Any]:
    union = kind.item if isinstance(kind.item, Union) else None
    return {
        "kind": kind,
        "look": _look(kind.item),
        "options": numbered(options),
        "tag": union.tag if union else "",
        "address": inside.address,
    }


def _title(value: Any) -> str:
    """What a folded card is called: the name of the function, the label of the server."""
    if not isinstance(value, dict):
        return ""
    inner = value.get("function") or value.get("custom")
    for holder in (value, inner if isinstance(inner, dict) else {}):
        for key in ("name", "server_label", "description"):
            if isinstance(holder.get(key), str):
                return str(holder[key])[:60]
    return ""


def excerpt(value: Any) -> str:
    """The beginning of the first words in a card."""
    if isinstance(value, str):
        return value[:60]
    if isinstance(value, list):
        return next((text for each in value if (text := excerpt(each))), "")
    if isinstance(value, dict):
        return excerpt(value.get("content")) or excerpt(value.get("text")) or _title(value)
    return ""
