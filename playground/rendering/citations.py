"""Markdown with citations: at each place that one belongs to stands its number, as a link if its address may be one.

The places are positions in the source, and Markdown moves text about. So a mark goes in with the source, between two
characters that no text has, and becomes a number when all is rendered. Where a number could break something (a link, an
address, code) it moves behind it or is left out; it then stands only in the list under the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from playground.rendering.links import safe_url
from playground.rendering.markdown import render_markdown

# Not assigned to anything, and of a block at which a bare address ends.
_OPEN, _CLOSE = "\uff00", "\uffef"
_FOREIGN: Final = re.compile(f"[{_OPEN}{_CLOSE}]")
_MARK: Final = re.compile(f"{_OPEN}(\\d{{1,4}}){_CLOSE}")
# In what is rendered: code and tags keep no numbers.
_PIECE: Final = re.compile(
    r"(?P<code><code>.*?</code>|<pre\b.*?</pre>)|(?P<tag><[a-z/](?:[^\"<>]|\"[^\"]*\")*>)"
    f"|{_OPEN}(?P<number>\\d{{1,4}}){_CLOSE}",
    re.DOTALL,
)
# In the source: what must stay in one piece.
_WHOLE: Final = re.compile(
    r"(`+)[^`\n]{1,2000}\1|!?\[[^\[\]\n]{0,1000}\](?:\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\))?"
    r"|<[^<>\n]{1,2000}>|https?://[^\s<>)\]]{1,2000}"
)
_FENCE: Final = re.compile(r" {0,3}(`{3,100}|~{3,100})")
MOST: Final = 500


def render_cited(text: str, marks: Sequence[tuple[int, int]], addresses: Mapping[int, str]) -> SafeString:
    """`marks` are (position, number); the address of a number is a link only if it may be one."""
    text = _FOREIGN.sub("\ufffd", text)
    marks = [(position, number) for position, number in marks[:MOST] if 0 < position <= len(text)]
    if not marks:
        return render_markdown(text)
    return _numbered(render_markdown(_marked(text, marks)), addresses)


def _marked(text: str, marks: Sequence[tuple[int, int]]) -> str:
    spans = [found.span() for found in _WHOLE.finditer(text)]
    blocks = list(_fenced(text))
    moved = set()
    for position, number in marks:
        if not _around(blocks, position):
            moved.add((_around(spans, position) or position, number))
    pieces, last = [], 0
    for position, number in sorted(moved):
        pieces += [text[last:position], f"{_OPEN}{number}{_CLOSE}"]
        last = position
    return "".join([*pieces, text[last:]])


def _around(spans: list[tuple[int, int]], position: int) -> int:
    """The end of the span that the position lies in, or 0."""
    before = bisect_left(spans, (position,)) - 1
    return spans[before][1] if before >= 0 and position < spans[before][1] else 0


def _fenced(text: str) -> Iterator[tuple[int, int]]:
    """Blocks of code, from the first character of their first line to the first one behind their last line."""
    opened, marks, at = 0, "", 0
    for line in text.splitlines(keepends=True):
        found = _FENCE.match(line)
        if found and not marks:
            opened, marks = at, found[1]
        elif found and found[1].startswith(marks):
            yield opened, at + len(line)
            marks = ""
        at += len(line)
    if marks:
        yield opened, at + 1


def _numbered(html: str, addresses: Mapping[int, str]) -> SafeString:
    def replace(found: re.Match[str]) -> str:
        if found["number"]:
            return _number(int(found["number"]), addresses)
        return _FOREIGN.sub("", _MARK.sub("", found[0]))

    # What is not a mark of ours was cleaned before; a number is written by us.
    return mark_safe(_FOREIGN.sub("", _PIECE.sub(replace, html)))  # noqa: S308


def _number(number: int, addresses: Mapping[int, str]) -> str:
    target = safe_url(addresses.get(number, ""))
    if not target:
        return format_html('<sup class="cite">{}</sup>', number)
    said = _("Source %(number)s") % {"number": number}
    return format_html(
        '<sup class="cite"><a href="{}" target="_blank" rel="noopener noreferrer" aria-label="{}">{}</a></sup>',
        target,
        said,
        number,
    )
