"""The fields of a Response object, in the order of the documents: path, type, help, and what else is known."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

_BEYOND: Final = {"beyond": True}

RESPONSES_FIELDS: Final[tuple[tuple[Any, ...], ...]] = (
    ("id", "string", _("The response's id: what previous_response_id wants for the next turn.")),
    ("object", "string", _("What this document is."), {"values": ("response",)}),
    ("created_at", "integer", _("When upstream began, in seconds since 1970.")),
    (
        "status", "string", _("How far the response got."),
        {"values": ("completed", "in_progress", "failed", "cancelled", "queued", "incomplete")},
    ),
    ("background", "boolean", _("Whether it is worked on in the background."), {"default": False}),
    ("completed_at", "integer|null", _("When it was done, in seconds since 1970; null until then.")),
    ("error", "object|null", _("What went wrong; null when nothing did."), {"default": None}),
    ("error.code", "string", _("The kind of error, for programs.")),
    ("error.message", "string", _("The error in words.")),
    ("incomplete_details", "object|null", _("Why the answer breaks off; null when it does not."), {"default": None}),
    (
        "incomplete_details.reason", "string", _("Whether the token limit was reached or a filter stepped in."),
        {"values": ("max_output_tokens", "content_filter")},
    ),
    ("instructions", "string|null", _("The instructions that held for this response."), {"default": None}),
    ("max_output_tokens", "integer|null", _("The token limit that held."), {"default": None}),
    ("model", "string", _("The model that really answered, often with its version.")),
    ("output", "array", _("What the model made, item by item: thoughts, calls, messages.")),
    ("output[].id", "string", _("The item's id.")),
    (
        "output[].type", "string", _("What kind of item it is."),
        {
            "values": (
                "message", "function_call", "web_search_call", "file_search_call", "code_interpreter_call",
                "computer_call", "reasoning",
            )
        },
    ),
    ("output[].status", "string", _("How far the item got."), {"values": ("completed", "in_progress", "incomplete")}),
    ("output[].role", "string", _("Who speaks in a message: always the assistant."), {"values": ("assistant",)}),
    ("output[].content", "array", _("The parts of a message.")),
    (
        "output[].content[].type", "string", _("What kind of part it is: text, or a refusal."),
        {"values": ("output_text", "refusal")},
    ),
    ("output[].content[].text", "string", _("The words of the answer.")),
    ("output[].content[].annotations", "array", _("Citations: which files or pages the words lean on.")),
    ("output[].content[].logprobs", "array", _("How likely each token was, when include asked for it.")),
    ("output[].content[].refusal", "string", _("Why the model declined."), _BEYOND),
    ("output[].name", "string", _("The function that is called.")),
    ("output[].arguments", "string", _("The arguments of the call: JSON in a text.")),
    ("output[].call_id", "string", _("The id that your answer to the call repeats.")),
    ("output[].summary", "array", _("A readable summary of the thinking, when it was asked for."), _BEYOND),
    ("output[].encrypted_content", "string|null", _("The thinking, sealed: only upstream can read it."), _BEYOND),
    ("output[].phase", "string|null", _("Whether the assistant was still at work or gave its answer."), _BEYOND),
    ("output_text", "string", _("All text of the answer in one. Few servers send it; programs put it together.")),
    ("parallel_tool_calls", "boolean", _("Whether several calls at once were allowed."), {"default": True}),
    ("previous_response_id", "string|null", _("The response that this one continues."), {"default": None}),
    ("reasoning", "object", _("The settings for thinking that held.")),
    ("reasoning.effort", "string|null", _("How much thinking was asked for."), {"default": None}),
    ("reasoning.summary", "string|null", _("Which summary of it was asked for."), {"default": None}),
    ("service_tier", "string", _("The lane the request really took."), {"default": "auto"}),
    ("store", "boolean", _("Whether upstream keeps the response."), {"default": True}),
    ("temperature", "number", _("The temperature that held."), {"default": 1}),
    ("text", "object", _("How the text was shaped.")),
    ("text.format", "object", _("The format that held.")),
    ("text.format.type", "string", _("Plain text, some JSON, or JSON of a given shape."), {"default": "text"}),
    ("text.verbosity", "string", _("How talkative it was asked to be."), {"default": "medium"}),
    ("tool_choice", "string|object", _("The rule for calling tools that held."), {"default": "auto"}),
    ("tools", "array", _("The tools that were on offer."), {"default": []}),
    ("top_p", "number", _("The share of likely tokens that was drawn from."), {"default": 1}),
    ("truncation", "string", _("What would have happened to an input that is too long."), {"default": "disabled"}),
    ("usage", "object|null", _("What the response cost in tokens; null until it is done.")),
    ("usage.input_tokens", "integer", _("Tokens read: prompt, history, images, tools.")),
    ("usage.input_tokens_details", "object", _("The tokens read, by kind.")),
    ("usage.input_tokens_details.cached_tokens", "integer", _("How many of them came from the cache, cheaper.")),
    (
        "usage.input_tokens_details.cache_write_tokens", "integer", _("How many of them were put into the cache."),
        _BEYOND,
    ),
    ("usage.output_tokens", "integer", _("Tokens written, thinking included.")),
    ("usage.output_tokens_details", "object", _("The tokens written, by kind.")),
    ("usage.output_tokens_details.reasoning_tokens", "integer", _("How many of them were thinking.")),
    ("usage.total_tokens", "integer", _("Read and written together.")),
    ("user", "string|null", _("The older mark of the person behind the request."), {"default": None}),
    ("metadata", "object", _("Your own notes, as you sent them."), {"default": {}}),
    ("content_filters", "array|null", _("What content filters found, where a provider tells."), {"default": None}),
    ("frequency_penalty", "number", _("The penalty on repeated words that held."), {"default": 0}),
    ("max_tool_calls", "integer|null", _("The limit on built-in tool calls that held."), {"default": None}),
    ("presence_penalty", "number", _("The penalty on words already there that held."), {"default": 0}),
    ("prompt_cache_key", "string|null", _("The cache key you sent."), {"default": None}),
    ("prompt_cache_retention", "string|null", _("How long the prompt stays cached."), {"default": None}),
    ("safety_identifier", "string|null", _("The mark of the person that you sent."), {"default": None}),
    ("top_logprobs", "integer", _("How many likely alternatives come with each token."), {"default": 0}),
    ("conversation", "object|null", _("The conversation that this turn was added to."), _BEYOND),
    ("conversation.id", "string", _("Its id."), _BEYOND),
    ("prompt", "object|null", _("The stored template that was used."), _BEYOND),
    ("moderation", "object|null", _("What the moderation model found."), _BEYOND),
    ("tool_usage", "object|null", _("What the built-in tools used."), _BEYOND),
)  # fmt: skip
