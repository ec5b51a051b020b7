"""What streams look like: the documented nine, and the order rules on every behaviour there is."""

import json
import re
from pathlib import Path

import pytest

from playground.sandbox.behaviours import catalogue

from .api import Api
from .order import check_chat, check_responses

EVENT_TYPES = json.loads((Path(__file__).parent / "event_types.json").read_text("utf-8"))
UNICORN = "Tell me a three sentence bedtime story about a unicorn."
BROKEN = {"sandbox-cut", "sandbox-stall", "sandbox-garbage"}
UNANSWERED = {"sandbox-busy", "sandbox-quota", "sandbox-error-500", "sandbox-error-503"}
GOOD = [name for name in catalogue() if name.startswith("sandbox-") and name not in BROKEN | UNANSWERED]
GOOD_AT_CHAT = [name for name in GOOD if "chat" in catalogue()[name].endpoints]
UNREASONING = {"sandbox-claude", "sandbox-gemini", "sandbox-openai"}
FAILING = {"sandbox-stream-error", "sandbox-failed"}
PROMPT = "What is the weather like in Boston? Draw a picture, run a shell command. 40"
FUNCTION = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
TOOLS = [
    {"type": "web_search_preview"},
    {"type": "file_search"},
    {"type": "code_interpreter"},
    {"type": "image_generation", "partial_images": 2},
    {"type": "mcp", "server_label": "notes", "server_url": "https://mcp.example", "require_approval": "never"},
    {"type": "shell"},
]


def test_the_documented_request_gives_the_nine_documented_events_in_order(api: Api) -> None:
    documented = [name for name, about in EVENT_TYPES.items() if about["seeds"]]

    events = api.post("/responses", {"model": "gpt-5.4", "input": UNICORN, "stream": True}).events

    seen = list(dict.fromkeys(event.name for event in events))
    assert seen == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert sorted(seen) == sorted(documented)
    check_responses(events)


@pytest.mark.parametrize("verbosity", ["low", "medium", "high"])
@pytest.mark.parametrize("temperature", [0, 1, 2])
def test_the_bedtime_story_has_exactly_three_sentences(api: Api, verbosity: str, temperature: float) -> None:
    answer = api.respond(UNICORN, model="gpt-5.4", temperature=temperature, text={"verbosity": verbosity})

    assert len(re.findall(r"[.!?](?= |$)", answer.text)) == 3


@pytest.mark.parametrize("model", GOOD)
def test_every_behaviour_keeps_the_order_of_responses_events(api: Api, model: str) -> None:
    events = api.respond(PROMPT, model=model, stream=True).events

    check_responses(events, parade=model == "sandbox-parade")


@pytest.mark.parametrize("model", GOOD)
def test_every_behaviour_keeps_the_order_with_reasoning_tools_and_background(api: Api, model: str) -> None:
    asked = {} if model in UNREASONING else {"reasoning": {"effort": "low", "summary": "detailed"}}

    events = api.respond(PROMPT, model=model, stream=True, background=True, tools=TOOLS, **asked).events

    check_responses(events, background=True, parade=model == "sandbox-parade")


@pytest.mark.parametrize("model", [name for name in GOOD_AT_CHAT if name not in FAILING])
def test_every_behaviour_keeps_the_order_of_chat_chunks(api: Api, model: str) -> None:
    events = api.complete(PROMPT, model=model, stream=True, stream_options={"include_usage": True}).events

    check_chat(events, include_usage=True)


@pytest.mark.parametrize("model", [name for name in GOOD_AT_CHAT if name not in {*FAILING, "sandbox-claude"}])
def test_several_choices_take_turns_and_each_is_whole(api: Api, model: str) -> None:
    events = api.complete(PROMPT, model=model, stream=True, n=3).events

    assert len(check_chat(events, choices=3)) == 3


def test_streamed_and_whole_replies_say_the_same(api: Api) -> None:
    streamed = check_responses(api.respond(UNICORN, stream=True).events)
    whole = api.respond(UNICORN).json()

    assert streamed["output"][0]["content"] == whole["output"][0]["content"]
    assert streamed["usage"] == whole["usage"]
    assert check_chat(api.complete(UNICORN, stream=True).events)[0]["content"] == api.complete(UNICORN).text


def test_the_parade_shows_every_event_type_with_its_fields(api: Api) -> None:
    events = api.respond("Show me all.", model="sandbox-parade", stream=True).events

    seen = {event.name: event.data for event in events}
    assert sorted(seen) == sorted(EVENT_TYPES)
    for name, data in seen.items():
        required = [field for field in EVENT_TYPES[name]["fields"] if not field.endswith("?")]
        assert not [field for field in required if field not in data], name


def test_function_calls_stream_their_arguments(api: Api) -> None:
    tools = [{"type": "function", **FUNCTION}]

    events = api.respond("Weather in Rome?", tools=tools, tool_choice="required", stream=True).events

    final = check_responses(events)
    assert [item["type"] for item in final["output"]] == ["function_call"]
    assert json.loads(final["output"][0]["arguments"]) == {"city": "Rome"}
    assert final["status"] == "completed"
    chunks = api.complete("Weather in Rome?", tools=[{"type": "function", "function": FUNCTION}], stream=True).events
    message = check_chat(chunks)[0]
    assert json.loads(message["calls"][0]["arguments"]) == {"city": "Rome"}
    assert message["finish_reason"] == "tool_calls"


def test_padding_rides_on_deltas_unless_it_is_turned_off(api: Api) -> None:
    def padded(**options: object) -> tuple[bool, bool]:
        responses = api.respond(stream=True, **options).events
        chat = api.complete(stream=True, **options).events[:-1]
        return any("obfuscation" in one.data for one in responses), any("obfuscation" in one.data for one in chat)

    assert padded() == (True, True)
    assert padded(stream_options={"include_obfuscation": True}) == (True, True)
    assert padded(stream_options={"include_obfuscation": False}) == (False, False)


def test_no_event_has_an_id_or_is_empty(api: Api) -> None:
    body = api.respond(PROMPT, model="sandbox-parade", stream=True).body

    assert b"\nid:" not in body
    assert b"data: \n" not in body
    assert b"\n\n\n" not in body
    assert api.respond(stream=True).headers["content-type"].startswith("text/event-stream")
