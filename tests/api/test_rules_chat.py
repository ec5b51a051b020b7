"""Every condition of /v1/chat/completions, row by row, and those between models and endpoints."""

from __future__ import annotations

from typing import Any

import pytest

from playground.api.convert import convert
from playground.api.endpoints import ENDPOINTS
from tests.api.checked import chat, errors, fixed, found, said

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
LOOSE = {"type": "object", "properties": {"a": {"type": "string"}}}
FUNCTION = {"type": "function", "function": {"name": "f", "parameters": SCHEMA}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
USER = {"role": "user", "content": "Hello"}


def calling(*calls: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": list(calls)}


def answering(call_id: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": "4"}


def test_c1_model_and_messages_are_required() -> None:
    assert errors({"messages": []}) == ["model", "messages"]
    assert said({"messages": [USER]}, "model") == ("error", "missing_required_parameter")
    assert said(chat(messages=[]), "messages") == ("error", "empty_array")
    assert said(chat(messages="a"), "messages") == ("error", "invalid_type")


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("temperature", 0, 2),
        ("top_p", 0, 1),
        ("presence_penalty", -2, 2),
        ("frequency_penalty", -2, 2),
        ("n", 1, 128),
    ],
)
def test_c2_ranges(name: str, low: int, high: int) -> None:
    assert not errors(chat(**{name: low}))
    assert not errors(chat(**{name: high}))
    assert fixed(chat(**{name: low - 1}), name)[name] == low
    assert fixed(chat(**{name: high + 1}), name)[name] == high


def test_c2_biases_and_stop_sequences() -> None:
    assert not errors(chat(logit_bias={"1": -100, "2": 100}, stop="a"))
    assert errors(chat(logit_bias={"50256": 101})) == ['logit_bias["50256"]']
    assert not errors(chat(stop=["a", "b", "c", "d"]))
    assert errors(chat(stop=["a", "b", "c", "d", "e"])) == ["stop"]
    assert errors(chat(top_logprobs=21, logprobs=True)) == ["top_logprobs"]


def test_c3_top_logprobs_need_logprobs() -> None:
    body = chat(top_logprobs=3)

    assert said(body, "top_logprobs") == ("error", "unsupported_parameter")
    assert fixed(body, "top_logprobs")["logprobs"] is True


def test_c4_stream_options_need_a_stream() -> None:
    body = chat(stream_options={"include_usage": True})

    assert said(body, "stream_options") == ("error", "unsupported_parameter")
    assert not errors(fixed(body, "stream_options"))


def test_c5_one_token_limit() -> None:
    body = chat(max_tokens=9, max_completion_tokens=9)

    assert said(body, "max_tokens") == ("error", "mutually_exclusive_parameters")
    assert "max_tokens" not in fixed(body, "max_tokens")


def test_c6_reasoning_models_take_the_newer_limit() -> None:
    body = chat(model="o4-mini", max_tokens=9)

    assert said(body, "max_tokens") == ("error", "unsupported_parameter")
    assert list(fixed(body, "max_tokens")) == ["model", "messages", "max_completion_tokens"]
    assert said(chat(max_tokens=9), "max_tokens") == ("hint", "deprecated")
    assert said(chat(model="llama-3", max_tokens=9), "max_tokens") is None


@pytest.mark.parametrize(
    ("name", "word"),
    [("max_completion_tokens", "length"), ("stop", "not part of it"), ("seed", "system_fingerprint"), ("n", "paid")],
)
def test_c7_c17_to_c21_what_no_form_can_see_is_in_the_help(name: str, word: str) -> None:
    parameter = ENDPOINTS["chat"].by_name[name]

    assert word in f"{parameter.help} {parameter.more}"


def test_c8_two_kinds_of_instructions() -> None:
    body = chat(messages=[{"role": "system", "content": "a"}, {"role": "developer", "content": "b"}, USER])

    assert said(body, "messages[0].role") == ("hint", "two_kinds_of_instructions")
    assert fixed(body, "messages[0].role")["messages"][0]["role"] == "developer"
    assert said(chat(model="o1-mini", messages=[{"role": "system", "content": "a"}]), "messages[0].role") is not None


def test_c9_a_tool_message_answers_a_call() -> None:
    assert not errors(chat(messages=[USER, calling(CALL), answering("call_1"), USER]))
    assert said(chat(messages=[USER, answering("call_9")]), "messages[1].tool_call_id") == ("error", "no_such_call")
    assert said(chat(messages=[USER, {"role": "tool", "content": "4"}]), "messages[1].tool_call_id") == (
        "error", "missing_required_parameter",
    )  # fmt: skip
    late = chat(messages=[USER, calling(CALL), USER, answering("call_1")])
    assert said(late, "messages[3].tool_call_id") == ("error", "no_such_call")


def test_c9_every_call_is_answered() -> None:
    body = chat(messages=[USER, calling(CALL, {**CALL, "id": "call_2"}), answering("call_2"), USER])

    assert said(body, "messages[1].tool_calls[0]") == ("error", "unanswered_call")
    body = fixed(body, "messages[1].tool_calls[0]")
    assert [each["role"] for each in body["messages"]] == ["user", "assistant", "tool", "tool", "user"]
    assert not errors(body)


def test_c10_an_assistant_with_calls_may_be_silent() -> None:
    assert not errors(chat(messages=[USER, calling(CALL), answering("call_1")]))
    assert said(chat(messages=[USER, {"role": "assistant", "content": None}]), "messages[1].content") is not None


def test_c11_json_mode_wants_the_word() -> None:
    body = chat(response_format={"type": "json_object"})

    assert said(body, "response_format.type") == ("error", "missing_word_json")
    assert not errors(fixed(body, "response_format.type"))


def test_c12_a_schema_format_has_a_name_and_strict_rules() -> None:
    def asked(**inner: Any) -> dict[str, Any]:
        return chat(response_format={"type": "json_schema", "json_schema": inner})

    assert errors(chat(response_format={"type": "json_schema"})) == ["response_format.json_schema"]
    assert errors(asked(schema=SCHEMA)) == ["response_format.json_schema.name"]
    assert errors(asked(name="a b")) == ["response_format.json_schema.name"]
    assert not errors(asked(name="a", schema=SCHEMA, strict=True))
    loose = asked(name="a", schema=LOOSE, strict=True)
    where = "response_format.json_schema.schema"
    assert said(loose, where) == ("error", "invalid_json_schema")
    assert not errors(fixed(loose, where))


def test_c13_a_demanded_tool_has_to_be_there() -> None:
    named = {"type": "function", "function": {"name": "f"}}

    for choice in ("required", named):
        assert said(chat(tool_choice=choice), "tool_choice") == ("error", "invalid_value")
        assert not errors(chat(tool_choice=choice, tools=[FUNCTION]))
    assert said(chat(tool_choice="sometimes"), "tool_choice") == ("error", "invalid_value")
    assert not errors(chat(tool_choice="none"))


def test_c14_the_older_interface_stands_alone() -> None:
    assert errors(chat(parallel_tool_calls=True)) == ["parallel_tool_calls"]
    assert errors(chat(functions=[{"name": "f"}], tools=[FUNCTION])) == ["functions"]
    assert errors(chat(function_call="auto", tools=[FUNCTION])) == ["function_call"]
    assert "functions" not in fixed(chat(functions=[{"name": "f"}], tools=[FUNCTION]), "functions")


def test_c15_a_spoken_answer_needs_a_voice() -> None:
    body = chat(modalities=["text", "audio"])

    assert said(body, "audio") == ("error", "missing_required_parameter")
    assert not errors(fixed(body, "audio"))
    streamed = chat(modalities=["audio"], stream=True, audio={"voice": "alloy", "format": "wav"})
    assert said(streamed, "audio.format") == ("error", "unsupported_value")
    assert fixed(streamed, "audio.format")["audio"] == {"voice": "alloy", "format": "pcm16"}


def test_c16_what_single_models_refuse() -> None:
    prediction = {"type": "content", "content": "a"}

    assert said(chat(model="o3", stop="a"), "stop") == ("hint", "unsupported_parameter")
    assert said(chat(prediction=prediction, n=2), "prediction") == ("hint", "unsupported_parameter")
    assert said(chat(web_search_options={}), "web_search_options") == ("hint", "unsupported_parameter")
    assert said(chat(model="gpt-4o-search-preview", web_search_options={}), "web_search_options") is None


def test_a_deep_place_is_named_exactly() -> None:
    parts = [{"type": "image_url", "image_url": {"url": 5}}]
    finding = found(
        chat(messages=[USER, USER, {"role": "user", "content": parts}]), "messages[2].content[0].image_url.url"
    )

    assert finding is not None
    assert finding.parameter == "messages[].content[].image_url.url"


@pytest.mark.parametrize("model", ["o1-pro", "openai/o3-pro", "gpt-5.4-pro", "gpt-5-codex"])
def test_e1_some_models_have_the_other_endpoint_only(model: str) -> None:
    finding = found(chat(model=model), "model")

    assert finding is not None
    assert (finding.severity, finding.code) == ("error", "wrong_endpoint")
    assert finding.fix is not None
    assert finding.fix.endpoint == "responses"


def test_e2_the_recommended_endpoint_is_named() -> None:
    assert said(chat(model="gpt-5.4"), "model") == ("hint", "other_endpoint_recommended")
    assert said(chat(model="gpt-4.1"), "model") is None


def test_e3_any_model_can_be_named() -> None:
    assert not errors(chat(model="nobody/knows-this:latest"))


def test_e6_a_request_can_go_to_chat_where_responses_is_missing() -> None:
    body, _carried, left = convert({"model": "m", "input": "a", "instructions": "b"}, "responses", "chat")

    assert not errors(body)
    assert not left
