"""Calls of a model that somebody has to answer before it can go on, and each answer as it is sent.

Functions and custom tools are given a text. A machine of the asker's own (a computer, a shell, a patch) is given a
document of its own shape: JSON of that shape goes as it is, anything else is put into the place where it belongs.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

Body = dict[str, Any]

APPROVE: Final = "approve"
DENY: Final = "deny"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the model that waits for its output. `kind` is "function", "custom", or another item's type.

    `checks` are what a computer's call wants confirmed first; an answer confirms them.
    """

    call_id: str
    name: str
    arguments: str
    kind: str
    checks: list[Body] = field(default_factory=list)

    @property
    def is_approval(self) -> bool:
        """Whether the answer is yes or no."""
        return self.kind == "mcp_approval_request"

    @property
    def example(self) -> str:
        """What an answer may look like, where it is a document."""
        return _EXAMPLES.get(self.kind, "")

    @property
    def confirms(self) -> list[str]:
        return [str(each.get("message") or each.get("code") or each.get("id") or "?") for each in self.checks]


_EXAMPLES: Final = {
    "computer_call": '{"type": "computer_screenshot", "image_url": "data:image/png;base64,…"}',
    "shell_call": '[{"stdout": "", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}]',
    "apply_patch_call": '{"status": "completed", "output": ""}',
}

#: What is sent for a call of a machine.
_OUTPUTS: Final = {
    "computer_call": "computer_call_output",
    "shell_call": "shell_call_output",
    "local_shell_call": "local_shell_call_output",
    "apply_patch_call": "apply_patch_call_output",
}


def of_items(output: list[Body]) -> list[Call]:
    """The calls among the items of a response. One that was answered there, by the server itself, waits no more."""
    answered = {(_text(item.get("type")), _text(item.get("call_id"))) for item in output}
    decided = {_text(item.get("approval_request_id")) for item in output}
    found = []
    for item in output:
        kind, call_id = _text(item.get("type")), _text(item.get("call_id"))
        if kind == "function_call":
            found.append(Call(call_id, _text(item.get("name")), _text(item.get("arguments")), "function"))
        elif kind == "custom_tool_call":
            found.append(Call(call_id, _text(item.get("name")), _text(item.get("input")), "custom"))
        elif kind == "mcp_approval_request" and (request := _text(item.get("id"))) not in decided:
            found.append(Call(request, _text(item.get("name")), _text(item.get("arguments")), kind))
        elif kind in _OUTPUTS and (_OUTPUTS[kind], call_id) not in answered:
            found.append(_of_a_machine(item, kind))
    return found


def _of_a_machine(item: Body, kind: str) -> Call:
    asked = item.get("action") or item.get("actions") or item.get("operation") or {}
    checks = item.get("pending_safety_checks") if kind == "computer_call" else None
    return Call(
        _text(item.get("call_id") or item.get("id")),
        kind.removesuffix("_call"),
        json.dumps(asked, ensure_ascii=False),
        kind,
        [each for each in checks if isinstance(each, dict)] if isinstance(checks, list) else [],
    )


def of_message(message: Body) -> list[Call]:
    """The calls in a chat message; the older `function_call` only counts where nothing newer stands beside it."""
    calls = message.get("tool_calls")
    found = [_of_chat(each) for each in calls if isinstance(each, dict)] if isinstance(calls, list) else []
    older = message.get("function_call")
    if not found and isinstance(older, dict) and older:
        found = [Call("", _text(older.get("name")), _text(older.get("arguments")), "function_call")]
    return found


def _of_chat(call: Body) -> Call:
    kind = "custom" if call.get("type") == "custom" else "function"
    inner = call.get(kind)
    inner = inner if isinstance(inner, dict) else {}
    said = inner.get("input") if kind == "custom" else inner.get("arguments")
    return Call(_text(call.get("id")), _text(inner.get("name")), _text(said), kind)


def message_for(call: Call, answer: str) -> Body:
    """The answer as a chat message."""
    if call.kind == "function_call":
        return {"role": "function", "name": call.name, "content": answer}
    return {"role": "tool", "tool_call_id": call.call_id, "content": answer}


def item_for(call: Call, answer: str) -> Body:
    """The answer as an input item of /v1/responses."""
    if call.is_approval:
        return {"type": "mcp_approval_response", "approval_request_id": call.call_id, "approve": answer == APPROVE}
    if call.kind in _OUTPUTS:
        return {"type": _OUTPUTS[call.kind], **_MACHINES[call.kind](call, answer)}
    kind = "custom_tool_call_output" if call.kind == "custom" else "function_call_output"
    return {"type": kind, "call_id": call.call_id, "output": answer}


def _screen(call: Call, answer: str) -> Body:
    given = _json(answer)
    shown = given if isinstance(given, dict) else {"type": "computer_screenshot", "image_url": answer.strip()}
    checks = {"acknowledged_safety_checks": deepcopy(call.checks)} if call.checks else {}
    return {"call_id": call.call_id, "output": shown, **checks}


def _printed(call: Call, answer: str) -> Body:
    given = _json(answer)
    if not isinstance(given, list):
        given = [{"stdout": answer, "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}]
    return {"call_id": call.call_id, "output": given}


def _printed_here(call: Call, answer: str) -> Body:
    # As current SDKs have it, its `id` is that of the call and there is no `call_id`.
    return {"id": call.call_id, "output": answer}


def _patched(call: Call, answer: str) -> Body:
    given = _json(answer)
    if isinstance(given, dict) and given.get("status") in ("completed", "failed"):
        return {**given, "call_id": call.call_id}
    return {"call_id": call.call_id, "status": "completed", "output": answer}


_MACHINES: Final = {
    "computer_call": _screen,
    "shell_call": _printed,
    "local_shell_call": _printed_here,
    "apply_patch_call": _patched,
}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text(value: Any) -> str:
    return str(value or "")
