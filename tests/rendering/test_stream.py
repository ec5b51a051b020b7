"""Markdown while it streams: block by block, each once, and in the end the same as the whole."""

import random

import pytest
from django.utils.safestring import SafeString

from playground.rendering import MarkdownStream, render_markdown
from playground.rendering.budget import Budget
from playground.rendering.markdown import render_part
from tests.hostile import Audit

BLOCKS = [
    "A paragraph\nof two lines",
    "**bold** and `code`",
    "# heading",
    "```python\nx = 1\n\n# not a heading\n```",
    "~~~\n```\n~~~",
    "> quoted\n> more",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "    indented\n\n    code",
    "title\n---",
    "---",
    "![p](https://p.example/x) [l](https://l.example)",
    "",
]
LISTS = [
    "- one\n- two\n  more",
    "1. one\n2. two",
    "- a\n\n  para\n- b",
    "* x\n  - y\n  - z",
    "- ```\n  code\n\n  code\n  ```",
]


class Screen:
    """What a person sees: blocks, and the tail after them."""

    def __init__(self) -> None:
        self.stream = MarkdownStream()
        self.blocks, self.tail = "", ""

    def feed(self, *pieces: str) -> "Screen":
        for piece in pieces:
            step = self.stream.feed(piece)
            self.tail = step.tail if step.anew else self.tail + step.tail
            self.blocks += step.blocks
        return self


def cut(text: str, rng: random.Random) -> list[str]:
    places = sorted(rng.sample(range(len(text) + 1), min(len(text), rng.randint(0, 9))))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


def test_a_paragraph_is_text_until_an_empty_line_ends_it() -> None:
    screen = Screen().feed("Hello **wo", "rld**\n")
    assert (screen.blocks, screen.tail) == ("", "Hello **world**\n")

    screen.feed("\n")
    assert (screen.blocks, screen.tail) == ('<p dir="auto">Hello <strong>world</strong></p>\n', "")


def test_empty_lines_between_blocks_are_in_no_tail() -> None:
    screen = Screen().feed("# a\n", "\n", "\n\n", "b")

    assert screen.tail == "b"


def test_a_list_and_indented_code_may_go_on_after_an_empty_line() -> None:
    assert Screen().feed("- a\n\n").tail == "- a\n\n"
    assert Screen().feed("    a\n\n\n").tail == "    a\n\n\n"


def test_a_heading_and_a_code_block_close_with_their_last_line() -> None:
    screen = Screen().feed("# Title\n", "```py\nx\n", "```\n")

    assert screen.tail == ""
    assert "<h3" in screen.blocks
    assert "<pre" in screen.blocks


def test_a_blank_line_in_code_ends_nothing() -> None:
    screen = Screen().feed("```\na\n\nb\n\n# c\n")

    assert screen.blocks == ""


def test_a_list_is_shown_item_by_item() -> None:
    screen = Screen().feed("1. one\n2. ", "two\n3. th")

    assert screen.blocks == '<ol dir="auto">\n<li>one</li>\n</ol>\n<ol dir="auto" start="2">\n<li>two</li>\n</ol>\n'
    assert screen.tail == "3. th"


def test_line_endings_of_other_systems_are_line_endings_wherever_they_are_cut() -> None:
    screen = Screen().feed("# a\r", "\n# b\r", "c")

    assert Audit(screen.blocks).text.split() == ["a", "b"]
    assert screen.tail == "c"


@pytest.mark.parametrize("seed", range(150))
def test_blocks_and_tail_together_are_the_whole(seed: int) -> None:
    rng = random.Random(seed)
    text = "\n\n".join(rng.choices(BLOCKS, k=rng.randint(1, 10)))

    screen = Screen().feed(*cut(text, rng))

    assert screen.blocks + render_markdown(screen.tail) == render_markdown(text)
    assert screen.stream.whole() == render_markdown(text)


@pytest.mark.parametrize("seed", range(150))
def test_with_lists_the_words_are_the_same(seed: int) -> None:
    rng = random.Random(seed)
    text = "\n\n".join(rng.choices(BLOCKS + LISTS, k=rng.randint(1, 10)))

    screen = Screen().feed(*cut(text, rng))

    shown = Audit(screen.blocks + render_markdown(screen.tail)).text.split()
    assert shown == Audit(render_markdown(text)).text.split()


def test_a_reference_that_comes_late_is_right_in_the_end() -> None:
    screen = Screen().feed("See [docs].\n\nMore.\n\n", "[docs]: https://d.example\n")

    assert "<a " not in screen.blocks
    assert '<a href="https://d.example"' in screen.stream.whole()


def test_the_tail_is_sent_once_however_long_the_line() -> None:
    stream = MarkdownStream()

    sent = sum(len(stream.feed("word ").tail) for _ in range(20_000))

    assert sent == 100_000


def test_each_block_is_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []

    def noting(text: str, budget: Budget) -> SafeString:
        rendered.append(text)
        return render_part(text, budget)

    monkeypatch.setattr("playground.rendering.stream.render_part", noting)
    text = "".join(f"Paragraph {n}.\n\n" for n in range(200))

    screen = Screen().feed(*text)

    assert "".join(rendered) + screen.tail == text
