"""Values made from JSON Schemas: they fit, they are the same every time, and where there is none it is said."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from playground.sandbox.instances import Unsatisfiable, instance
from playground.sandbox.sampling import Sampler

NAMES = st.sampled_from(["name", "city", "count", "tags", "when"])
SIZES = st.integers(0, 9)


def between(names: tuple[str, str, str], low: int, more: int) -> dict[str, Any]:
    kind, least, most = names
    return {"type": kind, least: low, most: low + more}


def tuples(first: list[Any]) -> dict[str, Any]:
    return {"type": "array", "prefixItems": first, "items": False}


LEAVES: st.SearchStrategy[Any] = (
    st.just({"type": "string"})
    | st.builds(between, st.just(("integer", "minimum", "maximum")), st.integers(-9, 9), SIZES)
    | st.builds(lambda low: {"type": "number", "exclusiveMinimum": low}, st.floats(-9, 9))
    | st.builds(lambda step: {"type": "number", "multipleOf": step}, st.sampled_from([1, 3, 0.25]))
    | st.builds(between, st.just(("string", "minLength", "maxLength")), SIZES, SIZES)
    | st.sampled_from(
        [
            {"type": "boolean"},
            {"type": "null"},
            {"const": 5},
            {"enum": ["a", 1, None]},
            {"type": ["null", "integer"]},
            {"type": "string", "format": "date-time"},
            {"type": "string", "pattern": "^[a-f]{2,5}(x|yy)?$"},
        ]
    )
)


def objects(properties: dict[str, Any], closed: bool, share: int) -> dict[str, Any]:
    required = sorted(properties)[: share * len(properties) // 2]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": not closed}


SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(objects, st.dictionaries(NAMES, inner, max_size=3), st.booleans(), st.integers(0, 2))
        | st.builds(lambda items, low: {"type": "array", "items": items, "minItems": low}, inner, st.integers(0, 3))
        | st.builds(tuples, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda parts: {"anyOf": parts}, st.lists(inner, min_size=1, max_size=3))
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SCHEMAS, st.sampled_from([0.0, 1.0, 2.0]), st.integers(0, 3), st.sampled_from(["low", "medium", "high"]))
def test_a_value_is_found_for_usual_schemas(schema: Any, temperature: float, choice: int, verbosity: str) -> None:
    made = instance(schema, Sampler("x", temperature=temperature, choice=choice), verbosity=verbosity)

    Draft202012Validator(schema).validate(made)
    assert made == instance(schema, Sampler("x", temperature=temperature, choice=choice), verbosity=verbosity)


@pytest.mark.parametrize(
    "schema",
    [
        {
            "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "required": ["n"]}},
            "$ref": "#/$defs/node",
        },
        {
            "type": "object",
            "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
            "required": ["next"],
            "additionalProperties": False,
        },
        {"oneOf": [{"type": "integer", "multipleOf": 3}, {"type": "integer", "multipleOf": 5}]},
        {
            "type": "object",
            "properties": {"kind": {"enum": ["a", "b"]}, "x": {"type": "string"}, "y": {"type": "string"}},
            "if": {"properties": {"kind": {"const": "a"}}},
            "then": {"required": ["x"]},
            "else": {"required": ["y"]},
        },
        {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True, "minItems": 3},
        {"type": "array", "contains": {"const": 7}, "minContains": 2},
        {"type": "object", "minProperties": 3, "additionalProperties": {"type": "integer"}},
        {"type": "object", "properties": {"a": {}}, "dependentRequired": {"a": ["b"]}},
        {
            "allOf": [{"properties": {"a": {"minimum": 3}}}, {"properties": {"a": {"type": "integer", "maximum": 4}}}],
            "required": ["a"],
        },
        {"type": "string", "not": {"const": "amber"}},
        {"type": "string", "pattern": "\\d{3}-[A-Z]+(?:foo|bar)?[^x]\\s\\w"},
        {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
        True,
    ],
)
def test_a_value_is_found_for_less_usual_schemas(schema: Any) -> None:
    Draft202012Validator(schema).validate(instance(schema, Sampler("x")))


@pytest.mark.parametrize("schema", [False, {"not": {}}, {"$ref": "#"}, {"type": "integer", "minimum": 5, "maximum": 4}])
def test_what_nothing_satisfies_is_said_to_be_so(schema: Any) -> None:
    with pytest.raises(Unsatisfiable):
        instance(schema, Sampler("x"))


@pytest.mark.parametrize(
    "pattern",
    [
        "[^a-f]",
        "[^\\d\\W]x",
        "[^\\s]",
        "[\\w.]{2,}",
        "\\d+\\s?\\w*\\D\\S\\W",
        "(?:a|b|cd){2}",
        "(?P<name>x)(?i:y)",
        "^a*b+?c{2,5}$",
        "é|ß",
        ".",
        "[^x]{3}",
        "(?>ab)c++",
    ],
)
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_text_is_found_for_a_pattern(pattern: str, temperature: float) -> None:
    for choice in range(5):
        made = instance({"type": "string", "pattern": pattern}, Sampler("x", temperature=temperature, choice=choice))

        assert re.search(pattern, made)
