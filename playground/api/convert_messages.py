"""Messages of chat and input items of responses, turned into each other."""

from __future__ import annotations

from typing import Any, Final

from .moving import Move

# -- items -> messages --------------------------------------------------------------------------------------------


def messages_of(move: Move, items: list[Any]) -> list[dict[str, Any]]:
    """Chat messages for input items; calls that follow each other become one assistant message."""
    messages: list[dict[str, Any]] = []
    for number, item in enumerate(items):
        path = f"input[{number}]"
        kind = item.get("type", "message") if isinstance(item, dict) else None
        if kind == "message":
            messages.append(_message(move, path, item))
        elif kind in ("function_call", "custom_tool_call"):
            _assistant(messages).setdefault("tool_calls", []).append(_chat_call(item))
        elif kind in ("function_call_output", "custom_tool_call_output"):
            content = _chat_content(move, path, "output", item.get("output"))
            messages.append({"role": "tool", "tool_call_id": item.get("call_id"), "content": content})
        else:
            move.leave(path)
    return messages


def _message(move: Move, path: str, item: dict[str, Any]) -> dict[str, Any]:
    for name in item:
        if name not in ("type", "role", "content", "id", "status"):
            move.leave(f"{path}.{name}")
    return {"role": item.get("role"), "content": _chat_content(move, path, "content", item.get("content"))}


def _assistant(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The assistant message that a call belongs to."""
    if not messages or messages[-1].get("role") != "assistant":
        messages.append({"role": "assistant", "content": None})
    return messages[-1]


def _chat_call(item: dict[str, Any]) -> dict[str, Any]:
    kind, said = ("custom", "input") if item.get("type") == "custom_tool_call" else ("function", "arguments")
    return {"id": item.get("call_id"), "type": kind, kind: {"name": item.get("name"), said: item.get(said)}}


def _chat_content(move: Move, path: str, name: str, content: Any) -> Any:
    if not isinstance(content, list):
        return content
    parts = []
    for number, part in enumerate(content):
        made = _chat_part(part) if isinstance(part, dict) else None
        if made is None:
            move.leave(f"{path}.{name}[{number}]")
        else:
            parts.append(made)
    return parts


def _chat_part(part: dict[str, Any]) -> dict[str, Any] | None:
    kind = part.get("type")
    if kind in ("input_text", "output_text"):
        return {"type": "text", "text": part.get("text")}
    if kind == "input_image" and part.get("image_url"):
        return {"type": "image_url", "image_url": {"url": part["image_url"], **_only(part, "detail")}}
    if kind == "input_file" and (part.get("file_data") or part.get("file_id")):
        return {"type": "file", "file": _only(part, "file_data", "file_id", "filename")}
    return dict(part) if kind in _SAME else None


_SAME: Final = frozenset({"input_audio", "refusal"})


def _only(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: fields[name] for name in names if name in fields}


# -- messages -> items --------------------------------------------------------------------------------------------


def items_of(move: Move, messages: list[Any], skip: int = 0) -> list[dict[str, Any]]:
    """Input items for chat messages; an assistant message with calls becomes several."""
    items: list[dict[str, Any]] = []
    customs: set[Any] = set()
    for number, message in enumerate(messages):
        path = f"messages[{number}]"
        if number < skip:
            continue
        if not isinstance(message, dict):
            move.leave(path)
        elif message.get("role") == "tool":
            items.append(_output(move, path, message, customs))
        elif message.get("role") == "function":
            move.leave(path)  # the older interface has no ids to tie it to a call
        else:
            items += _said(move, path, message)
            items += _calls(move, path, message, customs)
    return items


def _output(move: Move, path: str, message: dict[str, Any], customs: set[Any]) -> dict[str, Any]:
    call_id = message.get("tool_call_id")
    kind = "custom_tool_call_output" if call_id in customs else "function_call_output"
    content = _input_content(move, path, message.get("content"), "input_text")
    return {"type": kind, "call_id": call_id, "output": content}


def _said(move: Move, path: str, message: dict[str, Any]) -> list[dict[str, Any]]:
    for name in message:
        if name not in ("role", "content", "tool_calls"):
            move.leave(f"{path}.{name}")
    if message.get("content") is None and message.get("tool_calls"):
        return []
    text = "output_text" if message.get("role") == "assistant" else "input_text"
    return [{"role": message.get("role"), "content": _input_content(move, path, message.get("content"), text)}]


def _calls(move: Move, path: str, message: dict[str, Any], customs: set[Any]) -> list[dict[str, Any]]:
    calls = message.get("tool_calls")
    items = []
    for number, call in enumerate(calls if isinstance(calls, list) else []):
        kind = call.get("type", "function") if isinstance(call, dict) else None
        inner = call.get(kind) if isinstance(call, dict) else None
        if kind == "function" and isinstance(inner, dict):
            names = {"name": inner.get("name"), "arguments": inner.get("arguments")}
            items.append({"type": "function_call", "call_id": call.get("id"), **names})
        elif kind == "custom" and isinstance(inner, dict):
            customs.add(call.get("id") if isinstance(call.get("id"), str) else None)
            names = {"name": inner.get("name"), "input": inner.get("input")}
            items.append({"type": "custom_tool_call", "call_id": call.get("id"), **names})
        else:
            move.leave(f"{path}.tool_calls[{number}]")
    return items


def _input_content(move: Move, path: str, content: Any, text: str) -> Any:
    if not isinstance(content, list):
        return content
    parts = []
    for number, part in enumerate(content):
        made = _input_part(part, text) if isinstance(part, dict) else None
        if made is None:
            move.leave(f"{path}.content[{number}]")
        else:
            parts.append(made)
    return parts


def _input_part(part: dict[str, Any], text: str) -> dict[str, Any] | None:
    kind = part.get("type")
    if kind == "text":
        return {"type": text, "text": part.get("text")}
    inner = part.get(str(kind))
    if kind == "image_url" and isinstance(inner, dict):
        return {"type": "input_image", "image_url": inner.get("url"), **_only(inner, "detail")}
    if kind == "file" and isinstance(inner, dict):
        return {"type": "input_file", **inner}
    return dict(part) if kind in _SAME else None
