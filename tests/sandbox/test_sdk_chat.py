"""POST /chat/completions and the models, through the real SDK against the running server."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests import serving

from .sdk import CHAT_TOOL, LONG, MESSAGES, MODEL, City, connect, refused, run_async


@pytest.fixture(scope="module")
def base_url(start_server: serving.Servers) -> str:
    return start_server(env={"PLAYGROUND_SANDBOX_PACE": "0"}).base_url + "/sandbox/v1"


@pytest.fixture(scope="module")
def client(base_url: str) -> Iterator[Any]:
    with connect(base_url) as connected:
        yield connected


def check_completion(completion: Any, choices: int = 1) -> None:
    assert completion.object == "chat.completion"
    assert completion.id.startswith("chatcmpl-")
    assert [choice.index for choice in completion.choices] == list(range(choices))
    usage = completion.usage
    assert usage.prompt_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.prompt_tokens_details.cached_tokens >= 0
    assert usage.completion_tokens_details.reasoning_tokens >= 0


def create(client: Any, said: str = "Say hello.", **more: Any) -> Any:
    return client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": said}], **more)


def test_text_comes_back(client: Any) -> None:
    completion = client.chat.completions.create(
        model=MODEL, messages=[{"role": "system", "content": "Be kind."}, *MESSAGES]
    )

    check_completion(completion)
    choice = completion.choices[0]
    assert (choice.finish_reason, choice.message.role, choice.message.refusal) == ("stop", "assistant", None)
    assert choice.message.content
    assert not choice.message.tool_calls


def test_history_and_pictures_are_taken(client: Any) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "high"}}

    completion = client.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": [{"type": "text", "text": "This?"}, picture]},
        ],
    )

    check_completion(completion)
    assert "image/png" in completion.choices[0].message.content


def test_n_gives_so_many_choices(client: Any) -> None:
    check_completion(create(client, n=3), 3)


def test_the_token_limit_ends_a_choice(client: Any) -> None:
    completion = create(client, LONG, max_completion_tokens=5)

    assert completion.usage.completion_tokens == 5
    assert completion.choices[0].finish_reason == "length"


def test_a_function_is_called_and_its_output_answered(client: Any) -> None:
    message = create(client, tools=[CHAT_TOOL], tool_choice="required").choices[0].message

    call = message.tool_calls[0]
    assert (call.type, call.function.name) == ("function", "get_weather")
    assert set(json.loads(call.function.arguments)) == {"location", "unit"}
    outputs = [{"role": "tool", "tool_call_id": one.id, "content": "21"} for one in message.tool_calls]
    history = [*MESSAGES, message.model_dump(exclude_none=True), *outputs]
    answer = client.chat.completions.create(model=MODEL, messages=history, tools=[CHAT_TOOL])
    assert answer.choices[0].message.content


def test_structured_output_is_parsed(client: Any) -> None:
    completion = client.chat.completions.parse(model=MODEL, messages=MESSAGES, response_format=City)

    assert isinstance(completion.choices[0].message.parsed, City)
    mode = {"type": "json_object"}
    assert isinstance(json.loads(create(client, "JSON.", response_format=mode).choices[0].message.content), dict)


def test_log_probabilities_spell_the_text(client: Any) -> None:
    choice = create(client, logprobs=True, top_logprobs=2).choices[0]

    assert "".join(entry.token for entry in choice.logprobs.content) == choice.message.content
    for entry in choice.logprobs.content:
        assert bytes(entry.bytes).decode() == entry.token
        assert len(entry.top_logprobs) == 2
        assert entry.logprob <= 0


def test_a_stream_adds_up(client: Any) -> None:
    chunks = list(create(client, stream=True))

    assert len({(chunk.id, chunk.created, chunk.object) for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert all(chunk.usage is None for chunk in chunks)
    reasons = [chunk.choices[0].finish_reason for chunk in chunks]
    assert reasons == [None] * (len(chunks) - 1) + ["stop"]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == create(client).choices[0].message.content


def test_the_usage_chunk_comes_last(client: Any) -> None:
    *chunks, last = create(client, stream=True, stream_options={"include_usage": True})

    assert last.choices == []
    assert last.usage.total_tokens > 0
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)


def test_a_call_streams_in_fragments(client: Any) -> None:
    choice = {"type": "function", "function": {"name": "get_weather"}}
    chunks = create(client, tools=[CHAT_TOOL], tool_choice=choice, stream=True)

    first, *rest = [part for chunk in chunks for one in chunk.choices for part in one.delta.tool_calls or []]

    assert first.id
    assert first.function.name == "get_weather"
    assert not any(part.id or part.function.name for part in rest)
    json.loads("".join(part.function.arguments for part in (first, *rest)))


def test_the_stream_helper_follows(client: Any) -> None:
    asked = {"model": MODEL, "messages": [{"role": "user", "content": "Weather in Rome?"}]}

    with client.chat.completions.stream(**asked, tools=[CHAT_TOOL]) as stream:
        final = stream.get_final_completion()

    assert final.choices[0].message.tool_calls[0].function.parsed_arguments["location"] == "Rome"
    with client.chat.completions.stream(**asked, response_format=City) as stream:
        assert isinstance(stream.get_final_completion().choices[0].message.parsed, City)


def test_completions_are_stored_on_request(client: Any) -> None:
    mark = uuid.uuid4().hex
    kept, unkept = create(client, store=True, metadata={"mark": mark}), create(client)

    assert client.chat.completions.retrieve(kept.id).choices == kept.choices
    assert [one.id for one in client.chat.completions.list(metadata={"mark": mark})] == [kept.id]
    assert [one.content for one in client.chat.completions.messages.list(kept.id)] == ["Say hello."]
    assert client.chat.completions.update(kept.id, metadata={"mark": "x"}).metadata == {"mark": "x"}
    assert client.chat.completions.delete(kept.id).deleted
    for identity in (kept.id, unkept.id):
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.retrieve(identity)


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"temperature": 3}, "temperature"),
        ({"top_p": -1}, "top_p"),
        ({"n": 0}, "n"),
        ({"n": 129}, "n"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"presence_penalty": 2.5}, "presence_penalty"),
        ({"frequency_penalty": -2.5}, "frequency_penalty"),
        ({"logit_bias": {"50256": 101}}, "logit_bias"),
        ({"top_logprobs": 5}, "top_logprobs"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"max_tokens": 5, "max_completion_tokens": 5}, None),
        ({"reasoning_effort": "huge"}, "reasoning_effort"),
        ({"service_tier": "gold"}, "service_tier"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"response_format": {"type": "xml"}}, "response_format"),
        ({"response_format": {"type": "json_schema"}}, "response_format"),
    ],
)
def test_bad_values_are_bad_requests(client: Any, asked: Any, param: str | None) -> None:
    refused(lambda: create(client, **asked), param)


def test_models_are_listed(client: Any) -> None:
    models = list(client.models.list())

    assert MODEL in [model.id for model in models]
    model = client.models.retrieve(MODEL)
    assert (model.id, model.object, model.owned_by) == (MODEL, "model", "sandbox")
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("no-such-model")
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="no-such-model", messages=MESSAGES)
    assert caught.value.code == "model_not_found"


def test_a_refusal_is_not_content(client: Any) -> None:
    message = client.chat.completions.create(model="sandbox-refusal", messages=MESSAGES).choices[0].message

    assert message.refusal
    assert message.content is None


@pytest.mark.parametrize("model", ["sandbox-stream-error", "sandbox-failed"])
def test_an_error_inside_the_stream_is_raised(client: Any, model: str) -> None:
    with pytest.raises(openai.APIError):
        list(client.chat.completions.create(model=model, messages=MESSAGES, stream=True))


def test_the_async_client_does_it_too(base_url: str) -> None:
    async def body(client: Any) -> None:
        stream = await client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
        chunks = [chunk async for chunk in stream]
        assert chunks[-1].choices[0].finish_reason == "stop"
        parsed = await client.chat.completions.parse(model=MODEL, messages=MESSAGES, response_format=City)
        assert isinstance(parsed.choices[0].message.parsed, City)
        assert [model async for model in client.models.list()]

    run_async(base_url, body)
