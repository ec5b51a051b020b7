"""What a sample is made from: the exact bytes of one request, and where they go. Never a key."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any

#: The environment variable every sample reads the key from.
KEY = "OPENAI_API_KEY"

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_SEVERAL_WORDS = re.compile(r"[A-Z]\w*_\w*[A-Z0-9]")
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


@dataclass(frozen=True)
class Request:
    """`base_url` and `url` as given; `header_names` are the connection's extra headers, whose values are secrets."""

    endpoint: str
    base_url: str
    url: str
    body: bytes
    header_names: tuple[str, ...] = ()

    @cached_property
    def document(self) -> dict[str, Any]:
        document = json.loads(self.body)
        return document if isinstance(document, dict) else {}

    @property
    def streams(self) -> bool:
        return self.document.get("stream") is True

    @cached_property
    def text(self) -> str:
        """The body laid out for reading: the same tokens in the same order, nothing re-written but what nobody
        could see. Characters without a shape (and those that turn the line around) become JSON escapes."""
        return visible(layout(self.body.decode("utf-8")))

    def variables(self) -> dict[str, str]:
        """Extra header -> the environment variable that stands for its value, under a name that all languages take
        and that no shell has a meaning of its own for."""
        found: dict[str, str] = {}
        for name in self.header_names:
            variable = re.sub(r"\W", "_", name, flags=re.ASCII).upper()
            if not _SEVERAL_WORDS.match(variable):
                variable = f"HEADER_{variable.lstrip('_')}"
            while variable in (KEY, *found.values()):
                variable += "_"
            found[name] = variable
        return found


def layout(text: str) -> str:
    """JSON text with two-space indents, its tokens untouched: large numbers and chosen escapes stay as they are."""
    out: list[str] = []
    depth = 0
    tokens = _TOKEN.findall(text)
    for position, token in enumerate(tokens):
        before = tokens[position - 1] if position else ""
        if token in ("}", "]"):
            depth -= 1
            if before not in ("{", "["):
                out.append("\n" + "  " * depth)
        elif before in ("{", "[", ","):
            out.append("\n" + "  " * depth)
        out.append(": " if token == ":" else token)
        if token in ("{", "["):
            depth += 1
    return "".join(out)


def visible(text: str) -> str:
    """`text` with every character that has no shape of its own as a JSON escape; line ends stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(each) if _unseen(each) else each for each in text)


def _unseen(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in _INVISIBLE


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))
