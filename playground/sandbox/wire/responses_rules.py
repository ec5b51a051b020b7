"""What POST /responses may be sent: every field's shape, then the rules between fields."""

from __future__ import annotations

from typing import Any

from ..behaviours import Model, model_called
from .errors import ApiError, invalid, missing, shown, unknown_model
from .item_shapes import ASKED, INPUT
from .profiles import check_profile
from .schema_rules import check_schema
from .shapes import (
    METADATA,
    NAME,
    Shape,
    anything,
    by_type,
    check_fields,
    either,
    flag,
    integer,
    list_of,
    mapping,
    number,
    one_of,
    record,
    text,
    too_long,
)
from .tool_shapes import TOOL_CHOICE, TOOLS

INCLUDE = (
    "web_search_call.action.sources",
    "web_search_call.results",
    "code_interpreter_call.outputs",
    "computer_call_output.output.image_url",
    "file_search_call.results",
    "message.input_image.image_url",
    "message.output_text.logprobs",
    "reasoning.encrypted_content",
)
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
SUMMARIES = one_of("auto", "concise", "detailed")
SERVICE_TIERS = ("auto", "default", "flex", "priority", "scale", "fast", "ultrafast")
MODERATION = record(
    {
        "model": text(),
        "policy": record(
            {
                "input": record({"mode": one_of("score", "block")}, ["mode"]),
                "output": record({"mode": one_of("score", "block")}, ["mode"]),
            }
        ),
    },
    ["model"],
)


def safety_identifier(value: Any, path: str, strict: bool) -> None:
    """At most 64 characters as documented; 128, as elsewhere, when unknown fields are let through too."""
    text()(value, path, strict)
    longest = 64 if strict else 128
    if len(value) > longest:
        raise too_long(path, longest, len(value))


JSON_SCHEMA = {
    "type": text(),
    "name": text(64, 1, NAME),
    "schema": record({}, open=True),
    "strict": flag,
    "description": text(),
}
FORMAT = by_type(
    {
        "text": record({"type": text()}),
        "json_object": record({"type": text()}),
        "json_schema": record({**JSON_SCHEMA, "json_schema": record(JSON_SCHEMA)}),
    }
)
FIELDS: dict[str, Shape] = {
    "model": text(),
    "input": INPUT,
    "instructions": text(),
    "background": flag,
    "context_management": list_of(record({"type": one_of("compaction"), "compact_threshold": number(1)})),
    "conversation": either(
        "a string or an object", string=text(shortest=1), object=record({"id": text(shortest=1)}, ["id"])
    ),
    "include": list_of(one_of(*INCLUDE)),
    "max_output_tokens": integer(1),
    "max_tool_calls": integer(1),
    "metadata": METADATA,
    "parallel_tool_calls": flag,
    "previous_response_id": text(),
    "prompt": record(
        {
            "id": text(shortest=1),
            "version": text(),
            "variables": mapping(either("a string or an object", string=text(), object=by_type(ASKED))),
        },
        ["id"],
    ),
    "prompt_cache_key": text(),
    "prompt_cache_retention": one_of("in-memory", "in_memory", "24h"),
    "reasoning": record(
        {
            "effort": one_of(*EFFORTS),
            "summary": SUMMARIES,
            "generate_summary": SUMMARIES,
            "context": one_of("auto", "current_turn", "all_turns"),
            "mode": text(),
        }
    ),
    "safety_identifier": safety_identifier,
    "service_tier": one_of(*SERVICE_TIERS),
    "store": flag,
    "stream": flag,
    "stream_options": record({"include_obfuscation": flag}),
    "temperature": number(0, 2),
    "text": record({"format": FORMAT, "verbosity": one_of("low", "medium", "high")}),
    "tool_choice": TOOL_CHOICE,
    "tools": list_of(by_type(TOOLS), most=128),
    "top_logprobs": integer(0, 20),
    "top_p": number(0, 1),
    "truncation": one_of("auto", "disabled"),
    "user": text(),
    # Beyond the documentation: what the SDK types besides.
    "access_programs": record({"cyber": one_of("standard", "daybreak_blue", "daybreak_red")}),
    "image": record({"context_compression": one_of("auto", "enabled", "disabled")}),
    "moderation": MODERATION,
    "prompt_cache_options": record(
        {
            "comparison_response_id": text(),
            "mode": one_of("implicit", "explicit"),
            "prewarm": flag,
            "ttl": one_of("30m", "12h"),
        }
    ),
    "verbosity": anything,  # one of the SDK's helpers posts it beside `text`
}


def check(body: dict[str, Any], strict: bool, profile: str) -> Model:
    """Raise what the API would answer to this body, or return the model it names."""
    check_fields(body, FIELDS, (), "", strict)
    prompt = "prompt" in body
    if "model" not in body and not prompt:
        raise missing("model")
    if body.get("input") in (None, []) and not (prompt or "previous_response_id" in body or "conversation" in body):
        raise missing("input")
    model = find_model(body.get("model", "sandbox-writer"))
    _check_together(body)
    check_tools(body)
    check_format(body)
    check_profile(body, "responses", model, profile)
    return model


def find_model(name: str) -> Model:
    model = model_called(name)
    if model is None:
        raise unknown_model(name)
    return model


def _check_together(body: dict[str, Any]) -> None:
    if "conversation" in body and "previous_response_id" in body:
        text = "Mutually exclusive parameters: 'conversation' and 'previous_response_id' cannot be used together."
        raise ApiError(text, param="previous_response_id", code="mutually_exclusive_parameters")
    if "stream_options" in body and not body.get("stream"):
        raise invalid("stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
    if body.get("background") and body.get("store") is False:
        raise invalid("background", "Background mode requires 'store' to be true: the result is fetched later.")
    if body.get("safety_identifier") == "sandbox-blocked":
        text = "This safety identifier is blocked in the sandbox."
        raise ApiError(text, status=403, param="safety_identifier", code="safety_identifier_blocked")


def check_tools(body: dict[str, Any]) -> None:
    """Names once only, parameters that are a schema, and a choice that names something there is."""
    tools, names = body.get("tools", []), set()
    for place, tool in enumerate(tools):
        inner = tool.get("tools", [tool]) if tool["type"] == "namespace" else [tool]
        for one in inner:
            if one["type"] not in ("function", "custom"):
                continue
            name = f"{tool['name']}.{one['name']}" if tool["type"] == "namespace" else one["name"]
            if name in names:
                raise invalid(f"tools[{place}].name", f"Invalid 'tools': the name {shown(name)} is used twice.")
            names.add(name)
            if one.get("parameters") is not None:
                what, code = f"function {shown(one['name'])}", "invalid_function_parameters"
                check_schema(one["parameters"], f"tools[{place}].parameters", code, what, one.get("strict") is True)
        if tool["type"] == "mcp" and not any(tool.get(key) for key in ("server_url", "connector_id", "tunnel_id")):
            raise missing(f"tools[{place}].server_url")
    _check_choice(body.get("tool_choice", "auto"), tools)


def _check_choice(choice: Any, tools: list[dict[str, Any]]) -> None:
    if choice in ("auto", "none"):
        return
    if not tools:
        raise invalid("tool_choice", "Tool choice 'required' or a named tool needs 'tools' to choose from.")
    if choice == "required":
        return
    wanted = choice["tools"] if choice["type"] == "allowed_tools" else [choice]
    for one in wanted:
        if not any(_matches(one, tool) for tool in tools):
            label = one.get("name") or one.get("server_label") or one.get("type")
            raise invalid("tool_choice", f"Tool choice {shown(label)} not found in 'tools' parameter.")


def _matches(wanted: dict[str, Any], tool: dict[str, Any]) -> bool:
    kind = str(wanted.get("type", "function"))
    same_kind = tool["type"] == kind or (kind.startswith("web_search") and tool["type"].startswith("web_search"))
    if kind in ("computer", "computer_use", "computer_use_preview"):
        same_kind = tool["type"].startswith("computer")
    keys = ("name", "server_label") if kind != "mcp" else ("server_label",)
    return same_kind and all(wanted.get(key) in (None, tool.get(key)) for key in keys)


def format_of(body: dict[str, Any]) -> dict[str, Any]:
    """`text.format`, always in its flat form: the nested one of the documentation means the same."""
    given = (body.get("text") or {}).get("format") or {"type": "text"}
    nested = given.get("json_schema")
    flat = {key: value for key, value in given.items() if key != "json_schema" and value is not None}
    return {**nested, **flat} if nested else flat


def check_format(body: dict[str, Any]) -> None:
    form = format_of(body)
    if form["type"] == "json_schema":
        for name in ("name", "schema"):
            if form.get(name) is None:
                raise missing(f"text.format.{name}")
        what = f"response_format {shown(form['name'])}"
        check_schema(form["schema"], "text.format.schema", "invalid_json_schema", what, form.get("strict") is True)
    elif form["type"] == "json_object" and not _mentions_json(body):
        text = "Response input messages must contain the word 'json' in some form to use the 'json_object' format."
        raise ApiError(text, param="input")


def _mentions_json(body: dict[str, Any]) -> bool:
    if "json" in body.get("instructions", "").lower() or "prompt" in body:
        return True
    given = body.get("input", "")
    if isinstance(given, str):
        return "json" in given.lower()
    texts = [item.get("content") for item in given]
    parts = [part.get("text") for one in texts if isinstance(one, list) for part in one]
    return any("json" in text.lower() for text in (*texts, *parts) if isinstance(text, str))
