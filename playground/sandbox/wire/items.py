"""Items at rest: given an id, shown with what `include` asks for, listed in pages."""

from __future__ import annotations

from typing import Any

from .errors import invalid
from .ids import Ids

MAX_PAGE, PAGE = 100, 20


def input_items(given: Any, ids: Ids) -> list[dict[str, Any]]:
    """The request's input as items, each with an id; a string is one user message."""
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    items = []
    for item in given or ():
        kind = item.get("type") or "message"
        whole = {**item, "type": kind, "id": item.get("id") or ids.item(kind)}
        if kind == "message":
            whole |= {"status": item.get("status") or "completed", "content": _parts(item)}
        items.append(whole)
    return items


def _parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    if isinstance(content, str):
        answered = message["role"] == "assistant"
        content = [{"type": "output_text" if answered else "input_text", "text": content}]
    return [{**part, **({"annotations": []} if part["type"] == "output_text" else {}), **part} for part in content]


def shown(item: dict[str, Any], include: tuple[str, ...]) -> dict[str, Any]:
    """The item with only the extra data that `include` names."""
    kind = item.get("type")
    if kind == "web_search_call" and "web_search_call.action.sources" not in include:
        return {**item, "action": {key: one for key, one in item["action"].items() if key != "sources"}}
    if kind == "file_search_call" and "file_search_call.results" not in include:
        return {**item, "results": None}
    if kind == "code_interpreter_call" and "code_interpreter_call.outputs" not in include:
        return {**item, "outputs": None}
    if kind == "computer_call_output" and "computer_call_output.output.image_url" not in include:
        return {**item, "output": {**item["output"], "image_url": None}}
    if kind == "message" and "message.input_image.image_url" not in include and isinstance(item.get("content"), list):
        parts = [{**part, "image_url": None} if part["type"] == "input_image" else part for part in item["content"]]
        return {**item, "content": parts}
    return item


def page(items: list[dict[str, Any]], query: dict[str, str | None], include: tuple[str, ...]) -> dict[str, Any]:
    """One page of a list of items, newest first unless asked otherwise."""
    limit = query.get("limit") or str(PAGE)
    if not limit.isdigit() or not 1 <= int(limit[:6]) <= MAX_PAGE:
        raise invalid("limit", f"Invalid 'limit': expected a whole number from 1 to {MAX_PAGE}.")
    if query.get("order") not in (None, "asc", "desc"):
        raise invalid("order", "Invalid value for 'order'. Supported values are: 'asc' and 'desc'.")
    ordered = items if query.get("order") == "asc" else items[::-1]
    after = query.get("after")
    if after:
        places = [place for place, item in enumerate(ordered) if item["id"] == after]
        if not places:
            raise invalid("after", f"Invalid 'after': no item '{after[:80]}' in this list.")
        ordered = ordered[places[0] + 1 :]
    data = [shown(item, include) for item in ordered[: int(limit)]]
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": len(ordered) > len(data),
    }
