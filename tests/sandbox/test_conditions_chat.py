"""The conditions of POST /chat/completions: each row of C is a test."""

import json
from typing import Any

import pytest

from .api import Api, refused
from .order import check_chat

FUNCTION: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
NAMED = {"type": "function", "function": {"name": "get_weather"}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
USER = {"role": "user", "content": "Hi"}


def test_c1_model_and_messages_are_required(api: Api) -> None:
    refused(api.post("/chat/completions", {"messages": [USER]}), "model", "missing_required_parameter")
    refused(api.post("/chat/completions", {"model": "gpt-4.1"}), "messages", "missing_required_parameter")
    refused(api.complete([]), "messages", "empty_array")
    odd: tuple[Any, ...] = (
        {"role": "user", "content": "Hi"},
        5,
        [5],
        [None],
        [{}],
        [{"role": "king", "content": "Hi"}],
    )
    for messages in odd:
        refused(api.complete(messages), "messages")


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("temperature", (0, 2), (-0.1, 2.1, "1")),
        ("top_p", (0, 1), (-0.1, 1.1)),
        ("presence_penalty", (-2, 2), (-2.1, 2.1)),
        ("frequency_penalty", (-2, 2), (-2.1, 2.1)),
        ("logit_bias", ({"50256": -100}, {"50256": 100}, {}), ({"50256": 101}, {"50256": -101}, {"1": "x"}, [])),
        ("n", (1, 128), (0, 129, 1.5, True)),
        ("stop", ("a", ["a", "b", "c", "d"]), (["a", "b", "c", "d", "e"], 5, [5])),
        ("seed", (0, -5, 2**62), (1.5, 2**70)),
    ],
)
def test_c2_numbers_have_their_ranges(api: Api, field: str, good: Any, bad: Any) -> None:
    for value in good:
        assert api.complete(**{field: value}).status == 200
    for value in bad:
        refused(api.complete(**{field: value}), field)


def test_c2_top_logprobs_has_its_range(api: Api) -> None:
    for value in (0, 20):
        assert api.complete(logprobs=True, top_logprobs=value).status == 200
    for odd in (-1, 21, 1.5):
        refused(api.complete(logprobs=True, top_logprobs=odd), "top_logprobs")


def test_c3_top_logprobs_needs_logprobs(api: Api) -> None:
    refused(api.complete(top_logprobs=2), "top_logprobs")
    refused(api.complete(top_logprobs=2, logprobs=False), "top_logprobs")

    entries = api.complete(top_logprobs=2, logprobs=True).json()["choices"][0]["logprobs"]["content"]
    assert all(len(entry["top_logprobs"]) == 2 for entry in entries)
    assert "".join(entry["token"] for entry in entries) == api.complete().text


def test_c4_stream_options_need_a_stream(api: Api) -> None:
    refused(api.complete(stream_options={"include_usage": True}), "stream_options")


def test_c5_two_token_limits_are_one_too_many(api: Api) -> None:
    refused(api.complete(max_tokens=5, max_completion_tokens=5), "max_tokens")


@pytest.mark.parametrize("model", ["o3", "o4-mini", "gpt-5.4"])
def test_c6_newer_models_take_only_max_completion_tokens(api: Api, model: str) -> None:
    error = refused(api.complete(model=model, max_tokens=5), "max_tokens", "unsupported_parameter")

    assert error["message"] == (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    )
    assert api.complete(model=model, max_completion_tokens=500).status == 200
    assert api.complete(model="gpt-4.1", max_tokens=500).status == 200


def test_c7_reasoning_can_use_up_the_whole_limit(api: Api) -> None:
    answer = api.complete(model="o3", max_completion_tokens=20).json()

    assert (answer["choices"][0]["message"]["content"], answer["choices"][0]["finish_reason"]) == ("", "length")
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] == 20


def test_c8_system_and_developer_are_instructions_and_the_first_reasoning_models_refuse_them(api: Api) -> None:
    for role in ("system", "developer"):
        messages = [{"role": role, "content": "Be kind."}, USER]
        assert json.loads(api.complete(messages, model="sandbox-inspect").text)["instructions"] == "Be kind."
        refused(api.complete(messages, model="o1-mini"), "messages[0].role", "unsupported_value")
    both = [{"role": "system", "content": "A"}, {"role": "developer", "content": "B"}, USER]
    assert api.complete(both).status == 200


def test_c9_tool_messages_answer_calls(api: Api) -> None:
    asked = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    answer = {"role": "tool", "tool_call_id": "call_1", "content": "21"}

    refused(api.complete([USER, {"role": "tool", "content": "21"}]), "messages[1].tool_call_id")
    refused(api.complete([USER, answer]), "messages.[1].role")
    refused(api.complete([USER, asked, {**answer, "tool_call_id": "call_2"}]), "messages.[2].role")
    for unanswered in ([USER, asked], [USER, asked, USER]):
        error = refused(api.complete(unanswered), "messages.[1].role")
        assert "call_1" in error["message"]

    assert "21" in api.complete([USER, asked, answer]).text


def test_c10_an_assistant_message_needs_content_or_calls(api: Api) -> None:
    refused(api.complete([USER, {"role": "assistant", "content": None}, USER]), "messages[1].content")
    refused(api.complete([USER, {"role": "assistant"}, USER]), "messages[1].content")
    assert api.complete([USER, {"role": "assistant", "refusal": "No."}, USER]).status == 200


def test_c11_json_mode_is_json_and_needs_the_word(api: Api) -> None:
    mode = {"response_format": {"type": "json_object"}}

    refused(api.complete("Answer.", **mode), "messages")

    assert isinstance(json.loads(api.complete("Answer in JSON.", **mode).text), dict)


def test_c11_a_schema_is_kept_exactly(api: Api) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 7, "maximum": 9}}, "required": ["n"]}

    answer = api.complete(response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": schema}})

    assert 7 <= json.loads(answer.text)["n"] <= 9


def test_c12_a_schema_format_has_a_plain_name(api: Api) -> None:
    refused(api.complete(response_format={"type": "json_schema"}), "response_format")
    for name in (None, "", "a b", "x" * 65):
        refused(api.complete(response_format={"type": "json_schema", "json_schema": {"name": name, "schema": {}}}),
                "response_format.json_schema.name")  # fmt: skip
    loose = {"name": "x", "strict": True, "schema": {"type": "object", "properties": {"a": {"type": "string"}}}}
    form = {"type": "json_schema", "json_schema": loose}
    refused(api.complete(response_format=form), "response_format", "invalid_json_schema")


def test_c13_a_choice_needs_tools(api: Api) -> None:
    for choice in ("auto", "required", NAMED):
        refused(api.complete(tool_choice=choice), "tool_choice")
    refused(api.complete(tools=[FUNCTION], tool_choice="maybe"), "tool_choice")
    other = {"type": "function", "function": {"name": "other"}}
    refused(api.complete(tools=[FUNCTION], tool_choice=other), "tool_choice")
    assert api.complete(tool_choice="none").status == 200


def test_c13_each_choice_has_its_effect(api: Api) -> None:
    def finish(said: str, **more: Any) -> str:
        reason: str = api.complete(said, tools=[FUNCTION], **more).json()["choices"][0]["finish_reason"]
        return reason

    assert finish("Weather in Rome?") == "tool_calls", "auto is the default with tools"
    assert finish("Hello!") == "stop"
    assert finish("Weather in Rome?", tool_choice="none") == "stop"
    assert finish("Hello!", tool_choice="required") == "tool_calls"
    assert finish("Hello!", tool_choice=NAMED) == "tool_calls"
    allowed = {"mode": "required", "tools": [NAMED]}
    assert finish("Hello!", tool_choice={"type": "allowed_tools", "allowed_tools": allowed}) == "tool_calls"


def test_c14_parallel_calls_need_tools_and_the_old_names_stand_alone(api: Api) -> None:
    function = FUNCTION["function"]

    refused(api.complete(parallel_tool_calls=True), "parallel_tool_calls")
    refused(api.complete(tools=[FUNCTION], functions=[function]), "functions")
    refused(api.complete(tools=[FUNCTION], function_call="auto", functions=[function]), "functions")
    refused(api.complete(function_call="auto"), "function_call")
    refused(api.complete(functions=[function], function_call={"name": "other"}), "function_call")
    refused(api.complete(functions=[function, function]), "functions[1].name")
    refused(api.complete(tools=[FUNCTION, FUNCTION]), "tools[1].function.name")

    answer = api.complete("Weather in Rome?", functions=[function], function_call={"name": "get_weather"}).json()
    choice = answer["choices"][0]
    assert choice["finish_reason"] == "function_call"
    assert choice["message"]["function_call"] == {"name": "get_weather", "arguments": '{"city": "Rome"}'}


def test_c15_sound_needs_to_be_described(api: Api) -> None:
    both = {"modalities": ["text", "audio"]}
    refused(api.complete(**both), "audio", "missing_required_parameter")
    refused(api.complete(**both, audio={"voice": "alloy"}), "audio.format")
    wav, raw = {"voice": "alloy", "format": "wav"}, {"voice": "alloy", "format": "pcm16"}
    refused(api.complete(**both, audio=wav, stream=True), "audio.format")

    message = api.complete(**both, audio=wav).json()["choices"][0]["message"]
    assert message["content"] is None
    assert message["audio"]["transcript"] == api.complete().text
    chunks = [event.data for event in api.complete(**both, audio=raw, stream=True).events[:-1]]
    spoken = [chunk["choices"][0]["delta"].get("audio", {}) for chunk in chunks]
    assert "".join(part.get("transcript", "") for part in spoken) == message["audio"]["transcript"]
    assert any(part.get("data") for part in spoken)


def test_c16_stop_is_not_for_strict_reasoning_models_and_a_prediction_stands_alone(api: Api, api_with: Any) -> None:
    refused(api_with(profile="openai").complete(model="o3", stop="x"), "stop", "unsupported_parameter")
    assert api.complete(model="o3", stop="x").status == 200

    predicted = {"prediction": {"type": "content", "content": "Hello from the sandbox! Nothing else."}}
    refused(api.complete(**predicted, n=2), "n")
    refused(api.complete(**predicted, logprobs=True), "logprobs")
    refused(api.complete(**predicted, tools=[FUNCTION]), "tools")
    refused(api.complete(**predicted, max_completion_tokens=5), "max_completion_tokens")
    details = api.complete(**predicted).json()["usage"]["completion_tokens_details"]
    assert details["accepted_prediction_tokens"] + details["rejected_prediction_tokens"] == 8


def test_c17_n_gives_different_choices_and_the_usage_of_all(api: Api) -> None:
    for temperature in (0, 1):
        answer = api.complete(n=3, temperature=temperature).json()
        assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2]
        assert len({choice["message"]["content"] for choice in answer["choices"]}) == 3
    usage = api.complete(n=3, logprobs=True).json()
    spelled = [len(choice["logprobs"]["content"]) for choice in usage["choices"]]
    assert usage["usage"]["completion_tokens"] == sum(spelled)
    assert len(check_chat(api.complete(n=2, stream=True).events, choices=2)) == 2


@pytest.mark.parametrize("temperature", [0, 1])
@pytest.mark.parametrize("said", ["Hello!", "A haiku, please.", "Tell me a story.", "What is up?"])
def test_c17_all_128_choices_differ(api: Api, said: str, temperature: float) -> None:
    """However few ways there are to say a thing."""
    answer = api.complete(said, n=128, temperature=temperature).json()

    assert len({choice["message"]["content"] for choice in answer["choices"]}) == 128


def test_c17_choices_in_json_are_left_as_they_are(api: Api) -> None:
    """A schema that one value alone satisfies leaves nothing to tell choices apart by."""
    schema = {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"], "additionalProperties": False}
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}}

    choices = api.complete(n=3, response_format=form).json()["choices"]

    assert [json.loads(choice["message"]["content"]) for choice in choices] == [{"a": 1}] * 3


def test_c18_finish_reasons_say_why(api: Api) -> None:
    def finish(**more: Any) -> str:
        reason: str = api.complete(**more).json()["choices"][0]["finish_reason"]
        return reason

    assert finish() == "stop"
    assert finish(stop="sandbox") == "stop"
    assert finish(max_completion_tokens=2) == "length"
    assert finish(tools=[FUNCTION], tool_choice="required") == "tool_calls"
    assert finish(model="sandbox-filter") == "content_filter"


def test_c19_the_text_ends_before_the_stop_sequence(api: Api) -> None:
    whole = api.complete().text

    assert api.complete(stop=["simulated", "never said"]).text == whole.partition("simulated")[0]
    streamed = check_chat(api.complete(stop="simulated", stream=True).events)[0]
    assert streamed["content"] == whole.partition("simulated")[0]
    assert api.complete(stop=["", "never said"]).text == whole


def test_c20_the_same_seed_gives_the_same_words(api: Api) -> None:
    def told(seed: int | None) -> str:
        return api.complete("Tell me a story.", seed=seed).text

    assert told(1) == told(1)
    assert len({told(seed) for seed in (None, 1, 2, 3, 4, 5)}) > 1
    assert api.complete().json()["system_fingerprint"] == "fp_sandbox_1"


def test_c21_what_a_family_does_not_do_is_an_error(api: Api) -> None:
    refused(api.complete(model="sandbox-claude", logprobs=True), "logprobs", "unsupported_parameter")
    refused(api.complete(model="sandbox-claude", n=2), "n", "unsupported_value")
