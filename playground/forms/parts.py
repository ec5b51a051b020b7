"""A piece of the form drawn anew: another form of a union, a new card, JSON instead of a control, a strict schema."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Final

from django.utils.safestring import SafeString

from playground.api.endpoints import Endpoint
from playground.api.parameters import Form, ListOf, Object, Parameter, Union
from playground.api.schemas import make_strict
from playground.forms.controls.cards import write_card, write_card_body
from playground.forms.controls.nested import chosen
from playground.forms.controls.raw import json_text
from playground.forms.controls.rows import missing, write_row
from playground.forms.controls.table import (
    FormData,
    Page,
    Reading,
    raw_control,
    read_value,
    write_value,
)
from playground.forms.markers import BLANK, Formed, Typed, body_of
from playground.forms.spots import Declared, Spot, declared

RAW: Final = "~json"


class _With:
    """The form data with one answer replaced."""

    def __init__(self, data: FormData, key: str, value: str) -> None:
        self._data, self._key, self._value = data, key, value

    def getlist(self, key: str) -> list[str]:
        return [self._value] if key == self._key else self._data.getlist(key)

    def get(self, key: str) -> str | None:
        return self._value if key == self._key else self._data.get(key)

    def __contains__(self, key: object) -> bool:
        return key == self._key or key in self._data


def draw_part(endpoint: Endpoint, data: FormData, file_words: Callable[[str], SafeString]) -> SafeString:
    """What `~do` asks for; `LookupError` when there is no such place or action."""
    place = declared(endpoint, data.get("~address") or "")
    spot = Spot(data.get("~at") or "", data.get("~address") or "", place.path)
    page = Page(endpoint, file_words=file_words)
    return _ACTIONS[data.get("~do") or ""](page, place, spot, data)


def _no_such(spot: Spot) -> LookupError:
    return LookupError(spot.address)


def _card(page: Page, place: Declared, spot: Spot, data: FormData) -> SafeString:
    """A new card at the end of a list."""
    if not isinstance(place.kind, ListOf):
        raise _no_such(spot)
    option, key = data.get("~option") or "", f"n{secrets.token_hex(4)}"
    return write_card(page, place.kind, spot, key, start(place.kind, option))


def _opened(page: Page, place: Declared, spot: Spot, data: FormData) -> SafeString:
    """A closed card of a long list, whole."""
    at, _dot, key = spot.at.rpartition(".")
    address = spot.address.rpartition(".")[0]
    around = declared(page.endpoint, address)
    if not isinstance(around.kind, ListOf):
        raise _no_such(spot)
    value = read_value(Reading(data), place.kind, spot)
    return write_card(page, around.kind, Spot(at, address, around.path), key, value)


def start(kind: ListOf, option: str) -> Any:
    """What a new card begins with: its fields that are required stand ready to be filled."""
    if isinstance(kind.item, Object):
        return begun(kind.item)
    if option == RAW or not isinstance(kind.item, Union):
        return Typed("", missing().sentence, as_json=True)
    form, tag = chosen(kind.item, option)
    value = begun(form.kind) if isinstance(form.kind, Object) else kind.item.start(form)
    return {**({kind.item.tag: tag} if tag else {}), **value} if isinstance(value, dict) else value


def begun(kind: Object) -> dict[str, Any]:
    """An object whose required fields are to be given; the first one when none is."""
    wanted = [each for each in kind.fields if each.required] or list(kind.fields[:1])
    return {each.name: _empty(each) for each in wanted}


def _empty(parameter: Parameter) -> Any:
    kind = parameter.kind
    if isinstance(kind, Object):
        return begun(kind)
    if kind.name == "text" or (isinstance(kind, Union) and kind.forms[0].kind.name == "text"):
        return ""
    return {"list": [], "map": {}}.get(kind.name) if kind.name in ("list", "map") else missing()


def _form(page: Page, place: Declared, spot: Spot, data: FormData) -> SafeString:
    """Another form of a union: what stands under the choice. What stood there is taken over, and kept."""
    kind, option = place.kind, data.get("~option") or ""
    if not isinstance(kind, Union):
        raise _no_such(spot)
    before = read_before(kind, spot, data)
    if option == RAW:
        return raw_control().write(page, kind, spot, before.value if isinstance(before, Formed) else before)
    form, tag = chosen(kind, option)
    value = taken_over(kind, before, form, tag, data.get("~was") or "")
    return write_card_body(page, kind, spot, value)


def read_before(kind: Union, spot: Spot, data: FormData) -> Any:
    """What stood in the union before another form was chosen; `~was` says which one it had."""
    if f"{spot.at}~json" in data:
        return read_value(Reading(data), kind, spot)
    return read_value(Reading(_With(data, f"{spot.at}~form", data.get("~was") or "")), kind, spot)


def taken_over(kind: Union, before: Any, form: Form, tag: str, was: str) -> Any:
    others = dict(before.others) if isinstance(before, Formed) else {}
    value = before.value if isinstance(before, Formed) else before
    old, _tag = chosen(kind, was)
    if old is not form and value is not BLANK and not isinstance(value, Typed):
        others[old.slug] = value
    kept = others.pop(form.slug, None)
    made = kept if kept is not None and not form.tags else converted(kind, value, old, form, tag)
    return Formed(made, others) if any(others.values()) else made


def converted(kind: Union, value: Any, old: Form, form: Form, tag: str) -> Any:
    """The value in another form: texts become parts and back; fields of the same name and fields of others go along."""
    if form.tags or tag:
        fields = begun(form.kind) if isinstance(form.kind, Object) else {}
        leaving = names_in(old) - names_in(form) | {kind.tag}
        along = {name: each for name, each in value.items() if name not in leaving} if isinstance(value, dict) else {}
        return {**({kind.tag: tag} if tag else {}), **fields, **along}
    if form.kind.name == "text":
        return "\n".join(_texts(value)) if not isinstance(value, str) else value
    if isinstance(form.kind, ListOf):
        return [_wrapped(form.kind, value)] if isinstance(value, str) and value else []
    if isinstance(form.kind, Object):
        return begun(form.kind)
    return BLANK


def names_in(form: Form) -> set[str]:
    return {each.name for each in form.kind.fields} if isinstance(form.kind, Object) else set()


def _wrapped(kind: ListOf, text: str) -> Any:
    """A text as the first entry of a list: as it is, as a text part, as a message."""
    if not isinstance(kind.item, Union):
        return text
    first = kind.item.forms[0]
    names = [each.name for each in first.kind.fields] if isinstance(first.kind, Object) else []
    if "text" in names:
        return {kind.item.tag: first.tags[0], "text": text}
    return {"role": "user", "content": text} if "content" in names else {}


def _texts(value: Any) -> list[str]:
    """Every text a person wrote in a list of messages or parts."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if isinstance(value, dict):
        return [text for name in ("content", "text") for text in _texts(value.get(name))]
    return []


def _raw(page: Page, place: Declared, spot: Spot, data: FormData) -> SafeString:
    """JSON instead of the control."""
    value = body_of(read_value(Reading(data), place.kind, spot))
    shown = Typed("", as_json=True) if value is None else Typed(json_text(value), as_json=True)
    return raw_control().write(page, place.kind, spot, shown)


def _control(page: Page, place: Declared, spot: Spot, data: FormData) -> SafeString:
    """The control again, if it can hold what the JSON says; else the JSON stays."""
    return write_value(page, place.kind, spot, read_value(Reading(data), place.kind, spot))


def _blank(page: Page, place: Declared, spot: Spot, data: FormData) -> SafeString:
    """A parameter as in a new request: not sent, nothing typed."""
    if place.parameter is None:
        raise _no_such(spot)
    return write_row(page, place.parameter, spot, BLANK)


def _strict(page: Page, place: Declared, spot: Spot, data: FormData) -> SafeString:
    value = read_value(Reading(data), place.kind, spot)
    made = value if isinstance(value, Typed) else make_strict({} if value is BLANK else value)
    return raw_control().write(page, place.kind, spot, made)


def _set(page: Page, place: Declared, spot: Spot, data: FormData) -> SafeString:
    """A control with a value that was picked elsewhere (a tool that is there)."""
    value = raw_control().read(Reading(_With(data, f"{spot.at}~json", data.get("~value") or "")), place.kind, spot)
    return write_value(page, place.kind, spot, value)


_ACTIONS: Final[dict[str, Callable[[Page, Declared, Spot, FormData], SafeString]]] = {
    "add": _card,
    "card": _opened,
    "form": _form,
    "raw": _raw,
    "control": _control,
    "blank": _blank,
    "strict": _strict,
    "set": _set,
}
