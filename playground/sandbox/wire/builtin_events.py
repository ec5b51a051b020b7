"""The events of built-in tools: for each kind of item the documented order, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..steps import Use

if TYPE_CHECKING:
    from .events import Beat, EventWriter

# What an item lacks while it is in progress: fields that only come with the end, and what stands there until then.
UNFINISHED: dict[str, dict[str, Any]] = {
    "web_search_call": {},
    "file_search_call": {"results": None},
    "code_interpreter_call": {"code": "", "outputs": None},
    "image_generation_call": {"result": None},
    "mcp_call": {"arguments": "", "output": None, "error": None},
    "mcp_list_tools": {"tools": [], "error": None},
    "shell_call": {"action": {"commands": [], "timeout_ms": None, "max_output_length": None}},
    "shell_call_output": {"output": []},
    "compaction": {"encrypted_content": ""},
}
WITHOUT_STATUS = {"mcp_list_tools", "mcp_approval_request", "compaction"}
PHASES: dict[str, tuple[str, ...]] = {
    "web_search_call": ("in_progress", "searching", "completed"),
    "file_search_call": ("in_progress", "searching", "completed"),
    "code_interpreter_call": ("in_progress", "*code", "interpreting", "completed"),
    "image_generation_call": ("in_progress", "generating", "*images", "completed"),
    "mcp_list_tools": ("in_progress", "completed"),
    "mcp_call": ("in_progress", "*arguments", "completed"),
    "shell_call": ("*commands",),
    "shell_call_output": ("*outputs",),
    "compaction": ("compacting",),
}


def events_of(writer: EventWriter, use: Use) -> Iterator[Beat]:
    """The events of one built-in tool's work, from its item's start to its end."""
    kind = use.kind
    item = {"id": writer.ids.item(kind), **use.item}
    lacking = UNFINISHED.get(kind, {})
    started = {**item, **{key: value for key, value in lacking.items() if key in item}}
    if kind not in WITHOUT_STATUS:
        started["status"] = "in_progress"
    if kind == "web_search_call":
        started["action"] = {key: value for key, value in item["action"].items() if key != "sources"}
    yield writer.open(started)
    for phase in PHASES.get(kind, ()):
        if phase.startswith("*"):
            yield from _INNER[phase](writer, use)
        else:
            name = "failed" if use.failed and phase == "completed" else phase
            yield writer.event(f"response.{kind}.{name}", **writer.place)
        yield writer.manner.gap * 8
    writer.output[-1] = item
    yield writer.close()


def _code(writer: EventWriter, use: Use) -> Iterator[Beat]:
    code = use.item["code"]
    yield from writer.deltas("response.code_interpreter_call_code.delta", writer.place, code)
    yield writer.event("response.code_interpreter_call_code.done", **writer.place, code=code)


def _arguments(writer: EventWriter, use: Use) -> Iterator[Beat]:
    arguments = use.item["arguments"]
    yield from writer.deltas("response.mcp_call_arguments.delta", writer.place, arguments)
    yield writer.event("response.mcp_call_arguments.done", **writer.place, arguments=arguments)


def _images(writer: EventWriter, use: Use) -> Iterator[Beat]:
    told: dict[str, Any] = {
        key: use.item[key] for key in ("background", "output_format", "quality", "size") if key in use.item
    }
    for number, data in enumerate(use.partial_images):
        image: dict[str, Any] = {"partial_image_index": number, "partial_image_b64": data, **told}
        yield writer.event("response.image_generation_call.partial_image", **writer.place, **image)


def _commands(writer: EventWriter, use: Use) -> Iterator[Beat]:
    for index, command in enumerate(use.item["action"]["commands"]):
        place = {"output_index": writer.place["output_index"], "command_index": index}
        yield writer.event("response.shell_call_command.added", **place, command="")
        yield from writer.deltas("response.shell_call_command.delta", place, command)
        yield writer.event("response.shell_call_command.done", **place, command=command)


def _outputs(writer: EventWriter, use: Use) -> Iterator[Beat]:
    for index, output in enumerate(use.item["output"]):
        place: dict[str, Any] = {**writer.place, "command_index": index}
        delta = {"stdout": output["stdout"], "stderr": output["stderr"]}
        yield writer.event("response.shell_call_output_content.delta", **place, delta=delta)
        yield writer.event("response.shell_call_output_content.done", **place, output=[output])


_INNER: dict[str, Callable[[EventWriter, Use], Iterator[Beat]]] = {
    "*code": _code,
    "*arguments": _arguments,
    "*images": _images,
    "*commands": _commands,
    "*outputs": _outputs,
}
