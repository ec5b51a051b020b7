"""Holds the records of one run against each other: what upstream said, what is stored, what each page was shown.

Nothing lost, nothing doubled, nothing out of order: text that is equal, or the beginning of the longer one.
"""

from __future__ import annotations

from collections.abc import Iterable

from playground.runs.canvases import units
from tests.runs.playing import Page

PLACE = "0/text/0"


def shown(page: Page, said: str) -> str:
    """What a page shows, which has to be a beginning of what was said."""
    seen = said[: _characters(said, page.covered.get(PLACE, 0) + units(page.tails.get(PLACE, "")))]
    assert page.shows(PLACE, seen), f"a page shows what was never said, at {page.at}"
    return seen


def check(said: str, stored: str, count: int, pages: Iterable[Page] = (), whole: bool = False) -> None:
    """`said` by upstream, `stored` in `count` events, seen by `pages`. `whole`: all of them have all of it."""
    assert said.startswith(stored), "what is stored is what upstream said"
    if whole:
        assert stored == said
    for page in pages:
        assert page.at <= count, "shown means stored"
        seen = shown(page, said)
        assert stored.startswith(seen), "what was shown is there"
        if whole:
            assert seen == said


def _characters(text: str, length: int) -> int:
    """How many characters are so many UTF-16 units, as a browser counts."""
    if text.isascii():
        return length
    at = 0
    while length > 0 and at < len(text):
        length -= units(text[at])
        at += 1
    return at
