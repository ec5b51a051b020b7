"""Tools and the choice between them: flat for responses, nested under their type for chat."""

from __future__ import annotations

from typing import Any, Final

from .moving import Move

_NESTED: Final = ("function", "custom")
_SEARCH: Final = ("web_search_preview", "web_search_preview_2025_03_11", "web_search", "web_search_2025_08_26")
_FUNCTION: Final = ("name", "description", "parameters", "strict")


def chat_tools(move: Move, tools: list[Any]) -> list[dict[str, Any]]:
    """Function and custom tools nested; a web search becomes web_search_options."""
    made = []
    for number, tool in enumerate(tools):
        path = f"tools[{number}]"
        kind = tool.get("type") if isinstance(tool, dict) else None
        if kind == "function":
            made.append({"type": kind, kind: _known(move, path, tool, _FUNCTION)})
        elif kind == "custom":
            inner = _known(move, path, tool, ("name", "description", "format"))
            made.append({"type": kind, kind: {**inner, **_format(inner, _nested_grammar)}})
        elif kind in _SEARCH and "web_search_options" not in move.made:
            move.put("web_search_options", _search_options(move, path, tool), path)
        else:
            move.leave(path)
    return made


def responses_tools(move: Move, name: str, tools: list[Any]) -> list[dict[str, Any]]:
    """The same tools, flat."""
    made = []
    for number, tool in enumerate(tools):
        kind = tool.get("type") if isinstance(tool, dict) else None
        inner = tool.get(kind) if isinstance(tool, dict) and kind in _NESTED else None
        if isinstance(inner, dict):
            made.append({"type": kind, **inner, **_format(inner, _flat_grammar)})
        else:
            move.leave(f"{name}[{number}]")
    return made


def _known(move: Move, path: str, tool: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    for name in tool:
        if name not in names and name != "type":
            move.leave(f"{path}.{name}")
    return {name: value for name, value in tool.items() if name in names}


def _format(inner: dict[str, Any], turn: Any) -> dict[str, Any]:
    format_ = inner.get("format")
    return {"format": turn(format_)} if isinstance(format_, dict) and format_.get("type") == "grammar" else {}


def _nested_grammar(format_: dict[str, Any]) -> dict[str, Any]:
    return {"type": "grammar", "grammar": {name: value for name, value in format_.items() if name != "type"}}


def _flat_grammar(format_: dict[str, Any]) -> dict[str, Any]:
    grammar = format_.get("grammar")
    return {"type": "grammar", **grammar} if isinstance(grammar, dict) else format_


def _search_options(move: Move, path: str, tool: dict[str, Any]) -> dict[str, Any]:
    options = _known(move, path, tool, ("search_context_size", "user_location"))
    place = options.get("user_location")
    if isinstance(place, dict):
        inner = {name: value for name, value in place.items() if name != "type"}
        options["user_location"] = {"type": "approximate", "approximate": inner}
    return options


def chat_tool_choice(move: Move, name: str, value: Any) -> None:
    if not isinstance(value, dict):
        move.put(name, value, name)
        return
    kind = value.get("type")
    inner = {key: each for key, each in value.items() if key != "type"}
    if kind in _NESTED:
        move.put(name, {"type": kind, kind: inner}, name)
    elif kind == "allowed_tools":
        move.put(name, {"type": kind, kind: {**inner, "tools": _references(inner.get("tools"), _nested)}}, name)
    else:
        move.leave(name)


def responses_tool_choice(move: Move, name: str, value: Any) -> None:
    if not isinstance(value, dict):
        move.put(name, value, name)
        return
    kind = value.get("type")
    inner = value.get(kind) if isinstance(kind, str) else None
    if kind in _NESTED and isinstance(inner, dict):
        move.put(name, {"type": kind, **inner}, name)
    elif kind == "allowed_tools" and isinstance(inner, dict):
        move.put(name, {"type": kind, **inner, "tools": _references(inner.get("tools"), _flat)}, name)
    else:
        move.leave(name)


def _references(tools: Any, turn: Any) -> Any:
    return [turn(tool) if isinstance(tool, dict) else tool for tool in tools] if isinstance(tools, list) else tools


def _nested(tool: dict[str, Any]) -> dict[str, Any]:
    kind = tool.get("type")
    if kind not in _NESTED or kind in tool:
        return tool
    return {"type": kind, kind: {name: value for name, value in tool.items() if name != "type"}}


def _flat(tool: dict[str, Any]) -> dict[str, Any]:
    kind = tool.get("type")
    inner = tool.get(kind) if kind in _NESTED else None
    return {"type": kind, **inner} if isinstance(inner, dict) else tool
