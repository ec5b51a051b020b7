"""A body held against the declaration: required, types, ranges, lengths, choices, forms.

What is not declared is left alone. How a body is *allowed* to be wrong (rules between parameters, models, profiles)
is in the rules; this file knows no parameter by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from . import paths
from .findings import Fix, Operation, Report
from .parameters import (
    Choices,
    Integer,
    Json,
    Kind,
    ListOf,
    MapOf,
    Number,
    Object,
    Parameter,
    Text,
    Union,
    Words,
)
from .paths import Steps
from .schemas import schema_problems

_EXPECTED: Final[dict[str, Words]] = {
    "number": _("A number is expected here, not %(found)s."),
    "integer": _("A whole number is expected here, not %(found)s."),
    "text": _("A text is expected here, not %(found)s."),
    "choice": _("One of the named values is expected here, not %(found)s."),
    "boolean": _("true or false is expected here, not %(found)s."),
    "list": _("A list is expected here, not %(found)s."),
    "map": _("Keys with values are expected here, not %(found)s."),
    "object": _("An object is expected here, not %(found)s."),
    "union": _("None of the forms known here is %(found)s."),
    "json": _("Another kind of JSON is expected here, not %(found)s."),
}

_FOUND: Final[tuple[tuple[type | tuple[type, ...], Words], ...]] = (
    (type(None), _("null")),
    (bool, _("true or false")),
    (str, _("a text")),
    (int, _("a whole number")),
    (float, _("a number with decimals")),
    (list, _("a list")),
    (dict, _("an object")),
)


def check_fields(
    report: Report,
    fields: tuple[Parameter, ...],
    body: dict[str, Any],
    where: Steps,
    skip: frozenset[str] = frozenset(),
) -> None:
    """The fields of an object. `skip`: whether these are required is a matter of the rules."""
    for parameter in fields:
        value = body.get(parameter.name)
        if value is not None:
            _check(report, parameter.kind, value, (*where, parameter.name))
        elif parameter.required and parameter.name not in skip and not (parameter.nullable and parameter.name in body):
            say = report.hint if parameter.beyond else report.error  # only current SDKs insist on it
            say("missing_required_parameter", (*where, parameter.name), _("%(name)s is required."), name=parameter.name)


def _check(report: Report, kind: Kind, value: Any, where: Steps) -> None:
    if not kind.accepts(value):
        report.error(
            "invalid_type", where, _EXPECTED[kind.name], found=_found(value), fix=_converted(kind, value, where)
        )
        return
    check = _CHECKS.get(type(kind))
    if check is not None:
        check(report, kind, value, where)


def _found(value: Any) -> Words:
    return next((words for kinds, words in _FOUND if isinstance(value, kinds)), _("something else"))


def _converted(kind: Kind, value: Any, where: Steps) -> Fix | None:
    """The value that was probably meant: "true" -> true, "3" -> 3, 3 -> "3", one -> [one]."""
    meant: Any = None
    if kind.name == "boolean" and value in ("true", "false"):
        meant = value == "true"
    elif kind.name in ("number", "integer") and isinstance(value, str):
        meant = _number_in(value)
    elif kind.name == "integer" and isinstance(value, float) and value.is_integer():
        meant = int(value)
    elif kind.name == "text" and isinstance(value, int | float) and not isinstance(value, bool):
        meant = str(value)
    elif isinstance(kind, ListOf) and kind.item.accepts(value) and not isinstance(value, list):
        meant = [value]
    if meant is None or not kind.accepts(meant):
        return None
    return Fix(_("Convert it"), (Operation("set", paths.show(where), meant),))


def _number_in(text: str) -> int | float | None:
    if re.fullmatch(r"-?\d{1,15}", text.strip()):
        return int(text)
    if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", text.strip()):
        return float(text)
    return None


def _check_number(report: Report, kind: Any, value: float, where: Steps) -> None:
    if kind.minimum is not None and value < kind.minimum:
        _outside(report, f"{kind.name}_below_min_value", _("At least %(limit)s."), kind.minimum, where)
    elif kind.maximum is not None and value > kind.maximum:
        _outside(report, f"{kind.name}_above_max_value", _("At most %(limit)s."), kind.maximum, where)


def _outside(report: Report, code: str, sentence: Words, limit: float, where: Steps) -> None:
    fix = Fix(_("Set it to the limit"), (Operation("set", paths.show(where), limit),))
    report.error(code, where, sentence, limit=limit, fix=fix)


def _check_text(report: Report, kind: Text, value: str, where: Steps) -> None:
    if len(value) < kind.min_length:
        report.error("string_below_min_length", where, _("This must not be empty."))
    elif kind.max_length is not None and len(value) > kind.max_length:
        add = report.error if len(value) > (kind.tolerated_length or kind.max_length) else report.hint
        add(
            "string_above_max_length", where, _("At most %(limit)s characters; these are %(length)s."),
            limit=kind.max_length, length=len(value),
        )  # fmt: skip
    elif kind.pattern and not re.fullmatch(kind.pattern, value):
        report.error("invalid_value", where, _("Only letters, digits, underscore and hyphen, at most 64 of them."))


def _check_choices(report: Report, kind: Choices, value: str, where: Steps) -> None:
    choice = next((each for each in kind.options if each.value == value), None)
    if choice is None:
        report.error(
            "invalid_value", where, _("%(value)s is not one of: %(values)s."), value=_short(value),
            values=", ".join(kind.values),
        )  # fmt: skip
    elif choice.beyond and not all(each.beyond for each in kind.options):
        report.hint(
            "beyond_documentation", where, _("%(value)s is known to current SDKs and not in the documents."),
            value=value,
        )  # fmt: skip


def _check_list(report: Report, kind: ListOf, value: list[Any], where: Steps) -> None:
    if len(value) < kind.min_items:
        report.error("empty_array", where, _("At least one entry is needed."))
    if kind.max_items is not None and len(value) > kind.max_items:
        report.error(
            "array_above_max_length", where, _("At most %(limit)s entries; these are %(length)s."),
            limit=kind.max_items, length=len(value),
        )  # fmt: skip
    if kind.unique and len({str(each) for each in value}) < len(value):
        report.hint("repeated_value", where, _("An entry is there more than once."))
    for number, item in enumerate(value):
        _check(report, kind.item, item, (*where, number))


def _check_map(report: Report, kind: MapOf, value: dict[str, Any], where: Steps) -> None:
    if kind.max_pairs is not None and len(value) > kind.max_pairs:
        report.error(
            "object_above_max_properties", where, _("At most %(limit)s pairs; these are %(length)s."),
            limit=kind.max_pairs, length=len(value),
        )  # fmt: skip
    for key, inner in value.items():
        if kind.max_key is not None and len(key) > kind.max_key:
            report.error(
                "key_above_max_length", (*where, key),
                _("A key has at most %(limit)s characters; this one has %(length)s."),
                limit=kind.max_key, length=len(key),
            )  # fmt: skip
        _check(report, kind.value, inner, (*where, key))


def _check_object(report: Report, kind: Object, value: dict[str, Any], where: Steps) -> None:
    check_fields(report, kind.fields, value, where)


def _check_union(report: Report, kind: Union, value: Any, where: Steps) -> None:
    form = kind.form_of(value)
    if form is not None:
        _check(report, form.kind, value, where)
        return
    tag = value.get(kind.tag)
    here = (*where, kind.tag)
    if tag is None:
        report.error("missing_required_parameter", here, _("%(name)s is required."), name=kind.tag)
    elif not isinstance(tag, str):
        report.error("invalid_type", here, _EXPECTED["text"], found=_found(tag))
    elif kind.open:
        report.hint(
            "unknown_kind", here, _("%(value)s is not known here. It will be sent as it is."), value=_short(tag)
        )
    else:
        values = ", ".join(choice.value for choice in kind.tags)
        report.error("invalid_value", here, _("%(value)s is not one of: %(values)s."), value=_short(tag), values=values)


def _check_json(report: Report, kind: Json, value: Any, where: Steps) -> None:
    """Only schemas have rules here; the strict ones depend on a neighbour and are in the rules."""
    if kind.shape != "schema":
        return
    for problem in schema_problems(value)[:10]:
        steps = (*where, *schema_steps(value, problem.pointer))
        report.error("invalid_json_schema", steps, problem.sentence, names=problem.names)


def schema_steps(schema: Any, pointer: str) -> Steps:
    """The pointer into a schema as steps of a path: a number is a position only inside a list."""
    steps: list[str | int] = []
    here = schema
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, list):
            steps.append(int(name))
            here = here[int(name)]
        else:
            steps.append(name)
            here = here.get(name) if isinstance(here, dict) else None
    return tuple(steps)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


_CHECKS: Final[dict[type[Kind], Callable[[Report, Any, Any, Steps], None]]] = {
    Number: _check_number,
    Integer: _check_number,
    Text: _check_text,
    Choices: _check_choices,
    ListOf: _check_list,
    MapOf: _check_map,
    Object: _check_object,
    Union: _check_union,
    Json: _check_json,
}


def check_characters(report: Report, value: Any, where: Steps = ()) -> None:
    """Texts that no server and no database can be trusted with: NUL, halves of surrogate pairs."""
    if isinstance(value, str):
        _check_characters_of(report, value, where)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            check_characters(report, item, (*where, number))
    elif isinstance(value, dict):
        for key, item in value.items():
            check_characters(report, item, (*where, key))


_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def _check_characters_of(report: Report, text: str, where: Steps) -> None:
    if "\0" in text:
        fix = Fix(_("Take it out"), (Operation("set", paths.show(where), text.replace("\0", "")),))
        report.error("nul_character", where, _("There is a NUL character in this text."), fix=fix)
    elif not text.isascii() and _SURROGATE.search(text):
        fix = Fix(_("Take it out"), (Operation("set", paths.show(where), _SURROGATE.sub("", text)),))
        report.error("lone_surrogate", where, _("There is half of a surrogate pair in this text."), fix=fix)
