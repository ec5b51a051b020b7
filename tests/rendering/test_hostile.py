"""Every hostile string through every door: nothing comes out that a page of ours would not hold."""

import json
from collections.abc import Callable

import pytest

from playground import rendering
from tests.hostile import CORPUS, STRINGS, Audit


def streamed(text: str) -> str:
    """As the page is at the end of a stream that came in small pieces: blocks, then the tail as text."""
    stream = rendering.MarkdownStream()
    steps = [stream.feed(text[at : at + 3]) for at in range(0, len(text), 3)]
    closing = stream.feed("\n\nend\n\n# end")
    return "".join(step.blocks for step in [*steps, closing])


DOORS: dict[str, Callable[[str], str]] = {
    "visible": rendering.visible,
    "prose": rendering.prose,
    "link": lambda text: rendering.link(text, text),
    "pretty_json": rendering.pretty_json,
    "readable_json": lambda text: rendering.pretty_json(text, readable=True),
    "json_string": lambda text: rendering.pretty_json(json.dumps({text: [text]}), readable=True),
    "half_json": lambda text: rendering.pretty_json('{"city": "' + text),
    "html": lambda text: rendering.highlight(text, "html"),
    "python": lambda text: rendering.highlight(text, "python"),
    "markdown": rendering.render_markdown,
    "stream": streamed,
    "fence": lambda text: rendering.render_markdown(f"```{text}\n{text}\n```"),
    "cell": lambda text: rendering.render_markdown(f"| a |\n|---|\n| {text} |"),
    "item": lambda text: rendering.render_markdown(f"- {text}"),
    "label": lambda text: rendering.render_markdown(f"[{text}](https://ok.example)"),
    "cited": lambda text: rendering.render_cited(
        text + text, [(len(text), 1), (3, 2)], {1: text, 2: "https://ok.example"}
    ),
    "tree": lambda text: rendering.json_tree(
        {text: [text, {"key": text}]}, lambda steps, value: rendering.Told("told-0", text)
    ),
    "address": lambda text: rendering.render_markdown(f"[x]({text}) ![x]({text}) <{text}>"),
}


def test_the_corpus_is_as_large_as_it_is_said_to_be() -> None:
    assert len(set(STRINGS)) >= 200
    assert all(CORPUS.values())


@pytest.mark.parametrize("door", DOORS)
def test_nothing_foreign_comes_through(door: str) -> None:
    findings = {text: Audit(DOORS[door](text)).findings for text in STRINGS}

    assert not {text: found for text, found in findings.items() if found}


@pytest.mark.parametrize("door", DOORS)
def test_what_comes_out_can_be_sent_and_stays_whole(door: str) -> None:
    for text in STRINGS:
        html = DOORS[door](text)

        html.encode()  # a lone surrogate would fail here
        assert "\x00" not in html


@pytest.mark.parametrize("door", ["visible", "prose", "python", "html"])
def test_technical_text_can_be_read_back_as_it_came(door: str) -> None:
    for text in STRINGS:
        # The lexers know one line ending; everything else is told apart to the last character.
        came = rendering.clean(text)
        expected = came.replace("\r\n", "\n").replace("\r", "\n") if door in ("python", "html") else came

        assert Audit(DOORS[door](text)).text == expected
