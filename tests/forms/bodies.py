"""Bodies that the catalogue allows, for hypothesis: from the declarations, with nulls and fields of others mixed in."""

from typing import Any

from hypothesis import strategies as st

from playground.api.endpoints import Endpoint
from playground.api.parameters import (
    Boolean,
    Choices,
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

# Every character that JSON can carry: line breaks of all kinds, NUL, halves of surrogate pairs, what HTML means.
ODD = [
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\ud800",
    "\udfff",
    "\u2028",
    "\ufeff",
    "<b>",
    "&amp;",
    "</textarea>",
    '"',
    "'",
    "%s",
    "~",
    " ",
]
texts = st.one_of(
    st.text(max_size=12),
    st.lists(st.sampled_from([*ODD, "a", "é", "שלום", "मि", "🦄"]), max_size=6).map("".join),
)
names = st.one_of(st.sampled_from(["~kept", "x-vendor", "", "a.b", "a~state", "[]"]), texts)
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)


def value_of(kind: Kind, depth: int = 0) -> st.SearchStrategy[Any]:
    """A value of a kind: limits are not kept, types are."""
    if isinstance(kind, Integer):
        return st.integers(-(2**70), 2**70)
    if isinstance(kind, Number):
        return st.integers(-300, 300) | st.floats(allow_nan=False, allow_infinity=False)
    if isinstance(kind, Text):
        return texts
    if isinstance(kind, Choices):
        return st.sampled_from(kind.values)
    if isinstance(kind, Boolean):
        return st.booleans()
    if isinstance(kind, ListOf):
        return st.lists(value_of(kind.item, depth + 1), max_size=3)
    if isinstance(kind, MapOf):
        return st.dictionaries(names, value_of(kind.value, depth + 1), max_size=3)
    if isinstance(kind, Object):
        return object_of(kind.fields, depth)
    if isinstance(kind, Union):
        return union_of(kind, depth)
    assert isinstance(kind, Json)
    return {"object": st.dictionaries(names, anything, max_size=3), "array": st.lists(anything, max_size=3)}.get(
        kind.shape, anything
    )


def union_of(kind: Union, depth: int) -> st.SearchStrategy[Any]:
    choices: list[st.SearchStrategy[Any]] = []
    for form in kind.forms:
        choices.extend(tagged(kind.tag, tag, form.kind, depth) for tag in form.tags)
        if not form.tags or form.slug == kind.untagged:
            choices.append(later(form.kind, depth))
    if kind.tag and kind.open:
        unknown = st.dictionaries(names, anything, max_size=2)
        choices.append(unknown.map(lambda value: {kind.tag: "of-a-vendor", **value}))
    return st.one_of(choices)


def later(kind: Kind, depth: int) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: value_of(kind, depth + 1))


def tagged(field: str, tag: str, kind: Kind, depth: int) -> st.SearchStrategy[Any]:
    return later(kind, depth).map(lambda value: {field: tag, **value} if isinstance(value, dict) else value)


@st.composite
def object_of(draw: Any, fields: tuple[Parameter, ...], depth: int) -> dict[str, Any]:
    """Some of the fields in any order; now and then null, a value of another type, a field of somebody else."""
    chosen = draw(st.lists(st.sampled_from(fields), max_size=4, unique=True)) if fields else []
    made: dict[str, Any] = {}
    for parameter in chosen:
        kind = draw(st.sampled_from(["value"] * 6 + ["null", "other"]))
        if kind == "null":
            made[parameter.name] = None
        elif kind == "other" or depth > 6:
            made[parameter.name] = draw(anything)
        else:
            made[parameter.name] = draw(later(parameter.kind, depth))
    if draw(st.integers(0, 4)) == 0:
        made.setdefault(draw(names), draw(anything))
    return made


def body_of(endpoint: Endpoint) -> st.SearchStrategy[dict[str, Any]]:
    return object_of(endpoint.parameters, 0)
