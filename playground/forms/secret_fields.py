"""Fields of a body that are secrets (a token for an MCP server): sent, and never kept in a draft."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playground.api import paths
from playground.api.parameters import Kind, ListOf, MapOf, Object, Text, Union
from playground.forms.markers import Formed, Null, Unsent
from playground.forms.written import Written, fields_of

Steps = tuple[str | int, ...]


def secrets_in(written: Written) -> list[Steps]:
    """Where secrets stand in the sheet."""
    return [steps for steps, _value in _found(fields_of(written.endpoint), written.sheet, ())]


def without_secrets(written: Written) -> Written:
    """The same with every secret emptied; the one that was given stays as it was."""
    found = secrets_in(written)
    if not found:
        return written
    sheet: Any = written.sheet
    for steps in found:
        sheet = _emptied(sheet, steps)
    bare = Written(
        written.endpoint, sheet, written.view, written.text, written.extra, written.profile, written.anyway,
        written.left, written.broken,
    )  # fmt: skip
    if written.view == "json" and not written.broken:
        bare.change(sheet)
    return bare


def _found(kind: Kind, value: Any, steps: Steps) -> Iterator[tuple[Steps, str]]:
    while isinstance(value, Unsent | Null | Formed):
        value = value.value
    if isinstance(kind, Text):
        if kind.format == "secret" and isinstance(value, str) and value:
            yield steps, value
    elif isinstance(kind, Object) and isinstance(value, dict):
        for parameter in kind.fields:
            if parameter.name in value:
                yield from _found(parameter.kind, value[parameter.name], (*steps, parameter.name))
    elif isinstance(kind, MapOf) and isinstance(value, dict):
        for key, each in value.items():
            yield from _found(kind.value, each, (*steps, key))
    elif isinstance(kind, ListOf) and isinstance(value, list):
        for number, each in enumerate(value):
            yield from _found(kind.item, each, (*steps, number))
    elif isinstance(kind, Union) and (form := kind.form_of(value)) is not None:
        yield from _found(form.kind, value, steps)


def _emptied(sheet: Any, steps: Steps) -> Any:
    """The sheet with an empty text there; marks on the way stay marks."""
    if isinstance(sheet, Unsent):
        return Unsent(_emptied(sheet.value, steps))
    if isinstance(sheet, Null):
        return Null(_emptied(sheet.value, steps))
    if isinstance(sheet, Formed):
        return Formed(_emptied(sheet.value, steps), sheet.others)
    if not steps:
        return ""
    step, rest = steps[0], steps[1:]
    if isinstance(sheet, dict):
        return {key: _emptied(each, rest) if key == step else each for key, each in sheet.items()}
    assert isinstance(sheet, list), paths.show(steps)
    return [_emptied(each, rest) if number == step else each for number, each in enumerate(sheet)]
