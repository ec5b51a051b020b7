"""What the API demands of a JSON Schema, for structured output and for strict functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .errors import ApiError, invalid

MAX_PARTS = 20_000
_INSIDE_MAPS = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")
_INSIDE_LISTS = ("anyOf", "allOf", "oneOf", "prefixItems")
_INSIDE = ("items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames")


def check_schema(schema: Any, param: str, code: str, what: str, strict: bool) -> None:
    """Raise the API's error if this is no JSON Schema or, when strict, not of the strict kind."""
    if not isinstance(schema, dict):
        raise invalid(param, f"Invalid schema for {what}: it must be an object.", code)
    for number, (part, path) in enumerate(_schemas(schema, ())):
        if number >= MAX_PARTS:
            raise invalid(param, f"Invalid schema for {what}: it has more than {MAX_PARTS} parts.", code)
        for keyword, value in part.items():
            fits = _KEYWORDS.get(keyword)
            if fits and not fits(value):
                place = "/".join((*path, keyword))[:200]
                raise invalid(param, f"Invalid schema for {what}: {place} has a value it cannot have.", code)
    if strict:
        _check_strict(schema, param, code, what)


def _check_strict(schema: dict[str, Any], param: str, code: str, what: str) -> None:
    if schema.get("type") != "object":
        raise invalid(param, f"Invalid schema for {what}: schema must be a JSON Schema of 'type: \"object\"'.", code)
    for part, path in _schemas(schema, ()):
        kinds = part.get("type")
        if kinds != "object" and not (isinstance(kinds, list) and "object" in kinds) and "properties" not in part:
            continue
        if part.get("additionalProperties") is not False:
            said = "'additionalProperties' is required to be supplied and to be false."
            raise _strictness(param, code, what, path, said)
        absent = [key for key in part.get("properties", {}) if key not in part.get("required", ())]
        if absent:
            said = f"'required' must list every key of 'properties'. Missing '{absent[0][:64]}'."
            raise _strictness(param, code, what, path, said)


def _strictness(param: str, code: str, what: str, path: tuple[str, ...], said: str) -> ApiError:
    return invalid(param, f"Invalid schema for {what}: In context={path!r}, {said}"[:600], code)


def _schemas(schema: Any, path: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """The schema and every schema inside it, with the way there."""
    waiting = [(schema, path)]
    while waiting:
        one, way = waiting.pop()
        if not isinstance(one, dict):
            continue  # true and false are schemas too; what is neither is found where it stands
        yield one, way
        for key in _INSIDE_MAPS:
            inside = one.get(key)
            if isinstance(inside, dict):
                waiting += [(part, (*way, key, name)) for name, part in inside.items()]
        for key in _INSIDE_LISTS:
            inside = one.get(key)
            if isinstance(inside, list):
                waiting += [(part, (*way, key, str(place))) for place, part in enumerate(inside)]
        waiting += [(one[key], (*way, key)) for key in _INSIDE if key in one]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict | bool)


def _are_schemas(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_schema, value))


def _maps_schemas(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_schema, value.values()))


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_type(value: Any) -> bool:
    return value in _TYPES if isinstance(value, str) else _are_names(value) and bool(value) and _TYPES.issuperset(value)


_TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}
# What each keyword may hold. jsonschema checks schemas too, but takes a hundred times as long.
_KEYWORDS: dict[str, Callable[[Any], bool]] = {
    "type": _is_type,
    "required": _are_names,
    "enum": lambda value: isinstance(value, list),
    "dependentRequired": lambda value: isinstance(value, dict) and all(map(_are_names, value.values())),
    "multipleOf": lambda value: _is_number(value) and value > 0,
    "uniqueItems": lambda value: isinstance(value, bool),
    **dict.fromkeys(("$ref", "$id", "$schema", "$dynamicRef", "pattern", "format", "description", "title"), _is_text),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _is_count),
    **dict.fromkeys(("minContains", "maxContains"), _is_count),
    **dict.fromkeys(_INSIDE_MAPS, _maps_schemas),
    **dict.fromkeys(_INSIDE_LISTS, _are_schemas),
    **dict.fromkeys(_INSIDE, _is_schema),
}
