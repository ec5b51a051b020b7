"""A document whose names can be asked."""

import html
import json
import re
from typing import Any

from playground.rendering import Told, json_tree


def nobody(steps: tuple[str | int, ...], value: Any) -> None:
    return None


def text_of(rendered: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", rendered))


def test_without_explanations_it_is_the_document() -> None:
    document = {"a": [1, 2.5, None, True], "b": {}, "c": [], "d": {"e": "<b>"}}

    assert text_of(json_tree(document, nobody)) == json.dumps(document, indent=2)


def test_a_known_name_is_a_button_and_may_have_a_remark() -> None:
    def lookup(steps: tuple[str | int, ...], value: Any) -> Told | None:
        return Told("told-1", "default: 1") if steps == ("usage", "n") else None

    rendered = json_tree({"usage": {"n": 2}, "n": 2}, lookup)

    assert rendered.count("<button") == 1
    assert 'aria-describedby="told-1"' in rendered
    assert '<span class="tn">2</span>, <span class="mark">default: 1</span>' not in rendered
    assert '<span class="tn">2</span> <span class="mark">default: 1</span>' in rendered


def test_long_things_are_cut_and_say_so() -> None:
    rendered = text_of(json_tree({"text": "x" * 5_000, "list": list(range(500))}, nobody))

    assert "… 1000 more characters" in rendered
    assert "… and 300 more" in rendered
    assert len(rendered.splitlines()) < 220


def test_a_deep_document_ends_somewhere() -> None:
    document: Any = "end"
    for _ in range(200):
        document = [document]

    assert "end" not in text_of(json_tree(document, nobody))
