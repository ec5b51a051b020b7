"""What a behaviour can do, one step at a time. The wire turns steps into events, chunks or one JSON reply."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Say:
    """Text of the answer. One Say after another is one text; citations count from the start of their own Say."""

    text: str
    citations: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Refuse:
    """A refusal, in words."""

    text: str


@dataclass(frozen=True, slots=True)
class Think:
    """Hidden reasoning of so many tokens; the summary, and rarely the thoughts themselves, can be seen."""

    tokens: int
    summary: tuple[str, ...] = ()
    raw: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A call the caller has to answer: of a function, or (with `kind` "custom") of a tool that takes free text."""

    name: str
    arguments: str
    kind: str = "function"
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Use:
    """A built-in tool at work: its finished output item without the id, and the events on the way there."""

    item: dict[str, Any]
    partial_images: tuple[str, ...] = ()
    failed: bool = False

    @property
    def kind(self) -> str:
        return str(self.item["type"])


@dataclass(frozen=True, slots=True)
class Wait:
    """Silence, with pings if it is long. An endless one has no pings and never ends by itself."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Filtered:
    """The content filter ends the answer here."""


@dataclass(frozen=True, slots=True)
class Fail:
    """Something goes wrong. `where`: before the reply ("http"), inside it ("stream"), or as its result ("result")."""

    where: str
    code: str
    message: str
    status: int = 500
    type: str = "server_error"
    headers: tuple[tuple[str, str], ...] = ()
    param: str | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """The reply just stops: no end, no error."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes sent as they are, whatever they break."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """One Responses event spelled out, for what no other step produces; a chat stream leaves it out."""

    type: str
    fields: dict[str, Any] = field(default_factory=dict)


Step = Say | Refuse | Think | Call | Use | Wait | Filtered | Fail | Cut | Raw | Event
