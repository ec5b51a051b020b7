"""Input items and chat messages as a behaviour sees them: turns, calls made, and what it all costs in tokens."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ..ask import Attachment, Made, Turn
from ..tokens import count
from . import attachments
from .errors import ApiError

MESSAGE_TOKENS = 3  # around every message
REPLY_TOKENS = 3  # before every answer
OUTPUTS = {"function_call_output": "function_call", "custom_tool_call_output": "custom_tool_call"}
OUTPUTS |= {"shell_call_output": "shell_call", "computer_call_output": "computer_call"}
OUTPUTS |= {"apply_patch_call_output": "apply_patch_call", "local_shell_call_output": "local_shell_call"}
CALLS = {call: name for name, call in OUTPUTS.items()}


@dataclass(frozen=True, slots=True)
class Piece:
    """One item or message of the context, and what it costs."""

    source: dict[str, Any]
    tokens: int
    turn: Turn | None = None


@dataclass(slots=True)
class Context:
    """All a request puts before the model."""

    pieces: list[Piece]
    made: dict[str, Made] = field(default_factory=dict)  # calls since the last user message
    calls: dict[str, bool] = field(default_factory=dict)  # every call, and whether its output has come
    approvals: list[tuple[str, bool]] = field(default_factory=list)
    resumed: bool = False

    @property
    def tokens(self) -> int:
        return sum(piece.tokens for piece in self.pieces) + REPLY_TOKENS

    @property
    def turns(self) -> tuple[Turn, ...]:
        return tuple(piece.turn for piece in self.pieces if piece.turn)

    def without_oldest(self, window: int) -> Context:
        """The context with items dropped from its beginning until it fits; the last one always stays."""
        pieces, tokens = list(self.pieces), self.tokens
        while len(pieces) > 1 and tokens > window:
            tokens -= pieces.pop(0).tokens
        return replace(self, pieces=pieces)


# -- POST /responses ----------------------------------------------------------------------------------------------


def from_items(items: list[dict[str, Any]]) -> Context:
    """The context that input items make, once each call's output is found to belong to a call."""
    start = max((place for place, item in enumerate(items) if item.get("type") == "compaction"), default=-1)
    context = Context([], resumed=start >= 0)
    for place, item in enumerate(items[start + 1 :] if start >= 0 else items):
        _add_item(context, item, f"input[{place}]")
    waiting = [call_id for call_id, answered in context.calls.items() if not answered]
    if waiting:
        raise ApiError(f"No tool output found for function call {waiting[0]}.", param="input")
    return context


def _add_item(context: Context, item: dict[str, Any], path: str) -> None:
    kind = item.get("type") or "message"
    if kind == "message":
        turn, tokens = _message(item, attachments.from_responses, path)
        if turn.role == "user":
            context.made.clear()
        context.pieces.append(Piece(item, tokens, turn))
        return
    if kind in CALLS:
        said = item.get("arguments") or item.get("input") or ""
        name = str(item.get("name") or kind.removesuffix("_call"))
        context.made[item["call_id"]] = Made(item["call_id"], name, said)
        # Of the others some are answered by the API itself, so nobody has to be waited for.
        context.calls[item["call_id"]] = kind not in ("function_call", "custom_tool_call")
    elif kind in OUTPUTS:
        # That of a local shell has the call's id as its own, and no other.
        call_id = item.get("call_id") or item["id"]
        if call_id not in context.calls:
            text = f"No tool call found for {kind.replace('_', ' ')} with call_id {call_id}."
            raise ApiError(text, param="input")
        context.calls[call_id] = True
        made = context.made.get(call_id, Made(call_id, "the tool"))
        context.made[call_id] = replace(made, output=_output_text(item.get("output")))
    elif kind == "mcp_approval_response":
        context.approvals.append((item["approval_request_id"], item["approve"]))
    context.pieces.append(Piece(item, MESSAGE_TOKENS + count(_rest(item))))


def _rest(item: dict[str, Any]) -> str:
    """What of an item that is no message counts as text."""
    left = {
        key: value for key, value in item.items() if key not in ("id", "type", "status", "call_id", "encrypted_content")
    }
    return " ".join(value if isinstance(value, str) else json.dumps(value) for value in left.values() if value)


def _output_text(output: Any) -> str:
    if isinstance(output, list):
        return " ".join(part.get("text") or f"({part.get('type')})" for part in output if isinstance(part, dict))
    return output if isinstance(output, str) else json.dumps(output)


# -- POST /chat/completions ---------------------------------------------------------------------------------------


def from_messages(messages: list[dict[str, Any]]) -> Context:
    context = Context([])
    for place, message in enumerate(messages):
        role = message["role"]
        turn, tokens = _message(message, attachments.from_chat, f"messages[{place}]")
        if role == "user":
            context.made.clear()
        for call in message.get("tool_calls") or ():
            inner = call[call.get("type") or "function"]
            said = inner.get("arguments") or inner.get("input") or ""
            context.made[call["id"]] = Made(call["id"], inner["name"], said)
            tokens += count(inner["name"]) + count(said)
        if message.get("function_call"):
            inner = message["function_call"]
            context.made[inner["name"]] = Made(inner["name"], inner["name"], inner["arguments"])
            tokens += count(inner["name"]) + count(inner["arguments"])
        answered = (
            message.get("tool_call_id") if role == "tool" else message.get("name") if role == "function" else None
        )
        if answered in context.made:
            context.made[answered] = replace(context.made[answered], output=turn.text)
        context.pieces.append(Piece(message, tokens, turn))
    return context


def _message(
    item: dict[str, Any], attached: Callable[[dict[str, Any], str], Attachment], path: str
) -> tuple[Turn, int]:
    content = item.get("content")
    texts, things = [], []
    for place, part in enumerate(content if isinstance(content, list) else ()):
        if part["type"] in ("input_text", "output_text", "text"):
            texts.append(part["text"])
        elif part["type"] == "refusal":
            texts.append(part["refusal"])
        else:
            things.append(attached(part, f"{path}.content[{place}]"))
    text = content if isinstance(content, str) else "\n".join(texts)
    tokens = MESSAGE_TOKENS + count(text) + sum(map(attachments.cost, things))
    return Turn(item["role"], text, tuple(things)), tokens
