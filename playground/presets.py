"""Requests with blanks: `{{name}}` anywhere in the strings of a body, filled in without touching the rest. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

BLANK = re.compile(r"\{\{\s*([^\W\d][\w-]{0,39})\s*\}\}")
#: The parameters in which something is said to a model.
_SAID: Final = ("input", "messages", "instructions")


def blanks(body: Any) -> list[str]:
    """The names of the blanks in a body, in the order in which they first appear."""
    found: dict[str, None] = {}

    def note(text: str) -> str:
        found.update(dict.fromkeys(BLANK.findall(text)))
        return text

    _in_strings(body, note)
    return list(found)


def fill(body: Any, values: dict[str, str]) -> Any:
    """A copy of the body with each blank replaced by its value; what has no value stays as it is. A value is only
    ever text inside the string it stands in: it cannot add a parameter, nor be a blank itself."""
    return _in_strings(body, lambda text: BLANK.sub(lambda blank: values.get(blank.group(1), blank.group()), text))


def blanks_to_speak(body: Any) -> list[str]:
    """Those of the blanks that stand only where something is said to the model. What is in them cannot change what is
    asked of it otherwise: its name, a number, an address."""
    elsewhere = {name for place, text in _strings(body) if not _is_said(place) for name in BLANK.findall(text)}
    return [name for name in blanks(body) if name not in elsewhere]


def with_prompt(body: dict[str, Any], text: str) -> dict[str, Any]:
    """A copy of the body in which a person says this instead of what was said last. A picture beside it stays."""
    where = "messages" if "messages" in body else "input"
    said = body.get(where)
    if not isinstance(said, list):
        return {**body, where: [{"role": "user", "content": text}] if where == "messages" else text}
    last = max(
        (at for at, item in enumerate(said) if isinstance(item, dict) and item.get("role") == "user"), default=-1
    )
    if last < 0:
        return {**body, where: [*said, {"role": "user", "content": text}]}
    item = {
        **said[last],
        "content": _reworded(said[last].get("content"), text, "text" if where == "messages" else "input_text"),
    }
    return {**body, where: [*said[:last], item, *said[last + 1 :]]}


def spoken(body: dict[str, Any]) -> list[tuple[str, str]]:
    """What is said to the model before it answers: who says it, and the words."""
    told = [("instructions", body["instructions"])] if isinstance(body.get("instructions"), str) else []
    said = body.get("input", body.get("messages"))
    if isinstance(said, str):
        return [*told, ("user", said)]
    for item in said if isinstance(said, list) else []:
        words = [text for place, text in _strings(item) if _is_said(("input", *place))]
        if words and isinstance(item, dict):
            told.append((str(item.get("role", "")), "\n".join(words)))
    return told


def _reworded(content: Any, text: str, kind: str) -> Any:
    if not isinstance(content, list):
        return text
    parts = [part for part in content if isinstance(part, dict)]
    worded = [part for part in parts if isinstance(part.get("text"), str)]
    return [{"type": kind, "text": text}, *(part for part in parts if part not in worded)]


def _is_said(place: tuple[Any, ...]) -> bool:
    names = [step for step in place if isinstance(step, str)]
    return bool(names) and names[0] in _SAID and names[-1] in (*_SAID, "content", "text")


def _strings(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(value, str):
        yield place, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in pairs:
        yield from _strings(each, (*place, step))


def values_in(body: Any, filled: Any) -> dict[str, str] | None:
    """The values with which `fill` made this of the body; None if it is something else."""
    values: dict[str, str] = {}
    return values if _alike(body, filled, values) else None


def _alike(body: Any, filled: Any, values: dict[str, str]) -> bool:
    if isinstance(body, str) and isinstance(filled, str):
        return body == filled or _filled(body, filled, values)
    if isinstance(body, list) and isinstance(filled, list):
        return len(body) == len(filled) and all(_alike(*pair, values) for pair in zip(body, filled, strict=True))
    if isinstance(body, dict) and isinstance(filled, dict):
        return list(body) == list(filled) and all(_alike(body[key], filled[key], values) for key in body)
    return type(body) is type(filled) and bool(body == filled)


def _filled(text: str, filled: str, values: dict[str, str]) -> bool:
    """Each blank reaches to where the words behind it come first: one pass, and a second look by filling in again."""
    around = BLANK.split(text)
    given = dict(values)
    at, last = len(around[0]), len(around) - 1
    if not filled.startswith(around[0]) or not last:
        return False
    for number in range(1, last, 2):
        name, behind = around[number], around[number + 1]
        if name in given:
            end = at + len(given[name])
        else:
            end = filled.find(behind, at) if number + 1 < last else len(filled) - len(behind)
            if end < at:
                return False
            given[name] = filled[at:end]
        at = end + len(behind)
    if fill(text, given) != filled:
        return False
    values |= given
    return True


def _in_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_in_strings(each, change) for each in value]
    if isinstance(value, dict):
        return {key: _in_strings(each, change) for key, each in value.items()}
    return value
