"""Hypothesis strategies made from the catalogue: any request body that it allows.

    from tests.api.bodies import bodies
    @given(bodies("chat"))
    def test_…(body): …

`bodies(endpoint)` keeps to kinds, limits, choices and forms, mixes in nulls and unknown fields, and knows nothing of
the rules between parameters. Texts hold quotes, line breaks, right-to-left letters and whatever else Hypothesis finds.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from playground.api.endpoints import ENDPOINTS
from playground.api.parameters import (
    Boolean,
    Choices,
    Form,
    Integer,
    Json,
    Kind,
    ListOf,
    MapOf,
    Number,
    Object,
    Parameter,
    Text,
    Union,
)

# No NUL and no lone surrogates: those are findings of their own.
_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_names = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)
_awkward = st.sampled_from(
    ["", "it's", '"', "\\", "$(id)", "`", "\n", "\u2028", "مرحبا", "日本", "e\u0301", "</script>"]
)

json_values: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(_letters, max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(_letters, max_size=4), inner, max_size=2),
    max_leaves=4,
)
_schemas: SearchStrategy[dict[str, Any]] = st.just({}) | st.just(
    {"type": "object", "properties": {"a": {"type": "string"}}}
)


@cache
def bodies(endpoint: str) -> SearchStrategy[dict[str, Any]]:
    """Request bodies of an endpoint: what is required, and a handful of the rest, in any order."""
    parameters = ENDPOINTS[endpoint].parameters
    unknown = st.dictionaries(st.from_regex(r"x_[a-z]{1,4}", fullmatch=True), json_values, max_size=2)
    return st.builds(_shuffled, _fields(parameters, most=6), unknown, st.randoms(use_true_random=False))


def _shuffled(fields: dict[str, Any], unknown: dict[str, Any], random: Any) -> dict[str, Any]:
    items = [*fields.items(), *unknown.items()]
    random.shuffle(items)
    return dict(items)


def _fields(parameters: tuple[Parameter, ...], most: int = 3) -> SearchStrategy[dict[str, Any]]:
    needed = {each.name: value_of(each) for each in parameters if each.required}
    others = [each for each in parameters if not each.required]
    if not others:
        return st.fixed_dictionaries(needed)

    def chosen(names: list[int]) -> SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({**needed, **{others[at].name: value_of(others[at]) for at in names}})

    return st.lists(st.integers(0, len(others) - 1), max_size=most, unique=True).flatmap(chosen)


def value_of(parameter: Parameter) -> SearchStrategy[Any]:
    """A value that this parameter allows; null where it may be."""
    value = st.deferred(lambda: _kind(parameter.kind))
    return st.one_of(st.none(), value, value, value) if parameter.nullable else value


def _kind(kind: Kind) -> SearchStrategy[Any]:
    if isinstance(kind, Boolean):
        return st.booleans()
    if isinstance(kind, Integer):
        return st.integers(_or(kind.minimum, -1000), _or(kind.maximum, 10**6))
    if isinstance(kind, Number):
        low, high = _or(kind.minimum, -1000), _or(kind.maximum, 1000)
        return st.integers(int(low), int(high)) | st.floats(low, high, allow_nan=False)
    if isinstance(kind, Text):
        return _text(kind)
    if isinstance(kind, Choices):
        return st.sampled_from(kind.values)
    if isinstance(kind, ListOf):
        return st.lists(_kind(kind.item), min_size=kind.min_items, max_size=min(kind.max_items or 3, 3))
    if isinstance(kind, MapOf):
        return st.dictionaries(st.text(_letters, max_size=min(kind.max_key or 8, 8)), _kind(kind.value), max_size=3)
    if isinstance(kind, Object):
        return _fields(kind.fields)
    if isinstance(kind, Union):
        return st.sampled_from(kind.forms).flatmap(lambda form: _form(kind, form))
    assert isinstance(kind, Json)
    return _json(kind)


def _or(limit: float | None, otherwise: int) -> Any:
    return otherwise if limit is None else limit


def _text(kind: Text) -> SearchStrategy[str]:
    if kind.pattern:
        return _names
    longest = min(kind.max_length or 12, 12)
    return (st.text(_letters, max_size=longest) | _awkward).filter(lambda text: kind.min_length <= len(text) <= longest)


def _form(union: Union, form: Form) -> SearchStrategy[Any]:
    if not form.tags:
        return _kind(form.kind)
    inner = _kind(form.kind).filter(lambda value: isinstance(value, dict))
    return st.builds(lambda tag, value: {union.tag: tag, **value}, st.sampled_from(form.tags), inner)


def _json(kind: Json) -> SearchStrategy[Any]:
    if kind.shape == "schema":
        return _schemas
    if kind.shape == "array":
        return st.lists(json_values, max_size=2)
    if kind.shape == "object":
        return st.dictionaries(st.text(_letters, max_size=4), json_values, max_size=2)
    return json_values.filter(lambda value: value is not None)
