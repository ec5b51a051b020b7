"""What was taken over from a pasted text, and what could not be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

#: Values that stand for a key without being one: an environment variable, or an instruction to the reader.
_STAND_IN = re.compile(r"^(\$|<|\{|process\.|os\.|your|YOUR|•|\*|x+$)")


class NotReadable(Exception):
    """The text is none of the things we can read; `reason` says why in a sentence."""

    def __init__(self, reason: Words) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass
class Imported:
    """A request body with what is known about where it went. `left_out` names what could not be taken over."""

    endpoint: str
    body: dict[str, Any]
    base_url: str = ""
    source: str = ""
    header_names: list[str] = field(default_factory=list)
    left_out: list[Words] = field(default_factory=list)
    key_dropped: bool = False

    def drop_key(self, value: str) -> None:
        """Never keeps it; a stand-in such as `$OPENAI_API_KEY` is nothing to warn about."""
        value = value.strip().removeprefix("Bearer").strip()
        self.key_dropped = self.key_dropped or bool(value and not _STAND_IN.match(value))


PATHS = {"/responses": "responses", "/chat/completions": "chat"}


def endpoint_of(url: str) -> tuple[str, str]:
    """The endpoint a URL means and the base URL before it; both empty when it means neither."""
    plain = url.split("?", 1)[0].split("#", 1)[0].rstrip("/")
    for path, endpoint in PATHS.items():
        if plain.endswith(path):
            return endpoint, plain[: -len(path)]
    return "", ""


def endpoint_by_body(body: dict[str, Any]) -> str:
    return "chat" if "messages" in body else "responses"


def is_secret_header(name: str) -> bool:
    lowered = name.lower()
    return lowered == "authorization" or any(each in lowered for each in ("key", "token", "secret", "cookie"))


def object_or_refuse(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise NotReadable(_("The body is not a JSON object."))
    return document
