"""Every condition of /v1/responses, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from playground.api.endpoints import ENDPOINTS
from tests.api.checked import errors, fixed, found, responses, said

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
LOOSE = {"type": "object", "properties": {"a": {"type": "string"}}}
FUNCTION = {"type": "function", "name": "f", "parameters": SCHEMA, "strict": True}


def json_schema(**format_: Any) -> dict[str, Any]:
    return {"format": {"type": "json_schema", **format_}}


# -- A: required, types, ranges -----------------------------------------------------------------------------------


def test_an_ordinary_request_is_free_of_errors_and_hints() -> None:
    assert not errors(responses(stream=True, temperature=0.7, metadata={"a": "b"}))


def test_a1_the_model_is_required_unless_a_prompt_brings_it() -> None:
    assert said({"input": "a"}, "model") == ("error", "missing_required_parameter")
    assert said({"input": "a", "model": None}, "model") == ("error", "missing_required_parameter")
    assert said({"prompt": {"id": "pmpt_1"}}, "model") == ("hint", "missing_required_parameter")


@pytest.mark.parametrize("given", [{}, {"input": None}, {"input": []}])
def test_a2_an_input_is_required(given: dict[str, Any]) -> None:
    assert said({"model": "m", **given}, "input") == ("error", "missing_required_parameter")


@pytest.mark.parametrize("context", [{"prompt": {"id": "p"}}, {"previous_response_id": "r"}, {"conversation": "c"}])
def test_a2_unless_the_words_come_from_elsewhere(context: dict[str, Any]) -> None:
    assert "input" not in errors({"model": "m", **context})


@pytest.mark.parametrize("given", [3, True, {"role": "user"}])
def test_a3_the_input_is_a_text_or_a_list(given: object) -> None:
    assert said(responses(input=given), "input") == ("error", "invalid_type")


def test_a3_input_items_are_objects() -> None:
    assert said(responses(input=["a"]), "input[0]") == ("error", "invalid_type")


@pytest.mark.parametrize(("name", "low", "high"), [("temperature", 0, 2), ("top_p", 0, 1), ("top_logprobs", 0, 20)])
def test_a4_to_a6_ranges(name: str, low: int, high: int) -> None:
    assert name not in errors(responses(**{name: low}))
    assert name not in errors(responses(**{name: high}))
    assert fixed(responses(**{name: low - 1}), name)[name] == low
    assert fixed(responses(**{name: high + 1}), name)[name] == high


def test_a6_top_logprobs_is_a_whole_number() -> None:
    assert said(responses(top_logprobs=2.5), "top_logprobs") == ("error", "invalid_type")


@pytest.mark.parametrize(("length", "severity"), [(64, None), (65, "hint"), (128, "hint"), (129, "error")])
def test_a7_the_safety_identifier_has_two_limits(length: int, severity: str | None) -> None:
    finding = found(responses(safety_identifier="x" * length), "safety_identifier")

    assert (finding.severity if finding else None) == severity


def test_a8_metadata_limits() -> None:
    assert not errors(responses(metadata={f"k{i}": "v" * 512 for i in range(16)}))
    assert errors(responses(metadata={f"k{i}": "v" for i in range(17)})) == ["metadata"]
    assert not errors(responses(metadata={"k" * 64: "v"}))
    assert errors(responses(metadata={"k" * 65: "v"})) == ["metadata." + "k" * 65]
    assert errors(responses(metadata={"k": "v" * 513})) == ["metadata.k"]
    assert fixed(responses(metadata={"k": 5}), "metadata.k")["metadata"] == {"k": "5"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("service_tier", {"service_tier": "x"}),
        ("truncation", {"truncation": "x"}),
        ("text.verbosity", {"text": {"verbosity": "x"}}),
        ("reasoning.effort", {"reasoning": {"effort": "x"}}),
        ("reasoning.summary", {"reasoning": {"summary": "x"}}),
        ("reasoning.generate_summary", {"reasoning": {"generate_summary": "x"}}),
        ("prompt_cache_retention", {"prompt_cache_retention": "x"}),
        ("include[0]", {"include": ["x"]}),
        ("text.format.type", {"text": {"format": {"type": "x"}}}),
    ],
)
def test_a9_choices(path: str, body: dict[str, Any]) -> None:
    assert said(responses(**body), path) == ("error", "invalid_value")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("reasoning.effort", {"reasoning": {"effort": "xhigh"}}),
        ("prompt_cache_retention", {"prompt_cache_retention": "in_memory"}),
        ("include[0]", {"include": ["web_search_call.results"]}),
    ],
)
def test_a9_what_only_sdks_know_is_a_hint(path: str, body: dict[str, Any]) -> None:
    assert said(responses(**body), path) == ("hint", "beyond_documentation")


@pytest.mark.parametrize("name", ["background", "parallel_tool_calls", "store", "stream"])
def test_a10_a_boolean_is_not_a_text(name: str) -> None:
    assert said(responses(**{name: "true"}), name) == ("error", "invalid_type")
    assert fixed(responses(**{name: "false"}), name)[name] is False


def test_a10_nested_booleans_too() -> None:
    body = responses(stream=True, stream_options={"include_obfuscation": "true"})

    assert said(body, "stream_options.include_obfuscation") == ("error", "invalid_type")


def test_a11_null_is_the_same_as_not_set() -> None:
    nulls = {name: None for name in ENDPOINTS["responses"].by_name if name not in ("model", "input")}

    assert not errors(responses(**nulls))


@pytest.mark.parametrize(("tokens", "severity"), [(0, "error"), (1, "hint"), (15, "hint"), (16, None)])
def test_a12_the_least_number_of_tokens(tokens: int, severity: str | None) -> None:
    finding = found(responses(max_output_tokens=tokens), "max_output_tokens")

    assert (finding.severity if finding else None) == severity


def test_a13_an_unknown_field_is_sent_with_a_hint() -> None:
    assert said(responses(whatever=1), "whatever") == ("hint", "unknown_parameter")
    assert said(responses(verbosity="low"), "verbosity") is None
    assert fixed(responses(temprature=1), "temprature")["temperature"] == 1
    assert fixed(responses(max_completion_tokens=99), "max_completion_tokens")["max_output_tokens"] == 99


# -- B: between parameters ----------------------------------------------------------------------------------------


def test_b1_one_context_only() -> None:
    body = responses(conversation="c", previous_response_id="r")

    assert said(body, "previous_response_id") == ("error", "mutually_exclusive_parameters")
    assert "previous_response_id" not in fixed(body, "previous_response_id")


@pytest.mark.parametrize("stream", [{}, {"stream": False}, {"stream": None}])
def test_b2_stream_options_need_a_stream(stream: dict[str, Any]) -> None:
    body = responses(stream_options={"include_obfuscation": False}, **stream)

    assert said(body, "stream_options") == ("error", "unsupported_parameter")
    assert not errors(fixed(body, "stream_options"))


def test_b3_logprobs_have_to_be_included() -> None:
    body = responses(top_logprobs=3, include=["reasoning.encrypted_content"])

    assert said(body, "top_logprobs") == ("hint", "nothing_comes_back")
    body = fixed(body, "top_logprobs")
    assert body["include"] == ["reasoning.encrypted_content", "message.output_text.logprobs"]
    assert said(body, "top_logprobs") is None


def test_b4_one_sampler_is_enough() -> None:
    assert said(responses(temperature=1, top_p=1), "top_p") == ("hint", "both_samplers")


def test_b5_user_is_outdated() -> None:
    assert said(responses(user="u"), "user") == ("hint", "deprecated")
    assert fixed(responses(user="u"), "user")["safety_identifier"] == "u"


def test_b6_instructions_of_the_earlier_response_do_not_come_along() -> None:
    assert said(responses(previous_response_id="r"), "previous_response_id") == ("hint", "not_carried_over")
    assert said(responses(previous_response_id="r", instructions="i"), "previous_response_id") is None


def test_b7_instructions_are_not_kept_in_the_conversation() -> None:
    assert said(responses(conversation="c", instructions="i"), "instructions") == ("hint", "not_carried_over")


@pytest.mark.parametrize(
    ("path", "word"),
    [("conversation", "before the input"), ("conversation", "One response at a time"), ("background", "queued"),
     ("truncation", "400"), ("service_tier", "really took")],
)  # fmt: skip
def test_b8_to_b12_b18_what_no_form_can_see_is_in_the_help(path: str, word: str) -> None:
    parameter = ENDPOINTS["responses"].by_name[path]

    assert word in f"{parameter.help} {parameter.more}"


def test_b10_a_background_response_is_stored() -> None:
    body = responses(background=True, store=False)

    assert said(body, "background") == ("error", "unsupported_value")
    assert not errors(fixed(body, "background"))


def test_b13_only_built_in_calls_are_counted() -> None:
    assert said(responses(max_tool_calls=2, tools=[FUNCTION]), "max_tool_calls") == ("hint", "no_effect")
    assert said(responses(max_tool_calls=2, tools=[{"type": "web_search_preview"}]), "max_tool_calls") is None


@pytest.mark.parametrize("choice", ["required", {"type": "function", "name": "f"}])
def test_b14_a_demanded_tool_has_to_be_there(choice: object) -> None:
    assert said(responses(tool_choice=choice), "tool_choice") == ("error", "invalid_value")
    assert said(responses(tool_choice=choice, tools=[FUNCTION]), "tool_choice") is None


def test_b14_the_named_tool_has_to_be_there() -> None:
    body = responses(tool_choice={"type": "function", "name": "g"}, tools=[FUNCTION])

    assert said(body, "tool_choice") == ("error", "invalid_value")
    assert fixed(body, "tool_choice")["tool_choice"] == "auto"


def test_b15_a_schema_format_needs_name_and_schema() -> None:
    assert errors(responses(text=json_schema())) == ["text.format.name", "text.format.schema"]
    assert errors(responses(text=json_schema(name="a b", schema=SCHEMA))) == ["text.format.name"]
    assert not errors(responses(text=json_schema(name="a", schema=SCHEMA)))


def test_b15_the_nested_spelling_is_taken_and_can_be_made_flat() -> None:
    body = responses(text=json_schema(json_schema={"name": "a", "schema": SCHEMA, "strict": True}))

    assert not errors(body)
    assert fixed(body, "text.format.json_schema")["text"] == json_schema(name="a", schema=SCHEMA, strict=True)
    nameless = responses(text=json_schema(json_schema={"schema": SCHEMA}))
    assert errors(nameless) == ["text.format.json_schema.name"]


def test_b16_a_strict_schema_obeys_the_strict_rules() -> None:
    body = responses(text=json_schema(name="a", schema=LOOSE, strict=True))

    assert said(body, "text.format.schema") == ("error", "invalid_json_schema")
    assert not errors(fixed(body, "text.format.schema"))
    assert not errors(responses(text=json_schema(name="a", schema=LOOSE)))


def test_b16_strict_functions_too() -> None:
    body = responses(tools=[{**FUNCTION, "parameters": LOOSE}])

    assert said(body, "tools[0].parameters") == ("error", "invalid_json_schema")
    assert not errors(fixed(body, "tools[0].parameters"))


def test_b17_json_mode_wants_the_word() -> None:
    body = responses(text={"format": {"type": "json_object"}}, instructions="Be brief.")

    assert said(body, "text.format.type") == ("error", "missing_word_json")
    assert fixed(body, "text.format.type")["instructions"].startswith("Be brief.")
    assert not errors(fixed(body, "text.format.type"))
    assert not errors(responses(text={"format": {"type": "json_object"}}, input="Give me json"))


def test_b21_reasoning_is_for_reasoning_models() -> None:
    asked = {"reasoning": {"effort": "low"}}

    assert said(responses(**asked), "reasoning") == ("hint", "unsupported_parameter")
    assert said(responses(model="gpt-5.4", **asked), "reasoning") is None
    assert said(responses(model="o4-mini", **asked), "reasoning") is None
    assert said(responses(**asked), "reasoning", profile="none") is None


def test_b22_both_spellings_of_the_summary() -> None:
    one = responses(model="o3", reasoning={"summary": "auto"})
    other = responses(model="o3", reasoning={"generate_summary": "auto"})
    both = responses(model="o3", reasoning={"summary": "auto", "generate_summary": "auto"})

    assert said(one, "reasoning.summary") is None
    assert said(other, "reasoning.generate_summary") is None
    assert said(both, "reasoning.generate_summary") == ("hint", "two_spellings")
    assert fixed(both, "reasoning.generate_summary")["reasoning"] == {"summary": "auto"}


def test_b23_tiers_depend_on_the_provider() -> None:
    assert said(responses(service_tier="flex"), "service_tier") == ("hint", "provider_dependent")
    assert said(responses(service_tier="auto"), "service_tier") is None


def test_b24_calls_and_their_answers_belong_together() -> None:
    call = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    answer = {"type": "function_call_output", "call_id": "call_1", "output": "4"}

    assert not errors(responses(input=[call, answer]))
    assert said(responses(input=[answer]), "input[0].call_id") == ("error", "no_such_call")
    assert fixed(responses(input=[answer]), "input[0].call_id")["input"] == []
    assert said(responses(input=[call]), "input[0].call_id") == ("error", "unanswered_call")
    assert not errors(fixed(responses(input=[call]), "input[0].call_id"))
    assert not errors(responses(input=[answer], previous_response_id="r"))


def test_b25_thoughts_are_lost_without_storing() -> None:
    body = responses(model="o3", store=False)

    assert said(body, "store") == ("hint", "thoughts_are_lost")
    assert fixed(body, "store")["include"] == ["reasoning.encrypted_content"]


def test_b26_items_of_earlier_turns_are_left_as_they_are() -> None:
    items = [
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x", "vendor": {"a": 1}},
        {
            "type": "message",
            "role": "assistant",
            "phase": "commentary",
            "content": [{"type": "output_text", "text": "a"}],
        },
        {"type": "something_new", "id": "1"},
    ]

    assert not errors(responses(input=items))
    assert said(responses(input=items), "input[2].type") == ("hint", "unknown_kind")


def test_b27_function_names() -> None:
    assert errors(responses(tools=[{**FUNCTION, "name": "a b"}])) == ["tools[0].name"]
    assert errors(responses(tools=[{**FUNCTION, "name": "f" * 65}])) == ["tools[0].name"]
    assert said(responses(tools=[FUNCTION, FUNCTION]), "tools[1].name") == ("error", "repeated_name")


# -- further ------------------------------------------------------------------------------------------------------


def test_a_part_without_a_source_is_named() -> None:
    body = responses(input=[{"role": "user", "content": [{"type": "input_text", "text": "a"}, {"type": "input_file"}]}])

    assert said(body, "input[0].content[1]") == ("error", "missing_source")


def test_an_mcp_server_has_an_address() -> None:
    assert said(responses(tools=[{"type": "mcp", "server_label": "a"}]), "tools[0]") == ("error", "missing_source")


@pytest.mark.parametrize(("text", "code"), [("a\0b", "nul_character"), ("a\ud800b", "lone_surrogate")])
def test_characters_that_cannot_be_trusted(text: str, code: str) -> None:
    assert said(responses(input=text), "input") == ("error", code)
    assert fixed(responses(input=text), "input")["input"] == "ab"
