"""The strict rules for schemas, and making a schema obey them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from playground.api.schemas import make_strict, schema_problems, strict_problems
from tests.api.bodies import json_values

STRICT = {
    "type": "object",
    "properties": {"a": {"type": "string"}, "b": {"type": "array", "items": {"type": "number"}}},
    "required": ["a", "b"],
    "additionalProperties": False,
}


def pointers(schema: Any) -> list[str]:
    return [problem.pointer for problem in strict_problems(schema)]


def test_a_strict_schema_is_free_of_problems() -> None:
    assert not strict_problems(STRICT)


@pytest.mark.parametrize("nested", ["properties", "$defs", "items", "anyOf"])
def test_every_object_is_closed_and_requires_all(nested: str) -> None:
    loose = {"type": "object", "properties": {"x": {"type": "string"}}}
    schema: dict[str, Any] = copy.deepcopy(STRICT)
    place: dict[str, tuple[str, Callable[[], None]]] = {
        "properties": ("/properties/b", lambda: schema["properties"].update(b=loose)),
        "$defs": ("/$defs/c", lambda: schema.update({"$defs": {"c": loose}})),
        "items": ("/properties/b/items", lambda: schema["properties"]["b"].update(items=loose)),
        "anyOf": ("/properties/b/anyOf/0", lambda: schema["properties"].update(b={"anyOf": [loose]})),
    }
    pointer, put = place[nested]
    put()

    assert pointers(schema) == [pointer, pointer]
    assert not strict_problems(make_strict(schema))


def test_missing_names_are_named() -> None:
    [problem] = strict_problems({**STRICT, "required": ["a"]})

    assert "missing: b" in problem.message


@pytest.mark.parametrize(
    "schema",
    [{"type": "array", "items": {}}, {"anyOf": [STRICT, STRICT]}, {}, "text", None, {"type": "objekt"}],
)
def test_the_outermost_schema_is_an_object(schema: Any) -> None:
    assert strict_problems(schema)


@pytest.mark.parametrize("word", ["allOf", "not", "if", "patternProperties", "dependentRequired"])
def test_words_that_strict_schemas_do_not_have(word: str) -> None:
    assert f"/{word}" in pointers({**STRICT, word: {}})


def test_depth_is_counted_in_objects() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(11):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"], "additionalProperties": False}

    assert any("ten levels" in problem.message for problem in strict_problems(schema))


def test_what_was_optional_may_be_null_instead() -> None:
    schema = {
        "type": "object",
        "properties": {
            "kept": {"type": "string"},
            "plain": {"type": "integer"},
            "named": {"type": "string", "enum": ["a"]},
            "pointed": {"$ref": "#/$defs/x"},
            "either": {"anyOf": [{"type": "string"}, {"type": "number"}]},
        },
        "required": ["kept"],
        "$defs": {"x": {"type": "object", "properties": {}}},
    }

    strict = make_strict(schema)

    assert strict["properties"] == {
        "kept": {"type": "string"},
        "plain": {"type": ["integer", "null"]},
        "named": {"type": ["string", "null"], "enum": ["a", None]},
        "pointed": {"anyOf": [{"$ref": "#/$defs/x"}, {"type": "null"}]},
        "either": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]},
    }
    assert strict["required"] == ["kept", "plain", "named", "pointed", "either"]
    assert not strict_problems(strict)


def test_one_of_becomes_any_of_and_a_single_all_of_is_unwrapped() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"oneOf": [{"type": "string"}]}, "b": {"allOf": [{"type": "number"}], "title": "B"}},
        "required": ["a", "b"],
    }

    strict = make_strict(schema)

    assert strict["properties"] == {"a": {"anyOf": [{"type": "string"}]}, "b": {"type": "number", "title": "B"}}


@given(json_values)
def test_any_value_can_be_looked_at(value: Any) -> None:
    before = copy.deepcopy(value)

    strict_problems(value)
    schema_problems(value)
    made = make_strict(value)

    assert value == before
    assert make_strict(made) == made
