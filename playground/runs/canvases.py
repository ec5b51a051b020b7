"""How the text of a slot becomes blocks: Markdown as it closes, JSON again and again, code when it is whole.

A canvas is fed in the order the text comes and painted in a thread. What it gives is absolute: HTML for the characters
`from` to `upto` of the text, counted as a browser counts them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from playground.api.answer_schema import Finding, check
from playground.api.growing import GrowingText
from playground.api.reading import Malformed, Slot, parse
from playground.rendering import MarkdownStream, highlight, pretty_json, render_cited
from playground.rendering.markdown import LARGEST
from playground.rendering.stencils import NOTHING
from playground.runs.asked import Asked
from playground.runs.card_kinds import language_of
from playground.runs.citations import Citations, citations

#: Up to this length JSON is laid out anew with all that comes; above, when it has grown by a quarter.
SHORT: Final = 4_000


class Blocks(NamedTuple):
    html: SafeString
    since: int
    upto: int


class Canvas:
    """One text: what was painted of it, and what waits to be."""

    def __init__(self) -> None:
        self.waiting = GrowingText()
        self.pieces: list[str] = []  # all that was taken
        self.html = NOTHING  # of what is painted
        self.fed = 0  # characters, as a browser counts them
        self.upto = 0  # those that the blocks cover
        self.plain = False  # its line endings do not let us count
        self.finish = False  # nothing more will come: paint the whole
        self.finished = False
        self.shown: tuple[str, int] = ("", 0)  # HTML and `upto` as the pages know them: painting goes on in a thread
        self.cited = Citations([])  # when it is finished

    @property
    def size(self) -> int:
        """How long the text is, with what waits."""
        return self.fed + self.waiting.size

    @property
    def is_ready(self) -> bool:
        """Whether painting what waits would change anything."""
        return False

    def wakes(self, text: str) -> bool:
        """Whether this piece of text can make it ready."""
        return True

    def hold(self, text: str) -> None:
        self.pieces.append(text)
        self.fed += units(text)
        self.plain = self.plain or "\r" in text

    def paint(self, text: str) -> Blocks | None:
        """Take a piece of text, and give what of it closes."""
        self.hold(text)
        return None

    def whole(self) -> Blocks:
        """All of the text, once it is complete."""
        self.html, self.upto = self.painted("".join(self.pieces)), self.fed
        return Blocks(self.html, 0, self.upto)

    def painted(self, text: str) -> SafeString:
        raise NotImplementedError


class MarkdownCanvas(Canvas):
    def __init__(self) -> None:
        super().__init__()
        self.stream = MarkdownStream()

    @property
    def is_ready(self) -> bool:
        return not self.plain and "\n" in self.waiting

    def wakes(self, text: str) -> bool:
        return "\n" in text  # a block can only close where a line ends

    def paint(self, text: str) -> Blocks | None:
        self.hold(text)
        step = self.stream.feed(text)
        if self.plain or not step.anew:
            return None
        before = self.upto
        self.html += step.blocks
        self.upto = self.fed - units(step.tail)
        return Blocks(step.blocks, before, self.upto)

    def painted(self, text: str) -> SafeString:
        if looks_like_json(text):
            return document_of(text, None)
        return render_cited(text, self.cited.marks, self.cited.addresses)


class JsonCanvas(Canvas):
    """Laid out as far as it came. An answer is framed, and held against the shape that was asked for."""

    def __init__(self, asked: Asked | None = None) -> None:
        super().__init__()
        self.asked = asked

    @property
    def is_ready(self) -> bool:
        new = self.waiting.size
        return not self.plain and bool(new) and (self.size <= SHORT or new * 4 >= self.fed)

    def paint(self, text: str) -> Blocks | None:
        self.hold(text)
        if self.plain:
            return None
        written = "".join(self.pieces)
        self.html = _framed(written) if self.asked else pretty_json(written, readable=True)
        self.upto = self.fed
        return Blocks(self.html, 0, self.upto)

    def painted(self, text: str) -> SafeString:
        return document_of(text, self.asked) if self.asked else pretty_json(text, readable=True)


class CodeCanvas(Canvas):
    """Plain while it comes: inks need to see the whole."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def wakes(self, text: str) -> bool:
        return False

    def painted(self, text: str) -> SafeString:
        return highlight(text, self.language)


def canvas_of(slot: Slot, asked: Asked) -> Canvas | None:
    """The canvas for a slot's text; none where it stays the text it is."""
    if slot.kind == "text":
        return JsonCanvas(asked) if asked.wants_json else MarkdownCanvas()
    if slot.kind == "reasoning":
        return MarkdownCanvas()
    if slot.kind in ("call", "builtin"):
        language = language_of(slot)
        return JsonCanvas() if language == "json" else CodeCanvas(language) if language else None
    return None


def painted(slot: Slot, asked: Asked) -> tuple[str, str, int]:
    """For a page that is loaded: the blocks of a text, what stays text behind them, and how much the blocks cover."""
    canvas, text = canvas_of(slot, asked), slot.text
    if canvas is None:
        return "", text, 0
    if slot.done and not is_too_long(len(text)):
        canvas.hold(text)
        canvas.cited = cited_by(slot)
        return canvas.whole().html, "", canvas.upto
    canvas.paint(text)
    return canvas.html, behind(text, canvas.upto), canvas.upto


def is_too_long(length: int) -> bool:
    """A text that would not be formatted as a whole: its blocks stay as they closed, and it is not sent again."""
    return length > LARGEST


def cited_by(slot: Slot) -> Citations:
    return citations(slot.data.get("annotations")) if slot.kind == "text" else Citations([])


# -- what is painted ----------------------------------------------------------------------------------------------


def looks_like_json(text: str) -> bool:
    """An answer that is one document, though nobody asked for one. A list of Markdown links is none."""
    text = text.strip()
    if text[:1] + text[-1:] not in ("{}", "[]"):
        return False
    try:
        return isinstance(parse(text.encode("utf-8", "surrogatepass")), dict | list)
    except Malformed:
        return False


def document_of(text: str, asked: Asked | None) -> SafeString:
    """JSON in a frame, with what there is to say about it."""
    return _framed(text, _finding(text, asked) if asked else None, asked)


#: It was to be JSON and is none: cut off, or something else altogether.
NO_JSON: Final = Finding("differs")


def _finding(text: str, asked: Asked) -> Finding | None:
    """None: it is JSON, and there is no schema to hold it against."""
    try:
        document = parse(text.encode("utf-8", "surrogatepass"))
    except Malformed:
        return NO_JSON
    return check(document, asked.schema, len(text)) if asked.shape == "json_schema" else None


def _framed(text: str, finding: Finding | None = None, asked: Asked | None = None) -> SafeString:
    context = {"html": pretty_json(text, readable=True), "finding": finding, "asked": asked, "no_json": NO_JSON}
    return render_to_string("run/_document.html", context)


# -- counting -----------------------------------------------------------------------------------------------------


def units(text: str) -> int:
    """How many characters a browser counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def behind(text: str, count: int) -> str:
    """`text` without its first `count` characters, as a browser counts them."""
    if not count or text.isascii():
        return text[count:]
    return text.encode("utf-16-le", "surrogatepass")[2 * count :].decode("utf-16-le", "surrogatepass")
