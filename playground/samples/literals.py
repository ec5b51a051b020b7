"""A JSON document as another language writes it. Numbers keep the very characters they had."""

from __future__ import annotations

import json
import re
from typing import Any

from playground.samples.request import visible

_JS_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")


class Digits(str):
    """A number as it was written: a float that JSON, Python and JavaScript all spell alike."""

    __slots__ = ()


def read_exactly(body: bytes) -> Any:
    return json.loads(body, parse_int=Digits, parse_float=Digits)


def python(value: Any, indent: int = 0) -> str:
    if isinstance(value, Digits):
        return str.__str__(value)
    if isinstance(value, dict):
        return _block(
            "{}", indent, [f"{_python_string(key)}: {python(each, indent + 4)}" for key, each in value.items()], 4
        )
    if isinstance(value, list):
        return _block("[]", indent, [python(each, indent + 4) for each in value], 4)
    return _python_string(value) if isinstance(value, str) else repr(value)


def javascript(value: Any, indent: int = 0) -> str:
    if isinstance(value, Digits):
        return str.__str__(value)
    if isinstance(value, dict):
        return _block("{}", indent, [f"{_key(key)}: {javascript(each, indent + 2)}" for key, each in value.items()], 2)
    if isinstance(value, list):
        return _block("[]", indent, [javascript(each, indent + 2) for each in value], 2)
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def quoted(text: str) -> str:
    """A double-quoted string that Python, JavaScript and JSON read alike."""
    return visible(json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f"))


def survives_javascript(value: Any) -> bool:
    """Whether every number in it means the same as a double."""
    if isinstance(value, Digits):
        try:
            number = float(value)
        except ValueError:
            return False
        return (
            abs(number) <= 2**53 and int(value) == int(number)
            if value.lstrip("-").isdigit()
            else number not in (float("inf"), float("-inf"))
        )
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(survives_javascript(each) for each in children)


def _python_string(text: str) -> str:
    """As Python shows it, in double quotes like the code around it where that costs no escape."""
    plain = repr(text)
    return f'"{plain[1:-1]}"' if plain[0] == "'" and '"' not in text else plain


def _key(name: str) -> str:
    if name == "__proto__":
        return '["__proto__"]'  # written plainly it would set the prototype and vanish from the request
    return name if _JS_NAME.match(name) else quoted(name)


def _block(brackets: str, indent: int, entries: list[str], step: int) -> str:
    if not entries:
        return brackets
    space = " " * (indent + step)
    inside = "".join(f"{space}{entry},\n" for entry in entries)
    return f"{brackets[0]}\n{inside}{' ' * indent}{brackets[1]}"


def call(arguments: dict[str, str]) -> str:
    """Keyword arguments, one a line."""
    return "".join(f"    {name}={value},\n" for name, value in arguments.items())
