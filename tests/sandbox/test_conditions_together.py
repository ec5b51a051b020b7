"""The conditions of POST /responses, B: fields together, with what is stored, and what comes back."""

import json
import re
from typing import Any

import pytest

from .api import Api, refused

FUNCTION: dict[str, Any] = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
STRICT: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}


def schema_format(schema: Any = STRICT, **more: Any) -> dict[str, Any]:
    return {"format": {"type": "json_schema", "name": "answer", "schema": schema, "strict": True, **more}}


def test_b1_a_conversation_excludes_a_previous_response(api: Api) -> None:
    both = {"previous_response_id": api.respond().json()["id"], "conversation": api.post("/conversations").json()["id"]}

    error = refused(api.respond(**both), code="mutually_exclusive_parameters")

    assert error["type"] == "invalid_request_error"


def test_b2_stream_options_need_a_stream(api: Api) -> None:
    for stream in ({}, {"stream": False}, {"stream": None}):
        refused(api.respond(stream_options={"include_obfuscation": True}, **stream), "stream_options")


def test_b3_log_probabilities_come_only_when_included(api: Api) -> None:
    def logprobs(**asked: Any) -> Any:
        return api.respond(**asked).json()["output"][0]["content"][0]["logprobs"]

    assert logprobs(top_logprobs=3) == []
    entries = logprobs(top_logprobs=3, include=["message.output_text.logprobs"])
    assert "".join(entry["token"] for entry in entries) == api.respond().text
    assert all(len(entry["top_logprobs"]) == 3 for entry in entries)


def test_b4_temperature_and_top_p_together_are_only_advised_against(api: Api) -> None:
    assert api.respond(temperature=0.5, top_p=0.5).status == 200


def test_b5_user_is_deprecated_and_still_works(api: Api) -> None:
    assert api.respond(user="someone").json()["user"] == "someone"


def test_b6_instructions_are_not_carried_over(api: Api) -> None:
    first = api.respond("One", instructions="Speak like a pirate.").json()

    second = api.respond("Two", model="sandbox-inspect", previous_response_id=first["id"])

    assert second.json()["instructions"] is None
    assert "pirate" not in second.text
    assert "One" in second.text


def test_b7_instructions_are_not_stored_in_the_conversation(api: Api) -> None:
    conversation = api.post("/conversations").json()["id"]

    api.respond("One", instructions="Speak like a pirate.", conversation=conversation)

    assert b"pirate" not in api.get(f"/conversations/{conversation}/items").body


def test_b8_a_conversation_is_prepended_and_grows_when_the_response_is_complete(api: Api) -> None:
    message = {"type": "message", "role": "user", "content": "Earlier words"}
    conversation = api.post("/conversations", {"items": [message]}).json()["id"]

    answer = api.respond("Later words", model="sandbox-inspect", conversation=conversation)

    told = [turn["text"] for turn in json.loads(answer.text)["turns"]]
    assert told == ["Earlier words", "Later words"]
    items = api.get(f"/conversations/{conversation}/items?order=asc").json()["data"]
    assert [item["role"] for item in items] == ["user", "user", "assistant"]
    api.respond(conversation=conversation, model="sandbox-failed")
    assert len(api.get(f"/conversations/{conversation}/items").json()["data"]) == 3


def test_b9_a_conversation_with_a_running_response_is_locked(api_with: Any) -> None:
    api = api_with(pace=5)
    conversation = api.post("/conversations").json()["id"]
    running = api.respond(conversation=conversation, background=True).json()["id"]

    refused(api.respond(conversation=conversation), "conversation", "conversation_locked")

    api.post(f"/responses/{running}/cancel")
    quick = {"x-sandbox-pace": "0"}
    assert api.respond(conversation={"id": conversation}, headers=quick).status == 200


def test_b10_background_needs_store_and_starts_queued(api: Api) -> None:
    refused(api.respond(background=True, store=False), "background")

    begun = api.respond(background=True).json()

    assert (begun["status"], begun["output"], begun["background"]) == ("queued", [], True)
    assert api.get(f"/responses/{begun['id']}").json()["status"] == "completed"


def test_b11_a_previous_response_has_to_be_there(api: Api) -> None:
    deleted = api.respond().json()["id"]
    api.delete(f"/responses/{deleted}")
    unstored = api.respond(store=False).json()["id"]
    another = Api(api.box, key="sk-somebody-else").respond().json()["id"]

    for identity in ("resp_unknown", deleted, unstored, another):
        refused(api.respond(previous_response_id=identity), "previous_response_id", "previous_response_not_found")


def test_b12_too_long_an_input_is_refused_or_shortened(api: Api) -> None:
    items = [{"role": "user", "content": f"Part {number}. " + "word " * 100} for number in range(20)]

    refused(api.respond(items, model="sandbox-small"), "input", "context_length_exceeded")
    refused(api.respond(items, model="sandbox-small", truncation="disabled"), "input", "context_length_exceeded")

    answer = api.respond(items, model="sandbox-small", truncation="auto", instructions="Be kind.")
    assert answer.json()["usage"]["input_tokens"] <= 512
    shortened = api.respond(items, model="sandbox-small", truncation="auto", max_output_tokens=250)
    assert "Part 19" in shortened.text
    assert "Part 1." not in shortened.text


def test_b13_max_tool_calls_counts_built_in_calls_over_all_tools(api: Api) -> None:
    tools = [{"type": "web_search_preview"}, {"type": "file_search"}, {"type": "code_interpreter"}, FUNCTION]

    def calls(**more: Any) -> list[str]:
        output = api.respond("Add 1 and 2", tools=tools, **more).json()["output"]
        return [item["type"] for item in output if item["type"] != "message"]

    assert calls() == ["web_search_call", "file_search_call", "code_interpreter_call"]
    assert calls(max_tool_calls=2) == ["web_search_call", "file_search_call"]
    forced = api.respond("Weather in Rome?", tools=[FUNCTION], tool_choice="required", max_tool_calls=1)
    assert forced.json()["output"][0]["type"] == "function_call", "function calls are not counted"


def test_b14_a_choice_needs_tools_and_names_one_of_them(api: Api) -> None:
    refused(api.respond(tool_choice="required"), "tool_choice")
    refused(api.respond(tool_choice="required", tools=[]), "tool_choice")
    refused(api.respond(tool_choice={"type": "function", "name": "get_weather"}), "tool_choice")
    refused(api.respond(tools=[FUNCTION], tool_choice={"type": "function", "name": "other"}), "tool_choice")
    refused(api.respond(tools=[FUNCTION], tool_choice={"type": "web_search_preview"}), "tool_choice")
    allowed = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "other"}]}
    refused(api.respond(tools=[FUNCTION], tool_choice=allowed), "tool_choice")


def test_b15_a_schema_format_has_a_name_and_a_schema(api: Api) -> None:
    for missing in ("name", "schema"):
        refused(api.respond(text=schema_format(**{missing: None})), f"text.format.{missing}")
    for name in ("", "a b", "x" * 65, "naïve"):
        refused(api.respond(text=schema_format(name=name)), "text.format.name")

    nested = {"type": "json_schema", "json_schema": {"name": "answer", "schema": STRICT, "strict": True}}
    answer = api.respond(text={"format": nested})
    assert set(json.loads(answer.text)) == {"a"}
    assert answer.json()["text"]["format"]["name"] == "answer"


@pytest.mark.parametrize(
    "schema",
    [
        {**STRICT, "additionalProperties": True},
        {**STRICT, "required": []},
        {"type": "object", "properties": {}},
        {**STRICT, "properties": {"a": {"type": "object", "properties": {}}}},
        {**STRICT, "$defs": {"b": {"type": "object", "properties": {}}}},
        {"type": "array", "items": {"type": "string"}},
        {"type": "nonsense"},
    ],
)
def test_b16_a_strict_schema_closes_its_objects(api: Api, schema: Any) -> None:
    refused(api.respond(text=schema_format(schema)), "text.format.schema", "invalid_json_schema")
    refused(
        api.respond(tools=[{**FUNCTION, "strict": True, "parameters": schema}]),
        "tools[0].parameters",
        "invalid_function_parameters",
    )


def test_b16_without_strict_the_schema_only_has_to_be_one(api: Api) -> None:
    assert api.respond(text=schema_format({"type": "object", "properties": {}}, strict=False)).status == 200
    refused(api.respond(text=schema_format({"type": 5}, strict=False)), "text.format.schema", "invalid_json_schema")


def test_b17_json_mode_needs_the_word(api: Api) -> None:
    json_mode = {"text": {"format": {"type": "json_object"}}}

    refused(api.respond("Answer me.", **json_mode), "input")

    assert isinstance(json.loads(api.respond("Answer in Json.", **json_mode).text), dict)
    assert api.respond("Answer me.", instructions="JSON only.", **json_mode).status == 200
    parts = [{"role": "user", "content": [{"type": "input_text", "text": "json please"}]}]
    assert api.respond(parts, **json_mode).status == 200


def test_b18_the_tier_is_the_one_that_served(api: Api) -> None:
    used = {
        tier: api.respond(service_tier=tier).json()["service_tier"] for tier in ("auto", "flex", "priority", "fast")
    }

    assert used == {"auto": "default", "flex": "flex", "priority": "priority", "fast": "priority"}


def test_b19_the_response_repeats_its_request(api: Api) -> None:
    asked: dict[str, Any] = {
        "temperature": 0.3,
        "top_p": 0.9,
        "tools": [FUNCTION],
        "tool_choice": "none",
        "text": {"format": {"type": "text"}, "verbosity": "low"},
        "reasoning": {"effort": "low", "summary": "auto"},
        "truncation": "auto",
        "store": False,
        "metadata": {"k": "v"},
        "max_output_tokens": 200,
        "max_tool_calls": 3,
        "parallel_tool_calls": False,
        "prompt_cache_key": "key",
        "prompt_cache_retention": "24h",
        "safety_identifier": "hashed",
        "top_logprobs": 2,
        "user": "someone",
        "instructions": "Be brief.",
        "background": False,
    }

    answer = api.respond(**asked).json()

    assert {name: answer[name] for name in asked} == asked


def test_b20_the_response_tells_the_defaults(api: Api) -> None:
    answer = api.respond().json()

    expected = {
        "temperature": 1,
        "top_p": 1,
        "truncation": "disabled",
        "parallel_tool_calls": True,
        "store": True,
        "background": False,
        "tool_choice": "auto",
        "tools": [],
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "auto",
        "metadata": {},
        "frequency_penalty": 0,
        "presence_penalty": 0,
        "top_logprobs": 0,
    }
    assert {name: answer[name] for name in expected} == expected
    nothing = ["error", "incomplete_details", "instructions", "max_output_tokens", "max_tool_calls", "user"]
    nothing += ["previous_response_id", "prompt_cache_key", "prompt_cache_retention", "safety_identifier"]
    nothing += ["content_filters"]
    assert {name: answer[name] for name in nothing} == dict.fromkeys(nothing)


def test_b21_reasoning_belongs_to_reasoning_models_where_a_profile_is_strict(api: Api, api_with: Any) -> None:
    assert api.respond(model="gpt-4.1", reasoning={"effort": "low"}).status == 200

    strict = api_with(profile="openai")
    refused(strict.respond(model="gpt-4.1", reasoning={"effort": "low"}), "reasoning", "unsupported_parameter")
    assert strict.respond(model="o3", reasoning={"effort": "low"}).status == 200
    assert strict.respond(model="gpt-5.4", reasoning={"effort": "low"}).status == 200


@pytest.mark.parametrize("name", ["summary", "generate_summary"])
def test_b22_either_name_for_the_summary_works(api: Api, name: str) -> None:
    answer = api.respond(model="o3", reasoning={"effort": "low", name: "concise"}).json()

    assert answer["reasoning"] == {"effort": "low", "summary": "concise"}
    assert len(answer["output"][0]["summary"]) == 1


def test_b23_every_tier_is_served(api: Api) -> None:
    for tier in ("flex", "priority", "scale", "ultrafast"):
        assert api.respond(service_tier=tier).json()["service_tier"] == tier


def test_b24_outputs_and_calls_belong_together(api: Api) -> None:
    call = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "21"}

    orphan = refused(api.respond([output]), "input")
    assert re.search("No tool call found for function call output with call_id call_1", orphan["message"])
    for unanswered in ([call], [call, {"role": "user", "content": "And?"}]):
        error = refused(api.respond(unanswered), "input")
        assert "No tool output found for function call call_1" in error["message"]

    assert api.respond([call, output]).status == 200
    asked = api.respond("Weather in Rome?", tools=[FUNCTION], tool_choice="required").json()
    call_id = asked["output"][0]["call_id"]
    answered = {"type": "function_call_output", "call_id": call_id, "output": "21"}
    assert "21" in api.respond([answered], previous_response_id=asked["id"]).text
    refused(api.respond("Never mind.", previous_response_id=asked["id"]), "input")


def test_b25_reasoning_can_be_carried_by_the_caller(api: Api) -> None:
    asked = {"model": "o3", "store": False, "include": ["reasoning.encrypted_content"]}
    first = api.respond("Think.", **asked).json()["output"]

    assert first[0]["type"] == "reasoning"
    assert first[0]["encrypted_content"]
    plain = api.respond("Think.", model="o3").json()["output"][0]
    assert "encrypted_content" not in plain
    history = [{"role": "user", "content": "Think."}, *first, {"role": "user", "content": "Again."}]
    assert api.respond(history, **asked).status == 200


def test_b26_items_may_carry_fields_nobody_knows(api: Api) -> None:
    message = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "phase": "final",
        "content": [{"type": "output_text", "text": "Hi", "annotations": [], "parsed": None}],
    }

    assert api.respond([message, {"role": "user", "content": "Go on."}]).status == 200


def test_b27_function_names_are_plain_and_differ(api: Api) -> None:
    for name in ("", "a b", "x" * 65, "naïve"):
        refused(api.respond(tools=[{**FUNCTION, "name": name}]), "tools[0].name")
    refused(api.respond(tools=[FUNCTION, FUNCTION]), "tools[1].name")
