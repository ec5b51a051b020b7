"""What saves typing: well-known addresses, and the keys that stand in the environment already."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.models import Connection
from playground.secrets import Secret
from playground.upstream.addresses import parse
from playground.upstream.headers import usable_key
from playground.upstream.problems import RefusedAddress


@dataclass(frozen=True)
class Preset:
    slug: str
    name: str | Promise
    base_url: str
    profile: str = ""
    hint: str | Promise = ""
    local: bool = False  # makes sense only where loopback can be reached


PRESETS = (
    Preset("cometapi", "CometAPI", "https://api.cometapi.com/v1"),
    Preset("openai", "OpenAI", "https://api.openai.com/v1", "openai"),
    Preset(
        "local",
        _("A server on this machine"),
        "http://127.0.0.1:11434/v1",
        "none",
        _("The usual ports: Ollama 11434, vLLM 8000, llama.cpp 8080, LM Studio 1234. Most of them need no key."),
        local=True,
    ),
)


@dataclass(frozen=True)
class Found:
    """A key in the environment of the server, and where it belongs."""

    variable: str
    name: str
    base_url: str
    key: Secret

    @property
    def hint(self) -> str:
        return self.key.hint


def presets(team: bool) -> list[Preset]:
    return [preset for preset in PRESETS if not (team and preset.local)]


def in_environment(connections: Iterable[Connection], environ: Mapping[str, str] = os.environ) -> list[Found]:
    """Usable keys of the environment for which there is no connection yet. Offered in local mode only: in team mode
    the server's own keys are nobody's to take."""
    there = {_origin(connection.base_url) for connection in connections if connection.key}
    openai = environ.get("OPENAI_BASE_URL", "").strip() or "https://api.openai.com/v1"
    places = (
        ("OPENAI_API_KEY", "OpenAI" if _origin(openai) == "https://api.openai.com" else "", openai),
        ("COMETAPI_KEY", "CometAPI", "https://api.cometapi.com/v1"),
    )
    found = []
    for variable, name, base_url in places:
        key, origin = environ.get(variable, "").strip(), _origin(base_url)
        if key and usable_key(key) and origin and origin not in there:
            found.append(Found(variable, name or origin.partition("://")[2], base_url, Secret(key)))
    return found


def _origin(base_url: str) -> str:
    try:
        return parse(base_url).origin
    except RefusedAddress:
        return ""
