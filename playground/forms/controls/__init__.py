"""The controls: which one shows which kind of parameter. The first that applies is taken."""

from __future__ import annotations

from collections.abc import Callable

from playground.api.parameters import Choices, Kind, ListOf, Text
from playground.forms.controls.cards import CardsControl
from playground.forms.controls.lists import PairsControl, TagsControl, TicksControl
from playground.forms.controls.nested import ObjectControl, UnionControl
from playground.forms.controls.raw import RawControl
from playground.forms.controls.simple import BooleanControl, ChoiceControl, NumberControl, TextControl
from playground.forms.controls.table import CONTROLS


def _named(*names: str) -> Callable[[Kind], bool]:
    return lambda kind: kind.name in names


def _list_of(item: type[Kind]) -> Callable[[Kind], bool]:
    return lambda kind: isinstance(kind, ListOf) and isinstance(kind.item, item)


CONTROLS[:] = [
    (_named("number", "integer"), NumberControl()),
    (_named("text"), TextControl()),
    (_named("choice"), ChoiceControl()),
    (_named("boolean"), BooleanControl()),
    (_list_of(Choices), TicksControl()),
    (_list_of(Text), TagsControl()),
    (_named("list"), CardsControl()),
    (_named("map"), PairsControl()),
    (_named("object"), ObjectControl()),
    (_named("union"), UnionControl()),
    (lambda kind: True, RawControl()),  # JSON, and whatever the others cannot hold
]
