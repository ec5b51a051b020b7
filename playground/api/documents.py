"""The one door through which JSON is read and written.

Python's own reader has odd corners: a hundred thousand brackets end in a RecursionError, five thousand digits in a
ValueError without a place, NaN and 1e400 are let in, and of a key named twice the first is dropped in silence. Here
each of these is a `BadDocument` that knows its line and column. Escaped NUL and lone surrogates are legal JSON: they
are read, and written back as the same escapes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from django.utils.translation import gettext_lazy as _

from . import paths
from .parameters import Words
from .paths import Steps

MAX_DEPTH: Final = 100
MAX_DIGITS: Final = 1000


class BadDocument(ValueError):
    """Not a JSON document we can work with; `line` and `column` count from 1, `offset` from 0 in characters."""

    def __init__(self, code: str, sentence: Words, text: str = "", offset: int = 0, **values: Any) -> None:
        self.code = code
        self.sentence = sentence
        self.values = values
        self.offset = offset
        self.line, self.column = line_and_column(text, offset)
        self.path: str = str(values.get("path", ""))
        super().__init__(code)

    @property
    def message(self) -> str:
        return str(self.sentence) % self.values if self.values else str(self.sentence)

    def __str__(self) -> str:
        return f"{self.message} ({self.line}:{self.column})"


@dataclass(frozen=True, slots=True)
class Repeated:
    """A key that its object has more than once; the last one counts."""

    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    value: Any
    text: str
    repeated: tuple[Repeated, ...] = ()


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def read(data: bytes | str) -> Any:
    """The value of a document; a key named twice is refused."""
    document = read_document(data)
    for repeated in document.repeated[:1]:
        offset = _offset_of(document.text, repeated)
        raise BadDocument(
            "repeated_key", _("%(path)s is there twice. Only one of them can be sent."), document.text, offset,
            path=repeated.path,
        )  # fmt: skip
    return document.value


def read_object(data: bytes | str) -> dict[str, Any]:
    """The same for a request body, which has to be an object."""
    value = read(data)
    if not isinstance(value, dict):
        raise BadDocument("not_an_object", _("A request body is a JSON object: it begins with { and ends with }."))
    return value


def read_document(data: bytes | str) -> Document:
    """The value with its text, and the keys that are there twice (the last one counts)."""
    text = _text_of(data)
    _refuse_deep(text)
    repeats = False

    def fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeats
        made = dict(pairs)
        repeats = repeats or len(made) < len(pairs)
        return made

    def whole(digits: str) -> int:
        if len(digits) > MAX_DIGITS:
            _refuse_number(text, digits)
        return int(digits)

    def decimal(digits: str) -> float:
        value = float(digits)
        if math.isinf(value):
            _refuse_number(text, digits)
        return value

    def constant(name: str) -> NoReturn:
        raise BadDocument(
            "not_json_number", _("%(name)s is not JSON: numbers are written with digits."), text, _find(text, name),
            name=name,
        )  # fmt: skip

    try:
        value = json.loads(
            text, object_pairs_hook=fields, parse_int=whole, parse_float=decimal, parse_constant=constant
        )
    except json.JSONDecodeError as error:
        raise BadDocument("not_json", _SENTENCES.get(error.msg, _SENTENCES[""]), text, error.pos) from None
    return Document(value, text, tuple(_repeated(text)) if repeats else ())


def write(value: Any, *, pretty: bool = False) -> bytes:
    """The value as UTF-8; keys stay in their order. NaN and infinity are refused with a ValueError."""
    if pretty:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2)
    else:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_SENTENCES: Final[dict[str, Words]] = {
    "": _("This is not JSON."),
    "Expecting value": _("A value is missing here: text in quotes, a number, true, false, null, [ or {."),
    "Expecting ',' delimiter": _("A comma or a closing bracket is missing here."),
    "Expecting ':' delimiter": _("A colon is missing between the key and its value."),
    "Expecting property name enclosed in double quotes": _("A key in double quotes is missing here."),
    "Illegal trailing comma before end of object": _("There is a comma before the closing bracket."),
    "Illegal trailing comma before end of array": _("There is a comma before the closing bracket."),
    "Unterminated string starting at": _("A text begins here and its closing quote is missing."),
    "Invalid control character at": _("A line break, tab or control character stands bare inside a text."),
    "Invalid \\escape": _("A backslash here begins no escape that JSON knows."),
    "Invalid \\uXXXX escape": _("After \\u four hexadecimal digits are needed."),
    "Extra data": _("The document ends before this place; what follows does not belong to it."),
}


def _text_of(data: bytes | str) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8-sig", "replace")
        raise BadDocument("not_utf8", _("This is not UTF-8 text."), before, len(before)) from None


_BRACKETS: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|([\[{])|[\]}]', re.DOTALL)


def _refuse_deep(text: str) -> None:
    """Counted beforehand, because the reader's own limit leaves no place and depends on who calls."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for found in _BRACKETS.finditer(text):
        if found[1]:
            depth += 1
            if depth > MAX_DEPTH:
                raise BadDocument(
                    "too_deep", _("Nested more than %(limit)s levels deep."), text, found.start(), limit=MAX_DEPTH
                )
        elif found[0][0] != '"':
            depth -= 1


def _refuse_number(text: str, digits: str) -> NoReturn:
    raise BadDocument("number_too_large", _("This number is too large."), text, _find(text, digits))


_OUTSIDE: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|([^\s,:\[\]{}"]+)', re.DOTALL)


def _find(text: str, word: str) -> int:
    """Where a bare word stands outside of texts."""
    return next((found.start() for found in _OUTSIDE.finditer(text) if found[1] == word), 0)


_TOKEN: Final = re.compile(
    r'\s*(?:(?P<open>[\[{])|(?P<close>[\]}])|(?P<mark>[,:])|(?P<text>"[^"\\]*(?:\\.[^"\\]*)*")|[^\s,:\[\]{}"]+)',
    re.DOTALL,
)


def places(text: str) -> Iterator[tuple[Steps, int]]:
    """Every key and list item of a valid document, with the offset where it begins, in order."""
    steps: list[str | int] = []
    inside: list[str] = []
    at_key = False
    for found in _TOKEN.finditer(text):
        start = found.end() - len(found[0].lstrip())
        kind = found.lastgroup
        if kind == "close":
            steps.pop()
            inside.pop()
            at_key = False
        elif kind == "mark":
            at_key = text[start] == "," and inside[-1] == "{"
            if text[start] == "," and inside[-1] == "[":
                steps[-1] = int(steps[-1]) + 1
        elif at_key:
            steps[-1] = json.loads(found["text"])
            yield tuple(steps), start
            at_key = False
        else:
            if inside and inside[-1] == "[":
                yield tuple(steps), start
            if kind == "open":
                inside.append(text[start])
                steps.append("" if text[start] == "{" else 0)
                at_key = text[start] == "{"


def locate(text: str, wanted: Iterator[str] | list[str]) -> dict[str, tuple[int, int]]:
    """Line and column of each path; of the nearest thing around it when it is not there."""
    offsets = dict(places(text))
    found: dict[str, tuple[int, int]] = {}
    for path in wanted:
        steps = paths.parse(path)
        while steps and steps not in offsets:
            steps = steps[:-1]
        found[path] = line_and_column(text, offsets.get(steps, 0))
    return found


def _repeated(text: str) -> Iterator[Repeated]:
    seen: set[Steps] = set()
    for steps, offset in places(text):
        if isinstance(steps[-1], str) and steps in seen:
            yield Repeated(paths.show(steps), *line_and_column(text, offset))
        seen.add(steps)


def _offset_of(text: str, repeated: Repeated) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: repeated.line - 1]) + repeated.column - 1
