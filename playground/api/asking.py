"""A body as the rules look at it: forgiving accessors, because anything at all may stand in a body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from .profiles import Profile

_REASONING: Final = re.compile(r"(^|[/:])(o[1-9]\d*(-|$)|gpt-5|codex)", re.IGNORECASE)
_NOT_REASONING: Final = re.compile(r"gpt-5[\w.]*-chat|gpt-5-search", re.IGNORECASE)
_RESPONSES_ONLY: Final = re.compile(
    r"(^|[/:])(o[1-9]\d*-pro|gpt-5[\w.]*-pro|o[34][\w-]*-deep-research|computer-use|[\w.-]*codex)", re.IGNORECASE
)


def is_reasoning_model(name: str) -> bool:
    """Whether a model of this name is known to think before it answers."""
    return bool(_REASONING.search(name)) and not _NOT_REASONING.search(name)


def is_responses_only(name: str) -> bool:
    """Whether a model of this name is known to be served by /v1/responses alone."""
    return bool(_RESPONSES_ONLY.search(name))


def objects(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a list with their positions; nothing when it is no list."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            if isinstance(item, dict):
                yield number, item


def fields_of(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a value, without recursion limits to worry about: bodies are at most a hundred levels deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)


def says_json(*values: Any) -> bool:
    """Whether the word JSON is in one of these; data URLs are not words."""
    return any("json" in text.lower() for value in values for text in texts_in(value) if text[:5] != "data:")


class Asked:
    """One request body with its profile."""

    def __init__(self, body: Mapping[str, Any], profile: Profile) -> None:
        self.body = body
        self.profile = profile

    def has(self, *names: str) -> bool:
        """Whether all of these are set to something; null is the same as not set."""
        return all(self.body.get(name) is not None for name in names)

    def get(self, *names: str) -> Any:
        """What stands at this path of names, or None."""
        here: Any = self.body
        for name in names:
            here = here.get(name) if isinstance(here, dict | Mapping) else None
        return here

    @cached_property
    def model(self) -> str:
        model = self.body.get("model")
        return model[:200] if isinstance(model, str) else ""

    @cached_property
    def is_reasoning_model(self) -> bool:
        return is_reasoning_model(self.model)

    @cached_property
    def tools(self) -> list[Any]:
        tools = self.body.get("tools")
        return tools if isinstance(tools, list) else []
