"""What stands in the form, as a document: the request body, with marks where the form knows more than the body.

A *sheet* is a body in which some values are marks: typed but not sent, null with a value kept behind it, not readable
as what the control takes. `body_of` gives the body that a sheet means; `encode` and `decode` keep a sheet in a draft.
Sheets are plain dicts and lists, so paths and fixes of `api` work on them as on bodies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Steps = tuple[str | int, ...]


class Blank:
    """Nothing is in the control."""

    def __repr__(self) -> str:
        return "BLANK"

    def __bool__(self) -> bool:
        return False


BLANK: Final = Blank()


@dataclass(frozen=True, slots=True)
class Unsent:
    """Something is in the control, and the switch says that it is not sent."""

    value: Any


@dataclass(frozen=True, slots=True)
class Null:
    """The switch says null; what was typed before is kept behind it."""

    value: Any


@dataclass(frozen=True, slots=True)
class Typed:
    """Text that cannot be read as what the control takes, with the reason; empty: nothing was given yet."""

    text: str
    sentence: str = field(default="", compare=False)
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Key-value rows that are no object yet, because a key stands there twice."""

    rows: tuple[tuple[str, Any], ...]
    sentence: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Formed:
    """A value of a union, with what stood in the other forms, by slug."""

    value: Any
    others: Mapping[str, Any]


Mark = Blank | Unsent | Null | Typed | Rows | Formed
_OMIT: Final = object()


def body_of(sheet: Any) -> Any:
    """The value this sheet sends. What cannot be read is left out (null in a list, so that positions stay)."""
    value = _plain(sheet)
    return None if value is _OMIT else value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        plain = {key: _plain(each) for key, each in value.items()}
        return {key: each for key, each in plain.items() if each is not _OMIT}
    if isinstance(value, list):
        return [body_of(each) for each in value]
    if isinstance(value, Formed):
        return _plain(value.value)
    if isinstance(value, Null):
        return None
    if isinstance(value, Unsent | Typed | Rows | Blank):
        return _OMIT
    return value


def unreadable(sheet: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Typed | Rows]]:
    """Every place that is to be sent and cannot be read, in order."""
    if isinstance(sheet, Typed | Rows):
        yield steps, sheet
    elif isinstance(sheet, Formed):
        yield from unreadable(sheet.value, steps)
    elif isinstance(sheet, dict):
        for key, each in sheet.items():
            yield from unreadable(each, (*steps, key))
    elif isinstance(sheet, list):
        for position, each in enumerate(sheet):
            yield from unreadable(each, (*steps, position))


def marked(sheet: Any) -> bool:
    """Whether the form knows more than the body."""
    if isinstance(sheet, dict):
        return any(marked(each) for each in sheet.values())
    if isinstance(sheet, list):
        return any(marked(each) for each in sheet)
    return isinstance(sheet, Mark)


def encode(sheet: Any) -> Any:
    """The sheet as JSON. A mark is an object with one key beginning with `~`; such a key of the body gets one more."""
    if isinstance(sheet, dict):
        return {f"~{key}" if key.startswith("~") else key: encode(each) for key, each in sheet.items()}
    if isinstance(sheet, list):
        return [encode(each) for each in sheet]
    if isinstance(sheet, Unsent):
        return {"~unsent": encode(sheet.value)}
    if isinstance(sheet, Null):
        return {"~null": encode(sheet.value)}
    if isinstance(sheet, Typed):
        return {"~typed": [sheet.text, sheet.sentence, sheet.as_json]}
    if isinstance(sheet, Rows):
        return {"~rows": [[[key, encode(each)] for key, each in sheet.rows], sheet.sentence]}
    if isinstance(sheet, Formed):
        return {"~formed": [encode(sheet.value), {slug: encode(each) for slug, each in sheet.others.items()}]}
    if isinstance(sheet, Blank):
        return {"~blank": True}
    return sheet


def decode(document: Any) -> Any:
    """The sheet again; `ValueError` when it is none."""
    if isinstance(document, list):
        return [decode(each) for each in document]
    if not isinstance(document, dict):
        return document
    if len(document) == 1:
        ((key, content),) = document.items()
        if key in _MARKS:
            try:
                return _MARKS[key](content)
            except (TypeError, AttributeError) as error:
                raise ValueError("not a sheet") from error
    return {key[1:] if key.startswith("~~") else key: decode(each) for key, each in document.items()}


_MARKS: Final[dict[str, Callable[[Any], Any]]] = {
    "~unsent": lambda content: Unsent(decode(content)),
    "~null": lambda content: Null(decode(content)),
    "~typed": lambda content: Typed(*content),
    "~rows": lambda content: Rows(tuple((key, decode(each)) for key, each in content[0]), content[1]),
    "~formed": lambda content: Formed(decode(content[0]), {slug: decode(each) for slug, each in content[1].items()}),
    "~blank": lambda content: BLANK,
}
