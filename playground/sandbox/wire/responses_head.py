"""The part of a Response that only repeats its request: what was asked for, with the documented defaults."""

from __future__ import annotations

from typing import Any

from ..behaviours import Model
from ..settings import Settings
from .events import Manner
from .responses_rules import format_of

TIER_PACES = {"flex": 0.5, "priority": 2.0, "fast": 2.0, "ultrafast": 4.0}
OPTIONAL = ("access_programs", "image")


def head_of(body: dict[str, Any], model: Model, identity: str, created_at: int) -> dict[str, Any]:
    reasoning = body.get("reasoning") or {}
    text = body.get("text") or {}
    effort = reasoning.get("effort") or (model.effort if model.effort != "none" else None)
    head = {
        "id": identity,
        "object": "response",
        "created_at": created_at,
        "status": "in_progress",
        "background": body.get("background", False),
        "completed_at": None,
        "content_filters": None,
        "error": None,
        "frequency_penalty": 0,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": body.get("max_tool_calls"),
        "model": model.id,
        "output": [],
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
        "presence_penalty": 0,
        "previous_response_id": body.get("previous_response_id"),
        "prompt_cache_key": body.get("prompt_cache_key"),
        "prompt_cache_retention": body.get("prompt_cache_retention"),
        "reasoning": {"effort": effort, "summary": reasoning.get("summary") or reasoning.get("generate_summary")},
        "safety_identifier": body.get("safety_identifier"),
        "service_tier": used_tier(body.get("service_tier"), absent="auto"),
        "store": body.get("store", True),
        "temperature": body.get("temperature", 1),
        "text": {"format": format_of(body), "verbosity": text.get("verbosity") or body.get("verbosity") or "medium"},
        "tool_choice": body.get("tool_choice", "auto"),
        "tools": [_without_secrets(tool) for tool in body.get("tools", [])],
        "top_logprobs": body.get("top_logprobs", 0),
        "top_p": body.get("top_p", 1),
        "truncation": body.get("truncation", "disabled"),
        "usage": None,
        "user": body.get("user"),
        "metadata": body.get("metadata", {}),
    }
    return head | _beyond(body, reasoning)


def _beyond(body: dict[str, Any], reasoning: dict[str, Any]) -> dict[str, Any]:
    """Fields that only appear when the request used what they speak about."""
    more = {name: body[name] for name in OPTIONAL if name in body}
    if "conversation" in body:
        more["conversation"] = {"id": conversation_id(body)}
    if "prompt_cache_options" in body:
        given = {key: value for key, value in body["prompt_cache_options"].items() if key != "prewarm"}
        more["prompt_cache_options"] = {"mode": "implicit", "ttl": "30m", **given}
    if "prompt" in body:
        more["prompt"] = body["prompt"]
    if reasoning.get("context") or reasoning.get("mode"):
        more["reasoning"] = {
            "effort": reasoning.get("effort"),
            "summary": reasoning.get("summary") or reasoning.get("generate_summary"),
            **{name: reasoning[name] for name in ("context", "mode") if reasoning.get(name)},
        }
    if (more.get("image") or {}).get("context_compression") == "auto":
        more["image"] = {"context_compression": "disabled"}
    return more


def _without_secrets(tool: dict[str, Any]) -> dict[str, Any]:
    """An MCP tool without what it authenticates with: a Response does not repeat secrets."""
    shown = {name: value for name, value in tool.items() if name != "authorization"}
    if tool["type"] == "mcp" and tool.get("headers"):
        shown["headers"] = dict.fromkeys(tool["headers"], "<redacted>")
    return shown


def conversation_id(body: dict[str, Any]) -> str:
    given = body["conversation"]
    return str(given["id"] if isinstance(given, dict) else given)


def used_tier(asked: str | None, absent: str = "default") -> str:
    """The tier that served the request: auto is the default one, fast a name for priority."""
    if asked is None:
        return absent
    return {"auto": "default", "fast": "priority"}.get(asked, asked)


def manner_of(body: dict[str, Any], model: Model, settings: Settings) -> Manner:
    """How this request's stream is written."""
    tier = TIER_PACES.get(body.get("service_tier", ""), 1.0)
    pace = settings.pace * model.pace * tier
    options = body.get("stream_options") or {}
    include = body.get("include") or ()
    wants_logprobs = body.get("logprobs") or "message.output_text.logprobs" in include
    hurry = pace <= 0
    return Manner(
        gap=0.0 if hurry else 1 / pace,
        first_wait=0.0 if hurry else settings.first_wait / tier,
        queue_wait=0.0 if hurry else settings.first_wait,
        obfuscate=options.get("include_obfuscation") is not False,
        logprobs=(body.get("top_logprobs") or 0) if wants_logprobs else None,
        temperature=float(body.get("temperature", 1)),
        encrypted="reasoning.encrypted_content" in include,
        flat_errors=settings.stream_errors == "flat",
        comet=settings.shape == "comet",
    )
