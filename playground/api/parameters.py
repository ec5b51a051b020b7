"""The vocabulary in which endpoints declare what may be asked.

An endpoint is a tuple of `Parameter`s. A parameter is a *name with a kind*; the kinds nest:

========== ================== ==========================================================================
kind.name  class              the form shows
========== ================== ==========================================================================
number     `Number`           number box; with a slider when both `minimum` and `maximum` are known
integer    `Integer`          the same, in whole steps
text       `Text`             one line, or several (`multiline`); `format` names a special editor
choice     `Choices`          segments or a select; each `Choice` is documented or `beyond` it
boolean    `Boolean`          true | false
list       `ListOf`           of `Choices`: tick boxes; of `Text`: tags; of anything else: cards
map        `MapOf`            key-value rows with counters (`max_pairs`, `max_key`, the value's own limits)
object     `Object`           its fields, nested
union      `Union`            a choice of `Form` first, then that form's own kind
json       `Json`             a JSON editor; `shape="schema"` is the JSON Schema editor
========== ================== ==========================================================================

Kinds carry no names, so one kind (a text part, a user location) is declared once and used in many places. Where a
parameter stands is told by `walk()`, which yields a `Place` per declared parameter with its dotted path
(`reasoning.effort`, `tools[]`, `tools[].name`, `text.format.name`); lists add `[]` to their own path.

Nothing here is a value: a body is a plain dict as read from JSON. `NOT_STATED` marks "no default is documented";
a documented default is shown and never sent. Every parameter may be left out, and `null` may be put wherever
`nullable` says so (elsewhere it is reported, never prevented).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .kinds import (
    Boolean,
    Choice,
    Choices,
    Form,
    Integer,
    Json,
    Kind,
    ListOf,
    MapOf,
    Number,
    Object,
    Text,
    TextFormat,
    Union,
    Words,
    beyond_of,
    one_of,
    options,
    texts,
)

__all__ = [
    "NOT_STATED",
    "PROFILES",
    "Boolean",
    "Choice",
    "Choices",
    "Form",
    "Group",
    "Integer",
    "Json",
    "Kind",
    "ListOf",
    "MapOf",
    "NotStated",
    "Number",
    "Object",
    "Parameter",
    "Place",
    "Text",
    "TextFormat",
    "Union",
    "Words",
    "beyond_of",
    "may",
    "need",
    "one_of",
    "options",
    "tag_parameter",
    "texts",
    "walk",
]


class NotStated:
    """The documents name no default."""

    def __repr__(self) -> str:
        return "NOT_STATED"

    def __bool__(self) -> bool:
        return False


NOT_STATED: Final = NotStated()

PROFILES: Final = ("openai", "claude", "gemini")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Parameter:
    """One documented field of a request body.

    `help` is the line that is always there, `more` what is shown on demand. `fact` is a short word at the end of the
    row besides range and default ("needs stream: true"). `default_words` tells a default that is not one value.
    `profiles` are the families of models known to take it; outside of them is a hint.
    """

    name: str
    kind: Kind
    help: Words = ""
    more: Words = ""
    fact: Words = ""
    example: str = ""
    default: Any = NOT_STATED
    default_words: Words = ""
    required: bool = False
    nullable: bool = True
    deprecated: bool = False
    instead: Words = ""
    beyond: bool = False
    group: str = ""
    documentation: str = ""
    profiles: tuple[str, ...] = PROFILES

    @property
    def has_default(self) -> bool:
        return not isinstance(self.default, NotStated)


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """What a person would look for together."""

    slug: str
    title: Words
    open: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """A parameter where it stands. `forms`: the union forms chosen on the way, as (path, form slug)."""

    path: str
    parameter: Parameter
    forms: tuple[tuple[str, str], ...] = ()
    depth: int = 0
    beyond: bool = False
    is_tag: bool = False


def walk(parameters: tuple[Parameter, ...]) -> Iterator[Place]:
    """Every declared parameter, parents before children, in the order of declaration."""
    for parameter in parameters:
        yield from _walk_parameter(parameter, "", (), 0, False)


def _walk_parameter(
    parameter: Parameter, base: str, forms: tuple[tuple[str, str], ...], depth: int, beyond: bool
) -> Iterator[Place]:
    path = f"{base}.{parameter.name}" if base else parameter.name
    beyond = beyond or parameter.beyond
    shown = f"{path}[]" if isinstance(parameter.kind, ListOf) else path
    yield Place(shown, parameter, forms, depth, beyond)
    yield from _walk_kind(parameter.kind, path, forms, depth + 1, beyond)


def _walk_kind(kind: Kind, path: str, forms: tuple[tuple[str, str], ...], depth: int, beyond: bool) -> Iterator[Place]:
    if isinstance(kind, ListOf):
        yield from _walk_kind(kind.item, f"{path}[]", forms, depth, beyond)
    elif isinstance(kind, MapOf):
        yield from _walk_kind(kind.value, f"{path}{{}}", forms, depth, beyond)
    elif isinstance(kind, Object):
        for parameter in kind.fields:
            yield from _walk_parameter(parameter, path, forms, depth, beyond)
    elif isinstance(kind, Union):
        if kind.tag:
            yield Place(f"{path}.{kind.tag}", tag_parameter(kind), forms, depth, beyond, True)
        for form in kind.forms:
            chosen = (*forms, (path, form.slug))
            yield from _walk_kind(form.kind, path, chosen, depth, beyond or form.beyond)


def tag_parameter(union: Union) -> Parameter:
    """The field that tells the forms of a union apart, as a parameter of its own."""
    return Parameter(name=union.tag, kind=Choices(options=union.tags), required=not union.untagged, nullable=False)


def need(name: str, kind: Kind, words: Words, *, nullable: bool = False, **more: Any) -> Parameter:
    """A required field, in one line. `nullable`: it has to be there, and may be null."""
    return Parameter(name=name, kind=kind, help=words, required=True, nullable=nullable, **more)


def may(name: str, kind: Kind, words: Words, **more: Any) -> Parameter:
    """A field that may be left out, in one line."""
    return Parameter(name=name, kind=kind, help=words, **more)
