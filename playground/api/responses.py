"""POST /v1/responses: what may be asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import Form, Integer, ListOf, MapOf, Object, Parameter, Text, Union
from .responses_answer import OUTPUT_PARAMETERS, REASONING_PARAMETERS, SAMPLING_PARAMETERS
from .responses_handling import (
    BEYOND_PARAMETERS,
    DELIVERY_PARAMETERS,
    HOUSEKEEPING_PARAMETERS,
    STATE_PARAMETERS,
)
from .responses_input import INPUT
from .responses_parts import INPUT_FILE, INPUT_IMAGE, INPUT_TEXT
from .responses_tools import TOOL, TOOL_CHOICE
from .shared import (
    BEYOND,
    BOOLEAN,
    DELIVERY,
    HOUSEKEEPING,
    ID,
    LINES,
    OUTPUT,
    PROMPT,
    REASONING,
    SAMPLING,
    STATE,
    TEXT,
    TOOLS,
)

GROUPS: Final = (PROMPT, SAMPLING, OUTPUT, REASONING, TOOLS, DELIVERY, STATE, HOUSEKEEPING, BEYOND)

_PROMPT: Final = (
    Parameter(
        name="model", kind=Text(format="model", min_length=1), group=PROMPT.slug, required=True, nullable=False,
        example="gpt-5.4",
        help=_("Which model answers."),
        more=_("Free text: the list comes from the connection, and any other name can be typed."),
    ),
    Parameter(
        name="input", kind=INPUT, group=PROMPT.slug, required=True, nullable=False,
        help=_("What you ask: a text, or a list of input items."),
        more=_(
            "Items carry roles, images, files, and the results of tool calls. May be left out only when a prompt "
            "template, an earlier response or a conversation brings the words."
        ),
    ),
    Parameter(
        name="instructions", kind=LINES, group=PROMPT.slug,
        help=_("Stands before the input as a system or developer message."),
        more=_(
            "Holds for this one response. A chain over previous_response_id starts without the earlier "
            "instructions, so each turn may bring its own."
        ),
    ),
    Parameter(
        name="prompt", group=PROMPT.slug, fact=_("stored template"),
        help=_("A prompt template kept upstream, with its variables."),
        kind=Object(
            fields=(
                Parameter(
                    name="id", kind=ID, required=True, nullable=False, example="pmpt_…",
                    help=_("Which template."),
                ),
                Parameter(
                    name="version", kind=TEXT, default_words=_("latest"),
                    help=_("Pins one version of the template."),
                ),
                Parameter(
                    name="variables", help=_("What is filled into the template's gaps, by name."),
                    kind=MapOf(
                        key_name=_("variable"),
                        value=Union(
                            tag="type", open=True,
                            forms=(
                                Form(slug="text", title=_("text"), kind=LINES),
                                *(replace(part, beyond=True) for part in (INPUT_TEXT, INPUT_IMAGE, INPUT_FILE)),
                            ),
                        ),
                    ),
                ),
            )
        ),
    ),
)  # fmt: skip

_TOOLS: Final = (
    Parameter(
        name="tools", group=TOOLS.slug, kind=ListOf(item=TOOL, item_name=_("tool")), default=[],
        fact=_("functions, MCP, built-in"),
        help=_("What the model may call while it answers."),
    ),
    Parameter(
        name="tool_choice", kind=TOOL_CHOICE, group=TOOLS.slug, default="auto",
        help=_("Whether it may, must, or must not call one."),
    ),
    Parameter(
        name="parallel_tool_calls", kind=BOOLEAN, group=TOOLS.slug, default=True,
        help=_("Whether several calls may be asked for at once."),
    ),
    Parameter(
        name="max_tool_calls", kind=Integer(minimum=1), group=TOOLS.slug,
        help=_("How many built-in tool calls a response may make, all tools together."),
        more=_("Attempts beyond it are passed over without an error. Your own functions do not count."),
    ),
)  # fmt: skip

PARAMETERS: Final = (
    *_PROMPT,
    *SAMPLING_PARAMETERS,
    *OUTPUT_PARAMETERS,
    *REASONING_PARAMETERS,
    *_TOOLS,
    *DELIVERY_PARAMETERS,
    *STATE_PARAMETERS,
    *HOUSEKEEPING_PARAMETERS,
    *BEYOND_PARAMETERS,
)
