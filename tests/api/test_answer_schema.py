"""Answers held against the shape that was asked for: the first difference is named, and no check runs for ever."""

from typing import Any

import pytest

from playground.api.answer_schema import LARGEST, check

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 2},
        "age": {"type": "integer", "minimum": 0},
        "tags": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+$"}, "maxItems": 2},
        "kind": {"enum": ["a", "b"]},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}


def test_what_fits_fits() -> None:
    assert check({"name": "Ada", "age": 36, "tags": ["x"], "kind": "a"}, PERSON).verdict == "fits"


@pytest.mark.parametrize(
    ("document", "place", "sentence"),
    [
        ({"name": "Ada"}, "", "age is missing."),
        ({"name": "Ada", "age": "36"}, "age", "It is string, and should be integer."),
        ({"name": "Ada", "age": True}, "age", "It is boolean, and should be integer."),
        ({"name": "A", "age": 1}, "name", "The text is shorter than 2 characters."),
        ({"name": "Ada", "age": -1}, "age", "-1 is less than 0."),
        ({"name": "Ada", "age": 1, "tags": ["ok", "NO"]}, "tags[1]", "The text does not have the form ^[a-z]+$."),
        ({"name": "Ada", "age": 1, "kind": "c"}, "kind", "c is none of the values allowed: a, b."),
        ({"name": "Ada", "age": 1, "more": 1}, "", "more is not in the schema."),
        ([], "", "It is array, and should be object."),
    ],
)
def test_the_first_difference_is_named(document: Any, place: str, sentence: str) -> None:
    found = check(document, PERSON)

    assert (found.verdict, found.place, found.message) == ("differs", place, sentence)


@pytest.mark.parametrize(
    "schema",
    [
        None,
        "object",
        {"type": 3},
        {"$ref": "#/nowhere"},
        {"$ref": "https://elsewhere.example/schema.json"},
        {"$ref": "#"},
        {"properties": []},
        {"enum": 4},
        {"pattern": "("},
    ],
)
def test_a_schema_that_is_none_is_no_verdict(schema: Any) -> None:
    assert check({"a": "b"}, schema).verdict in ("unchecked", "fits")


def test_a_schema_that_would_take_for_ever_is_given_up() -> None:
    steps: dict[str, Any] = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}
    schema = {"$defs": {**steps, "d40": {}}, "$ref": "#/$defs/d0"}

    assert check({}, schema).verdict == "unchecked"


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "^(a*)*b", "a*a*a*a*b"])
def test_a_pattern_that_could_take_for_ever_is_left_out(pattern: str) -> None:
    assert check("a" * 900, {"pattern": pattern}).verdict == "fits"


def test_an_answer_that_is_very_long_is_not_checked() -> None:
    assert check({}, PERSON, LARGEST + 1).verdict == "unchecked"
