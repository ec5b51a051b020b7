"""The shape of every input item of POST /responses, and of the content parts inside messages."""

from __future__ import annotations

from typing import Any

from .errors import invalid
from .shapes import Shape, anything, by_type, either, flag, list_of, one_of, record, text

BREAKPOINT = record({"mode": one_of("explicit"), "ttl": one_of("30m", "12h")}, ["mode"])
DETAIL = one_of("low", "high", "auto", "original")


def _some_of(shape: Shape, *names: str) -> Shape:
    """A part that must say in at least one way where its content is."""

    def check(value: Any, path: str, strict: bool) -> None:
        shape(value, path, strict)
        if all(value.get(name) is None for name in names):
            said = f"Invalid '{path}': one of {', '.join(names)} is required."
            raise invalid(path, said, "missing_required_parameter")

    return check


INPUT_TEXT = record({"type": text(), "text": text(), "prompt_cache_breakpoint": BREAKPOINT}, ["text"], open=True)
INPUT_IMAGE = _some_of(
    record(
        {
            "type": text(),
            "image_url": text(),
            "file_id": text(),
            "detail": DETAIL,
            "prompt_cache_breakpoint": BREAKPOINT,
        }
    ),
    "image_url",
    "file_id",
)
INPUT_FILE = _some_of(
    record(
        {
            "type": text(),
            "file_id": text(),
            "file_url": text(),
            "file_data": text(),
            "filename": text(),
            "detail": DETAIL,
            "prompt_cache_breakpoint": BREAKPOINT,
        }
    ),
    "file_id",
    "file_url",
    "file_data",
)
AUDIO = record({"data": text(), "format": one_of("mp3", "wav")}, ["data", "format"])
INPUT_AUDIO = record({"type": text(), "input_audio": AUDIO}, ["input_audio"])
OUTPUT_TEXT = record({"type": text(), "text": text(), "annotations": list_of(anything)}, ["text"], open=True)
REFUSAL = record({"type": text(), "refusal": text()}, ["refusal"], open=True)

ASKED = {"input_text": INPUT_TEXT, "input_image": INPUT_IMAGE, "input_file": INPUT_FILE, "input_audio": INPUT_AUDIO}
ANSWERED = {"output_text": OUTPUT_TEXT, "refusal": REFUSAL}
OUTPUT = either("a string or an array", string=text(), array=list_of(by_type(ASKED)))


def _message(value: Any, path: str, strict: bool) -> None:
    parts = by_type(ANSWERED | {"input_text": INPUT_TEXT} if value.get("role") == "assistant" else ASKED | ANSWERED)
    content = either("a string or an array", string=text(), array=list_of(parts))
    roles = one_of("user", "assistant", "system", "developer")
    record({"role": roles, "content": content, "status": text(), "id": text()}, ["role", "content"], open=True)(
        value, path, strict
    )


def _item(known: dict[str, Shape], *required: str) -> Shape:
    """Items are often sent back as they came, with fields we never heard of: those pass."""
    return record({"id": text(), "type": text(), "status": text(), **known}, required, open=True)


STRING = text()
CALL_ID = text(64, 1)
ITEMS: dict[str, Shape] = {
    "message": _message,
    "function_call": _item({"call_id": CALL_ID, "name": STRING, "arguments": STRING}, "call_id", "name", "arguments"),
    "function_call_output": _item({"call_id": CALL_ID, "output": OUTPUT}, "call_id", "output"),
    "custom_tool_call": _item({"call_id": CALL_ID, "name": STRING, "input": STRING}, "call_id", "name", "input"),
    "custom_tool_call_output": _item({"call_id": CALL_ID, "output": OUTPUT}, "call_id", "output"),
    "reasoning": _item(
        {
            "summary": list_of(record({"type": text(), "text": text()}, ["text"], open=True)),
            "content": list_of(record({"type": text(), "text": text()}, ["text"], open=True)),
            "encrypted_content": text(),
        },
        "summary",
    ),
    "compaction": _item({"encrypted_content": text()}, "encrypted_content"),
    "compaction_trigger": _item({}),
    "item_reference": _item({}, "id"),
    "web_search_call": _item({"action": record({}, open=True)}, "action"),
    "file_search_call": _item({"queries": list_of(text())}, "queries"),
    "code_interpreter_call": _item({"code": STRING, "container_id": STRING}),
    "image_generation_call": _item({"result": STRING}),
    "computer_call": _item({"call_id": CALL_ID, "action": record({}, open=True)}, "call_id"),
    "computer_call_output": _item({"call_id": CALL_ID, "output": record({}, open=True)}, "call_id", "output"),
    "local_shell_call": _item({"call_id": CALL_ID, "action": record({}, open=True)}, "call_id", "action"),
    "local_shell_call_output": _item({"output": STRING}, "id", "output"),
    "shell_call": _item({"call_id": CALL_ID, "action": record({}, open=True)}, "call_id", "action"),
    "shell_call_output": _item({"call_id": CALL_ID, "output": list_of(anything)}, "call_id", "output"),
    "apply_patch_call": _item({"call_id": CALL_ID, "operation": record({}, open=True)}, "call_id", "operation"),
    "apply_patch_call_output": _item({"call_id": CALL_ID, "output": STRING}, "call_id", "status"),
    "mcp_list_tools": _item({"server_label": STRING, "tools": list_of(anything)}, "server_label", "tools"),
    "mcp_call": _item(
        {"server_label": STRING, "name": STRING, "arguments": STRING}, "server_label", "name", "arguments"
    ),
    "mcp_approval_request": _item(
        {"server_label": STRING, "name": STRING, "arguments": STRING}, "id", "server_label", "name", "arguments"
    ),
    "mcp_approval_response": _item(
        {"approval_request_id": STRING, "approve": flag, "reason": STRING}, "approval_request_id", "approve"
    ),
    "tool_search_call": _item({}),
    "tool_search_output": _item({"tools": list_of(anything)}, "tools"),
    "additional_tools": _item({"role": STRING, "tools": list_of(anything)}, "role", "tools"),
    "configuration_update": _item({}),
    "program": _item({"call_id": CALL_ID, "code": STRING}, "call_id", "code"),
    "program_output": _item({"call_id": CALL_ID, "result": STRING}, "call_id", "result"),
}
INPUT = either("a string or an array of objects", string=text(), array=list_of(by_type(ITEMS, default="message")))
