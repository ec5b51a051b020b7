"""Switching the endpoint: what has a counterpart goes along, the rest is named.

Nothing is guessed: a value moves when the other endpoint says the same thing in other words. What is not declared for
either endpoint belongs to a vendor and goes along as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from .convert_messages import items_of, messages_of
from .convert_tools import chat_tool_choice, chat_tools, responses_tool_choice, responses_tools
from .endpoints import ENDPOINTS
from .moving import Move
from .rules_responses import LOGPROBS


class Conversion(NamedTuple):
    """The body for the other endpoint; `carried` and `left_behind` are paths in the body it was made from."""

    body: dict[str, Any]
    carried: list[str]
    left_behind: list[str]


def convert(body: Mapping[str, Any], from_endpoint: str, to_endpoint: str) -> Conversion:
    """The same request for the other endpoint."""
    if from_endpoint == to_endpoint:
        return Conversion(dict(body), list(body), [])
    steps = _TO_CHAT if to_endpoint == "chat" else _TO_RESPONSES
    here, there = ENDPOINTS[from_endpoint].by_name, ENDPOINTS[to_endpoint].by_name
    move = Move(body)
    for name, value in body.items():
        step = steps.get(name)
        if step is not None:
            step(move, name, value)
        elif (name in there or name not in here) and name not in move.made:
            move.put(name, value, name)
        else:
            move.leave(name)
    return Conversion(move.made, move.carried, move.left)


def _renamed(new: str) -> Callable[[Move, str, Any], None]:
    def step(move: Move, name: str, value: Any) -> None:
        move.put(new, value, name)

    return step


# -- to chat ------------------------------------------------------------------------------------------------------


def _instructions_to_message(move: Move, name: str, value: Any) -> None:
    if isinstance(value, str) and value:
        move.made["messages"] = [{"role": "system", "content": value}, *move.made.get("messages", [])]
        move.carried.append(name)
    elif value is not None:
        move.leave(name)


def _input_to_messages(move: Move, name: str, value: Any) -> None:
    before = move.made.get("messages", [])
    if isinstance(value, str):
        move.put("messages", [*before, {"role": "user", "content": value}], name)
    elif isinstance(value, list):
        move.put("messages", [*before, *messages_of(move, value)], name)
    elif value is not None:
        move.leave(name)


def _text_to_format(move: Move, name: str, value: Any) -> None:
    for key, inner in move.fields(name, value):
        if key == "verbosity":
            move.put("verbosity", inner, f"{name}.{key}")
        elif key == "format" and (format_ := _nested_format(inner)) is not None:
            move.put("response_format", format_, f"{name}.{key}")
        else:
            move.leave(f"{name}.{key}")


def _nested_format(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    if value.get("type") != "json_schema" or isinstance(value.get("json_schema"), dict):
        return dict(value)
    return {"type": "json_schema", "json_schema": {key: inner for key, inner in value.items() if key != "type"}}


def _reasoning_to_effort(move: Move, name: str, value: Any) -> None:
    for key, inner in move.fields(name, value):
        if key == "effort":
            move.put("reasoning_effort", inner, f"{name}.{key}")
        else:
            move.leave(f"{name}.{key}")


def _include_to_logprobs(move: Move, name: str, value: Any) -> None:
    for number, wanted in enumerate(value if isinstance(value, list) else []):
        if wanted == LOGPROBS:
            move.put("logprobs", True, f"{name}[{number}]")
        else:
            move.leave(f"{name}[{number}]")


def _search_and_tools(move: Move, name: str, value: Any) -> None:
    if isinstance(value, list):
        tools = chat_tools(move, value)
        if tools or not value:
            move.put("tools", tools, name)
    elif value is not None:
        move.leave(name)


def _retention(move: Move, name: str, value: Any) -> None:
    move.put(name, "in_memory" if value == "in-memory" else value, name)


_TO_CHAT: Final[Mapping[str, Callable[[Move, str, Any], None]]] = {
    "instructions": _instructions_to_message,
    "input": _input_to_messages,
    "text": _text_to_format,
    "reasoning": _reasoning_to_effort,
    "include": _include_to_logprobs,
    "max_output_tokens": _renamed("max_completion_tokens"),
    "tools": _search_and_tools,
    "tool_choice": chat_tool_choice,
    "prompt_cache_retention": _retention,
}


# -- to responses -------------------------------------------------------------------------------------------------


def _messages_to_input(move: Move, name: str, value: Any) -> None:
    if not isinstance(value, list):
        move.leave(name)
        return
    first = value[0] if value else None
    leads = isinstance(first, dict) and first.get("role") == "system" and len(first) == 2
    if leads and isinstance(first, dict) and isinstance(first.get("content"), str):
        move.put("instructions", first["content"], f"{name}[0]")
        rest = items_of(move, value, skip=1)
    else:
        rest = items_of(move, value)
    only = rest[0] if len(rest) == 1 else {}
    alone = only.get("role") == "user" and isinstance(only.get("content"), str) and len(only) == 2
    move.put("input", only["content"] if alone else rest, name)


def _format_to_text(move: Move, name: str, value: Any) -> None:
    if not isinstance(value, dict):
        move.leave(name)
        return
    nested = value.get("json_schema")
    flat = {"type": value.get("type"), **nested} if isinstance(nested, dict) else dict(value)
    move.put("text", {**_made(move, "text"), "format": flat}, name)


def _verbosity_to_text(move: Move, name: str, value: Any) -> None:
    move.put("text", {**_made(move, "text"), "verbosity": value}, name)


def _effort_to_reasoning(move: Move, name: str, value: Any) -> None:
    move.put("reasoning", {"effort": value}, name)


def _logprobs_to_include(move: Move, name: str, value: Any) -> None:
    if value is True:
        move.put("include", [LOGPROBS], name)
    elif value is not None:
        move.leave(name)


def _max_tokens(move: Move, name: str, value: Any) -> None:
    if "max_completion_tokens" in move.body:
        move.leave(name)
    else:
        move.put("max_output_tokens", value, name)


def _stream_options(move: Move, name: str, value: Any) -> None:
    kept = {}
    for key, inner in move.fields(name, value):
        if key == "include_usage":  # responses always tell their usage
            move.leave(f"{name}.{key}")
        else:
            kept[key] = inner
    if kept:
        move.put(name, kept, name)


def _tools(move: Move, name: str, value: Any) -> None:
    if isinstance(value, list):
        move.put(name, [*move.made.get(name, []), *responses_tools(move, name, value)], name)
    elif value is not None:
        move.leave(name)


def _functions(move: Move, name: str, value: Any) -> None:
    """The older interface: a list of functions without their wrapping."""
    if isinstance(value, list) and "tools" not in move.body:
        wrapped = [{"type": "function", "function": each} for each in value]
        move.put("tools", responses_tools(move, name, wrapped), name)
    else:
        move.leave(name)


def _function_call(move: Move, name: str, value: Any) -> None:
    if "tool_choice" in move.body or not isinstance(value, str | dict):
        move.leave(name)
    else:
        move.put("tool_choice", value if isinstance(value, str) else {"type": "function", **value}, name)


def _web_search(move: Move, name: str, value: Any) -> None:
    options = dict(value) if isinstance(value, dict) else {}
    place = options.get("user_location")
    if isinstance(place, dict) and isinstance(place.get("approximate"), dict):
        options["user_location"] = {"type": "approximate", **place["approximate"]}
    move.put("tools", [*move.made.get("tools", []), {"type": "web_search_preview", **options}], name)


def _made(move: Move, name: str) -> dict[str, Any]:
    made = move.made.get(name)
    return made if isinstance(made, dict) else {}


_TO_RESPONSES: Final[Mapping[str, Callable[[Move, str, Any], None]]] = {
    "messages": _messages_to_input,
    "response_format": _format_to_text,
    "verbosity": _verbosity_to_text,
    "reasoning_effort": _effort_to_reasoning,
    "logprobs": _logprobs_to_include,
    "max_completion_tokens": _renamed("max_output_tokens"),
    "max_tokens": _max_tokens,
    "stream_options": _stream_options,
    "tools": _tools,
    "functions": _functions,
    "tool_choice": responses_tool_choice,
    "function_call": _function_call,
    "web_search_options": _web_search,
}
