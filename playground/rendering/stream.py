"""Markdown while it streams: blocks become HTML as soon as nothing can change them; what is open stays text.

Each line is looked at once to find where a block ends, and each block is rendered once, so the cost grows with the
length of the text and not with its square. A list is shown item by item. What a later line may still change (an
address defined further down, the spacing of a list) is put right by one rendering of the whole at the end.
"""

import re
from dataclasses import dataclass

from django.utils.safestring import SafeString

from playground.rendering.budget import Budget
from playground.rendering.markdown import render_markdown, render_part

_FENCE = re.compile(r" {0,3}(`{3,}+|~{3,}+)(.*)")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|\Z)")
_ITEM = re.compile(r"\s*+(?:[-+*]|\d{1,9}[.)])(?:[ \t]|\Z)")
_ITEM_BEGUN = re.compile(r"\s*+(?:[-+*]|\d{1,9}[.)])[ \t]")
_ITEM_IN_PARAGRAPH = re.compile(r"\s*+(?:[-+*]|1[.)])[ \t]+\S")
SECONDS_PER_STEP = 0.25
HEAD = 100  # characters: enough to know what a line begins


@dataclass(slots=True, frozen=True)
class Step:
    """What one piece of text changed on the page.

    `blocks` is HTML to put before the tail. With `anew` the tail is emptied first: what it showed is in the blocks now.
    Then `tail`, which is text, is appended to it.
    """

    blocks: SafeString
    anew: bool
    tail: str


class MarkdownStream:
    """Feed it text in pieces of any size; ask it for the whole at the end."""

    def __init__(self) -> None:
        self._pieces: list[str] = []  # all that came, for the final rendering
        self._block: list[str] = []  # the whole lines of the open block
        self._line: list[str] = []  # the line that is still being written
        self._head = ""  # how it begins
        self._begun = False  # that line is known to begin a block
        self._blank = True  # the line before it was empty
        self._held = ""  # a carriage return that may be half of a line ending
        self._fence = ""  # the marks that opened the code block we are in
        self._list: int | None = None  # the indent of the list we are in
        self._deep = False  # the last line that was not empty may be indented code
        self._closed: list[str] = []  # blocks that closed in this step
        self._tail: list[str] = []  # what this step adds to the tail

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def whole(self) -> SafeString:
        """Everything so far, rendered as one document."""
        return render_markdown(self.text)

    def feed(self, text: str) -> Step:
        self._pieces.append(text)
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        text = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
        self._closed, self._tail = [], []
        *lines, last = text.split("\n")
        for line in lines:
            self._write(line)
            self._end_line()
        self._write(last)
        return Step(self._rendered(), bool(self._closed), "".join(self._tail))

    def _rendered(self) -> SafeString:
        closed = "".join(self._closed)
        return render_part(closed, Budget(len(closed), SECONDS_PER_STEP)) if closed else SafeString("")

    def _write(self, text: str) -> None:
        """Add to the open line; the block before it closes as soon as it is plain that this is another."""
        self._line.append(text)
        self._tail.append(text)
        if len(self._head) < HEAD:
            self._head += text[:HEAD]
            self._part(self._head, complete=False)

    def _end_line(self) -> None:
        line = "".join(self._line)
        self._part(line, complete=True)
        self._line, self._head, self._begun = [], "", False
        self._block.append(line + "\n")
        self._tail.append("\n")
        if self._ends_block(line):
            self._close()

    def _part(self, line: str, *, complete: bool) -> None:
        if not self._begun and self._begins_block(line, complete):
            self._begun = True
            self._close()

    def _close(self) -> None:
        """The open block is complete: from here on the tail is only what comes after it."""
        self._closed.append("".join(self._block))
        self._block = []
        self._tail = ["".join(self._line)]

    def _begins_block(self, line: str, complete: bool) -> bool:
        """Whether `line` cannot belong to the block before it. Asked while the line grows: unsure means no."""
        if self._fence or not self._block or not line.strip():
            return False
        indent = _indent(line)
        interrupts = complete and bool(_HEADING.match(line) or _opening(line))
        if self._list is None:
            return indent < 4 and (self._blank or interrupts or bool(_ITEM_IN_PARAGRAPH.match(line)))
        if (_ITEM if complete else _ITEM_BEGUN).match(line):
            return indent <= self._list
        # The text of an item is indented by two at least; a line that is not, and cannot run on, is outside.
        return indent < self._list + 2 and (self._blank or interrupts)

    def _ends_block(self, line: str) -> bool:
        """Remember what a whole line opened; true if it is the last of its block."""
        if self._fence:
            found = _FENCE.match(line)
            if not (found and found[1].startswith(self._fence) and not found[2].strip()):
                return False
            self._fence = ""
            return True
        self._blank = not line.strip()
        if self._blank:
            return self._list is None and not self._deep  # a list and indented code may go on behind it
        indent = _indent(line)
        self._deep = indent > 3
        if len(self._block) > 1:
            return False
        self._list = indent if indent < 4 and _ITEM.match(line) else None
        self._fence = _opening(line) if self._list is None else ""
        return self._list is None and bool(_HEADING.match(line))


def _indent(line: str) -> int:
    line = line[: len(line) - len(line.lstrip(" \t"))]
    return len(line.expandtabs(4))


def _opening(line: str) -> str:
    """The marks with which `line` opens a code block, or nothing."""
    found = _FENCE.match(line)
    return found[1] if found and not (found[1][0] == "`" and "`" in found[2]) else ""
