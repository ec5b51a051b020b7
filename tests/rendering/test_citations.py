"""Numbers of citations, where they belong in the text and nowhere else."""

import pytest

from playground.rendering import render_cited

PAGE = {1: "https://one.example/", 2: "https://two.example/"}


def cited(text: str, *marks: tuple[str, int]) -> str:
    """`text` with each number behind the words it is given with."""
    return render_cited(text, [(text.index(words) + len(words), number) for words, number in marks], PAGE)


def test_a_number_stands_behind_the_words_it_belongs_to() -> None:
    html = cited("One thing. Another thing.", ("One thing", 1), ("Another", 2))

    assert 'One thing<sup class="cite"><a href="https://one.example/"' in html
    assert 'aria-label="Source 2">2</a></sup> thing.' in html


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("See [the page](https://x.example/a) now", "https://x.ex"),
        ("See [the page](https://x.example/a) now", "the p"),
        ("See https://x.example/abc now", "https://x.example/a"),
        ("See <https://x.example/abc> now", "https://x.example/a"),
        ("See `some code` now", "some c"),
    ],
)
def test_what_must_stay_in_one_piece_does(text: str, inside: str) -> None:
    html = cited(text, (inside, 1))

    assert html.replace(cited("x", ("x", 1))[len('<p dir="auto">x') : -len("</p>\n")], "") == render_cited(text, [], {})


def test_code_keeps_no_numbers() -> None:
    html = cited("```\nfirst line\nsecond\n```\n\nAfter", ("first", 1), ("After", 2))

    assert html.count("<sup") == 1
    assert "first line\nsecond" in html


def test_an_address_that_may_be_no_link_leaves_a_bare_number() -> None:
    html = render_cited("Words", [(5, 1)], {1: "javascript:alert(1)"})

    assert 'Words<sup class="cite">1</sup>' in html


def test_places_outside_of_the_text_are_left_out() -> None:
    assert "<sup" not in render_cited("Words", [(-1, 1), (0, 1), (6, 1), (10**12, 1)], PAGE)


def test_text_cannot_pass_itself_off_as_a_number() -> None:
    html = render_cited("A \uff001\uffef trick", [(1, 2)], PAGE)

    assert html.count("<sup") == 1
    assert ">1</a>" not in html
