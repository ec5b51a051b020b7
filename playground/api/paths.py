"""Where something stands in a body: `messages[2].content[0].image_url.url`.

Steps are a tuple of names and positions; the text is for people, forms and frames. A name that is not a plain word is
written in brackets as a JSON string: `metadata["a.b"]`.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

Steps = tuple[str | int, ...]

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_BRACKET: Final = r'\[(?P<at>\d{1,9})\]|\[(?P<key>"(?:[^"\\]|\\.)*")\]'
_FIRST: Final = re.compile(rf"(?P<name>{_PLAIN.pattern})|{_BRACKET}")
_NEXT: Final = re.compile(rf"\.(?P<name>{_PLAIN.pattern})|{_BRACKET}")


class NoSuchPlace(LookupError):
    """The path does not lead anywhere in this body."""


def show(steps: Steps) -> str:
    """The steps as text."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step)}]"
    return text


def parse(text: str) -> Steps:
    """The text as steps; `ValueError` when it is none."""
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        found = (_NEXT if position else _FIRST).match(text, position)
        if not found:
            raise ValueError(f"not a path: {text[:200]!r}")
        if found["at"] is not None:
            steps.append(int(found["at"]))
        elif found["key"] is not None:
            steps.append(json.loads(found["key"]))
        else:
            steps.append(found["name"])
        position = found.end()
    return tuple(steps)


def pattern_of(steps: Steps) -> str:
    """The declared path of a place: positions become `[]`, so `tools[3].name` is `tools[].name`."""
    text = ""
    for step in steps:
        text += "[]" if isinstance(step, int) else f".{step}" if text else step
    return text


def get(body: Any, steps: Steps) -> Any:
    """What stands there; `NoSuchPlace` when nothing does."""
    here = body
    for step in steps:
        if isinstance(here, dict) and isinstance(step, str) and step in here:
            here = here[step]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            raise NoSuchPlace(show(steps))
    return here


def put(body: Any, steps: Steps, value: Any) -> Any:
    """The body with `value` there; missing objects on the way are made, the original is left as it was."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        items = list(body) if isinstance(body, list) else []
        if step < len(items):
            items[step] = put(items[step], rest, value)
        elif step == len(items):
            items.append(put(None, rest, value))
        else:
            raise NoSuchPlace(show(steps))
        return items
    fields = dict(body) if isinstance(body, dict) else {}
    fields[step] = put(fields.get(step), rest, value)
    return fields


def insert(body: Any, steps: Steps, value: Any) -> Any:
    """The body with `value` before the list position that the path ends with; unchanged where there is no list."""
    try:
        items = get(body, steps[:-1])
    except NoSuchPlace:
        return body
    at = steps[-1] if steps else None
    if not isinstance(items, list) or not isinstance(at, int):
        return body
    return put(body, steps[:-1], [*items[:at], value, *items[at:]])


def remove(body: Any, steps: Steps) -> Any:
    """The body without what stands there; unchanged when nothing does."""
    if not steps:
        return body
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        if not isinstance(body, list) or step >= len(body):
            return body
        tail = [remove(body[step], rest)] if rest else []
        return [*body[:step], *tail, *body[step + 1 :]]
    if not isinstance(body, dict) or step not in body:
        return body
    if rest:
        return {name: remove(value, rest) if name == step else value for name, value in body.items()}
    return {name: value for name, value in body.items() if name != step}


def rename(body: Any, steps: Steps, name: str) -> Any:
    """The body with the last step called `name`, in the same place among its neighbours."""
    parent, old = steps[:-1], steps[-1]
    try:
        fields = get(body, parent)
    except NoSuchPlace:
        return body
    if not isinstance(fields, dict) or old not in fields:
        return body
    renamed = {(name if key == old else key): value for key, value in fields.items() if key != name or key == old}
    return put(body, parent, renamed)
