"""What an endpoint is, and the list of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext_lazy as _

from . import chat_completions, responses
from .parameters import Group, Parameter, Place, Words, walk
from .paths import Steps, pattern_of


@dataclass(frozen=True, eq=False)
class Endpoint:
    """One of the two operations. `path` is joined to a connection's base URL."""

    slug: str
    path: str
    title: Words
    groups: tuple[Group, ...]
    parameters: tuple[Parameter, ...]
    documentation: str
    anchor: str

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every declared parameter with its dotted path, nested ones included."""
        return tuple(walk(self.parameters))

    @cached_property
    def by_path(self) -> Mapping[str, tuple[Place, ...]]:
        """Dotted path -> the places that have it (several where the forms of a union share a field name)."""
        found: dict[str, list[Place]] = {}
        for place in self.places:
            found.setdefault(place.path, []).append(place)
        return MappingProxyType({path: tuple(places) for path, places in found.items()})

    @cached_property
    def by_name(self) -> Mapping[str, Parameter]:
        """The top level, by name."""
        return MappingProxyType({parameter.name: parameter for parameter in self.parameters})

    @cached_property
    def by_group(self) -> tuple[tuple[Group, tuple[Parameter, ...]], ...]:
        """The top level as a person would look for it."""
        return tuple(
            (group, tuple(each for each in self.parameters if each.group == group.slug)) for group in self.groups
        )

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {parameter.name: rank for rank, parameter in enumerate(self.parameters)}

    def rank(self, name: str) -> int:
        """Where a top-level parameter stands in the form; what is not declared stands last."""
        return self._ranks.get(name, len(self.parameters))

    def control_of(self, steps: Steps) -> str:
        """The declared path of the control that a place in a body belongs to; "" when there is none."""
        while steps:
            pattern = pattern_of(steps)
            for path in (pattern, f"{pattern}[]"):
                if path in self.by_path:
                    return path
            steps = steps[:-1]
        return ""

    def documentation_of(self, name: str) -> str:
        """Where the provider describes this top-level parameter."""
        parameter = self.by_name.get(name)
        if parameter is not None and parameter.documentation:
            return parameter.documentation
        return f"{self.documentation}#{self.anchor}-{name}" if parameter is not None else self.documentation


RESPONSES: Final = Endpoint(
    slug="responses",
    path="/responses",
    title=_("Responses"),
    groups=responses.GROUPS,
    parameters=responses.PARAMETERS,
    documentation="https://platform.openai.com/docs/api-reference/responses/create",
    anchor="responses_create",
)

CHAT: Final = Endpoint(
    slug="chat",
    path="/chat/completions",
    title=_("Chat completions"),
    groups=chat_completions.GROUPS,
    parameters=chat_completions.PARAMETERS,
    documentation="https://platform.openai.com/docs/api-reference/chat/create",
    anchor="chat_create",
)

ENDPOINTS: Final[Mapping[str, Endpoint]] = MappingProxyType({each.slug: each for each in (RESPONSES, CHAT)})
