"""Rules of /v1/chat/completions. The letters name rows of the conditions."""

from __future__ import annotations

import re
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from . import rules
from .asking import Asked, fields_of, is_responses_only, objects, says_json
from .findings import Fix, Operation, Report
from .rules import Rule, remove

# What responses calls it -> what it is called here; "" where it takes more than a new name.
ELSEWHERE: Final = {
    "input": "", "instructions": "", "max_output_tokens": "max_completion_tokens", "text": "", "reasoning": "",
    "include": "", "truncation": "", "previous_response_id": "", "conversation": "", "background": "", "prompt": "",
    "context_management": "", "max_tool_calls": "", "image": "", "access_programs": "",
}  # fmt: skip

_TO_RESPONSES: Final = Fix(_("Send this to /v1/responses"), (Operation("endpoint", value="responses"),))
_RECOMMENDED: Final = re.compile(r"(^|[/:])(o[1-9]\d*(-|$)|gpt-5|codex)", re.IGNORECASE)


def model_has_this_endpoint(report: Report, asked: Asked) -> None:
    """E1, E2."""
    if is_responses_only(asked.model):
        report.error(
            "wrong_endpoint", ("model",), _("Models of this kind are served by /v1/responses only."), fix=_TO_RESPONSES
        )
    elif asked.profile.slug == "openai" and _RECOMMENDED.search(asked.model):
        report.hint(
            "other_endpoint_recommended", ("model",), _("/v1/responses is the recommended endpoint for this model."),
            fix=_TO_RESPONSES,
        )  # fmt: skip


def logprobs_first(report: Report, asked: Asked) -> None:
    """C3."""
    if asked.has("top_logprobs") and asked.get("logprobs") is not True:
        report.error(
            "unsupported_parameter", ("top_logprobs",), _("Needs logprobs to be true."),
            fix=Fix(_("Set logprobs to true"), (Operation("set", "logprobs", True),)),
        )  # fmt: skip


def one_token_limit(report: Report, asked: Asked) -> None:
    """C5, C6."""
    if not asked.has("max_tokens"):
        return
    if asked.has("max_completion_tokens"):
        report.error(
            "mutually_exclusive_parameters", ("max_tokens",), _("Not together with max_completion_tokens."),
            fix=remove("max_tokens"),
        )  # fmt: skip
        return
    fix = rules.use_instead("max_tokens", "max_completion_tokens")
    if asked.is_reasoning_model:
        report.error(
            "unsupported_parameter", ("max_tokens",), _("Reasoning models take max_completion_tokens only."), fix=fix
        )
    elif asked.profile.slug == "openai":
        report.hint("deprecated", ("max_tokens",), _("Outdated for newer models of OpenAI."), fix=fix)


def roles_fit(report: Report, asked: Asked) -> None:
    """C8."""
    roles = {
        role: number for number, each in objects(asked.get("messages")) if isinstance(role := each.get("role"), str)
    }
    if "system" in roles and "developer" in roles:
        number = roles["system"]
        report.hint(
            "two_kinds_of_instructions", ("messages", number, "role"),
            _("system and developer are both there; newer models want developer, older ones system."),
            fix=Fix(_("Make it developer"), (Operation("set", f"messages[{number}].role", "developer"),)),
        )  # fmt: skip
    if "system" in roles and re.search(r"(^|[/:])o1-(mini|preview)", asked.model):
        report.hint(
            "unsupported_value",
            ("messages", roles["system"], "role"),
            _("This model is known to refuse system messages."),
        )


def calls_are_answered(report: Report, asked: Asked) -> None:
    """C9: a tool message answers a call of the assistant before it, and every call is answered in time."""
    open_calls: dict[str, tuple[int, int]] = {}
    for number, message in objects(asked.get("messages")):
        if message.get("role") == "tool":
            call_id = message.get("tool_call_id")
            if isinstance(call_id, str) and open_calls.pop(call_id, None) is None:
                report.error(
                    "no_such_call", ("messages", number, "tool_call_id"),
                    _("No call of the assistant message before has this id."),
                    fix=Fix(_("Take this message out"), (Operation("remove", f"messages[{number}]"),)),
                )  # fmt: skip
            continue
        _unanswered(report, open_calls, number)
        open_calls = {
            call["id"]: (number, at)
            for at, call in objects(message.get("tool_calls"))
            if message.get("role") == "assistant" and isinstance(call.get("id"), str)
        }
    messages = asked.get("messages")
    _unanswered(report, open_calls, len(messages) if isinstance(messages, list) else 0)


def _unanswered(report: Report, calls: dict[str, tuple[int, int]], before: int) -> None:
    for call_id, (number, at) in calls.items():
        answer = {"role": "tool", "tool_call_id": call_id, "content": ""}
        report.error(
            "unanswered_call", ("messages", number, "tool_calls", at), _("No tool message answers this call."),
            fix=Fix(_("Add an empty answer"), (Operation("insert", f"messages[{before}]", answer),)),
        )  # fmt: skip


def assistant_says_something(report: Report, asked: Asked) -> None:
    """C10: null is fine beside tool calls, and only there."""
    for number, message in objects(asked.get("messages")):
        if message.get("role") != "assistant" or message.get("content") is not None:
            continue
        if not any(message.get(name) for name in ("tool_calls", "function_call", "audio", "refusal")):
            report.error(
                "missing_required_parameter", ("messages", number, "content"),
                _("Needed unless the message carries tool calls."),
            )  # fmt: skip


def format_is_whole(report: Report, asked: Asked) -> None:
    """C11, C12."""
    format_ = fields_of(asked.get("response_format"))
    if format_.get("type") == "json_schema":
        inner = fields_of(format_.get("json_schema"))
        if inner.get("strict") is True:
            rules.strict_schema(report, ("response_format", "json_schema", "schema"), inner.get("schema"))
    elif format_.get("type") == "json_object" and not says_json(_contents(asked)):
        message = {"role": "system", "content": "Answer in JSON."}
        report.error(
            "missing_word_json", ("response_format", "type"), _("The word JSON has to be in a message."),
            fix=Fix(_("Ask for JSON in a message"), (Operation("insert", "messages[0]", message),)),
        )  # fmt: skip


def _contents(asked: Asked) -> list[Any]:
    return [message.get("content") for _number, message in objects(asked.get("messages"))]


def _offered(tools: Any) -> set[tuple[str, str]]:
    return {
        (str(tool.get("type")), str(fields_of(tool.get(str(tool.get("type")))).get("name")))
        for _number, tool in objects(tools)
    }


def tool_choice(report: Report, asked: Asked) -> None:
    """C13."""
    rules.tool_choice_needs_tools(report, asked, _offered)


def tools_of_one_kind(report: Report, asked: Asked) -> None:
    """C14."""
    if asked.has("parallel_tool_calls") and not asked.tools:
        report.error(
            "unsupported_parameter", ("parallel_tool_calls",), _("Only allowed together with tools."),
            fix=remove("parallel_tool_calls"),
        )  # fmt: skip
    for old, new in (("functions", "tools"), ("function_call", "tool_choice")):
        if asked.has(old) and (asked.has("tools") or asked.has("tool_choice")):
            report.error(
                "mutually_exclusive_parameters", (old,), _("The older interface does not go together with %(name)s."),
                name=new, fix=remove(old),
            )  # fmt: skip


def strict_functions(report: Report, asked: Asked) -> None:
    """C12 for tools; two functions of one name."""
    named = []
    for number, tool in objects(asked.tools):
        kind = str(tool.get("type"))
        inner = fields_of(tool.get(kind))
        if kind == "function" and inner.get("strict") is True:
            rules.strict_schema(report, ("tools", number, "function", "parameters"), inner.get("parameters"))
        if kind in ("function", "custom"):
            named.append((("tools", number, kind, "name"), inner.get("name")))
    rules.unique_names(report, named)


def speech_is_whole(report: Report, asked: Asked) -> None:
    """C15."""
    modalities = asked.get("modalities")
    if not isinstance(modalities, list) or "audio" not in modalities:
        return
    streamed = asked.get("stream") is True
    if not asked.has("audio"):
        voice = {"voice": "alloy", "format": "pcm16" if streamed else "wav"}
        report.error(
            "missing_required_parameter", ("audio",), _("A spoken answer needs a voice and a format."),
            fix=Fix(_("Add both"), (Operation("set", "audio", voice),)),
        )  # fmt: skip
    elif streamed and asked.get("audio", "format") not in (None, "pcm16"):
        report.error(
            "unsupported_value", ("audio", "format"), _("A stream carries pcm16 only."),
            fix=Fix(_("Use pcm16"), (Operation("set", "audio.format", "pcm16"),)),
        )  # fmt: skip


def models_refuse(report: Report, asked: Asked) -> None:
    """C16, B21: what single models are known to refuse."""
    if asked.has("stop") and re.search(r"(^|[/:])(o3|o4-mini)", asked.model):
        report.hint("unsupported_parameter", ("stop",), _("o3 and o4-mini refuse it."), fix=remove("stop"))
    if asked.has("prediction"):
        for name in ("n", "logprobs", "tools", "max_completion_tokens"):
            if asked.get(name) not in (None, False, 1, []):
                report.hint(
                    "unsupported_parameter", ("prediction",), _("Some models refuse it together with %(name)s."),
                    name=name, fix=remove(name),
                )  # fmt: skip
    if asked.has("web_search_options") and asked.model and "search" not in asked.model:
        report.hint(
            "unsupported_parameter", ("web_search_options",), _("Only search models know it."),
            fix=remove("web_search_options"),
        )  # fmt: skip
    if asked.profile.slug != "openai" or not asked.model:
        return
    if asked.has("reasoning_effort") and not asked.is_reasoning_model:
        report.hint(
            "unsupported_parameter", ("reasoning_effort",), _("For the o-series and GPT-5.1 or newer."),
            fix=remove("reasoning_effort"),
        )  # fmt: skip
    for name in ("temperature", "top_p", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs"):
        if asked.has(name) and asked.is_reasoning_model:
            report.hint("unsupported_parameter", (name,), _("Reasoning models may refuse this."), fix=remove(name))


def files_have_a_source(report: Report, asked: Asked) -> None:
    for number, message in objects(asked.get("messages")):
        for at, part in objects(message.get("content")):
            if part.get("type") == "file" and not any(
                fields_of(part.get("file")).get(name) for name in ("file_data", "file_id")
            ):
                report.error(
                    "missing_source", ("messages", number, "content", at, "file"),
                    _("One of these is needed: %(names)s."), names="file_data, file_id",
                )  # fmt: skip


RULES: Final[tuple[Rule, ...]] = (
    model_has_this_endpoint,
    roles_fit,
    calls_are_answered,
    assistant_says_something,
    files_have_a_source,
    strict_functions,
    tool_choice,
    tools_of_one_kind,
    rules.temperature_and_top_p,
    logprobs_first,
    models_refuse,
    one_token_limit,
    format_is_whole,
    rules.stream_options_need_stream,
    speech_is_whole,
)
