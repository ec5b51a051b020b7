"""The one place where JSON that somebody sent becomes values."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from .errors import ApiError

MAX_DEPTH = 64
MAX_CONTAINERS = 50_000  # arrays and objects: each costs twenty times its two bytes once parsed
MAX_VALUES = 1_000_000
_DEEP = f"The JSON body is nested deeper than {MAX_DEPTH} levels."


def read_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in a body; whatever is wrong with it is an ApiError."""
    if raw.count(b"[") + raw.count(b"{") > MAX_CONTAINERS or raw.count(b",") > MAX_VALUES:
        raise _refusal("The JSON body holds too many values.")
    value = _parse(raw)
    if not isinstance(value, dict):
        raise _refusal(f"The JSON body must be an object, but it is {_kind(value)}.")
    _measure(value, surrogates=b"\\u" in raw)
    return value


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise _refusal(_DEEP) from None
    except ValueError as problem:  # broken UTF-8, broken JSON, NaN, and whole numbers of thousands of digits
        raise _refusal(f"({str(problem)[:200]})") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _measure(value: Any, surrogates: bool) -> None:
    """Refuse what later code could not write again: great depth, and half a surrogate pair."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _refusal(_DEEP)
        below: list[Any] = []
        for one in level:
            inside = list(one.values()) if type(one) is dict else one
            if surrogates:
                _whole_characters(one, inside)
            below += [item for item in inside if type(item) is dict or type(item) is list]
        level = below


def _whole_characters(container: Any, values: list[Any]) -> None:
    for text in (*(container if type(container) is dict else ()), *values):
        if type(text) is str and not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                raise _refusal("A string holds half of a surrogate pair.") from None


def _refusal(detail: str) -> ApiError:
    return ApiError(f"We could not parse the JSON body of your request. {detail}", code="invalid_json")


def _kind(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")
