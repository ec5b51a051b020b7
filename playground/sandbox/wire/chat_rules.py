"""The rules between the fields of POST /chat/completions."""

from __future__ import annotations

from typing import Any

from ..behaviours import Model
from .chat_shapes import FIELDS
from .errors import ApiError, invalid, missing, shown
from .profiles import check_profile
from .responses_rules import find_model
from .schema_rules import check_schema
from .shapes import check_fields


def check(body: dict[str, Any], strict: bool, profile: str) -> Model:
    """Raise what the API would answer to this body, or return the model it names."""
    check_fields(body, FIELDS, ("model", "messages"), "", strict)
    model = find_model(body["model"])
    if "chat" not in model.endpoints:
        text = (
            "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
            "Did you mean to use v1/completions?"
        )
        raise ApiError(text, status=404, param="model", code="unsupported_endpoint")
    _check_together(body)
    _check_tools(body)
    _check_history(body["messages"])
    _check_format(body)
    check_profile(body, "chat", model, profile)
    return model


def _check_together(body: dict[str, Any]) -> None:
    if "max_tokens" in body and "max_completion_tokens" in body:
        text = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        raise ApiError(text, param="max_tokens", code="invalid_parameter_combination")
    if "top_logprobs" in body and not body.get("logprobs"):
        raise invalid("top_logprobs", "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.")
    if "stream_options" in body and not body.get("stream"):
        raise invalid("stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
    if "audio" in body.get("modalities", ()):
        if "audio" not in body:
            raise missing("audio")
        if body.get("stream") and body["audio"]["format"] != "pcm16":
            raise invalid("audio.format", "Streamed audio needs the format 'pcm16'.")
    if "prediction" in body:
        for name in ("tools", "logprobs", "max_completion_tokens"):
            if body.get(name):
                raise invalid(name, f"'{name}' cannot be used together with 'prediction'.")
        if body.get("n", 1) > 1:
            raise invalid("n", "'n' above 1 cannot be used together with 'prediction'.")
    if body.get("safety_identifier") == "sandbox-blocked":
        text = "This safety identifier is blocked in the sandbox."
        raise ApiError(text, status=403, param="safety_identifier", code="safety_identifier_blocked")


def _check_tools(body: dict[str, Any]) -> None:
    tools = body.get("tools") or []
    for old, new in (("functions", "tools"), ("function_call", "tool_choice")):
        if old in body and ("tools" in body or "tool_choice" in body):
            raise invalid(old, f"'{old}' cannot be used together with '{new}'.", "invalid_parameter_combination")
    if "function_call" in body and "functions" not in body:
        raise invalid("function_call", "'function_call' is only allowed when 'functions' are specified.")
    if "parallel_tool_calls" in body and not tools:
        raise invalid("parallel_tool_calls", "'parallel_tool_calls' is only allowed when 'tools' are specified.")
    functions = [(f"tools[{place}].function", tool[tool["type"]]) for place, tool in enumerate(tools)]
    functions += [(f"functions[{place}]", one) for place, one in enumerate(body.get("functions", []))]
    names: set[str] = set()
    for path, one in functions:
        if one["name"] in names:
            raise invalid(f"{path}.name", f"The name {shown(one['name'])} is used twice.")
        names.add(one["name"])
        if one.get("parameters") is not None:
            what, code = f"function {shown(one['name'])}", "invalid_function_parameters"
            check_schema(one["parameters"], f"{path}.parameters", code, what, one.get("strict") is True)
    _check_choice(body, tools, names)


def _check_choice(body: dict[str, Any], tools: list[Any], names: set[str]) -> None:
    choice = body.get("tool_choice", "none")
    if choice in ("required", "auto") or isinstance(choice, dict):
        if not tools:
            raise invalid("tool_choice", "'tool_choice' is only allowed when 'tools' are specified.")
    if isinstance(choice, dict):
        inner = choice[choice["type"]]
        wanted = inner["tools"] if choice["type"] == "allowed_tools" else [choice]
        for one in wanted:
            name = chosen_name(one)
            if name not in names:
                raise invalid("tool_choice", f"Tool choice {shown(name)} not found in 'tools' parameter.")
    legacy = body.get("function_call")
    if isinstance(legacy, dict) and legacy["name"] not in names:
        raise invalid("function_call", f"Function {shown(legacy['name'])} not found in 'functions' parameter.")


def chosen_name(choice: dict[str, Any]) -> str:
    """The name in a tool choice, or in one entry of `allowed_tools`."""
    inner = choice.get(str(choice.get("type")))
    name = inner.get("name") if isinstance(inner, dict) else choice.get("name")
    return name if isinstance(name, str) else ""


def _check_history(messages: list[dict[str, Any]]) -> None:
    """Every tool message answers a call made just before it, and every call is answered."""
    pending: dict[str, int] = {}
    for place, message in enumerate(messages):
        role = message["role"]
        if role == "tool":
            if message["tool_call_id"] not in pending:
                said = (
                    "Invalid parameter: messages with role 'tool' must be a response to a preceding message with "
                    "'tool_calls'."
                )
                raise ApiError(said, param=f"messages.[{place}].role")
            del pending[message["tool_call_id"]]
            continue
        if pending:
            raise _unanswered(pending)
        if role == "assistant":
            pending = {call["id"]: place for call in message.get("tool_calls") or ()}
    if pending:
        raise _unanswered(pending)


def _unanswered(pending: dict[str, int]) -> ApiError:
    ids = ", ".join(shown(one).strip("'") for one in pending)
    said = (
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
        f"The following tool_call_ids did not have response messages: {ids}"
    )
    return ApiError(said[:600], param=f"messages.[{next(iter(pending.values()))}].role")


def _check_format(body: dict[str, Any]) -> None:
    form = body.get("response_format") or {"type": "text"}
    if form["type"] == "json_schema":
        inner = form["json_schema"]
        what = f"response_format {shown(inner['name'])}"
        schema = inner.get("schema")
        if schema is None:
            if inner.get("strict"):
                raise missing("response_format.json_schema.schema")
            return
        check_schema(schema, "response_format", "invalid_json_schema", what, inner.get("strict") is True)
    elif form["type"] == "json_object" and not any("json" in _all_text(one).lower() for one in body["messages"]):
        said = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        raise ApiError(said, param="messages")


def _all_text(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return " ".join(part.get("text") or "" for part in content if part["type"] == "text")
    return content or ""
