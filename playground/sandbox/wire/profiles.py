"""What families of models refuse: the provider matrix of the documentation, and the rules of the newer models."""

from __future__ import annotations

from typing import Any

from ..behaviours import Model
from .errors import ApiError, invalid, unsupported, unsupported_value


def check_profile(body: dict[str, Any], endpoint: str, model: Model, profile: str) -> None:
    """Raise what this model, or the family it stands for, does not take."""
    family = profile if profile != "none" else model.profile
    if endpoint == "chat":
        _check_chat_model(body, model)
    if family == "claude":
        _check_claude(body)
    elif family == "gemini":
        _check_gemini(body)
    elif family == "openai":
        _check_openai(body, model)
    if family != "gemini" and isinstance(body.get("stop"), list) and len(body["stop"]) > 4:
        said = f"Invalid 'stop': array too long. Expected at most 4 items, but got {len(body['stop'])}."
        raise invalid("stop", said, "array_above_max_length")


def _check_chat_model(body: dict[str, Any], model: Model) -> None:
    if model.reasons and "max_tokens" in body:
        raise unsupported("max_tokens", "max_completion_tokens")
    if not model.system_role:
        for place, message in enumerate(body["messages"]):
            if message["role"] in ("system", "developer"):
                text = (
                    f"Unsupported value: 'messages[{place}].role' does not support '{message['role']}' with this model."
                )
                raise ApiError(text, param=f"messages[{place}].role", code="unsupported_value")


def _check_claude(body: dict[str, Any]) -> None:
    if body.get("temperature", 1) > 1:
        raise unsupported_value("temperature", body["temperature"], "0 to 1")
    if body.get("n", 1) != 1:
        raise unsupported_value("n", body["n"], "1 only")
    if (body.get("response_format") or {}).get("type") == "json_object":
        raise unsupported_value("response_format.type", "json_object", "json_schema")
    _refuse(body, "logprobs", "top_logprobs", "reasoning_effort", "reasoning")


def _check_gemini(body: dict[str, Any]) -> None:
    if body.get("n", 1) > 8:
        raise unsupported_value("n", body["n"], "1 to 8")
    if isinstance(body.get("stop"), list) and len(body["stop"]) > 5:
        said = f"Invalid 'stop': array too long. Expected at most 5 items, but got {len(body['stop'])}."
        raise invalid("stop", said, "array_above_max_length")
    _refuse(body, "logprobs", "top_logprobs", "reasoning_effort", "reasoning")


def _check_openai(body: dict[str, Any], model: Model) -> None:
    if not model.reasons:
        _refuse(body, "reasoning", "reasoning_effort")
    elif model.id.startswith(("o1", "o3", "o4")):
        _refuse(body, "stop", "logprobs", "top_logprobs")
        for name in ("temperature", "top_p"):
            if body.get(name, 1) != 1:
                raise unsupported_value(name, body[name], "only the default (1)")


def _refuse(body: dict[str, Any], *names: str) -> None:
    for name in names:
        if body.get(name) not in (None, False):
            raise unsupported(name)
