"""Kinds and parameters that both endpoints use."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import (
    Boolean,
    Group,
    Integer,
    Json,
    ListOf,
    MapOf,
    Number,
    Object,
    Parameter,
    Text,
    Words,
    beyond_of,
    may,
    need,
    one_of,
)

PROMPT: Final = Group("prompt", _("Prompt"), open=True)
SAMPLING: Final = Group("sampling", _("Sampling"), open=True)
OUTPUT: Final = Group("output", _("Output"), open=True)
REASONING: Final = Group("reasoning", _("Reasoning"))
TOOLS: Final = Group("tools", _("Tools"), open=True)
DELIVERY: Final = Group("delivery", _("Delivery"))
STATE: Final = Group("state", _("State"))
HOUSEKEEPING: Final = Group("housekeeping", _("Housekeeping"))
BEYOND: Final = Group("beyond", _("Beyond the documentation"))

NAME_PATTERN: Final = r"^[a-zA-Z0-9_-]{1,64}$"
NAME: Final = Text(pattern=NAME_PATTERN, min_length=1, max_length=64, format="name")
TEXT: Final = Text()
LINES: Final = Text(multiline=True)
URL: Final = Text(format="url")
IMAGE_URL: Final = Text(format="data-url")
COUNTRY: Final = Text(format="country", max_length=2)
ID: Final = Text(format="id")
SECRET: Final = Text(format="secret")
BASE64: Final = Text(format="base64")
BOOLEAN: Final = Boolean()

TEMPERATURE: Final = Number(minimum=0, maximum=2, step=0.1)
TOP_P: Final = Number(minimum=0, maximum=1, step=0.05)
PENALTY: Final = Number(minimum=-2, maximum=2, step=0.1)
TOKENS: Final = Integer(minimum=1)
TOP_LOGPROBS: Final = Integer(minimum=0, maximum=20)
METADATA: Final = MapOf(value=Text(max_length=512), max_pairs=16, max_key=64)
SAFETY_IDENTIFIER: Final = Text(max_length=64, tolerated_length=128)
LOW_TO_HIGH: Final = one_of("low", "medium", "high")

_MODERATION_MODE: Final = beyond_of("score", "block")


def _policy(name: str, words: Words) -> Parameter:
    mode = Parameter(
        name="mode", kind=_MODERATION_MODE, required=True, nullable=False, beyond=True,
        help=_("Only score what is found, or stop it."),
    )  # fmt: skip
    return Parameter(name=name, kind=Object(fields=(mode,)), help=words, beyond=True)


MODERATION: Final = Parameter(
    name="moderation",
    group=BEYOND.slug,
    beyond=True,
    help=_("Runs a moderation model over what goes in and what comes out."),
    profiles=("openai",),
    kind=Object(
        fields=(
            Parameter(
                name="model", kind=Text(format="model", suggestions=("omni-moderation-latest",)), required=True,
                nullable=False, beyond=True, help=_("Which moderation model looks at the texts."),
            ),
            Parameter(
                name="policy", beyond=True, help=_("What happens with a finding, for each direction."),
                kind=Object(
                    fields=(
                        _policy("input", _("What happens with a finding in the prompt.")),
                        _policy("output", _("What happens with a finding in the answer.")),
                    )
                ),
            ),
        )
    ),
)  # fmt: skip

CALLERS: Final = may(
    "allowed_callers", ListOf(item=beyond_of("direct", "programmatic"), unique=True),
    _("Whether the model calls it itself, or only code that it wrote."), beyond=True,
)  # fmt: skip


def function_fields() -> tuple[Parameter, ...]:
    """A function as /v1/responses spells it: flat."""
    return (
        need("name", NAME, _("What the model calls it."), example="get_weather"),
        may("description", LINES, _("What it does and when to use it, told to the model.")),
        may(
            "parameters", Json(shape="schema"), _("The arguments, as a JSON Schema."),
            more=_("Current SDKs insist on it, the documents do not; null means no arguments."),
        ),
        may(
            "strict", BOOLEAN, _("Whether the arguments follow the schema exactly."), beyond=True,
            more=_("Left out, upstream tries strict first and falls back when the schema does not allow it."),
        ),
        may("output_schema", Json(shape="schema"), _("What it returns, as a JSON Schema."), beyond=True),
        may("async", BOOLEAN, _("Whether the model goes on without waiting for the answer."), beyond=True),
        may("defer_loading", BOOLEAN, _("Found by tool search only when needed."), beyond=True),
        CALLERS,
    )  # fmt: skip


def place_fields() -> tuple[Parameter, ...]:
    """A rough place on earth, as the search tools want it."""
    return (
        may("city", TEXT, _("The city, as free text."), beyond=True, example="Lyon"),
        may("country", COUNTRY, _("The country in two letters."), beyond=True, example="FR"),
        may("region", TEXT, _("The region, as free text."), beyond=True, example="Rhône"),
        may("timezone", Text(format="timezone"), _("The IANA time zone."), beyond=True, example="Europe/Paris"),
    )
