"""The conditions of POST /responses, A: each field alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from .api import Api, refused


def test_a1_model_is_required_unless_a_prompt_brings_one(api: Api) -> None:
    refused(api.post("/responses", {"input": "x"}), "model", "missing_required_parameter")

    assert api.post("/responses", {"prompt": {"id": "pmpt_any"}}).status == 200


def test_a2_input_is_required_unless_something_else_brings_it(api: Api) -> None:
    refused(api.post("/responses", {"model": "gpt-5.4"}), "input", "missing_required_parameter")
    refused(api.post("/responses", {"model": "gpt-5.4", "input": []}), "input", "missing_required_parameter")

    first = api.respond().json()["id"]
    conversation = api.post("/conversations", {}).json()["id"]
    for brings in ({"previous_response_id": first}, {"conversation": conversation}, {"prompt": {"id": "pmpt_any"}}):
        assert api.post("/responses", {"model": "gpt-5.4", **brings}).status == 200


@pytest.mark.parametrize("value", [5, True, {"text": "x"}, ["x"], [[]], [None]])
def test_a3_input_is_text_or_an_array_of_objects(api: Api, value: Any) -> None:
    refused(api.respond(value), "input", "invalid_type")


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("temperature", (0, 0.5, 2), (-0.01, 2.01, "1", True)),
        ("top_p", (0, 1, 0.3), (-0.1, 1.1, "1", False)),
        ("top_logprobs", (0, 20), (-1, 21, 1.5, "3", True)),
    ],
    ids=["A4", "A5", "A6"],
)
def test_a4_to_a6_numbers_have_their_ranges(api: Api, field: str, good: Any, bad: Any) -> None:
    for value in good:
        assert api.respond(**{field: value}).json()[field] == value
    for value in bad:
        refused(api.respond(**{field: value}), field)


def test_a7_a_safety_identifier_has_64_characters_or_128_where_unknown_fields_pass(api: Api, api_with: Any) -> None:
    assert api.respond(safety_identifier="x" * 64).status == 200
    refused(api.respond(safety_identifier="x" * 65), "safety_identifier", "string_above_max_length")

    lenient = api_with(unknown_fields="lenient")
    assert lenient.respond(safety_identifier="x" * 128).status == 200
    refused(lenient.respond(safety_identifier="x" * 129), "safety_identifier", "string_above_max_length")


def test_a8_metadata_has_its_limits(api: Api) -> None:
    assert api.respond(metadata={f"k{number}": "v" for number in range(16)}).status == 200
    assert api.respond(metadata={"k" * 64: "v" * 512}).status == 200

    refused(api.respond(metadata={f"k{number}": "v" for number in range(17)}), "metadata")
    refused(api.respond(metadata={"k" * 65: "v"}), "metadata", "string_above_max_length")
    refused(api.respond(metadata={"k": "v" * 513}), "metadata", "string_above_max_length")
    odd: tuple[Any, ...] = (1, True, [], {})
    for value in odd:
        refused(api.respond(metadata={"k": value}), "metadata", "invalid_type")


@pytest.mark.parametrize(
    ("path", "good"),
    [
        ("service_tier", ("auto", "default", "flex", "priority", "scale", "fast", "ultrafast")),
        ("truncation", ("auto", "disabled")),
        ("text.verbosity", ("low", "medium", "high")),
        ("reasoning.effort", ("none", "minimal", "low", "medium", "high", "xhigh", "max")),
        ("reasoning.summary", ("auto", "concise", "detailed")),
        ("reasoning.generate_summary", ("auto", "concise", "detailed")),
        ("prompt_cache_retention", ("in-memory", "in_memory", "24h")),
    ],
)
def test_a9_values_come_from_their_lists(api: Api, path: str, good: tuple[str, ...]) -> None:
    def asked(value: Any) -> dict[str, Any]:
        outer, _, inner = path.partition(".")
        return {outer: {inner: value} if inner else value}

    for value in good:
        assert api.respond(**asked(value)).status == 200
    refused(api.respond(**asked("gold")), path, "invalid_value")
    refused(api.respond(**asked(7)), path, "invalid_type")


def test_a9_include_and_format_types_come_from_their_lists(api: Api) -> None:
    included = [
        "web_search_call.action.sources",
        "code_interpreter_call.outputs",
        "computer_call_output.output.image_url",
        "file_search_call.results",
        "message.input_image.image_url",
        "message.output_text.logprobs",
        "reasoning.encrypted_content",
        "web_search_call.results",
    ]
    assert api.respond(include=included).status == 200
    refused(api.respond(include=["nope"]), "include", "invalid_value")
    refused(api.respond(include="message.output_text.logprobs"), "include", "invalid_type")

    assert api.respond("In JSON.", text={"format": {"type": "json_object"}}).status == 200
    refused(api.respond(text={"format": {"type": "xml"}}), "text.format.type", "invalid_value")


@pytest.mark.parametrize("field", ["background", "parallel_tool_calls", "store", "stream"])
def test_a10_booleans_are_booleans(api: Api, field: str) -> None:
    for value in ("true", 1, 0):
        refused(api.respond(**{field: value}), field, "invalid_type")


def test_a10_the_padding_switch_is_a_boolean(api: Api) -> None:
    options = {"include_obfuscation": "true"}
    refused(api.respond(stream=True, stream_options=options), "stream_options.include_obfuscation", "invalid_type")


def test_a11_null_means_absent(api: Api) -> None:
    listed = json.loads((Path(__file__).parent / "parameters.json").read_text("utf-8"))["responses"]
    nullable = {name.partition(".")[0].removesuffix("[]") for name in listed} - {"model", "input"}
    bare, answer = api.respond(), api.respond(**dict.fromkeys(nullable))

    assert answer.status == 200
    changing = {"id", "created_at", "completed_at", "output"}
    assert {key: value for key, value in answer.json().items() if key not in changing} == {
        key: value for key, value in bare.json().items() if key not in changing
    }
    assert api.respond(reasoning={"effort": None}, text={"format": None, "verbosity": None}).status == 200


def test_a12_max_output_tokens_starts_at_one(api: Api) -> None:
    assert api.respond(max_output_tokens=1).json()["usage"]["output_tokens"] == 1
    refused(api.respond(max_output_tokens=0), "max_output_tokens", "integer_below_min_value")
    refused(api.respond(max_output_tokens=16.5), "max_output_tokens", "invalid_type")


def test_a13_an_unknown_field_is_refused_or_let_through_by_a_setting(api: Api, api_with: Any) -> None:
    error = refused(api.respond(colour="red"), "colour", "unknown_parameter")
    assert error["message"] == "Unknown parameter: 'colour'."
    refused(api.respond(reasoning={"colour": "red"}), "reasoning.colour", "unknown_parameter")

    assert api_with(unknown_fields="lenient").respond(colour="red", reasoning={"colour": "red"}).status == 200
    assert api.respond(headers={"x-sandbox-unknown-fields": "lenient"}, colour="red").status == 200
    assert api.respond(verbosity="low").status == 200, "a helper of the SDK sends it"
