"""Blanks and what is said, as plain data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.presets import blanks, blanks_to_speak, fill, spoken, values_in, with_prompt

PICTURE = {"type": "input_image", "image_url": "{{address}}"}
ITEMS = [
    {"role": "developer", "content": "Be {{tone}}."},
    {"role": "user", "content": [{"type": "input_text", "text": "About {{topic}}"}, PICTURE]},
]


def test_a_value_is_no_blank_and_no_second_parameter() -> None:
    body = {"input": "{{a}} and {{ b }}", "model": "m"}

    assert fill(body, {"a": "{{b}}", "b": '", "model": "x'}) == {"input": '{{b}} and ", "model": "x', "model": "m"}


def test_words_go_only_where_something_is_said() -> None:
    body = {"model": "{{model}}", "instructions": "As {{who}}", "input": ITEMS, "metadata": {"x": "{{topic}}"}}

    assert blanks(body) == ["model", "who", "tone", "topic", "address"]
    assert blanks_to_speak(body) == ["who", "tone"]
    assert blanks_to_speak({"messages": [{"role": "{{who}}", "content": "{{what}} {{who}}"}]}) == ["what"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"input": "old"}, {"input": "new"}),
        ({"model": "m"}, {"model": "m", "input": "new"}),
        ({"messages": "odd"}, {"messages": [{"role": "user", "content": "new"}]}),
        (
            {"messages": [{"role": "system", "content": "s"}]},
            {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "new"}]},
        ),
        (
            {"messages": [{"role": "user", "content": "1"}, {"role": "assistant", "content": "2"}]},
            {"messages": [{"role": "user", "content": "new"}, {"role": "assistant", "content": "2"}]},
        ),
        (
            {"input": ITEMS},
            {"input": [ITEMS[0], {"role": "user", "content": [{"type": "input_text", "text": "new"}, PICTURE]}]},
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "1"}, {"type": "text", "text": "2"}]}]},
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "new"}]}]},
        ),
    ],
)
def test_a_prompt_takes_the_place_of_what_was_said_last(body: dict[str, Any], expected: dict[str, Any]) -> None:
    before = repr(body)

    assert with_prompt(body, "new") == expected
    assert repr(body) == before


def test_what_is_said_is_told_with_who_says_it() -> None:
    assert spoken({"instructions": "I", "input": ITEMS}) == [
        ("instructions", "I"),
        ("developer", "Be {{tone}}."),
        ("user", "About {{topic}}"),
    ]
    assert spoken({"input": "Hello"}) == [("user", "Hello")]
    assert spoken({"messages": [{"role": "user", "content": "Hi"}, "odd", {"role": "x"}]}) == [("user", "Hi")]
    assert spoken({"input": 5}) == []


# -- what was filled in, found again ------------------------------------------------------------------------------

FILLABLE: dict[str, Any] = {
    "model": "m",
    "input": [{"role": "user", "content": "About {{animal}} for {{listener}}. Again: {{animal}}!"}],
    "stream": True,
}


def test_the_values_are_found_wherever_they_stand() -> None:
    values = {"animal": "a fox\nand a hen", "listener": "{{animal}}"}

    assert values_in(FILLABLE, fill(FILLABLE, values)) == values


def test_what_is_another_request_has_no_values() -> None:
    filled = fill(FILLABLE, {"animal": "a fox", "listener": "all"})

    assert values_in(FILLABLE, {**filled, "model": "n"}) is None
    assert values_in(FILLABLE, {**filled, "stream": 1}) is None
    assert values_in(FILLABLE, {**filled, "top_p": 1}) is None
    assert values_in(FILLABLE, fill(FILLABLE, {"animal": "a fox", "listener": "all"}) | {"input": []}) is None
    assert values_in({"input": "{{a}} and {{a}}"}, {"input": "one and two"}) is None
    assert values_in({"input": "no blank"}, {"input": "other"}) is None


@pytest.mark.parametrize("same", [{"input": "{{a}}"}, FILLABLE])
def test_a_request_that_was_sent_with_its_blanks_is_itself(same: dict[str, Any]) -> None:
    assert values_in(same, same) == {}


@given(
    st.dictionaries(
        st.sampled_from(["animal", "listener"]),
        st.text(st.characters(exclude_characters=" ."), max_size=40),
        min_size=2,
    )
)
def test_whatever_is_filled_in_is_the_same_request(values: dict[str, str]) -> None:
    filled = fill(FILLABLE, values)
    found = values_in(FILLABLE, filled)

    assert blanks(FILLABLE) == ["animal", "listener"]
    assert found is not None
    assert fill(FILLABLE, {**dict.fromkeys(blanks(FILLABLE), ""), **found}) == filled or filled == FILLABLE
