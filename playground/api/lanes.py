"""What one event is about, at a glance: its type, its lane on the time line, a mark if it is odd, what it brought.

Nothing is concluded here that the readers conclude; this is how the list of events is labelled. It is asked for a
hundred thousand events at once, so the usual event is decoded no further than its label needs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from .reading import Malformed, parse
from .responses_events import BUILTIN, DELTAS, DONES, LIFECYCLE, PHASES, TERMINAL

#: The lanes, by the letter that stands for them.
REASONING, TEXT, TOOLS, OTHER, QUIET, UNKNOWN, MALFORMED = "rtcokub"

_KNOWN: Final = (
    frozenset(DELTAS) | frozenset(DONES) | LIFECYCLE | frozenset(TERMINAL)
    | frozenset(
        (
            "response.output_item.added", "response.output_item.done", "response.content_part.added",
            "response.content_part.done", "response.reasoning_summary_part.added",
            "response.reasoning_summary_part.done", "response.output_text.annotation.added",
            "response.shell_call_output_content.done", "error",
        )
    )
)  # fmt: skip


class Label(NamedTuple):
    name: str
    lane: str


class _Item(msgspec.Struct):
    type: Any = None


class _Event(msgspec.Struct):
    type: str
    item: _Item | None = None


class _Delta(msgspec.Struct):
    content: Any = None
    refusal: Any = None
    reasoning: Any = None
    reasoning_content: Any = None
    reasoning_details: Any = None
    tool_calls: Any = None
    function_call: Any = None
    audio: Any = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    message: _Delta | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice]
    object: str = ""


_decode_event = msgspec.json.Decoder(_Event).decode
_decode_chunk = msgspec.json.Decoder(_Chunk).decode
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def label(endpoint: str, kind: str, name: str, data: bytes) -> Label:
    """`kind` is what the event was on the wire, `name` what its `event:` field said."""
    if kind not in ("event", "body"):
        return Label(kind, QUIET if kind in ("comment", "fields") else MALFORMED)
    try:
        if endpoint == "responses":
            event = _decode_event(data)
            return Label(event.type, _lane_of_type(event.type, str(event.item.type) if event.item else ""))
        chunk = _decode_chunk(data)
        return Label(chunk.object or name, _lane_of_chunk(chunk))
    except _UNREADABLE:
        return _odd_label(endpoint, kind, name, data)


def _odd_label(endpoint: str, kind: str, name: str, data: bytes) -> Label:
    if data.strip() == b"[DONE]":
        return Label("[DONE]", OTHER)
    try:
        document = parse(data)
    except Malformed:
        return Label(name, MALFORMED)
    told = document.get("type") if isinstance(document, dict) else None
    shown = told if isinstance(told, str) and told else name
    if kind == "body" or shown == "error" or (isinstance(document, dict) and document.get("error")):
        return Label(shown or "error", OTHER)
    if endpoint == "responses" and shown:
        return Label(shown, _lane_of_type(shown, ""))
    return Label(shown, UNKNOWN)


@lru_cache(512)
def _lane_of_type(name: str, item: str) -> str:
    if name.startswith("response.output_item."):
        return REASONING if item == "reasoning" else OTHER if item == "message" else TOOLS
    if name.startswith(BUILTIN) and name.rpartition(".")[2] in PHASES:
        return TOOLS
    if name not in _KNOWN:
        return UNKNOWN
    if "reasoning" in name:
        return REASONING
    if "_call" in name or name.startswith("response.mcp"):
        return TOOLS
    return TEXT if name in DELTAS or name in DONES or "annotation" in name else OTHER


def _lane_of_chunk(chunk: _Chunk) -> str:
    for choice in chunk.choices:
        delta = choice.delta or choice.message
        if delta is None:
            continue
        if delta.tool_calls or delta.function_call:
            return TOOLS
        if delta.reasoning or delta.reasoning_content or delta.reasoning_details:
            return REASONING
        if delta.content or delta.refusal or delta.audio:
            return TEXT
    return OTHER


# -- what it brought ----------------------------------------------------------------------------------------------


def brought(data: bytes) -> str:
    """The new thing in an event, in a line; the event itself where that cannot be told."""
    try:
        document = parse(data)
    except Malformed:
        return _text(data)
    if not isinstance(document, dict):
        return _text(data)
    found = _of_chunk(document) if isinstance(document.get("choices"), list) else _of_event(document)
    return found if found is not None else _text(data)


def _of_event(event: dict[str, Any]) -> str | None:
    for key in ("delta", "text", "refusal", "arguments", "input", "code", "command"):
        if isinstance(event.get(key), str):
            return str(event[key])
    for key in ("item", "part", "annotation"):
        inner = event.get(key)
        if isinstance(inner, dict):
            return " ".join(str(inner[name]) for name in ("type", "id", "name", "status", "url") if inner.get(name))
    response = event.get("response")
    if isinstance(response, dict):
        usage = response.get("usage")
        return f"{response.get('status')} {response.get('id')}" if not isinstance(usage, dict) else _usage(usage)
    return None


def _of_chunk(chunk: dict[str, Any]) -> str | None:
    pieces = []
    for choice in chunk["choices"]:
        delta = (choice.get("delta") or choice.get("message") or {}) if isinstance(choice, dict) else {}
        told = [value for key, value in delta.items() if value and key != "role"] if isinstance(delta, dict) else []
        pieces += [value if isinstance(value, str) else _json(value) for value in told]
        if isinstance(choice, dict) and choice.get("finish_reason"):
            pieces.append(f"finish_reason {choice['finish_reason']}")
    if isinstance(chunk.get("usage"), dict):
        pieces.append(_usage(chunk["usage"]))
    return " ".join(pieces) if pieces else None


def _usage(usage: dict[str, Any]) -> str:
    read = usage.get("input_tokens", usage.get("prompt_tokens"))
    return f"{read} → {usage.get('output_tokens', usage.get('completion_tokens'))}"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode("utf-8", "replace")


def _text(data: bytes) -> str:
    return data[:2000].decode("utf-8", "replace")
