"""The documented examples, each one click away. The bodies are as the API documents them, without a model.

The model is the connection's; where an example only makes sense with a kind of model, `wants` says which.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _

from .parameters import Words


@dataclass(frozen=True, eq=False, slots=True)
class Example:
    slug: str
    endpoint: Literal["responses", "chat"]
    title: Words
    request: dict[str, Any]
    documented_model: str = "gpt-5.4"
    wants: Literal["", "reasoning", "images", "files", "tools"] = ""

    def body(self, model: str = "") -> dict[str, Any]:
        """A fresh body; the model of the documents when none is given."""
        return {"model": model or self.documented_model, **copy.deepcopy(self.request)}


_STORY: Final = "Tell me a three sentence bedtime story about a unicorn."
_IMAGE: Final = (
    "https://upload.wikimedia.org/wikipedia/commons/thumb/d/dd/Gfp-wisconsin-madison-the-nature-boardwalk.jpg/"
    "2560px-Gfp-wisconsin-madison-the-nature-boardwalk.jpg"
)
_FILE: Final = "https://www.berkshirehathaway.com/letters/2024ltr.pdf"

_WEATHER: Final = {
    "type": "object",
    "properties": {
        "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
    },
    "required": ["location", "unit"],
}

_LANGUAGES: Final = {
    "type": "object",
    "properties": {
        "languages": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "use_case": {"type": "string"}},
                "required": ["name", "use_case"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["languages"],
    "additionalProperties": False,
}

_RESULT: Final = {
    "type": "object",
    "properties": {"answer": {"type": "string"}, "confidence": {"type": "number"}},
    "required": ["answer", "confidence"],
    "additionalProperties": False,
}

_CITY: Final = {
    "type": "object",
    "properties": {"location": {"type": "string", "description": "City name"}},
    "required": ["location"],
}


def _asked(question: str, part: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [{"type": "input_text", "text": question}, part]}]


_GREETING: Final = [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "content": "Hello!"},
]

EXAMPLES: Final = (
    Example("text", "responses", _("Text"), {"input": _STORY}),
    Example(
        "image", "responses", _("Image"),
        {"input": _asked("What is in this image?", {"type": "input_image", "image_url": _IMAGE})}, wants="images",
    ),
    Example(
        "file", "responses", _("File"),
        {"input": _asked("What is in this file?", {"type": "input_file", "file_url": _FILE})}, wants="files",
    ),
    Example(
        "web-search", "responses", _("Web search"),
        {"tools": [{"type": "web_search_preview"}], "input": "What was a positive news story from today?"},
        wants="tools",
    ),
    Example("streaming", "responses", _("Streaming"), {"input": _STORY, "stream": True}),
    Example(
        "functions", "responses", _("Functions"),
        {
            "input": "What is the weather like in Boston today?",
            "tools": [
                {
                    "type": "function",
                    "name": "get_current_weather",
                    "description": "Get the current weather in a given location",
                    "parameters": _WEATHER,
                }
            ],
        },
        wants="tools",
    ),
    Example(
        "reasoning", "responses", _("Reasoning"),
        {"input": "How much wood would a woodchuck chuck?", "reasoning": {"effort": "high"}},
        documented_model="o4-mini", wants="reasoning",
    ),
    Example(
        "structured-output", "responses", _("Structured output"),
        {
            "input": "List 3 programming languages with their main use cases",
            "text": {
                "format": {"type": "json_schema", "name": "languages", "strict": True, "schema": _LANGUAGES}
            },
        },
    ),
    Example(
        "multi-turn", "responses", _("Second turn"),
        {"input": "Can you explain that more simply?", "previous_response_id": "resp_"},
    ),
    Example("chat-text", "chat", _("Text"), {"messages": _GREETING}),
    Example(
        "chat-image", "chat", _("Image"),
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "Describe this image"},
                        {"type": "image_url", "image_url": {"url": "https://example.com/image.png", "detail": "high"}},
                    ],
                }
            ]
        },
        wants="images",
    ),
    Example(
        "chat-streaming", "chat", _("Streaming"),
        {"messages": _GREETING, "stream": True, "stream_options": {"include_usage": True}},
    ),
    Example(
        "chat-multi-turn", "chat", _("Several turns"),
        {
            "messages": [
                {"role": "developer", "content": "You are a helpful assistant."},
                {"role": "user", "content": "What is Python?"},
                {"role": "assistant", "content": "Python is a high-level programming language..."},
                {"role": "user", "content": "What are its main advantages?"},
            ]
        },
    ),
    Example(
        "chat-tools", "chat", _("Tools"),
        {
            "messages": [{"role": "user", "content": "What is the weather like in Boston today?"}],
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": "get_weather",
                        "description": "Get current weather for a city",
                        "parameters": _CITY,
                    },
                }
            ],
            "tool_choice": "auto",
        },
        wants="tools",
    ),
    Example(
        "chat-structured-output", "chat", _("Structured output"),
        {
            "messages": [{"role": "user", "content": "What is the capital of France, and how sure are you?"}],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "result", "strict": True, "schema": _RESULT},
            },
        },
    ),
    Example(
        "chat-reasoning", "chat", _("Reasoning"),
        {
            "messages": [{"role": "user", "content": "Solve step by step: What is 15% of 240?"}],
            "reasoning_effort": "high",
        },
        documented_model="o4-mini", wants="reasoning",
    ),
)  # fmt: skip


def examples_for(endpoint: str) -> tuple[Example, ...]:
    return tuple(example for example in EXAMPLES if example.endpoint == endpoint)


def example(slug: str) -> Example | None:
    return next((each for each in EXAMPLES if each.slug == slug), None)
