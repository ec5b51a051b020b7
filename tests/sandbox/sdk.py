"""The real `openai` SDK at the sandbox's door: its clients, and what every reply of theirs must hold.

Nothing here depends on the wording of a reply: only on structure, limits, order and error classes.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

KEY = "sk-anything"
BAD_KEY = "sk-sandbox-invalid"
MODEL = "gpt-5.4"
TERMINAL = {"completed", "failed", "cancelled", "incomplete"}
LIFECYCLE = ("created", "queued", "in_progress", "completed", "incomplete", "failed")
MESSAGES: Any = [{"role": "user", "content": "Say hello."}]
LONG = "Write a story of at least five hundred words about a lighthouse."
WEATHER: dict[str, Any] = {
    "name": "get_weather",
    "description": "Weather for a city",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"location": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}},
        "required": ["location", "unit"],
        "additionalProperties": False,
    },
}
RESPONSES_TOOL: Any = {"type": "function", **WEATHER}
CHAT_TOOL: Any = {"type": "function", "function": WEATHER}


class City(BaseModel):
    name: str
    population: int
    tags: list[str]


def connect(base_url: str, key: str = KEY, **options: Any) -> Any:
    """A client of the SDK. Typed as Any: half of what is tested here is what its types forbid."""
    return OpenAI(base_url=base_url, api_key=key, **{"max_retries": 0, "timeout": 60, **options})


def run_async(base_url: str, body: Callable[[Any], Awaitable[None]]) -> None:
    async def go() -> None:
        async with AsyncOpenAI(base_url=base_url, api_key=KEY, max_retries=0, timeout=60) as client:
            await body(client)

    asyncio.run(go())


def finished(client: Any, identity: str, seconds: float = 30) -> Any:
    """The response once it is over, asked for until then."""
    end = time.monotonic() + seconds
    while True:
        response = client.responses.retrieve(identity)
        if response.status in TERMINAL:
            return response
        assert response.status in ("queued", "in_progress")
        assert time.monotonic() < end, f"still {response.status}"
        time.sleep(0.05)


def check_response(response: Any, status: str = "completed") -> None:
    assert response.object == "response"
    assert response.id.startswith("resp_")
    assert response.status == status
    assert response.created_at > 1_500_000_000
    assert isinstance(response.output, list)
    assert isinstance(response.tools, list)
    assert response.tool_choice is not None
    assert response.parallel_tool_calls in (True, False)
    if status == "completed":
        assert response.error is None
        assert response.incomplete_details is None
        usage = response.usage
        assert usage.input_tokens > 0
        assert usage.output_tokens > 0
        assert usage.total_tokens == usage.input_tokens + usage.output_tokens
        assert usage.input_tokens_details.cached_tokens >= 0
        assert usage.output_tokens_details.reasoning_tokens >= 0


def check_events(events: list[Any], first: int = 0) -> list[str]:
    """The order rules on a stream of the SDK's own event objects; a resumed one starts later than 0."""
    assert [event.sequence_number for event in events] == list(range(first, first + len(events)))
    types = [event.type for event in events]
    assert types[-1] in ("response.completed", "response.incomplete", "response.failed", "error")
    assert sum(one in ("response.completed", "response.incomplete", "response.failed") for one in types) == 1
    if first:
        return types
    assert types[0] == "response.created"
    assert types.count("response.in_progress") == 1
    items, texts, arguments = _collected(events)
    assert not any(item is None for item in items.values()) or types[-1] != "response.completed"
    if types[-1] == "response.completed":
        final = events[-1].response
        assert [item.id for item in final.output] == [items[index].id for index in sorted(items)]
        assert final.output_text == "".join(texts[place] for place in sorted(texts))
        calls = [item for item in final.output if item.type == "function_call"]
        assert [call.arguments for call in calls] == [arguments[index] for index in sorted(arguments)]
    return types


def _collected(events: list[Any]) -> tuple[dict[int, Any], dict[tuple[int, int], str], dict[int, str]]:
    items: dict[int, Any] = {}
    open_ids: dict[int, str] = {}
    texts: dict[tuple[int, int], str] = {}
    arguments: dict[int, str] = {}
    for event in events:
        kind = event.type.removeprefix("response.")
        if kind in LIFECYCLE:
            assert event.response.id == events[0].response.id
        elif kind == "output_item.added":
            assert event.output_index not in items
            items[event.output_index], open_ids[event.output_index] = None, event.item.id
        elif kind == "output_text.delta":
            assert open_ids[event.output_index] == event.item_id
            place = (event.output_index, event.content_index)
            texts[place] = texts.get(place, "") + event.delta
        elif kind in ("output_text.done", "content_part.done") and hasattr(event, "text"):
            assert event.text == texts[event.output_index, event.content_index]
        elif kind == "function_call_arguments.delta":
            arguments[event.output_index] = arguments.get(event.output_index, "") + event.delta
        elif kind == "function_call_arguments.done":
            assert event.arguments == arguments[event.output_index]
            json.loads(event.arguments)
        elif kind == "output_item.done":
            assert open_ids[event.output_index] == event.item.id
            items[event.output_index] = event.item
    return items, texts, arguments


def refused(call: Callable[[], Any], param: str | None = None) -> Any:
    """Assert that the SDK raises a BadRequestError that names the parameter, and give it back."""
    with pytest.raises(openai.BadRequestError) as caught:
        call()
    problem = caught.value
    assert problem.type == "invalid_request_error"
    assert isinstance(problem.body, dict)
    assert problem.body["message"]
    if param:
        assert (problem.param or "").startswith(param)
    return problem
