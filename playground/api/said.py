"""What a request says, in a few words: what a person asked in it last, without all that was said before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

Body = dict[str, Any]

#: What a model or a server wrote: whatever stands behind the last of it is new.
_WRITTEN: Final = ("reasoning", "compaction", "mcp_list_tools", "mcp_approval_request", "program", "tool_search_output")
_OUTPUTS: Final = ("_call_output",)
_PICTURES: Final = ("input_image", "image_url", "computer_screenshot")
_FILES: Final = ("input_file", "file", "input_audio")


@dataclass(frozen=True, slots=True)
class Said:
    """`words` of a person, or the `output` of a call with its id; with them came so many pictures and files."""

    kind: Literal["words", "output"]
    text: str
    ident: str = ""
    pictures: int = 0
    files: int = 0


def said_last(endpoint: str, request: Body, most: int = 2_000) -> list[Said]:
    """What this request adds to what was said before, each text cut to `most` characters."""
    given = request.get("messages" if endpoint == "chat" else "input")
    if isinstance(given, str):
        return [Said("words", given[:most])] if given else []
    items = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    begin = next((at + 1 for at in range(len(items) - 1, -1, -1) if _is_written(items[at])), 0)
    return list(_said(items[begin:], most))


def _is_written(item: Body) -> bool:
    kind = str(item.get("type") or "")
    return item.get("role") == "assistant" or kind.endswith("_call") or kind in _WRITTEN


def _said(items: list[Body], most: int) -> Iterator[Said]:
    for item in items:
        kind, role = str(item.get("type") or ""), item.get("role")
        if kind.endswith(_OUTPUTS) or role in ("tool", "function"):
            ident = str(item.get("call_id") or item.get("tool_call_id") or item.get("name") or "")
            content = item.get("output", item.get("content"))
            yield Said("output", _text(content)[:most], ident)
        elif role == "user":
            parts = item.get("content")
            kinds = (
                [str(each.get("type")) for each in parts if isinstance(each, dict)] if isinstance(parts, list) else []
            )
            pictures, files = (sum(each in names for each in kinds) for names in (_PICTURES, _FILES))
            yield Said("words", _text(parts)[:most], "", pictures, files)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        found = [
            each if isinstance(each, str) else each.get("text") for each in content if isinstance(each, str | dict)
        ]
        return "\n".join(each for each in found if isinstance(each, str))
    return "" if content is None else json.dumps(content, ensure_ascii=False)
