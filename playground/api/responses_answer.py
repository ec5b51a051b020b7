"""Parameters of /v1/responses that shape the answer: sampling, output, reasoning."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import Choices, Form, Json, ListOf, Object, Parameter, Text, Union, options
from .shared import (
    BOOLEAN,
    LINES,
    LOW_TO_HIGH,
    NAME,
    OUTPUT,
    REASONING,
    SAMPLING,
    TEMPERATURE,
    TOKENS,
    TOP_LOGPROBS,
    TOP_P,
)

SAMPLING_PARAMETERS: Final = (
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
        name="top_logprobs", kind=TOP_LOGPROBS, group=SAMPLING.slug,
        help=_("How many likely alternatives come back with every output token."),
        more=_("They arrive only when include asks for message.output_text.logprobs as well."),
    ),
)  # fmt: skip

_SCHEMA_FORMAT: Final = Object(
    fields=(
        Parameter(
            name="name", kind=NAME, required=True, nullable=False, example="invoice",
            help=_("A name for the shape, seen by the model."),
        ),
        Parameter(
            name="schema", kind=Json(shape="schema"), required=True, nullable=False,
            help=_("The JSON Schema that the answer follows."),
            more=_(
                "Under strict every object closes itself with additionalProperties: false and requires all its keys."
            ),
        ),
        Parameter(
            name="strict", kind=BOOLEAN, default=False,
            help=_("Whether the schema is held to exactly, at the price of its stricter rules."),
        ),
        Parameter(
            name="description", kind=LINES, beyond=True,
            help=_("What the shape is for, as a hint to the model."),
        ),
        Parameter(
            name="json_schema", kind=Json(shape="object"), fact=_("nested spelling"),
            help=_("The same three fields nested, as chat spells them."),
            more=_("One of the sources documents this spelling, most servers read only the flat one above."),
        ),
    )
)  # fmt: skip

FORMAT: Final = Union(
    tag="type",
    forms=(
        Form(slug="text", title=_("text"), tags=("text",), kind=Object(), help=_("Plain text.")),
        Form(
            slug="json_object", title=_("JSON object"), tags=("json_object",), kind=Object(),
            help=_("Some valid JSON; the prompt has to mention the word JSON."),
        ),
        Form(
            slug="json_schema", title=_("JSON Schema"), tags=("json_schema",), kind=_SCHEMA_FORMAT,
            help=_("JSON of exactly the shape you describe."),
        ),
    ),
)  # fmt: skip

OUTPUT_PARAMETERS: Final = (
    Parameter(
        name="text", group=OUTPUT.slug, help=_("How the text of the answer is shaped."),
        kind=Object(
            fields=(
                Parameter(
                    name="format", kind=FORMAT, default={"type": "text"},
                    help=_("Plain text, any JSON, or JSON of a given shape."),
                ),
                Parameter(
                    name="verbosity", kind=LOW_TO_HIGH, default="medium",
                    help=_("How talkative the answer is."),
                ),
            )
        ),
    ),
    Parameter(
        name="max_output_tokens", kind=TOKENS, group=OUTPUT.slug,
        help=_("The most tokens the answer may cost, thinking included."),
        more=_("Reaching it ends the run as incomplete. OpenAI itself wants at least 16."),
    ),
    Parameter(
        name="include", group=OUTPUT.slug,
        help=_("Extra data that comes back only when asked for."),
        kind=ListOf(
            unique=True,
            item=Choices(
                options=options(
                    "reasoning.encrypted_content",
                    "message.output_text.logprobs",
                    "web_search_call.action.sources",
                    "file_search_call.results",
                    "code_interpreter_call.outputs",
                    "computer_call_output.output.image_url",
                    "message.input_image.image_url",
                    beyond=("web_search_call.results",),
                )
            ),
        ),
    ),
    Parameter(
        name="truncation", kind=Choices(options=options("auto", "disabled")), group=OUTPUT.slug, default="disabled",
        help=_("What happens when the input does not fit the context window."),
        more=_("auto forgets the oldest items until it fits; disabled lets the request fail with status 400."),
    ),
)  # fmt: skip

_SUMMARY: Final = Choices(options=options("auto", "concise", "detailed"))

REASONING_PARAMETERS: Final = (
    Parameter(
        name="reasoning", group=REASONING.slug, profiles=("openai",),
        help=_("How a reasoning model thinks before it answers."),
        more=_("Made for the o-series and GPT-5; other models may refuse it."),
        kind=Object(
            fields=(
                Parameter(
                    name="effort",
                    kind=Choices(options=options("none", "minimal", "low", "medium", "high", beyond=("xhigh", "max"))),
                    help=_("How much thinking goes in: less is quicker and cheaper."),
                ),
                Parameter(
                    name="summary", kind=_SUMMARY, deprecated=True,
                    instead=_("One source says use generate_summary, current SDKs say the reverse."),
                    help=_("Asks for a readable summary of the thinking."),
                ),
                Parameter(
                    name="generate_summary", kind=_SUMMARY,
                    help=_("The other spelling of summary; send one of the two."),
                    more=_("The sources contradict each other about which of the two is current."),
                ),
                Parameter(
                    name="context", kind=Choices(options=options(beyond=("auto", "current_turn", "all_turns"))),
                    beyond=True, default="all_turns",
                    help=_("Whose turns' thinking is shown to the model again."),
                ),
                Parameter(
                    name="mode", kind=Text(suggestions=("standard", "pro")), beyond=True,
                    help=_("Which way of carrying out the thinking is used."),
                ),
            )
        ),
    ),
)  # fmt: skip
