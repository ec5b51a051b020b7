"""POST /responses and all that belongs to it, through the real SDK against the running server."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests import serving

from .sdk import (
    BAD_KEY,
    LONG,
    MODEL,
    RESPONSES_TOOL,
    City,
    check_events,
    check_response,
    connect,
    refused,
    run_async,
)


@pytest.fixture(scope="module")
def base_url(start_server: serving.Servers) -> str:
    return start_server(env={"PLAYGROUND_SANDBOX_PACE": "0"}).base_url + "/sandbox/v1"


@pytest.fixture(scope="module")
def client(base_url: str) -> Iterator[Any]:
    with connect(base_url) as connected:
        yield connected


# -- create -----------------------------------------------------------------------------------------------------


def test_text_comes_back(client: Any) -> None:
    response = client.responses.create(model=MODEL, input="Say hello.")

    check_response(response)
    message = response.output[0]
    assert (message.type, message.role, message.status) == ("message", "assistant", "completed")
    assert message.content[0].type == "output_text"
    assert message.content[0].annotations == []
    assert response.output_text


def test_defaults_are_echoed(client: Any) -> None:
    response = client.responses.create(model=MODEL, input="x")

    assert (response.temperature, response.top_p, response.truncation) == (1, 1, "disabled")
    assert (response.parallel_tool_calls, response.tool_choice, response.tools) == (True, "auto", [])
    assert (response.text.format.type, response.metadata, response.background) == ("text", {}, False)
    assert response.previous_response_id is None
    assert response.service_tier


def test_parameters_are_echoed(client: Any) -> None:
    asked = {
        "instructions": "Be brief.",
        "temperature": 0.3,
        "top_p": 0.9,
        "max_output_tokens": 200,
        "metadata": {"k": "v"},
        "parallel_tool_calls": False,
        "truncation": "auto",
        "safety_identifier": "u1",
        "prompt_cache_key": "p1",
        "max_tool_calls": 3,
    }

    response = client.responses.create(model=MODEL, input="x", text={"verbosity": "low"}, **asked)

    assert {name: getattr(response, name) for name in asked} == asked
    assert response.text.verbosity == "low"


def test_nulls_mean_absent(client: Any) -> None:
    nulls = dict.fromkeys(("temperature", "top_p", "stream", "metadata", "instructions", "include"))

    response = client.responses.create(model=MODEL, input="x", **nulls)

    check_response(response)
    assert response.temperature == 1


def test_max_output_tokens_ends_the_response_early(client: Any) -> None:
    response = client.responses.create(model=MODEL, input=LONG, max_output_tokens=16)

    check_response(response, "incomplete")
    assert response.incomplete_details.reason == "max_output_tokens"
    assert response.usage.output_tokens == 16


def test_a_function_is_called_and_its_output_answered(client: Any) -> None:
    asked = client.responses.create(model=MODEL, input="Weather?", tools=[RESPONSES_TOOL], tool_choice="required")

    check_response(asked)
    call = asked.output[0]
    assert (call.type, call.name, call.status) == ("function_call", "get_weather", "completed")
    assert call.call_id != call.id
    arguments = json.loads(call.arguments)
    assert set(arguments) == {"location", "unit"}
    assert arguments["unit"] in ("celsius", "fahrenheit")
    output = {"type": "function_call_output", "call_id": call.call_id, "output": '{"t":21}'}
    answer = client.responses.create(model=MODEL, previous_response_id=asked.id, tools=[RESPONSES_TOOL], input=[output])
    check_response(answer)
    assert answer.previous_response_id == asked.id
    assert answer.output[0].type == "message"


def test_tool_choice_none_keeps_tools_quiet(client: Any) -> None:
    response = client.responses.create(model=MODEL, input="Weather?", tools=[RESPONSES_TOOL], tool_choice="none")

    assert [item.type for item in response.output] == ["message"]
    assert len(response.tools) == 1


def test_the_whole_history_can_be_sent_back(client: Any) -> None:
    tools = [RESPONSES_TOOL, {"type": "web_search_preview"}]
    history: list[Any] = [{"role": "user", "content": "Weather in Paris?"}]
    first = client.responses.create(model="o3", input=history, tools=tools, store=False, reasoning={"summary": "auto"})

    history += [item.model_dump() for item in first.output]
    calls = [item for item in first.output if item.type == "function_call"]
    history += [{"type": "function_call_output", "call_id": call.call_id, "output": "21"} for call in calls]
    second = client.responses.create(model="o3", input=history, tools=tools, store=False)

    check_response(second)


def test_structured_output_is_parsed(client: Any) -> None:
    response = client.responses.parse(model=MODEL, input="Describe a city.", text_format=City)

    assert isinstance(response.output_parsed, City)
    assert (response.text.format.type, response.text.format.name) == ("json_schema", "City")


def test_json_mode_is_json(client: Any) -> None:
    response = client.responses.create(model=MODEL, input="Answer in JSON.", text={"format": {"type": "json_object"}})

    assert isinstance(json.loads(response.output_text), dict)


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "web_search_preview"},
        {"type": "file_search", "vector_store_ids": ["vs_1"]},
        {"type": "code_interpreter", "container": {"type": "auto"}},
        {"type": "mcp", "server_label": "notes", "server_url": "https://mcp.example", "require_approval": "never"},
        {"type": "image_generation"},
        {"type": "shell"},
    ],
)
def test_the_sdk_knows_every_built_in_item(client: Any, tool: Any) -> None:
    response = client.responses.create(model=MODEL, input="x", tools=[tool], tool_choice="required")

    assert response.output[0].type.startswith(tool["type"].removesuffix("_preview"))
    for item in response.output:
        assert type(item).model_validate(item.model_dump()), "every field the SDK needs is there"


# -- streams ----------------------------------------------------------------------------------------------------


def test_a_stream_keeps_the_documented_order(client: Any) -> None:
    events = list(client.responses.create(model=MODEL, input="Say hello.", stream=True))

    types = check_events(events)
    assert list(dict.fromkeys(types))[1:] == [
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    check_response(events[-1].response)


def test_a_call_streams_its_arguments(client: Any) -> None:
    asked = {"model": MODEL, "input": "Weather in Rome?", "tools": [RESPONSES_TOOL], "tool_choice": "required"}

    types = check_events(list(client.responses.create(**asked, stream=True)))

    assert "response.function_call_arguments.delta" in types


def test_the_stream_helper_follows(client: Any) -> None:
    with client.responses.stream(model=MODEL, input="Say hello.") as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                assert event.snapshot.endswith(event.delta)
        check_response(stream.get_final_response())


def test_the_stream_helper_parses(client: Any) -> None:
    with client.responses.stream(model=MODEL, input="Describe a city.", text_format=City) as stream:
        assert isinstance(stream.get_final_response().output_parsed, City)


def test_the_stream_helper_follows_tools_and_reasoning(client: Any) -> None:
    tools = [
        RESPONSES_TOOL,
        {"type": "web_search_preview"},
        {"type": "code_interpreter", "container": {"type": "auto"}},
    ]
    for asked in ({"input": "Search."}, {"input": "Weather in Rome?"}):
        with client.responses.stream(model="o3", tools=tools, reasoning={"summary": "detailed"}, **asked) as stream:
            check_response(stream.get_final_response())


def test_every_event_of_the_parade_is_one_the_sdk_knows(client: Any) -> None:
    events = list(client.responses.create(model="sandbox-parade", input="x", stream=True))

    assert len({event.type for event in events}) == 59
    for event in events:
        assert type(event).__name__.endswith("Event")
        type(event).model_validate(event.model_dump())


def test_a_stream_can_be_left_early(client: Any) -> None:
    stream = client.responses.create(model=MODEL, input=LONG, stream=True)
    next(iter(stream))
    stream.close()

    check_response(client.responses.create(model=MODEL, input="Still there?"))


# -- refusals and failures --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": -0.1}, "temperature"),
        ({"top_p": 1.5}, "top_p"),
        ({"top_logprobs": 21}, "top_logprobs"),
        ({"metadata": {f"k{number}": "v" for number in range(17)}}, "metadata"),
        ({"service_tier": "gold"}, "service_tier"),
        ({"include": ["nope"]}, "include"),
        ({"reasoning": {"effort": "huge"}}, "reasoning"),
        ({"text": {"format": {"type": "json_schema", "schema": {}}}}, "text"),
        ({"stream_options": {"include_obfuscation": True}}, "stream_options"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"previous_response_id": "resp_missing"}, "previous_response_id"),
        ({"tools": [{"type": "function", "parameters": {}}]}, "tools"),
        ({"extra_body": {"colour": "red"}}, "colour"),
    ],
)
def test_bad_values_are_bad_requests(client: Any, asked: Any, param: str) -> None:
    refused(lambda: client.responses.create(model=MODEL, input="x", **asked), param)


def test_missing_parameters_are_bad_requests(client: Any) -> None:
    refused(lambda: client.responses.create(input="x"), "model")
    refused(lambda: client.responses.create(model=MODEL), "input")


def test_unknown_ids_are_not_found(client: Any) -> None:
    for call in (
        lambda: client.responses.retrieve("resp_missing"),
        lambda: client.responses.cancel("resp_missing"),
        lambda: client.responses.input_items.list("resp_missing"),
        lambda: client.conversations.retrieve("conv_missing"),
        lambda: list(client.responses.retrieve("resp_missing", stream=True)),
        lambda: client.responses.create(model="no-such-model", input="x"),
        lambda: list(client.responses.create(model="no-such-model", input="x", stream=True)),
    ):
        with pytest.raises(openai.NotFoundError) as caught:
            call()
        assert isinstance(caught.value.body, dict)
        assert (caught.value.request_id or "").startswith("req_")


def test_a_bad_key_is_not_let_in(base_url: str) -> None:
    with connect(base_url, BAD_KEY) as stranger, pytest.raises(openai.AuthenticationError) as caught:
        stranger.responses.create(model=MODEL, input="x")
    assert caught.value.code == "invalid_api_key"


def test_forced_errors_are_the_classes_the_sdk_has_for_them(client: Any) -> None:
    once = uuid.uuid4().hex
    with pytest.raises(openai.RateLimitError) as limited:
        client.responses.create(model="sandbox-busy", input=once)
    assert limited.value.response.headers["retry-after"] == "1"
    for model in ("sandbox-error-500", "sandbox-error-503"):
        with pytest.raises(openai.InternalServerError):
            client.responses.create(model=model, input="x")


def test_the_sdk_gets_through_to_the_busy_model_by_trying_again(base_url: str) -> None:
    with connect(base_url, max_retries=2) as patient:
        check_response(patient.responses.create(model="sandbox-busy", input=uuid.uuid4().hex))


def test_a_refusal_is_not_text(client: Any) -> None:
    response = client.responses.create(model="sandbox-refusal", input="x")

    assert response.output[0].content[0].type == "refusal"
    assert response.output[0].content[0].refusal
    assert response.output_text == ""


def test_an_error_inside_the_stream_is_raised(client: Any) -> None:
    with pytest.raises(openai.APIError) as caught:
        list(client.responses.create(model="sandbox-stream-error", input="x", stream=True))
    assert caught.value.code == "server_error"

    failed = list(client.responses.create(model="sandbox-failed", input="x", stream=True))
    assert failed[-1].type == "response.failed"
    assert failed[-1].response.error.code == "server_error"


def test_the_async_client_does_it_all(base_url: str) -> None:
    async def body(client: Any) -> None:
        check_response(await client.responses.create(model=MODEL, input="x"))
        stream = await client.responses.create(model=MODEL, input="x", stream=True)
        check_events([event async for event in stream])
        async with client.responses.stream(model=MODEL, input="x") as helper:
            check_response(await helper.get_final_response())
        conversation = await client.conversations.create()
        await client.responses.create(model=MODEL, input="x", conversation=conversation.id)
        assert len([item async for item in client.conversations.items.list(conversation.id)]) == 2
        begun = await client.responses.create(model=MODEL, input="x", background=True)
        check_response(await client.responses.retrieve(begun.id))
        await client.responses.delete(begun.id)
        with pytest.raises(openai.NotFoundError):
            await client.responses.retrieve(begun.id)

    run_async(base_url, body)
