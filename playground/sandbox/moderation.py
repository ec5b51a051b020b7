"""The `moderation` parameter: one invented rule, so that both outcomes can be tried."""

from __future__ import annotations

from typing import Any

from .wire.errors import ApiError

FLAGGED_WORD = "sandbox-flagged"


def result(model: str, text: str) -> dict[str, Any]:
    flagged = FLAGGED_WORD in text
    return {
        "type": "moderation_result",
        "model": model,
        "flagged": flagged,
        "categories": {"sandbox": flagged},
        "category_scores": {"sandbox": 0.99 if flagged else 0.01},
        "category_applied_input_types": {"sandbox": ["text"]},
    }


def check_input(moderation: dict[str, Any] | None, text: str) -> None:
    """Refuse a flagged input where the policy says to block it."""
    if moderation and FLAGGED_WORD in text and _mode(moderation, "input") == "block":
        said = "The input was flagged by moderation and the policy blocks it."
        raise ApiError(said, param="input", code="moderation_blocked")


def blocks_output(moderation: dict[str, Any] | None, text: str) -> bool:
    return bool(moderation and FLAGGED_WORD in text and _mode(moderation, "output") == "block")


def _mode(moderation: dict[str, Any], side: str) -> str | None:
    part = (moderation.get("policy") or {}).get(side) or {}
    mode: str | None = part.get("mode")
    return mode
