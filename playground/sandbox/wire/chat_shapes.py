"""The shape of every field of POST /chat/completions."""

from __future__ import annotations

from typing import Any

from .errors import invalid
from .responses_rules import EFFORTS, MODERATION, safety_identifier
from .shapes import (
    METADATA,
    NAME,
    Shape,
    anything,
    by_type,
    either,
    flag,
    integer,
    list_of,
    mapping,
    number,
    one_of,
    record,
    text,
)
from .tool_shapes import CONTEXT_SIZE, FUNCTION_NAME, GRAMMAR, LOCATION

PART_TEXT = record({"type": text(), "text": text(), "prompt_cache_breakpoint": anything}, ["text"])
PARTS: dict[str, Shape] = {
    "text": PART_TEXT,
    "image_url": record(
        {
            "type": text(),
            "image_url": record({"url": text(), "detail": one_of("auto", "low", "high", "original")}, ["url"]),
            "prompt_cache_breakpoint": anything,
        },
        ["image_url"],
    ),
    "input_audio": record(
        {"type": text(), "input_audio": record({"data": text(), "format": one_of("wav", "mp3")}, ["data", "format"])},
        ["input_audio"],
    ),
    "file": record(
        {
            "type": text(),
            "file": record({"file_data": text(), "file_id": text(), "filename": text()}),
            "prompt_cache_breakpoint": anything,
        },
        ["file"],
    ),
}
REFUSAL = record({"type": text(), "refusal": text()}, ["refusal"])
MADE_FUNCTION = record({"name": text(), "arguments": text()}, ["name", "arguments"], open=True)
MADE_CUSTOM = record({"name": text(), "input": text()}, ["name", "input"], open=True)
TOOL_CALLS = list_of(
    by_type(
        {
            "function": record(
                {"id": text(), "type": text(), "function": MADE_FUNCTION}, ["id", "function"], open=True
            ),
            "custom": record({"id": text(), "type": text(), "custom": MADE_CUSTOM}, ["id", "custom"], open=True),
        }
    ),
    1,
)


def _content(**parts: Shape) -> Shape:
    return either("a string or an array", string=text(), array=list_of(by_type(parts), 1))


ROLES: dict[str, tuple[dict[str, Shape], tuple[str, ...]]] = {
    "developer": ({"content": _content(text=PART_TEXT)}, ("content",)),
    "system": ({"content": _content(text=PART_TEXT)}, ("content",)),
    "user": ({"content": _content(**PARTS)}, ("content",)),
    "assistant": (
        {
            "content": _content(text=PART_TEXT, refusal=REFUSAL),
            "refusal": text(),
            "tool_calls": TOOL_CALLS,
            "function_call": MADE_FUNCTION,
            "audio": record({"id": text()}, ["id"], open=True),
        },
        (),
    ),
    "tool": ({"content": _content(text=PART_TEXT), "tool_call_id": text()}, ("content", "tool_call_id")),
    "function": ({"content": text(), "name": text()}, ("name",)),
}


def _message(value: Any, path: str, strict: bool) -> None:
    record({"role": one_of(*ROLES)}, ["role"], open=True)(value, path, strict)
    known, required = ROLES[value["role"]]
    # Messages are often sent back as they came, with fields we never heard of: those pass.
    record({"name": text(), **known}, required, open=True)(value, path, strict)
    if value["role"] == "assistant" and all(value.get(key) is None for key in known):
        said = "Invalid value for 'content': expected a string, got null. An assistant message without calls needs one."
        raise invalid(f"{path}.content", said)


FUNCTION = {"name": FUNCTION_NAME, "description": text(), "parameters": record({}, open=True), "strict": flag}
TOOLS: dict[str, Shape] = {
    "function": record({"type": text(), "function": record(FUNCTION, ["name"])}, ["function"]),
    "custom": record(
        {
            "type": text(),
            "custom": record(
                {
                    "name": FUNCTION_NAME,
                    "description": text(),
                    "format": by_type(
                        {
                            "text": record({"type": text()}),
                            "grammar": record(
                                {
                                    "type": text(),
                                    "grammar": record(GRAMMAR, ["definition", "syntax"]),
                                },
                                ["grammar"],
                            ),
                        }
                    ),
                },
                ["name"],
            ),
        },
        ["custom"],
    ),
}
NAMED = record({"name": text()}, ["name"])
TOOL_CHOICE = either(
    "a string or an object",
    string=one_of("none", "auto", "required"),
    object=by_type(
        {
            "function": record({"type": text(), "function": NAMED}, ["function"]),
            "custom": record({"type": text(), "custom": NAMED}, ["custom"]),
            "allowed_tools": record(
                {
                    "type": text(),
                    "allowed_tools": record(
                        {"mode": one_of("auto", "required"), "tools": list_of(record({}, open=True), 1)},
                        ["mode", "tools"],
                    ),
                },
                ["allowed_tools"],
            ),
        }
    ),
)
JSON_SCHEMA = {"name": text(64, 1, NAME), "description": text(), "schema": record({}, open=True), "strict": flag}
FIELDS: dict[str, Shape] = {
    "model": text(),
    "messages": list_of(_message, 1),
    "stream": flag,
    "temperature": number(0, 2),
    "top_p": number(0, 1),
    "n": integer(1, 128),
    "stop": either("a string or an array of strings", string=text(), array=list_of(text())),
    "max_tokens": integer(1),
    "presence_penalty": number(-2, 2),
    "frequency_penalty": number(-2, 2),
    "logit_bias": mapping(number(-100, 100)),
    "user": text(),
    "max_completion_tokens": integer(1),
    "response_format": by_type(
        {
            "text": record({"type": text()}),
            "json_object": record({"type": text()}),
            "json_schema": record({"type": text(), "json_schema": record(JSON_SCHEMA, ["name"])}, ["json_schema"]),
        }
    ),
    "tools": list_of(by_type(TOOLS), most=128),
    "tool_choice": TOOL_CHOICE,
    "logprobs": flag,
    "top_logprobs": integer(0, 20),
    "reasoning_effort": one_of(*EFFORTS),
    "stream_options": record({"include_usage": flag, "include_obfuscation": flag}),
    "service_tier": one_of("auto", "default", "flex", "priority", "scale", "fast"),
    # Beyond the documentation: what the SDK types besides.
    "audio": record(
        {
            "format": one_of("wav", "aac", "mp3", "flac", "opus", "pcm16"),
            "voice": either("a string or an object", string=text(), object=record({"id": text()}, ["id"])),
        },
        ["format", "voice"],
    ),
    "function_call": either("a string or an object", string=one_of("none", "auto"), object=NAMED),
    "functions": list_of(
        record({key: FUNCTION[key] for key in ("name", "description", "parameters")}, ["name"]), 1, 128
    ),
    "metadata": METADATA,
    "modalities": list_of(one_of("text", "audio"), 1),
    "moderation": MODERATION,
    "parallel_tool_calls": flag,
    "prediction": record(
        {
            "type": one_of("content"),
            "content": either("a string or an array", string=text(), array=list_of(by_type({"text": PART_TEXT}))),
        },
        ["type", "content"],
    ),
    "prompt_cache_key": text(),
    "prompt_cache_options": record({"mode": one_of("implicit", "explicit"), "ttl": one_of("30m")}),
    "prompt_cache_retention": one_of("in-memory", "in_memory", "24h"),
    "safety_identifier": safety_identifier,
    "seed": integer(-(2**63), 2**63 - 1),
    "store": flag,
    "verbosity": one_of("low", "medium", "high"),
    "web_search_options": record(
        {
            "search_context_size": CONTEXT_SIZE,
            "user_location": record({"type": one_of("approximate"), "approximate": LOCATION}, ["approximate"]),
        }
    ),
}
