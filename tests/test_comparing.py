"""Two runs held against each other."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from playground.comparing import (
    MANY_CHANGES,
    MANY_LINES,
    MANY_WORDS,
    Difference,
    differences,
    line_differences,
    shared,
    word_differences,
)
from playground.presets import blanks, fill


def test_parameters_that_differ_are_named_with_both_values() -> None:
    before = {"model": "a", "temperature": 1, "store": None, "tools": [{"name": "f"}], "stop": ["x"]}
    after = {"model": "b", "temperature": 1, "tools": [{"name": "g"}], "stop": ["x", "y"], "n": 2}

    assert differences(before, after) == [
        Difference("model", '"a"', '"b"'),
        Difference("store", "null", None),
        Difference("tools[0].name", '"f"', '"g"'),
        Difference("stop", '[\n  "x"\n]', '[\n  "x",\n  "y"\n]'),
        Difference("n", None, "2"),
    ]


def test_what_is_equal_to_python_but_not_on_the_wire_differs() -> None:
    assert [each.path for each in differences({"a": 1, "b": True}, {"a": 1.0, "b": 1})] == ["a", "b"]
    assert differences({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}) == []


def test_words_that_differ_are_marked_and_the_rest_is_one_piece() -> None:
    pieces = word_differences("The quick brown fox jumps.", "The slow brown fox sleeps.")

    assert [(piece.change, piece.text) for piece in pieces] == [
        ("same", "The "),
        ("removed", "quick"),
        ("added", "slow"),
        ("same", " brown fox "),
        ("removed", "jumps"),
        ("added", "sleeps"),
        ("same", "."),
    ]


def test_a_word_is_the_same_before_a_blank_and_before_a_comma() -> None:
    pieces = word_differences("a heading, a table", "a heading and a table")

    assert [piece.text for piece in pieces if piece.change != "same"] == [",", " and"]


def test_japanese_is_compared_by_character() -> None:
    pieces = word_differences("猫が好き", "犬が好き")

    assert [(piece.change, piece.text) for piece in pieces] == [("removed", "猫"), ("added", "犬"), ("same", "が好き")]


def test_lines_are_compared_as_wholes() -> None:
    pieces = line_differences("one\ntwo\nthree\n", "one\n2\nthree\n")

    assert [(piece.change, piece.text) for piece in pieces] == [
        ("same", "one\n"),
        ("removed", "two\n"),
        ("added", "2\n"),
        ("same", "three\n"),
    ]


def test_how_much_is_shared_is_counted_in_words() -> None:
    assert shared(word_differences("a b c d", "a b c x")) == 75
    assert shared(word_differences("same", "same")) == 100
    assert shared(word_differences("猫", "犬")) == 0
    assert shared(word_differences("", "")) == 100


def test_texts_without_end_of_differences_are_shown_whole() -> None:
    before, after = "a b " * MANY_CHANGES, "a c " * MANY_CHANGES

    assert [piece.text for piece in word_differences(before, after)] == [before, after]


@given(st.lists(st.sampled_from("ab \n"), max_size=40), st.lists(st.sampled_from("ab \n"), max_size=40))
def test_the_way_is_right_and_short_where_much_repeats(one: list[str], two: list[str]) -> None:
    before, after = "".join(one), "".join(two)
    pieces = line_differences(before, after)

    assert "".join(piece.text for piece in pieces if piece.change != "added") == before
    assert "".join(piece.text for piece in pieces if piece.change != "removed") == after
    assert all(left.change != right.change for left, right in pairwise(pieces))


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_character_is_lost_or_invented(before: str, after: str) -> None:
    pieces = word_differences(before, after)

    assert "".join(piece.text for piece in pieces if piece.change != "added") == before
    assert "".join(piece.text for piece in pieces if piece.change != "removed") == after


def test_very_long_texts_are_compared_in_larger_pieces() -> None:
    lines = word_differences("word " * MANY_WORDS + "\nend", "word " * MANY_WORDS + "\nEND")
    whole = word_differences("a\n" * MANY_LINES, "b\n" * MANY_LINES)

    assert [piece.change for piece in lines] == ["same", "removed", "added"]
    assert [piece.change for piece in whole] == ["removed", "added"]


def test_blanks_of_a_preset_are_found_and_filled_as_text_only() -> None:
    body = {"input": "Tell {{ who }} about {{thing}}", "tools": [{"name": "{{who}}"}], "n": 1, "raw": "{{ 1x }} {{}}"}

    assert blanks(body) == ["who", "thing"]
    filled = fill(body, {"who": '", "model": "evil', "thing": "{{who}}"})
    assert filled["input"] == 'Tell ", "model": "evil about {{who}}'
    assert filled["tools"][0]["name"] == '", "model": "evil'
    assert (filled["n"], filled["raw"]) == (1, "{{ 1x }} {{}}")
    assert fill(body, {}) == body
