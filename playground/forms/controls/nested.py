"""Controls for what has an inside: objects, unions, lists of cards."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.utils.safestring import SafeString

from playground.api.parameters import Form, Object, Parameter, Union
from playground.forms.controls.rows import empty_of, read_row, write_row
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
from playground.forms.markers import BLANK, Formed, Typed, decode, encode
from playground.forms.spots import Spot
from playground.rendering.stencils import NOTHING, joined


class ObjectControl:
    """Its fields, one row each. Keys that are not declared, and an order of its own, are carried along."""

    def fits(self, kind: Object, value: Any) -> bool:
        return value is BLANK or isinstance(value, dict)

    def write(self, page: Page, kind: Object, spot: Spot, value: Any) -> SafeString:
        fields = {} if value is BLANK else value
        rows = write_fields(page, kind, spot, fields)
        rest = write_rest(page, spot, fields, [each.name for each in kind.fields])
        return stencil(page, "object", spot, lambda: {"empty": not kind.fields}).fill({"rows": rows, "rest": rest})

    def read(self, reading: Reading, kind: Object, spot: Spot) -> Any:
        return read_fields(reading, kind, spot, {})


def write_fields(page: Page, kind: Object, spot: Spot, fields: dict[str, Any]) -> SafeString:
    """The rows; what goes beyond the documentation and is not used stands folded at the end."""
    rare = [each for each in kind.fields if each.beyond and each.name not in fields]
    if len(rare) == len(kind.fields):
        rare = []
    rows = [_row(page, each, spot, fields) for each in kind.fields if each not in rare]
    if rare:
        inside = joined(_row(page, each, spot, fields) for each in rare)
        rows.append(stencil(page, "rare", spot, dict).fill({"rows": inside, "count": str(len(rare))}))
    return joined(rows)


def _row(page: Page, parameter: Parameter, spot: Spot, fields: dict[str, Any]) -> SafeString:
    return write_row(page, parameter, spot.field(parameter), fields.get(parameter.name, BLANK))


def write_rest(page: Page, spot: Spot, fields: dict[str, Any], declared: list[str]) -> SafeString:
    """A hidden note of the keys that have no control, and of the order, when it is not the declared one."""
    unknown = [key for key in fields if key not in declared]
    known = [key for key in fields if key in declared]
    if not unknown and known == [key for key in declared if key in fields]:
        return NOTHING
    note = json.dumps({key: 0 if key in declared else fields[key] for key in fields})
    return stencil(page, "rest", spot, dict).fill({"at": spot.at, "note": note, "keys": ", ".join(unknown)})


def read_fields(reading: Reading, kind: Object, spot: Spot, first: dict[str, Any]) -> Any:
    """The object that the rows make; `first` is what stands before them (a tag)."""
    made = dict(first)
    for parameter in kind.fields:
        value = read_row(reading, parameter, spot.field(parameter))
        if value is not BLANK:
            made[parameter.name] = value
    declared = {*first, *(each.name for each in kind.fields)}
    made = in_order(made, rest_sent(reading, spot), declared)
    return made or BLANK


def rest_sent(reading: Reading, spot: Spot) -> dict[str, Any]:
    try:
        note = json.loads(reading.data.get(f"{spot.at}~rest") or "{}")
    except (ValueError, RecursionError):
        return {}
    return note if isinstance(note, dict) else {}


def in_order(made: dict[str, Any], note: dict[str, Any], declared: set[str]) -> dict[str, Any]:
    """The keys in the noted order, undeclared ones with the noted value; what is new comes at the end."""
    if not note:
        return made
    ordered = {
        key: made[key] if key in declared else value
        for key, value in note.items()
        if key in made or key not in declared
    }
    return {**ordered, **{key: value for key, value in made.items() if key not in ordered}}


class UnionControl:
    """A choice of form first, then the control of that form. What stood in another form is kept until the end."""

    def fits(self, kind: Union, value: Any) -> bool:
        if isinstance(value, Formed):
            value = value.value
        if value is BLANK:
            return True
        form = form_of(kind, value)
        return form is not None and self._holds(kind, form, value)

    def write(self, page: Page, kind: Union, spot: Spot, value: Any) -> SafeString:
        others = value.others if isinstance(value, Formed) else {}
        value = value.value if isinstance(value, Formed) else value
        form = kind.forms[0] if value is BLANK else form_of(kind, value)
        assert form is not None
        part = self.write_part(page, kind, form, spot, value, others)
        return write_chooser(page, kind, spot, option_of(kind, form, value), part)

    def write_part(self, page: Page, kind: Union, form: Form, spot: Spot, value: Any, others: Any) -> SafeString:
        """What stands under the choice: the form's own control, and the notes."""
        inner = write_form(page, kind, form, spot, value)
        kept = stencil(page, "kept", spot, dict)
        notes = [
            kept.fill({"at": spot.at, "slug": slug, "value": json.dumps(encode(each))})
            for slug, each in others.items()
            if slug != form.slug
        ]
        return joined([inner, *notes])

    def read(self, reading: Reading, kind: Union, spot: Spot) -> Any:
        option = reading.data.get(f"{spot.at}~form")
        if option is None:
            return BLANK
        form, tag = chosen(kind, option)
        value = read_form(reading, kind, form, tag, spot)
        value = empty_of(form.kind) if value is BLANK else value
        others = {each.slug: kept for each in kind.forms if (kept := self._kept(reading, spot, each)) is not BLANK}
        return Formed(value, others) if others else value

    def _kept(self, reading: Reading, spot: Spot, form: Form) -> Any:
        text = reading.data.get(f"{spot.at}~kept-{form.slug}")
        try:
            return BLANK if text is None else decode(json.loads(text))
        except (ValueError, RecursionError):
            return BLANK

    def _holds(self, kind: Union, form: Form, value: Any) -> bool:
        if isinstance(value, dict) and form.tags:
            tag = value.get(kind.tag)
            return tag in form.tags or (tag is None and kind.tag not in value)
        return control_of(form.kind).fits(form.kind, value)


def form_of(kind: Union, value: Any) -> Form | None:
    """The form of a value that may be marked inside."""
    if isinstance(value, Typed):
        return None
    return kind.form_of(value)


def option_of(kind: Union, form: Form, value: Any) -> str:
    """What the choice of form sends: the form, and the tag when it has one."""
    if not form.tags:
        return form.slug
    if isinstance(value, dict):
        return f"{form.slug}={value.get(kind.tag) or ''}"
    return f"{form.slug}={form.tags[0]}"


@cache
def options_of(kind: Union) -> tuple[tuple[str, Form, str], ...]:
    """Every choice: what it sends, its form, and the tag that is written (none: the field is left out)."""
    made: list[tuple[str, Form, str]] = []
    for form in kind.forms:
        if form.slug == kind.untagged:
            made.append((f"{form.slug}=", form, ""))
        made.extend((f"{form.slug}={tag}", form, tag) for tag in form.tags)
        if not form.tags:
            made.append((form.slug, form, ""))
    return tuple(made)


def chosen(kind: Union, option: str) -> tuple[Form, str]:
    slug, _equals, tag = option.partition("=")
    return kind.form(slug) or kind.forms[0], tag


def write_chooser(page: Page, kind: Union, spot: Spot, option: str, part: SafeString) -> SafeString:
    options = options_of(kind)
    titles = [str(form.title) for _option, form, _tag in options]
    # Few short names stand side by side; many, or several of one name, are a list of what goes on the wire.
    narrow = len(options) <= 5 and sum(map(len, titles)) + 2 * len(options) <= 44 and len({*titles}) == len(options)
    words = titles if narrow else [tag or title for (_option, _form, tag), title in zip(options, titles, strict=True)]
    values = [each for each, _form, _tag in options]
    fixed = {"options": numbered(zip(values, words, strict=True)), "tag": kind.tag, "address": spot.address}
    holes = {"at": spot.at, "part": part}
    checked(holes, option, values, "checked" if narrow else "selected")
    return stencil(page, "union", spot, lambda: {**fixed, "narrow": narrow}).fill(holes)


def write_form(page: Page, kind: Union, form: Form, spot: Spot, value: Any) -> SafeString:
    inside = spot.form(form.slug)
    if not form.tags:
        return write_value(page, form.kind, inside, value)
    if not isinstance(form.kind, Object):
        return raw_control().write(page, form.kind, inside, kind.start(form) if value is BLANK else value)
    fields = value if isinstance(value, dict) else {}
    rows = write_fields(page, form.kind, inside, fields)
    rest = write_rest(page, inside, fields, [kind.tag, *(each.name for each in form.kind.fields)])
    return joined([rows, rest])


def read_form(reading: Reading, kind: Union, form: Form, tag: str, spot: Spot) -> Any:
    inside = spot.form(form.slug)
    if not form.tags:
        return read_value(reading, form.kind, inside)
    if not isinstance(form.kind, Object):
        return raw_control().read(reading, form.kind, inside)
    value = read_fields(reading, form.kind, inside, {kind.tag: tag} if tag else {})
    return {} if value is BLANK else value
