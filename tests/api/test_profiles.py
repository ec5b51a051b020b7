"""The families of models: guessed, chosen, and never a wall. One test for each row of the documents' table."""

from __future__ import annotations

from typing import Any

import pytest

from playground.api.profiles import PROFILES, guess
from tests.api.checked import chat, errors, found, said

HINT = ("hint", "outside_profile")
JSON = {"type": "json_schema", "json_schema": {"name": "a"}}


@pytest.mark.parametrize(
    ("model", "profile"),
    [
        ("gpt-5.4", "openai"),
        ("openai/gpt-4.1", "openai"),
        ("o4-mini", "openai"),
        ("o1", "openai"),
        ("claude-sonnet-4", "claude"),
        ("anthropic/claude-3", "claude"),
        ("gemini-2.5-pro", "gemini"),
        ("google/gemini-2", "gemini"),
        ("llama-3", "none"),
        ("sandbox-writer", "none"),
        ("", "none"),
        (None, "none"),
        (7, "none"),
    ],
)
def test_d1_the_profile_is_guessed_from_the_name(model: object, profile: str) -> None:
    assert guess(model) == profile


def test_d1_and_chosen_by_hand() -> None:
    body = chat(model="gpt-4.1", n=2)

    assert said(body, "n") is None
    assert said(body, "n", profile="claude") == HINT


@pytest.mark.parametrize(
    ("fields", "path", "openai", "claude", "gemini"),
    [
        ({"temperature": 1.5}, "temperature", None, HINT, None),
        ({"temperature": 1}, "temperature", None, None, None),
        ({"top_p": 1}, "top_p", None, None, None),
        ({"n": 1}, "n", None, None, None),
        ({"n": 8}, "n", None, HINT, None),
        ({"n": 9}, "n", None, HINT, HINT),
        ({"n": 128}, "n", None, HINT, HINT),
        ({"stop": ["a"] * 4}, "stop", None, None, None),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools", None, None, None),
        ({"response_format": JSON}, "response_format.type", None, None, None),
        ({"logprobs": True}, "logprobs", None, HINT, HINT),
        ({"logprobs": False}, "logprobs", None, None, None),
        ({"model": "o3", "reasoning_effort": "low"}, "reasoning_effort", None, HINT, HINT),
    ],
)
def test_d_the_table(fields: dict[str, Any], path: str, openai: object, claude: object, gemini: object) -> None:
    body = chat(**fields)

    assert said(body, path, profile="openai") == openai
    assert said(body, path, profile="claude") == claude
    assert said(body, path, profile="gemini") == gemini


def test_d_claude_knows_schemas_only() -> None:
    body = chat(messages=[{"role": "user", "content": "JSON, please"}], response_format={"type": "json_object"})

    assert said(body, "response_format.type", profile="claude") == HINT
    assert said(body, "response_format.type", profile="gemini") is None


def test_d2_outside_a_profile_is_never_an_error() -> None:
    body = chat(temperature=2, n=128, logprobs=True, top_logprobs=20, reasoning_effort="high")

    assert not any(errors(body, profile) for profile in PROFILES)


def test_d3_without_a_profile_only_the_general_limits_count() -> None:
    assert said(chat(n=128, temperature=2, logprobs=True), "n", profile="none") is None
    assert said(chat(n=129), "n", profile="none") == ("error", "integer_above_max_value")


def test_d4_five_stop_sequences_are_geminis_alone() -> None:
    body = chat(stop=["a", "b", "c", "d", "e"])

    assert errors(body, "gemini") == []
    assert errors(body, "openai") == errors(body, "claude") == errors(body, "none") == ["stop"]
    assert errors(chat(stop=["a"] * 6), "gemini") == ["stop"]


def test_a_hint_names_the_profile_and_offers_the_limit() -> None:
    finding = found(chat(temperature=1.5), "temperature", profile="claude")

    assert finding is not None
    assert "Claude" in finding.message
    assert finding.fix is not None
    assert finding.fix.as_document()["operations"] == [{"do": "set", "path": "temperature", "value": 1}]
