"""A JSON document as lines in which names can be asked what they mean.

Unlike `pretty_json` this works on the parsed document, because each name is looked up by where it stands. Long texts,
long lists and long documents are cut, and what was cut says so: the whole is one click away, as bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from playground.rendering.text import escaped

Steps = tuple[str | int, ...]

LONGEST_TEXT: Final = 4_000
MOST_ENTRIES: Final = 200
MOST_LINES: Final = 4_000
DEEPEST: Final = 40


@dataclass(frozen=True, slots=True)
class Told:
    """What is known about a name: the id of its explanation on the page, and a remark behind its value."""

    id: str = ""
    remark: str = ""


Lookup = Callable[[Steps, Any], Told | None]


def json_tree(document: Any, lookup: Lookup) -> SafeString:
    """The document laid out and inked; a name that `lookup` knows is a button that its explanation belongs to."""
    lines: list[str] = []
    for line in _lines(document, (), "", lookup, 0):
        if len(lines) == MOST_LINES:
            lines.append(_cut(_("… and more")))
            break
        lines.append(line)
    return mark_safe("\n".join(lines))  # noqa: S308  each piece is escaped below


def _lines(value: Any, steps: Steps, comma: str, lookup: Lookup, depth: int) -> Iterator[str]:
    """The lines of a value, the first without its indent and name, which whoever asked puts before it."""
    if not isinstance(value, dict | list) or not value or depth > DEEPEST:
        yield _plain(value) + comma
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield opening
    indent = "  " * (depth + 1)
    entries = list(value.items() if isinstance(value, dict) else enumerate(value))
    for place, (step, inner) in enumerate(entries[:MOST_ENTRIES], 1):
        here = (*steps, step)
        told = lookup(here, inner) if isinstance(step, str) else None
        after = "," if place < len(entries) else ""
        name = f"{_name(step, told)}: " if isinstance(step, str) else ""
        remark = _remark(told)
        for number, line in enumerate(_lines(inner, here, after, lookup, depth + 1)):
            yield f"{indent}{name}{line}{remark}" if not number else line
    if len(entries) > MOST_ENTRIES:
        yield indent + _cut(_("… and %(count)s more") % {"count": len(entries) - MOST_ENTRIES})
    yield "  " * depth + closing + comma


def _plain(value: Any) -> str:
    if isinstance(value, str):
        shown = json.dumps(value[:LONGEST_TEXT], ensure_ascii=False)
        rest = len(value) - LONGEST_TEXT
        more = _cut(_("… %(count)s more characters") % {"count": rest}) if rest > 0 else ""
        return f'<span class="ts">{escaped(shown)}</span>{more}'
    if isinstance(value, dict | list):
        return "{}" if value == {} else "[]" if value == [] else _cut("…")
    kind = "tk" if value is None or isinstance(value, bool) else "tn"
    return f'<span class="{kind}">{escaped(json.dumps(value))}</span>'


def _name(name: str, told: Told | None) -> str:
    shown = escaped(json.dumps(name[:200], ensure_ascii=False))
    if told is None or not told.id:
        return f'<span class="tp">{shown}</span>'
    return format_html(
        '<button type="button" class="tp told" data-told aria-describedby="{}">{}</button>',
        told.id,
        mark_safe(shown),  # noqa: S308  escaped just here
    )


def _remark(told: Told | None) -> str:
    return f' <span class="mark">{escaped(told.remark)}</span>' if told and told.remark else ""


def _cut(words: str) -> str:
    return f'<span class="tc">{escaped(words)}</span>'
