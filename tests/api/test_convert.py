"""Switching the endpoint: counterparts go along, the rest is named, nothing is made up."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api.check import check
from playground.api.convert import convert
from playground.api.examples import EXAMPLES, Example
from tests.api.bodies import bodies
from tests.api.checked import chat, responses

SCHEMA = {"type": "object", "properties": {}}
GRAMMAR = {"syntax": "lark", "definition": "a"}


def to_chat(**fields: Any) -> Any:
    return convert(responses(**fields), "responses", "chat")


def to_responses(**fields: Any) -> Any:
    return convert(chat(**fields), "chat", "responses")


BOTH_WAYS = [
    ({"max_output_tokens": 5}, {"max_completion_tokens": 5}),
    ({"reasoning": {"effort": "low"}}, {"reasoning_effort": "low"}),
    ({"text": {"verbosity": "low"}}, {"verbosity": "low"}),
    ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
    (
        {"text": {"format": {"type": "json_schema", "name": "a", "schema": SCHEMA, "strict": True}}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA, "strict": True}}},
    ),
    (
        {"tools": [{"type": "function", "name": "f", "parameters": SCHEMA}]},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}]},
    ),
    (
        {"tools": [{"type": "custom", "name": "f", "format": {"type": "grammar", **GRAMMAR}}]},
        {
            "tools": [
                {
                    "type": "custom",
                    "custom": {
                        "name": "f",
                        "format": {"type": "grammar", "grammar": GRAMMAR},
                    },
                }
            ]
        },
    ),
    (
        {"tools": [{"type": "web_search_preview", "user_location": {"type": "approximate", "city": "Lyon"}}]},
        {"web_search_options": {"user_location": {"type": "approximate", "approximate": {"city": "Lyon"}}}},
    ),
    ({"tool_choice": "required"}, {"tool_choice": "required"}),
    (
        {"tool_choice": {"type": "function", "name": "f"}},
        {"tool_choice": {"type": "function", "function": {"name": "f"}}},
    ),
    (
        {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]}},
        {
            "tool_choice": {
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
            }
        },
    ),
    ({"include": ["message.output_text.logprobs"], "top_logprobs": 3}, {"logprobs": True, "top_logprobs": 3}),
    ({"temperature": 0.5, "top_p": None, "stream": True}, {"temperature": 0.5, "top_p": None, "stream": True}),
    ({"metadata": {"a": "b"}, "user": "u", "service_tier": "flex"},
     {"metadata": {"a": "b"}, "user": "u", "service_tier": "flex"}),
    ({"vendor_field": {"a": None}}, {"vendor_field": {"a": None}}),
]  # fmt: skip


@pytest.mark.parametrize(("here", "there"), BOTH_WAYS)
def test_a_counterpart_goes_along_both_ways(here: dict[str, Any], there: dict[str, Any]) -> None:
    body, carried, left = to_chat(**here)

    assert body == chat(**there)
    assert not left
    assert {path.split(".")[0].split("[")[0] for path in carried} == set(responses(**here))
    assert convert(body, "chat", "responses").body == responses(**here)


def test_instructions_become_the_first_message() -> None:
    body, _carried, _left = to_chat(instructions="Be brief.")

    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert convert(body, "chat", "responses").body == responses(instructions="Be brief.")


def test_parts_are_rewritten() -> None:
    parts = [
        {"type": "input_text", "text": "a"},
        {"type": "input_image", "image_url": "https://x/y.png", "detail": "low"},
        {"type": "input_file", "file_data": "data:x", "filename": "a.pdf"},
        {"type": "input_audio", "input_audio": {"data": "x", "format": "wav"}},
    ]
    items = [{"role": "user", "content": parts}]

    body, _carried, left = to_chat(input=items)

    assert not left
    assert body["messages"][0]["content"] == [
        {"type": "text", "text": "a"},
        {"type": "image_url", "image_url": {"url": "https://x/y.png", "detail": "low"}},
        {"type": "file", "file": {"file_data": "data:x", "filename": "a.pdf"}},
        {"type": "input_audio", "input_audio": {"data": "x", "format": "wav"}},
    ]
    assert convert(body, "chat", "responses").body["input"] == items


def test_calls_and_answers_are_rewritten() -> None:
    items = [
        {"role": "user", "content": "a"},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "function_call", "call_id": "c2", "name": "g", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "1"},
        {"type": "function_call_output", "call_id": "c2", "output": "2"},
        {"type": "custom_tool_call", "call_id": "c3", "name": "h", "input": "x"},
        {"type": "custom_tool_call_output", "call_id": "c3", "output": "3"},
    ]

    body, _carried, left = to_chat(input=items)

    assert not left
    assert [each["role"] for each in body["messages"]] == ["user", "assistant", "tool", "tool", "assistant", "tool"]
    assert [call["id"] for call in body["messages"][1]["tool_calls"]] == ["c1", "c2"]
    assert not [each for each in check("chat", body) if each.is_error]
    assert convert(body, "chat", "responses").body["input"] == items


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"previous_response_id": "r"}, ["previous_response_id"]),
        ({"truncation": "auto", "background": True}, ["truncation", "background"]),
        ({"reasoning": {"effort": "low", "summary": "auto"}}, ["reasoning.summary"]),
        ({"include": ["reasoning.encrypted_content"]}, ["include[0]"]),
        ({"tools": [{"type": "file_search", "vector_store_ids": ["v"]}]}, ["tools[0]"]),
        ({"input": [{"role": "user", "content": "a"}, {"type": "reasoning", "id": "r", "summary": []}]}, ["input[1]"]),
        (
            {"input": [{"role": "user", "content": [{"type": "input_file", "file_url": "https://x"}]}]},
            ["input[0].content[0]"],
        ),
    ],
)
def test_what_chat_does_not_know_stays_behind(fields: dict[str, Any], left: list[str]) -> None:
    assert to_chat(**fields).left_behind == left


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"n": 2, "stop": "a", "logit_bias": {}}, ["n", "stop", "logit_bias"]),
        ({"seed": 1, "presence_penalty": 1}, ["seed", "presence_penalty"]),
        ({"stream": True, "stream_options": {"include_usage": True}}, ["stream_options.include_usage"]),
        ({"messages": [{"role": "user", "content": "a", "name": "Bo"}]}, ["messages[0].name"]),
        ({"max_tokens": 3, "max_completion_tokens": 4}, ["max_tokens"]),
    ],
)
def test_what_responses_does_not_know_stays_behind(fields: dict[str, Any], left: list[str]) -> None:
    assert to_responses(**fields).left_behind == left


def test_the_older_interface_goes_along_as_tools() -> None:
    body, _carried, left = to_responses(functions=[{"name": "f"}], function_call={"name": "f"}, max_tokens=9)

    assert not left
    assert body["tools"] == [{"type": "function", "name": "f"}]
    assert body["tool_choice"] == {"type": "function", "name": "f"}
    assert body["max_output_tokens"] == 9


def test_the_same_endpoint_changes_nothing() -> None:
    assert convert(chat(n=2), "chat", "chat").body == chat(n=2)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.slug)
def test_every_documented_example_can_go_to_the_other_endpoint(example: Example) -> None:
    other = "chat" if example.endpoint == "responses" else "responses"

    body = convert(example.body(), example.endpoint, other).body

    assert not [each for each in check(other, body) if each.is_error]


@pytest.mark.parametrize(("here", "there"), [("responses", "chat"), ("chat", "responses")])
@given(data=st.data())
def test_every_field_is_either_carried_or_named(here: str, there: str, data: st.DataObject) -> None:
    body = data.draw(bodies(here))
    before = copy.deepcopy(body)

    made, carried, left = convert(body, here, there)

    named = {path.split(".")[0].split("[")[0] for path in (*carried, *left)}
    quiet = {name for name, value in body.items() if value in (None, [], {}, "", False)}
    assert set(body) - named <= quiet
    assert body == before
    assert isinstance(made, dict)


@pytest.mark.parametrize(
    ("body", "here", "there"),
    [
        ({"instructions": 5, "input": 5, "text": 5, "reasoning": 5, "include": 5, "tools": 5}, "responses", "chat"),
        ({"tools": [5, {}], "tool_choice": {"type": "mcp"}, "text": {"format": 5}}, "responses", "chat"),
        ({"input": [5, {"role": "user", "content": [5]}]}, "responses", "chat"),
        ({"messages": 5, "response_format": 5, "logprobs": 5, "tools": 5, "functions": 5}, "chat", "responses"),
        ({"messages": [5, {"role": "assistant", "tool_calls": [5]}, {"role": "function"}]}, "chat", "responses"),
        ({"tools": [5], "tool_choice": {"type": "function"}, "function_call": 5}, "chat", "responses"),
        ({"stream_options": 5, "messages": [{"role": "user", "content": [5]}]}, "chat", "responses"),
    ],
)
def test_a_body_that_makes_no_sense_is_left_behind_and_not_in_the_way(
    body: dict[str, Any], here: str, there: str
) -> None:
    _made, _carried, left = convert(body, here, there)

    assert left
