"""What comes back, explained: each documented field of a response body, for both endpoints.

`default` is what the documents name for an echoed parameter that was not sent, so a page can mark what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from .parameters import NOT_STATED, NotStated, Words
from .paths import Steps, parse, pattern_of
from .response_fields_chat import CHAT_FIELDS
from .response_fields_responses import RESPONSES_FIELDS


@dataclass(frozen=True, eq=False, slots=True)
class ResponseField:
    """`path` is declared with `[]` for positions; `type` in the words of JSON, joined by |."""

    path: str
    type: str
    help: Words
    default: Any = NOT_STATED
    values: tuple[str, ...] = ()
    beyond: bool = False

    @property
    def has_default(self) -> bool:
        return not isinstance(self.default, NotStated)

    def differs(self, value: Any) -> bool:
        """Whether this is not what the documents name as the default."""
        return self.has_default and value != self.default


def _table(rows: tuple[tuple[Any, ...], ...]) -> Mapping[str, ResponseField]:
    return MappingProxyType({row[0]: ResponseField(*row[:3], **(row[3] if len(row) > 3 else {})) for row in rows})


RESPONSE_FIELDS: Final[Mapping[str, Mapping[str, ResponseField]]] = MappingProxyType(
    {"responses": _table(RESPONSES_FIELDS), "chat": _table(CHAT_FIELDS)}
)


def explain(endpoint: str, where: Steps | str) -> ResponseField | None:
    """The field at this place of a response body, or None."""
    steps = parse(where) if isinstance(where, str) else where
    return RESPONSE_FIELDS[endpoint].get(pattern_of(steps))
