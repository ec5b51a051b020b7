"""POST /v1/chat/completions: what may be asked."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .chat_beyond import PARAMETERS_BEYOND
from .chat_messages import MESSAGE
from .chat_tools import RESPONSE_FORMAT, TOOL, TOOL_CHOICE
from .parameters import (
    Choices,
    Form,
    Integer,
    ListOf,
    MapOf,
    Number,
    Object,
    Parameter,
    Text,
    Union,
    options,
)
from .shared import (
    BEYOND,
    BOOLEAN,
    DELIVERY,
    HOUSEKEEPING,
    OUTPUT,
    PENALTY,
    PROMPT,
    REASONING,
    SAMPLING,
    TEMPERATURE,
    TEXT,
    TOKENS,
    TOOLS,
    TOP_LOGPROBS,
    TOP_P,
)

GROUPS: Final = (PROMPT, TOOLS, SAMPLING, OUTPUT, REASONING, DELIVERY, HOUSEKEEPING, BEYOND)

_PROMPT: Final = (
    Parameter(
        name="model", kind=Text(format="model", min_length=1), group=PROMPT.slug, required=True, nullable=False,
        example="gpt-4.1",
        help=_("Which model answers."),
        more=_("Free text: the list comes from the connection, and any other name can be typed."),
    ),
    Parameter(
        name="messages", group=PROMPT.slug, required=True, nullable=False,
        kind=ListOf(item=MESSAGE, min_items=1, item_name=_("message")),
        help=_("The conversation so far, each message with a role."),
        more=_("The model remembers nothing: every turn brings the whole conversation again."),
    ),
)  # fmt: skip

_TOOLS: Final = (
    Parameter(
        name="tools", kind=ListOf(item=TOOL, max_items=128, item_name=_("tool")), group=TOOLS.slug,
        help=_("What the model may call instead of answering."),
    ),
    Parameter(
        name="tool_choice", kind=TOOL_CHOICE, group=TOOLS.slug,
        default_words=_("auto when there are tools, otherwise none"),
        help=_("Whether it may, must, or must not call one."),
    ),
)  # fmt: skip

_SAMPLING: Final = (
    Parameter(
        name="temperature", kind=TEMPERATURE, group=SAMPLING.slug, default=1,
        help=_("How adventurous the choice of the next token is."),
        more=_("Near 0 the likeliest token nearly always wins; near 2 rare ones get their turn. Change this or top_p."),
    ),
    Parameter(
        name="top_p", kind=TOP_P, group=SAMPLING.slug, default=1,
        help=_("Only the likeliest tokens whose chances add up to this are drawn from."),
        more=_("With 0.1 the choice is between the few tokens that share the first tenth. Change this or temperature."),
    ),
    Parameter(
        name="presence_penalty", kind=PENALTY, group=SAMPLING.slug, default=0,
        help=_("Above 0, words that were there already lose weight, so new topics come up."),
    ),
    Parameter(
        name="frequency_penalty", kind=PENALTY, group=SAMPLING.slug, default=0,
        help=_("Above 0, words lose more weight the more often they were there, so less is repeated."),
    ),
    Parameter(
        name="logit_bias", group=SAMPLING.slug, default=None, fact=_("token → −100 to 100"),
        kind=MapOf(value=Number(minimum=-100, maximum=100, step=1), key_name=_("token id")),
        help=_("Makes single tokens likelier or rarer, by token id."),
        more=_("A small step nudges; the ends forbid a token or force it."),
    ),
    Parameter(
        name="logprobs", kind=BOOLEAN, group=SAMPLING.slug, default=False, profiles=("openai",),
        help=_("Whether each output token comes with its likelihood."),
    ),
    Parameter(
        name="top_logprobs", kind=TOP_LOGPROBS, group=SAMPLING.slug, fact=_("needs logprobs: true"),
        profiles=("openai",),
        help=_("How many likely alternatives come back with every output token."),
    ),
    Parameter(
        name="n", kind=Integer(minimum=1, maximum=128), group=SAMPLING.slug, default=1,
        help=_("How many answers to the same request."),
        more=_("All of them are paid for. Several models allow only one."),
    ),
)  # fmt: skip

_OUTPUT: Final = (
    Parameter(
        name="max_completion_tokens", kind=TOKENS, group=OUTPUT.slug,
        help=_("The most tokens an answer may cost, thinking included."),
        more=_("A reasoning model may use all of it for thinking: then the answer is empty and ends with length."),
    ),
    Parameter(
        name="max_tokens", kind=TOKENS, group=OUTPUT.slug, deprecated=True,
        instead=_("Use max_completion_tokens."),
        help=_("The older limit, refused by reasoning models."),
    ),
    Parameter(
        name="response_format", kind=RESPONSE_FORMAT, group=OUTPUT.slug, default={"type": "text"},
        help=_("Plain text, any JSON, or JSON of a given shape."),
    ),
    Parameter(
        name="stop", group=OUTPUT.slug, default=None, fact=_("up to 4"),
        help=_("Where the answer breaks off; the words themselves are not part of it."),
        more=_("o3 and o4-mini refuse it; Gemini takes five."),
        kind=Union(
            forms=(
                Form(slug="text", title=_("one"), kind=Text()),
                Form(
                    slug="list", title=_("several"),
                    kind=ListOf(item=Text(min_length=1), max_items=4, item_name=_("stop sequence")),
                ),
            )
        ),
    ),
)  # fmt: skip

_REASONING: Final = (
    Parameter(
        name="reasoning_effort", group=REASONING.slug, default="medium", profiles=("openai",),
        kind=Choices(options=options("low", "medium", "high", beyond=("none", "minimal", "xhigh", "max"))),
        help=_("How much thinking goes in: less is quicker and cheaper."),
        more=_("For the o-series and GPT-5.1 or newer."),
    ),
)  # fmt: skip

_DELIVERY: Final = (
    Parameter(
        name="stream", kind=BOOLEAN, group=DELIVERY.slug, default=False,
        help=_("Send the answer piece by piece while it is being written."),
    ),
    Parameter(
        name="stream_options", group=DELIVERY.slug, fact=_("needs stream: true"), help=_("Details of the stream."),
        kind=Object(
            fields=(
                Parameter(
                    name="include_usage", kind=BOOLEAN, default=False,
                    help=_("One more chunk at the end tells what was used."),
                ),
                Parameter(
                    name="include_obfuscation", kind=BOOLEAN, beyond=True, default=True,
                    help=_("Pads the pieces with random letters so that their sizes tell nothing."),
                ),
            )
        ),
    ),
    Parameter(
        name="service_tier", group=DELIVERY.slug, default="auto",
        kind=Choices(options=options("auto", "default", "flex", "priority", beyond=("scale", "fast"))),
        help=_("Which lane the request takes: quicker, cheaper, or the usual one."),
        more=_("The response tells which lane it really took."),
    ),
)  # fmt: skip

_HOUSEKEEPING: Final = (
    Parameter(
        name="user", kind=TEXT, group=HOUSEKEEPING.slug,
        help=_("A mark of the person behind the request, to find abuse."),
        more=_("Current SDKs call it outdated and point to safety_identifier and prompt_cache_key."),
    ),
)  # fmt: skip

PARAMETERS: Final = (
    *_PROMPT, *_TOOLS, *_SAMPLING, *_OUTPUT, *_REASONING, *_DELIVERY, *_HOUSEKEEPING, *PARAMETERS_BEYOND,
)  # fmt: skip
