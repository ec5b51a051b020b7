"""The tools of /v1/chat/completions, the choice between them, and the response formats."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import Choices, Form, Json, ListOf, Object, Parameter, Text, Union, options
from .shared import BOOLEAN, LINES, NAME, TEXT

FUNCTION_FIELDS: Final = (
    Parameter(
        name="name", kind=NAME, required=True, nullable=False, example="get_weather",
        help=_("What the model calls it."),
    ),
    Parameter(name="description", kind=LINES, help=_("What it does and when to use it, told to the model.")),
    Parameter(
        name="parameters", kind=Json(shape="schema"),
        help=_("The arguments, as a JSON Schema. Without it: no arguments."),
    ),
)  # fmt: skip

_FUNCTION: Final = Object(
    fields=(
        Parameter(
            name="function", required=True, nullable=False, help=_("Your function."),
            kind=Object(
                fields=(
                    *FUNCTION_FIELDS,
                    Parameter(
                        name="strict", kind=BOOLEAN, beyond=True, default=False,
                        help=_("Whether the arguments follow the schema exactly."),
                    ),
                )
            ),
        ),
    )
)  # fmt: skip

_GRAMMAR: Final = Object(
    fields=(
        Parameter(
            name="grammar", required=True, nullable=False, help=_("The grammar."),
            kind=Object(
                fields=(
                    Parameter(
                        name="definition", kind=LINES, required=True, nullable=False, help=_("Its rules."),
                    ),
                    Parameter(
                        name="syntax", kind=Choices(options=options(beyond=("lark", "regex"))), required=True,
                        nullable=False, help=_("How the rules are written."),
                    ),
                )
            ),
        ),
    )
)  # fmt: skip

_CUSTOM: Final = Object(
    fields=(
        Parameter(
            name="custom", required=True, nullable=False, help=_("Your tool, called with free text."),
            kind=Object(
                fields=(
                    Parameter(name="name", kind=TEXT, required=True, nullable=False, help=_("The tool's name.")),
                    Parameter(name="description", kind=LINES, help=_("What it does, told to the model.")),
                    Parameter(
                        name="format", default_words=_("free text"), help=_("What the model may write to it."),
                        kind=Union(
                            tag="type",
                            forms=(
                                Form(slug="text", title=_("free text"), tags=("text",), kind=Object()),
                                Form(slug="grammar", title=_("grammar"), tags=("grammar",), kind=_GRAMMAR),
                            ),
                        ),
                    ),
                )
            ),
        ),
    )
)  # fmt: skip

TOOL: Final = Union(
    tag="type",
    open=True,
    forms=(
        Form(slug="function", title=_("Function"), tags=("function",), kind=_FUNCTION),
        Form(slug="custom", title=_("Custom tool"), tags=("custom",), kind=_CUSTOM, beyond=True),
    ),
)


def _named(field: str, kind: Text | None = None) -> Object:
    name = Parameter(name="name", kind=kind or NAME, required=True, nullable=False, help=_("Which one."))
    return Object(
        fields=(
            Parameter(
                name=field, kind=Object(fields=(name,)), required=True, nullable=False, help=_("The one to call.")
            ),
        )
    )


_ALLOWED: Final = Object(
    fields=(
        Parameter(
            name="allowed_tools", required=True, nullable=False, help=_("A smaller set of the tools."),
            kind=Object(
                fields=(
                    Parameter(
                        name="mode", kind=Choices(options=options(beyond=("auto", "required"))), required=True,
                        nullable=False, help=_("Whether one of them must be called."),
                    ),
                    Parameter(
                        name="tools", kind=ListOf(item=Json(shape="object"), item_name=_("tool")), required=True,
                        nullable=False, help=_("The tools that are left, named as in tools."),
                    ),
                )
            ),
        ),
    )
)  # fmt: skip

TOOL_CHOICE: Final = Union(
    tag="type",
    open=True,
    forms=(
        Form(slug="mode", title=_("mode"), kind=Choices(options=options("auto", "none", "required"))),
        Form(slug="function", title=_("function …"), tags=("function",), kind=_named("function")),
        Form(slug="allowed_tools", title=_("some of them …"), tags=("allowed_tools",), kind=_ALLOWED, beyond=True),
        Form(slug="custom", title=_("custom tool …"), tags=("custom",), kind=_named("custom", TEXT), beyond=True),
    ),
)

_SCHEMA: Final = Object(
    fields=(
        Parameter(
            name="json_schema", required=True, nullable=False, help=_("The shape of the answer."),
            kind=Object(
                fields=(
                    Parameter(
                        name="name", kind=NAME, required=True, nullable=False, example="invoice",
                        help=_("A name for the shape, seen by the model."),
                    ),
                    Parameter(
                        name="schema", kind=Json(shape="schema"), help=_("The JSON Schema that the answer follows."),
                        more=_(
                            "Under strict every object closes itself with additionalProperties: false and requires "
                            "all its keys."
                        ),
                    ),
                    Parameter(
                        name="strict", kind=BOOLEAN,
                        help=_("Whether the schema is held to exactly, at the price of its stricter rules."),
                    ),
                    Parameter(
                        name="description", kind=LINES, beyond=True,
                        help=_("What the shape is for, as a hint to the model."),
                    ),
                )
            ),
        ),
    )
)  # fmt: skip

RESPONSE_FORMAT: Final = Union(
    tag="type",
    forms=(
        Form(slug="text", title=_("text"), tags=("text",), kind=Object(), help=_("Plain text.")),
        Form(
            slug="json_object", title=_("JSON object"), tags=("json_object",), kind=Object(),
            help=_("Some valid JSON; a message has to mention the word JSON."),
        ),
        Form(
            slug="json_schema", title=_("JSON Schema"), tags=("json_schema",), kind=_SCHEMA,
            help=_("JSON of exactly the shape you describe."),
        ),
    ),
)  # fmt: skip
