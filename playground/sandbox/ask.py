"""What a behaviour is asked, the same whichever endpoint the request came in by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .sampling import Sampler


@dataclass(frozen=True, slots=True)
class Attachment:
    """An image, file or sound that came with the request; known by what was said about it, never fetched."""

    kind: str  # "image", "file", "audio"
    source: str  # "data", "url", "id"
    media_type: str = ""
    size: int | None = None  # bytes, when the content itself was sent
    name: str = ""
    detail: str = "auto"
    shape: tuple[int, int] | None = None  # width and height, when the first bytes tell


@dataclass(frozen=True, slots=True)
class Made:
    """A call made earlier in the context, and its output if it has come."""

    call_id: str
    name: str
    arguments: str = ""
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the context."""

    role: str
    text: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the behaviour may call. `kind` is the tool's type; only functions and custom tools have a name."""

    kind: str
    name: str
    description: str = ""
    schema: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def answered_by_caller(self) -> bool:
        return self.kind in ("function", "custom")


@dataclass(frozen=True, slots=True)
class Reply:
    """The form the answer must have: free text, any JSON object, or JSON that satisfies a schema."""

    kind: str = "text"
    name: str = ""
    schema: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    model: str
    endpoint: str
    sampler: Sampler
    turns: tuple[Turn, ...] = ()
    instructions: str = ""
    made: tuple[Made, ...] = ()  # calls since the last user message
    tools: tuple[Tool, ...] = ()
    must_call: bool = False
    may_call: bool = True
    parallel: bool = True
    max_uses: int | None = None
    reply: Reply = Reply()
    verbosity: str = "medium"
    effort: str = "none"
    mode: str = "standard"
    summary: str = ""
    approvals: tuple[tuple[str, bool], ...] = ()  # MCP tools the caller allowed or not
    resumed: bool = False  # the context was shortened by a compaction item
    input_tokens: int = 0
    attempt: int = 1  # how often this very request has come

    @property
    def prompt(self) -> str:
        """The text of the last user message."""
        return next((turn.text for turn in reversed(self.turns) if turn.role == "user"), "")

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """What came with the last user message."""
        return next((turn.attachments for turn in reversed(self.turns) if turn.role == "user"), ())

    @property
    def earlier(self) -> int:
        """How many user messages came before the last one."""
        return max(0, sum(turn.role == "user" for turn in self.turns) - 1)
