"""Models that stand for a family and refuse what that family refuses."""

from __future__ import annotations

from . import Model
from .writer import behave

_TOLD = "Simulated: the writer, with the limits of"
MODELS = (
    Model("sandbox-openai", f"{_TOLD} OpenAI's models, strictly.", behave, profile="openai"),
    Model(
        "sandbox-claude",
        f"{_TOLD} Claude behind a compatible API: temperature to 1, one choice, no logprobs, JSON by schema only.",
        behave,
        profile="claude",
        aliases=("claude-sonnet-4-5", "claude-opus-4-5", "claude-haiku-4-5"),
    ),
    Model(
        "sandbox-gemini",
        f"{_TOLD} Gemini behind a compatible API: up to 8 choices, 5 stop sequences, no logprobs.",
        behave,
        profile="gemini",
        aliases=("gemini-3-pro", "gemini-2.5-pro", "gemini-2.5-flash"),
    ),
)
