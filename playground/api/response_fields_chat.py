"""The fields of a chat completion and of its chunks: path, type, help, and what else is known."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

_BEYOND: Final = {"beyond": True}

CHAT_FIELDS: Final[tuple[tuple[Any, ...], ...]] = (
    ("id", "string", _("The completion's id; every chunk of a stream carries the same.")),
    (
        "object", "string", _("What this document is: a whole completion, or one chunk of a stream."),
        {"values": ("chat.completion", "chat.completion.chunk")},
    ),
    ("created", "integer", _("When upstream began, in seconds since 1970.")),
    ("model", "string", _("The model that really answered, often with its version.")),
    ("choices", "array", _("The answers: one, or as many as n asked for.")),
    ("choices[].index", "integer", _("Which of the answers this is, counted from 0.")),
    ("choices[].message", "object", _("The answer as a message, ready to be sent back as history.")),
    ("choices[].message.role", "string", _("Who speaks: always the assistant."), {"values": ("assistant",)}),
    ("choices[].message.content", "string|null", _("The words of the answer; null beside tool calls.")),
    ("choices[].message.refusal", "string|null", _("Why the model declined; null when it did not."), {"default": None}),
    ("choices[].message.annotations", "array", _("Citations of a web search."), {"default": []}),
    ("choices[].message.tool_calls", "array", _("The calls the model asks your code to make.")),
    ("choices[].message.tool_calls[].id", "string", _("The id that your tool message repeats.")),
    ("choices[].message.tool_calls[].type", "string", _("What kind of tool is called."), {"values": ("function",)}),
    ("choices[].message.tool_calls[].function", "object", _("The function that is called.")),
    ("choices[].message.tool_calls[].function.name", "string", _("Its name.")),
    ("choices[].message.tool_calls[].function.arguments", "string", _("Its arguments: JSON in a text.")),
    ("choices[].message.audio", "object|null", _("The spoken answer."), _BEYOND),
    ("choices[].message.function_call", "object|null", _("The call of the older function interface."), _BEYOND),
    ("choices[].message.reasoning_content", "string|null", _("The thinking, where a server gives it away."), _BEYOND),
    (
        "choices[].finish_reason", "string|null",
        _("Why it ended: it was done, reached a limit, called tools, or was filtered."),
        {"values": ("stop", "length", "tool_calls", "content_filter")},
    ),
    ("choices[].logprobs", "object|null", _("How likely each token was, if asked for."), {"default": None}),
    ("choices[].logprobs.content", "array|null", _("The tokens of the answer with their likelihoods.")),
    ("choices[].logprobs.content[].token", "string", _("The token."), _BEYOND),
    ("choices[].logprobs.content[].logprob", "number", _("The logarithm of its likelihood: 0 is certain."), _BEYOND),
    ("choices[].logprobs.content[].bytes", "array|null", _("The token's bytes in UTF-8."), _BEYOND),
    ("choices[].logprobs.content[].top_logprobs", "array", _("What could have stood there instead."), _BEYOND),
    ("choices[].logprobs.refusal", "array|null", _("The same for the words of a refusal."), _BEYOND),
    ("choices[].delta", "object", _("In a chunk: what is new since the one before.")),
    ("choices[].delta.role", "string", _("Who speaks; only in the first chunk.")),
    ("choices[].delta.content", "string|null", _("The next piece of the answer.")),
    ("choices[].delta.refusal", "string|null", _("The next piece of a refusal."), _BEYOND),
    ("choices[].delta.tool_calls", "array", _("The next pieces of calls, told apart by index.")),
    ("choices[].delta.tool_calls[].index", "integer", _("Which of the calls this piece belongs to."), _BEYOND),
    ("choices[].delta.tool_calls[].id", "string", _("The call's id; only in its first piece."), _BEYOND),
    ("choices[].delta.tool_calls[].function.name", "string", _("The function's name; only once."), _BEYOND),
    ("choices[].delta.tool_calls[].function.arguments", "string", _("The next piece of the arguments."), _BEYOND),
    ("choices[].delta.reasoning_content", "string|null", _("The next piece of the thinking."), _BEYOND),
    ("usage", "object|null", _("What it cost in tokens; in a stream only in the last chunk, and only when asked for.")),
    ("usage.prompt_tokens", "integer", _("Tokens read: all messages, images, tools.")),
    ("usage.completion_tokens", "integer", _("Tokens written, thinking included, all answers together.")),
    ("usage.total_tokens", "integer", _("Read and written together.")),
    ("usage.prompt_tokens_details", "object", _("The tokens read, by kind.")),
    ("usage.prompt_tokens_details.cached_tokens", "integer", _("How many of them came from the cache, cheaper.")),
    ("usage.prompt_tokens_details.audio_tokens", "integer", _("How many of them were sound.")),
    ("usage.completion_tokens_details", "object", _("The tokens written, by kind.")),
    ("usage.completion_tokens_details.reasoning_tokens", "integer", _("How many of them were thinking.")),
    ("usage.completion_tokens_details.audio_tokens", "integer", _("How many of them were sound.")),
    (
        "usage.completion_tokens_details.accepted_prediction_tokens", "integer",
        _("Tokens of your prediction that came true."),
    ),
    (
        "usage.completion_tokens_details.rejected_prediction_tokens", "integer",
        _("Tokens of your prediction that did not; they are paid for too."),
    ),
    ("service_tier", "string", _("The lane the request really took."), {"default": "default"}),
    ("system_fingerprint", "string|null", _("Changes when upstream changes: then the same seed may answer otherwise.")),
    ("obfuscation", "string", _("Random letters that hide the sizes of the pieces."), _BEYOND),
)  # fmt: skip
