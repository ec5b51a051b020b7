"""What a page of work is called before a person gives it a name: the first words of the first prompt. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

LONGEST = 80

_PLACES = ("input", "messages")
#: What stands before the words in prompts that are written as Markdown.
_MARKS = re.compile(r"^(?:[#>*-]+ )+")
#: Nothing in a title may turn the line around or break it. Joiners stay: they make scripts and emoji.
_STRAY = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
#: How much of a text is looked at.
_ENOUGH = 2_000


def title_of(body: bytes) -> str:
    """A line for a list; empty when nobody said anything."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(document, dict):
        return ""
    said = [*(each for place in _PLACES for each in _said(document.get(place)))]
    texts = [text for role, text in said if role == "user"] or [text for _role, text in said]
    lines = (_line(line) for text in texts for line in text[:_ENOUGH].splitlines())
    return next((line for line in lines if line), "")


def _said(value: Any) -> Iterator[tuple[str, str]]:
    """Who says what, in order."""
    if isinstance(value, str):
        yield "user", value
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield from ((str(item.get("role", "")), text) for text in _texts(item.get("content")))


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            yield part["text"]


def _line(text: str) -> str:
    """At most `LONGEST` characters, cut between words where there are any."""
    plain = _MARKS.sub("", " ".join(_STRAY.sub(" ", text).split()))
    if plain.startswith("data:"):
        return ""
    if len(plain) <= LONGEST:
        return plain
    words, _space, _rest = plain[:LONGEST].rpartition(" ")
    return f"{words if len(words) > LONGEST // 2 else plain[:LONGEST]}…"
