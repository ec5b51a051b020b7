"""What a page of a link reads out of a request: what was asked, and how the same is written as code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from django.utils.safestring import SafeString

from playground.api.endpoints import Endpoint
from playground.rendering import highlight
from playground.samples.languages import LANGUAGES, Language
from playground.samples.request import Request

#: Stands for an address that is not shown. Nobody has this one, and nobody ever can.
SOMEWHERE: Final = "https://api.example.com/v1"
#: A longer request is not written out in several languages before somebody asks for it.
LONGEST_SAMPLE: Final = 200_000


@dataclass(frozen=True)
class Sample:
    """The request as code in one language; `text` is empty where it would be very long and nobody asked for it."""

    language: Language
    languages: list[Language]
    text: str
    size: int

    @property
    def inked(self) -> SafeString:
        return highlight(self.text, self.language.lexer)


def sample_of(endpoint: Endpoint, body: bytes, base_url: str, wanted: str) -> Sample:
    language = LANGUAGES.get(wanted) or next(iter(LANGUAGES.values()))
    base_url = base_url or SOMEWHERE
    written = ""
    if wanted or len(body) <= LONGEST_SAMPLE:
        written = language.write(Request(endpoint.slug, base_url, base_url + endpoint.path, body))
    return Sample(language, list(LANGUAGES.values()), written, len(body))


def document_in(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def asked_in(body: dict[str, Any]) -> str:
    """What a person said last in this request."""
    said = body.get("input", body.get("messages"))
    if isinstance(said, str):
        return said
    items = [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []
    for item in reversed(items):
        if item.get("role") == "user":
            return _text_of(item.get("content"))
    return ""


def _text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))
