"""Where a request body holds secrets: a token for an MCP server, headers, secrets of a container.

They are sent upstream as they are; whoever shows, shares or exports a body shows `hidden` instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from . import paths
from .endpoints import ENDPOINTS, Endpoint
from .parameters import Kind, ListOf, MapOf, Object, Text, Union
from .paths import Steps

HIDDEN: Final = "••••"


def secret_places(endpoint: Endpoint | str, body: Mapping[str, Any]) -> list[Steps]:
    """The places of all secrets that are set."""
    endpoint = ENDPOINTS[endpoint] if isinstance(endpoint, str) else endpoint
    return list(_found(Object(fields=endpoint.parameters), dict(body), ()))


def hidden(endpoint: Endpoint | str, body: dict[str, Any]) -> dict[str, Any]:
    """The body with every secret replaced; the one given stays as it was."""
    shown: Any = body
    for steps in secret_places(endpoint, body):
        shown = paths.put(shown, steps, HIDDEN)
    return dict(shown)


def _found(kind: Kind, value: Any, steps: Steps) -> Iterator[Steps]:
    if isinstance(kind, Text):
        if kind.format == "secret" and isinstance(value, str) and value:
            yield steps
    elif isinstance(kind, Object) and isinstance(value, dict):
        for parameter in kind.fields:
            if parameter.name in value:
                yield from _found(parameter.kind, value[parameter.name], (*steps, parameter.name))
    elif isinstance(kind, MapOf) and isinstance(value, dict):
        for key, inner in value.items():
            yield from _found(kind.value, inner, (*steps, key))
    elif isinstance(kind, ListOf) and isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _found(kind.item, inner, (*steps, number))
    elif isinstance(kind, Union) and (form := kind.form_of(value)) is not None:
        yield from _found(form.kind, value, steps)
