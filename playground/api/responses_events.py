"""What the event types of POST /v1/responses mean to a reader, as tables."""

from __future__ import annotations

#: type -> (slot, key of the index inside the item)
DELTAS: dict[str, tuple[str, str]] = {
    "response.output_text.delta": ("text", "content_index"),
    "response.text.delta": ("text", "content_index"),
    "response.refusal.delta": ("refusal", "content_index"),
    "response.reasoning_summary_text.delta": ("summary", "summary_index"),
    "response.reasoning_summary.delta": ("summary", "summary_index"),
    "response.reasoning_text.delta": ("reasoning", "content_index"),
    "response.reasoning.delta": ("reasoning", "content_index"),
    "response.function_call_arguments.delta": ("call", ""),
    "response.custom_tool_call_input.delta": ("call", ""),
    "response.mcp_call_arguments.delta": ("call", ""),
    "response.code_interpreter_call_code.delta": ("item", ""),
    "response.shell_call_command.delta": ("item", ""),
    "response.shell_call_output_content.delta": ("item", ""),
    "response.audio.delta": ("audio", ""),
    "response.audio.transcript.delta": ("transcript", ""),
}

#: type -> (slot, key of the index, key of the whole text); a `.done` says what the deltas should have added up to.
DONES: dict[str, tuple[str, str, str]] = {
    "response.output_text.done": ("text", "content_index", "text"),
    "response.text.done": ("text", "content_index", "text"),
    "response.refusal.done": ("refusal", "content_index", "refusal"),
    "response.reasoning_summary_text.done": ("summary", "summary_index", "text"),
    "response.reasoning_text.done": ("reasoning", "content_index", "text"),
    "response.function_call_arguments.done": ("call", "", "arguments"),
    "response.custom_tool_call_input.done": ("call", "", "input"),
    "response.mcp_call_arguments.done": ("call", "", "arguments"),
    "response.code_interpreter_call_code.done": ("item", "", "code"),
    "response.shell_call_command.done": ("item", "", "command"),
    "response.audio.done": ("audio", "", ""),
    "response.audio.transcript.done": ("transcript", "", ""),
}

LIFECYCLE = frozenset(f"response.{name}" for name in ("created", "queued", "in_progress"))
TERMINAL = {
    "response.completed": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
    "response.done": "completed",
    "response.cancelled": "incomplete",
}
STATUS_OUTCOME = {
    "completed": "completed",
    "incomplete": "incomplete",
    "cancelled": "incomplete",
    "failed": "failed",
    "queued": "queued",
    "in_progress": "queued",
}
#: Types that only say how far a built-in call is, by their last word.
PHASES = frozenset(
    (
        "in_progress",
        "searching",
        "interpreting",
        "generating",
        "completed",
        "failed",
        "compacting",
        "partial_image",  # brings its picture along
        "added",  # a shell command's index
    )
)
BUILTIN = (
    "response.code_interpreter_call.",
    "response.file_search_call.",
    "response.image_generation_call.",
    "response.web_search_call.",
    "response.mcp_call.",
    "response.mcp_list_tools.",
    "response.compaction.",
    "response.shell_call_command.",
)
LEGACY = frozenset(("response.text.delta", "response.text.done", "response.reasoning_summary.delta"))
CALLS = frozenset(("function_call", "custom_tool_call", "mcp_call"))
KIND = {
    "text": "text",
    "refusal": "refusal",
    "summary": "reasoning",
    "reasoning": "reasoning",
    "thought": "reasoning",
    "call": "call",
}
