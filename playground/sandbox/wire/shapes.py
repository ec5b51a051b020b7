"""The small vocabulary in which the sandbox says what a request may hold.

A shape is called with a value, the value's path and whether unknown fields are refused; it returns nothing or raises
the ApiError that names the path. `null` means absent, so no shape ever sees it except as an item of an array.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .errors import ApiError, invalid, missing, shown, unknown_parameter

Shape = Callable[[Any, str, bool], None]
NAME = re.compile(r"[a-zA-Z0-9_-]+")


def text(longest: int | None = None, shortest: int = 0, pattern: re.Pattern[str] | None = None) -> Shape:
    def check(value: Any, path: str, strict: bool) -> None:
        if not isinstance(value, str):
            raise wrong_type(path, "a string", value)
        if longest is not None and len(value) > longest:
            raise too_long(path, longest, len(value))
        if len(value) < shortest:
            said = f"Invalid '{path}': empty string. Expected a string with minimum length {shortest}."
            raise invalid(path, said, "empty_string")
        if pattern is not None and not pattern.fullmatch(value):
            said = f"Invalid '{path}': string does not match pattern. Expected '^{pattern.pattern}$'."
            raise invalid(path, said)

    return check


def number(low: float | None = None, high: float | None = None) -> Shape:
    return _numeric((int, float), "a decimal number", "decimal", low, high)


def integer(low: int | None = None, high: int | None = None) -> Shape:
    return _numeric((int,), "an integer", "integer", low, high)


def _numeric(
    kinds: tuple[type[int] | type[float], ...], expected: str, word: str, low: float | None, high: float | None
) -> Shape:
    def check(value: Any, path: str, strict: bool) -> None:
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise wrong_type(path, expected, value)
        if low is not None and value < low:
            raise invalid(path, _range(path, word, "below minimum", ">=", low, value), f"{word}_below_min_value")
        if high is not None and value > high:
            raise invalid(path, _range(path, word, "above maximum", "<=", high, value), f"{word}_above_max_value")

    return check


def _range(path: str, word: str, side: str, sign: str, bound: float, value: Any) -> str:
    return f"Invalid '{path}': {word} {side} value. Expected a value {sign} {bound}, but got {shown(value)} instead."


def flag(value: Any, path: str, strict: bool) -> None:
    if not isinstance(value, bool):
        raise wrong_type(path, "a boolean", value)


def anything(value: Any, path: str, strict: bool) -> None:
    """Any JSON value at all."""


def one_of(*choices: str) -> Shape:
    def check(value: Any, path: str, strict: bool) -> None:
        if not isinstance(value, str):
            raise wrong_type(path, "a string", value)
        if value not in choices:
            named = ", ".join(f"'{choice}'" for choice in choices)
            raise invalid(path, f"Invalid value: {shown(value)}. Supported values are: {named}.")

    return check


def list_of(item: Shape, least: int = 0, most: int | None = None) -> Shape:
    def check(value: Any, path: str, strict: bool) -> None:
        if not isinstance(value, list):
            raise wrong_type(path, "an array", value)
        if most is not None and len(value) > most:
            said = f"Invalid '{path}': array too long. Expected at most {most} items, but got {len(value)}."
            raise invalid(path, said, "array_above_max_length")
        if len(value) < least:
            raise invalid(path, f"Invalid '{path}': empty array. Expected at least {least} item.", "empty_array")
        for index, one in enumerate(value):
            item(one, f"{path}[{index}]", strict)

    return check


def record(known: Mapping[str, Shape], required: Sequence[str] = (), open: bool = False) -> Shape:
    """An object with these fields; `open` lets others pass even when unknown fields are refused."""

    def check(value: Any, path: str, strict: bool) -> None:
        if not isinstance(value, dict):
            raise wrong_type(path, "an object", value)
        check_fields(value, known, required, path + ".", strict and not open)

    return check


def check_fields(
    value: Mapping[str, Any], known: Mapping[str, Shape], required: Sequence[str], prefix: str, strict: bool
) -> None:
    for name in required:
        if value.get(name) is None:
            raise missing(prefix + name)
    for name, one in value.items():
        shape = known.get(name)
        if shape is None:
            if strict:
                raise unknown_parameter(prefix + name[:64])
        elif one is not None:
            shape(one, prefix + name, strict)


def mapping(value_shape: Shape, most: int | None = None, longest_key: int | None = None) -> Shape:
    def check(value: Any, path: str, strict: bool) -> None:
        if not isinstance(value, dict):
            raise wrong_type(path, "an object", value)
        if most is not None and len(value) > most:
            said = f"Invalid '{path}': too many properties. Expected at most {most}, but got {len(value)}."
            raise invalid(path, said, "object_above_max_properties")
        for key, one in value.items():
            if longest_key is not None and len(key) > longest_key:
                raise too_long(path, longest_key, len(key), "property name")
            value_shape(one, f"{path}.{key[:64]}", strict)

    return check


def either(expected: str, **by_kind: Shape) -> Shape:
    """A union told apart by JSON type: `either("a string or an array", string=…, array=…)`."""

    def check(value: Any, path: str, strict: bool) -> None:
        shape = by_kind.get(json_kind(value))
        if shape is None:
            raise wrong_type(path, expected, value)
        shape(value, path, strict)

    return check


def by_type(variants: Mapping[str, Shape], default: str | None = None) -> Shape:
    """A union of objects told apart by their `type` (or `default` where they may leave it out)."""

    def check(value: Any, path: str, strict: bool) -> None:
        if not isinstance(value, dict):
            raise wrong_type(path, "an object", value)
        kind = value.get("type")
        if kind is None:
            if default is None:
                raise missing(f"{path}.type")
            kind = default
        one_of(*variants)(kind, f"{path}.type", strict)
        variants[kind](value, path, strict)

    return check


def wrong_type(path: str, expected: str, value: Any) -> ApiError:
    said = f"Invalid type for '{path}': expected {expected}, but got {_article(value)} instead."
    return invalid(path, said, "invalid_type")


def too_long(path: str, longest: int, length: int, what: str = "string") -> ApiError:
    said = f"Invalid '{path}': {what} too long. Expected at most {longest} characters, but got {length}."
    return invalid(path, said, "string_above_max_length")


def json_kind(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _article(value: Any) -> str:
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, float):
        return "a decimal number"
    return {"string": "a string", "number": "an integer", "array": "an array", "object": "an object"}.get(
        json_kind(value), "null"
    )


METADATA = mapping(text(512), most=16, longest_key=64)
