"""Prompt templates: a few of our own, and a stand-in for any other id."""

from __future__ import annotations

import re
from typing import Any

from .wire.errors import ApiError

# Each template's versions, the latest last.
TEMPLATES = {
    "pmpt_sandbox_story": {"1": "Tell me a story about {{topic}}.", "2": "Tell me a {{length}} story about {{topic}}."},
    "pmpt_sandbox_greeting": {"1": "Say hello to {{name}}."},
}
MISSING = "pmpt_missing"
_PLACE = re.compile(r"\{\{(\w+)\}\}")


def items_of(prompt: dict[str, Any]) -> list[dict[str, Any]]:
    """The input items a prompt reference stands for."""
    variables = {name: value for name, value in (prompt.get("variables") or {}).items() if value is not None}
    texts = {name: value for name, value in variables.items() if isinstance(value, str)}
    parts = [value for value in variables.values() if isinstance(value, dict)]
    texts |= {name: value["text"] for name, value in variables.items() if _is_text(value)}
    content: list[dict[str, Any]] = [{"type": "input_text", "text": _text(prompt, texts, variables)}]
    content += [part for part in parts if not _is_text(part)]
    return [{"type": "message", "role": "user", "content": content}]


def _is_text(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "input_text"


def _text(prompt: dict[str, Any], texts: dict[str, str], variables: dict[str, Any]) -> str:
    identity, version = prompt["id"], prompt.get("version")
    versions = TEMPLATES.get(identity, {})
    if identity == MISSING or (versions and version not in (None, *versions)):
        text = f"Prompt with id '{identity}' and version '{(version or 'latest')[:40]}' not found."
        raise ApiError(text, status=404, param="prompt", code="prompt_not_found")
    if not versions:
        filled = ", ".join(f"{name} = {text}" for name, text in texts.items()) or "no variables"
        return f"Prompt {identity[:100]}, version {version or 'latest'}: {filled}."
    template = versions[version or max(versions)]
    places = _PLACE.findall(template)
    for problem, names in (
        ("Missing", [name for name in places if name not in texts]),
        ("Unknown", [name for name in variables if name not in places]),
    ):
        if names:
            said = f"{problem} prompt variables: {', '.join(names)[:200]}."
            raise ApiError(said, param="prompt.variables", code=f"{problem.lower()}_prompt_variables")
    return _PLACE.sub(lambda place: texts[place[1]], template)
