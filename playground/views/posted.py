"""What small forms send: the fields they have, and nothing else."""

from __future__ import annotations

import re
from typing import Final

from django.core.exceptions import BadRequest
from django.http import HttpRequest

from playground.api.endpoints import ENDPOINTS
from playground.rendering import clean

TOKEN: Final = "csrfmiddlewaretoken"
#: What the request form sends besides its parameters.
OURS: Final = {TOKEN, "run"} | {
    f"~{name}"
    for name in ("anyway", "connection", "endpoint", "extra", "json", "parent", "profile", "rest", "title", "view")
}
PARAMETERS: Final = {name for endpoint in ENDPOINTS.values() for name in endpoint.by_name}

_FIRST: Final = re.compile(r"[.~]")


def posted(request: HttpRequest, *names: str) -> dict[str, str]:
    """Each of these fields as text both databases can hold. A field of another name is somebody's try to set what is
    ours to set, such as an owner or an id, and is answered with 400."""
    unknown = set(request.POST) - {*names, TOKEN}
    if unknown:
        raise BadRequest("unknown fields")
    return {name: clean(request.POST.get(name, "")) for name in names}


def only_a_request(request: HttpRequest) -> None:
    """The same for the request form, whose fields begin with a parameter's name, or with ~ where they are ours."""
    unknown = {
        name for name in request.POST if name not in OURS and _FIRST.split(name, maxsplit=1)[0] not in PARAMETERS
    }
    if unknown:
        raise BadRequest("unknown fields")


def line(text: str, longest: int) -> str:
    """One line of at most so many characters."""
    return " ".join(text.split())[:longest]
