"""Ids as the API writes them. One stem per run, so a run played again names its items alike."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

PREFIXES = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "custom_tool_call": "ctc",
    "web_search_call": "ws",
    "file_search_call": "fs",
    "code_interpreter_call": "ci",
    "image_generation_call": "ig",
    "mcp_list_tools": "mcpl",
    "mcp_call": "mcp",
    "mcp_approval_request": "mcpr",
    "shell_call": "sh",
    "shell_call_output": "sho",
    "compaction": "cmp",
}


def new_stem() -> str:
    return uuid.uuid4().hex


@dataclass(slots=True)
class Ids:
    stem: str
    made: int = field(default=0)

    def make(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}_{self.stem}{self.made:04x}"

    def item(self, kind: str) -> str:
        return self.make(PREFIXES.get(kind, "item"))
