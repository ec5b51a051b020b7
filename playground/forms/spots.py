"""Where a control stands: its name in the form, its place in the declarations, and the path a person reads.

=========  =====================================  ================================================================
at         `messages.k3.content`                  the name of its inputs; items go by ids, so moving one renames none
address    `messages.[].:user.content`            the way through the declarations; forms of unions are `:slug`
path       `messages[].content`                   what `data-parameter` says
=========  =====================================  ================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from playground.api.endpoints import Endpoint
from playground.api.parameters import Kind, ListOf, MapOf, Object, Parameter, Union

ITEM, PAIR, FORM = "[]", "{}", ":"


@dataclass(frozen=True, slots=True)
class Spot:
    at: str
    address: str
    path: str

    def field(self, parameter: Parameter) -> Spot:
        name = parameter.name
        if not self.at:
            return Spot(name, name, name)
        return Spot(f"{self.at}.{name}", f"{self.address}.{name}", f"{self.path}.{name}")

    def item(self, key: str) -> Spot:
        return Spot(f"{self.at}.{key}", f"{self.address}.{ITEM}", f"{self.path}[]")

    def pair(self, key: str) -> Spot:
        return Spot(f"{self.at}.{key}", f"{self.address}.{PAIR}", f"{self.path}{{}}")

    def form(self, slug: str) -> Spot:
        return Spot(self.at, f"{self.address}.{FORM}{slug}", self.path)

    @property
    def is_fixed(self) -> bool:
        """Whether there is just one of it, so that its name never changes."""
        return ITEM not in self.address and PAIR not in self.address


ROOT: Final = Spot("", "", "")


def shown(parameter: Parameter, spot: Spot) -> str:
    """The dotted path as documents write it: a list says so."""
    return f"{spot.path}[]" if isinstance(parameter.kind, ListOf) else spot.path


@dataclass(frozen=True, slots=True)
class Declared:
    """What is declared at an address; `parameter` is None inside lists and maps and for the form of a union."""

    parameter: Parameter | None
    kind: Kind
    path: str


@lru_cache(maxsize=4096)
def declared(endpoint: Endpoint, address: str) -> Declared:
    """What stands at an address; `LookupError` when nothing does."""
    first, *rest = address.split(".")
    parameter: Parameter | None = endpoint.by_name[first]
    assert parameter is not None
    kind, path = parameter.kind, first
    for step in rest:
        found: Parameter | None = None
        if step == ITEM and isinstance(kind, ListOf):
            kind, path = kind.item, f"{path}[]"
        elif step == PAIR and isinstance(kind, MapOf):
            kind, path = kind.value, f"{path}{{}}"
        elif step.startswith(FORM) and isinstance(kind, Union) and (form := kind.form(step[1:])):
            kind = form.kind
        elif isinstance(kind, Object) and (found := kind.field(step)):
            kind, path = found.kind, f"{path}.{step}"
        else:
            raise LookupError(address)
        parameter = found
    return Declared(parameter, kind, path)
