"""Templates that are rendered once and filled many times.

A control looks the same in every request but for a name, a value and which option is chosen. So its template is
rendered once per parameter and language, with *holes* (`{{ hole.value }}`) where these go, and what is left to do per
request is one string operation. Whatever fills a hole is escaped unless it is HTML already.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

NOTHING: Final = mark_safe("")

# Noncharacters: no template and no translation contains them.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_HOLE: Final = re.compile(f"{_OPEN}(.*?){_CLOSE}")
_BETWEEN_TAGS: Final = re.compile(r">\s*\n\s*<")


def hole(name: str) -> SafeString:
    """A hole to put into a template where its name depends on the turn of a loop."""
    return mark_safe(f"{_OPEN}{name}{_CLOSE}")  # noqa: S308  a name from our own code


class _Holes:
    """`hole.anything` in a template leaves a hole of that name."""

    def __getitem__(self, name: str) -> SafeString:
        return hole(name)


def joined(parts: Iterable[SafeString]) -> SafeString:
    """Pieces of HTML, one after the other."""
    return SafeString("".join(parts))  # HTML put together from HTML


class Stencil:
    """A template with its fixed parts filled in."""

    __slots__ = ("_format", "names")

    def __init__(self, template: str, fixed: dict[str, Any]) -> None:
        drawn = render_to_string(template, {**fixed, "hole": _Holes()}).strip()
        drawn = _BETWEEN_TAGS.sub("><", drawn)
        self.names = frozenset(_HOLE.findall(drawn))
        self._format = _HOLE.sub(lambda hole: f"%({hole[1]})s", drawn.replace("%", "%%"))

    def fill(self, holes: dict[str, str]) -> SafeString:
        """The HTML. Every hole needs its filling: a forgotten one is a KeyError.

        A form has thousands of holes, so this escapes with Python's own function, which Django's wraps for lazy texts.
        """
        filled = {
            name: filling if type(filling) is SafeString or not filling else html.escape(filling)
            for name, filling in holes.items()
        }
        return SafeString(self._format % filled)  # every filling was escaped above
