"""Rules of /v1/responses, in the order in which a form shows them. The letters name rows of the conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from . import paths, rules
from .asking import Asked, fields_of, objects, says_json
from .findings import Fix, Operation, Report
from .rules import Rule, remove

# What chat calls it -> what it is called here; "" where there is nothing like it.
ELSEWHERE: Final = {
    "messages": "", "max_completion_tokens": "max_output_tokens", "max_tokens": "max_output_tokens",
    "response_format": "", "reasoning_effort": "", "n": "", "stop": "", "presence_penalty": "",
    "frequency_penalty": "", "logit_bias": "", "logprobs": "", "seed": "", "functions": "", "function_call": "",
    "modalities": "", "audio": "", "prediction": "", "web_search_options": "",
}  # fmt: skip

BUILT_IN: Final = frozenset({
    "web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11", "file_search",
    "code_interpreter", "computer", "computer_use_preview", "image_generation", "mcp", "shell", "local_shell",
    "apply_patch",
})  # fmt: skip

LOGPROBS: Final = "message.output_text.logprobs"
ENCRYPTED: Final = "reasoning.encrypted_content"


def model_or_prompt(report: Report, asked: Asked) -> None:
    """A1: a prompt template may carry the model."""
    if asked.has("model"):
        return
    if asked.has("prompt"):
        report.hint("missing_required_parameter", ("model",), _("Not set: the prompt template has to name the model."))
    else:
        report.error("missing_required_parameter", ("model",), _("%(name)s is required."), name="model")


def input_or_context(report: Report, asked: Asked) -> None:
    """A2: something has to be asked, here or in what is referred to."""
    given = asked.get("input")
    elsewhere = asked.has("prompt") or asked.has("previous_response_id") or asked.has("conversation")
    if (given is None or given == []) and not elsewhere:
        report.error("missing_required_parameter", ("input",), _("%(name)s is required."), name="input")


def few_tokens(report: Report, asked: Asked) -> None:
    """A12."""
    limit = asked.get("max_output_tokens")
    if isinstance(limit, int) and not isinstance(limit, bool) and 1 <= limit < 16:
        report.hint(
            "integer_below_min_value", ("max_output_tokens",), _("OpenAI itself wants at least 16."),
            fix=Fix(_("Set it to 16"), (Operation("set", "max_output_tokens", 16),)),
        )  # fmt: skip


def one_context(report: Report, asked: Asked) -> None:
    """B1."""
    if asked.has("conversation", "previous_response_id"):
        report.error(
            "mutually_exclusive_parameters", ("previous_response_id",),
            _("Not together with conversation: a turn continues either the one or the other."),
            fix=remove("previous_response_id"),
        )  # fmt: skip


def logprobs_need_include(report: Report, asked: Asked) -> None:
    """B3."""
    include = asked.get("include")
    if asked.has("top_logprobs") and not (isinstance(include, list) and LOGPROBS in include):
        report.hint(
            "nothing_comes_back", ("top_logprobs",), _("Returns nothing unless include asks for %(value)s."),
            value=LOGPROBS, fix=Fix(_("Add it"), (Operation("add", "include", LOGPROBS),)),
        )  # fmt: skip


def instructions_are_not_carried(report: Report, asked: Asked) -> None:
    """B6, B7."""
    if asked.has("previous_response_id") and not asked.has("instructions"):
        report.hint(
            "not_carried_over", ("previous_response_id",),
            _("The instructions of the earlier response do not come along; set them again if they are to hold."),
        )  # fmt: skip
    if asked.has("conversation", "instructions"):
        report.hint(
            "not_carried_over", ("instructions",), _("They hold for this turn and are not kept in the conversation.")
        )


def background_needs_store(report: Report, asked: Asked) -> None:
    """B10."""
    if asked.get("background") is True and asked.get("store") is False:
        report.error(
            "unsupported_value", ("background",), _("A background response has to be stored to be fetched."),
            fix=Fix(_("Store it"), (Operation("remove", "store"),)),
        )  # fmt: skip


def tool_calls_are_counted(report: Report, asked: Asked) -> None:
    """B13: only built-in tools count."""
    if asked.has("max_tool_calls") and not any(tool.get("type") in BUILT_IN for _i, tool in objects(asked.tools)):
        report.hint(
            "no_effect", ("max_tool_calls",), _("Counts calls of built-in tools only, and there is none."),
            fix=remove("max_tool_calls"),
        )  # fmt: skip


def _offered(tools: Any) -> set[tuple[str, str]]:
    return {
        (str(tool.get("type")), str(tool.get("server_label" if tool.get("type") == "mcp" else "name")))
        for _number, tool in objects(tools)
    }


def tool_choice(report: Report, asked: Asked) -> None:
    """B14."""
    rules.tool_choice_needs_tools(report, asked, _offered)


_FORMAT: Final = ("text", "format")


def format_is_whole(report: Report, asked: Asked) -> None:
    """B15, B16: a schema with its name, flat or (as one source spells it) nested."""
    format_ = fields_of(asked.get(*_FORMAT))
    if format_.get("type") != "json_schema":
        return
    nested = format_.get("json_schema")
    if isinstance(nested, dict):
        _nested_format(report, format_, nested)
    elif format_.get("strict") is True:
        rules.strict_schema(report, (*_FORMAT, "schema"), format_.get("schema"))


def _nested_format(report: Report, format_: dict[str, Any], nested: dict[str, Any]) -> None:
    where = (*_FORMAT, "json_schema")
    both = {**format_, **nested}
    for name in ("name", "schema"):
        if both.get(name) is None:
            report.error("missing_required_parameter", (*where, name), _("%(name)s is required."), name=name)
    if both.get("strict") is True:
        rules.strict_schema(report, (*(where if "schema" in nested else _FORMAT), "schema"), both.get("schema"))
    moved = [
        Operation("set", paths.show((*_FORMAT, name)), value) for name, value in nested.items() if name not in format_
    ]
    report.hint(
        "nested_spelling", where, _("Most servers read the flat spelling only."),
        fix=Fix(_("Write it flat"), (*moved, Operation("remove", paths.show(where)))),
    )  # fmt: skip


def json_is_mentioned(report: Report, asked: Asked) -> None:
    """B17."""
    if asked.get(*_FORMAT, "type") != "json_object" or says_json(asked.get("input"), asked.get("instructions")):
        return
    words = asked.get("instructions")
    more = f"{words}\n\nAnswer in JSON." if isinstance(words, str) and words else "Answer in JSON."
    report.error(
        "missing_word_json", (*_FORMAT, "type"), _("The word JSON has to be in the input or the instructions."),
        fix=Fix(_("Ask for JSON in the instructions"), (Operation("set", "instructions", more),)),
    )  # fmt: skip


def strict_functions(report: Report, asked: Asked) -> None:
    """B16 for tools, B27."""
    for number, tool in objects(asked.tools):
        if tool.get("type") == "function" and tool.get("strict") is True:
            rules.strict_schema(report, ("tools", number, "parameters"), tool.get("parameters"))
    named = (
        (("tools", number, "name"), tool.get("name"))
        for number, tool in objects(asked.tools)
        if tool.get("type") in ("function", "custom")
    )
    rules.unique_names(report, named)


def reasoning_needs_its_models(report: Report, asked: Asked) -> None:
    """B21: a hint, an error nowhere: names say little about what a server runs."""
    if asked.has("reasoning") and asked.profile.slug == "openai" and asked.model and not asked.is_reasoning_model:
        report.hint(
            "unsupported_parameter", ("reasoning",), _("Made for the o-series and GPT-5; this model may refuse it."),
            fix=remove("reasoning"),
        )  # fmt: skip
    for name in ("temperature", "top_p"):
        if asked.has(name) and asked.profile.slug == "openai" and asked.is_reasoning_model:
            report.hint("unsupported_parameter", (name,), _("Reasoning models may refuse this."), fix=remove(name))


def one_summary(report: Report, asked: Asked) -> None:
    """B22: neither spelling is wrong, both at once are."""
    if asked.get("reasoning", "summary") is not None and asked.get("reasoning", "generate_summary") is not None:
        report.hint(
            "two_spellings", ("reasoning", "generate_summary"), _("summary means the same; send one of the two."),
            fix=remove("reasoning.generate_summary"),
        )  # fmt: skip


def tier_depends(report: Report, asked: Asked) -> None:
    """B23."""
    if asked.get("service_tier") in ("flex", "priority", "scale", "fast", "ultrafast"):
        report.hint("provider_dependent", ("service_tier",), _("Not every provider and account has this lane."))


def _items(asked: Asked, kind: str) -> Iterator[tuple[int, dict[str, Any]]]:
    return ((number, item) for number, item in objects(asked.get("input")) if item.get("type") == kind)


def calls_are_answered(report: Report, asked: Asked) -> None:
    """B24: only where the whole history is in the input can it be seen."""
    if asked.has("previous_response_id") or asked.has("conversation") or any(_items(asked, "item_reference")):
        return
    calls = {item.get("call_id"): number for number, item in _items(asked, "function_call") if _is_id(item)}
    answers = {item.get("call_id") for _number, item in _items(asked, "function_call_output") if _is_id(item)}
    for number, item in _items(asked, "function_call_output"):
        if _is_id(item) and item["call_id"] not in calls:
            report.error(
                "no_such_call", ("input", number, "call_id"), _("No function_call in the input has this call_id."),
                fix=Fix(_("Take this item out"), (Operation("remove", f"input[{number}]"),)),
            )  # fmt: skip
    for call_id, number in calls.items():
        if call_id not in answers:
            output = {"type": "function_call_output", "call_id": call_id, "output": ""}
            report.error(
                "unanswered_call", ("input", number, "call_id"), _("No function_call_output answers this call."),
                fix=Fix(_("Add an empty answer"), (Operation("insert", f"input[{number + 1}]", output),)),
            )  # fmt: skip


def _is_id(item: dict[str, Any]) -> bool:
    return isinstance(item.get("call_id"), str)


def stateless_reasoning(report: Report, asked: Asked) -> None:
    """B25: what a reasoning model thought is lost unless it is asked for."""
    include = asked.get("include")
    wanted = isinstance(include, list) and ENCRYPTED in include
    if asked.get("store") is False and asked.is_reasoning_model and not wanted:
        report.hint(
            "thoughts_are_lost", ("store",),
            _("Without storing, the next turn knows the thinking only if %(value)s is included."),
            value=ENCRYPTED, fix=Fix(_("Add it"), (Operation("add", "include", ENCRYPTED),)),
        )  # fmt: skip


def parts_have_a_source(report: Report, asked: Asked) -> None:
    """An image or a file part that points nowhere."""
    for number, item in objects(asked.get("input")):
        for at, part in objects(item.get("content")):
            sources = _SOURCES.get(str(part.get("type")))
            if sources and not any(part.get(name) for name in sources):
                report.error(
                    "missing_source", ("input", number, "content", at), _("One of these is needed: %(names)s."),
                    names=", ".join(sources),
                )  # fmt: skip


_SOURCES: Final = {"input_image": ("image_url", "file_id"), "input_file": ("file_url", "file_data", "file_id")}


def mcp_has_a_server(report: Report, asked: Asked) -> None:
    for number, tool in objects(asked.tools):
        sources = ("server_url", "connector_id", "tunnel_id")
        if tool.get("type") == "mcp" and not any(tool.get(name) for name in sources):
            report.error(
                "missing_source", ("tools", number), _("One of these is needed: %(names)s."), names=", ".join(sources)
            )


RULES: Final[tuple[Rule, ...]] = (
    model_or_prompt,
    input_or_context,
    parts_have_a_source,
    calls_are_answered,
    rules.temperature_and_top_p,
    reasoning_needs_its_models,
    logprobs_need_include,
    format_is_whole,
    json_is_mentioned,
    few_tokens,
    one_summary,
    strict_functions,
    mcp_has_a_server,
    tool_choice,
    tool_calls_are_counted,
    rules.stream_options_need_stream,
    background_needs_store,
    tier_depends,
    one_context,
    instructions_are_not_carried,
    stateless_reasoning,
    rules.user_is_deprecated,
)
