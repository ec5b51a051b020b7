"""The messages of /v1/chat/completions, by role, and the parts they are made of."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import Choices, Form, ListOf, Object, Parameter, Union, options
from .shared import BASE64, ID, IMAGE_URL, LINES, NAME, TEXT

TEXT_PART: Final = Form(
    slug="text", title=_("text"), tags=("text",),
    kind=Object(fields=(Parameter(name="text", kind=LINES, required=True, nullable=False, help=_("The words.")),)),
)  # fmt: skip

IMAGE_PART: Final = Form(
    slug="image_url", title=_("image"), tags=("image_url",),
    kind=Object(
        fields=(
            Parameter(
                name="image_url", required=True, nullable=False, help=_("The image."),
                kind=Object(
                    fields=(
                        Parameter(
                            name="url", kind=IMAGE_URL, required=True, nullable=False,
                            help=_("Where the image is: an address, or the image itself as a data URL."),
                        ),
                        Parameter(
                            name="detail", kind=Choices(options=options("auto", "low", "high", beyond=("original",))),
                            default="auto",
                            help=_("How closely the image is looked at; closer costs more tokens."),
                        ),
                    )
                ),
            ),
        )
    ),
)  # fmt: skip

AUDIO_PART: Final = Form(
    slug="input_audio", title=_("audio"), tags=("input_audio",), beyond=True,
    kind=Object(
        fields=(
            Parameter(
                name="input_audio", required=True, nullable=False, help=_("The recording."),
                kind=Object(
                    fields=(
                        Parameter(
                            name="data", kind=BASE64, required=True, nullable=False, help=_("The sound in base64.")
                        ),
                        Parameter(
                            name="format", kind=Choices(options=options(beyond=("wav", "mp3"))), required=True,
                            nullable=False, help=_("How the sound is packed."),
                        ),
                    )
                ),
            ),
        )
    ),
)  # fmt: skip

FILE_PART: Final = Form(
    slug="file", title=_("file"), tags=("file",), beyond=True,
    kind=Object(
        fields=(
            Parameter(
                name="file", required=True, nullable=False, help=_("The file."),
                kind=Object(
                    fields=(
                        Parameter(name="file_data", kind=BASE64, help=_("The file itself, as a data URL.")),
                        Parameter(name="file_id", kind=ID, example="file-…", help=_("A file uploaded before.")),
                        Parameter(name="filename", kind=TEXT, help=_("What the file is called.")),
                    )
                ),
            ),
        )
    ),
)  # fmt: skip

REFUSAL_PART: Final = Form(
    slug="refusal", title=_("refusal"), tags=("refusal",), beyond=True,
    kind=Object(
        fields=(
            Parameter(
                name="refusal", kind=LINES, required=True, nullable=False, help=_("What the assistant declined.")
            ),
        )
    ),
)  # fmt: skip


def content_of(*parts: Form) -> Union:
    """A text, or parts of these kinds."""
    return Union(
        forms=(
            Form(slug="text", title=_("text"), kind=LINES),
            Form(
                slug="parts", title=_("parts"),
                kind=ListOf(item=Union(tag="type", open=True, forms=parts), item_name=_("part"), min_items=1),
            ),
        )
    )  # fmt: skip


_TEXT_ONLY: Final = content_of(TEXT_PART)
_USER: Final = content_of(TEXT_PART, IMAGE_PART, AUDIO_PART, FILE_PART)
_ASSISTANT: Final = content_of(TEXT_PART, REFUSAL_PART)

_NAME: Final = Parameter(name="name", kind=TEXT, beyond=True, help=_("Tells several speakers of the same role apart."))

_ARGUMENTS: Final = Parameter(
    name="arguments", kind=LINES, required=True, nullable=False,
    help=_("The arguments as the model wrote them: JSON in a text."),
)  # fmt: skip
_CALL_ID: Final = Parameter(
    name="id", kind=ID, required=True, nullable=False, example="call_…",
    help=_("The call's id; the tool message repeats it."),
)  # fmt: skip

TOOL_CALL: Final = Union(
    tag="type",
    open=True,
    forms=(
        Form(
            slug="function", title=_("function"), tags=("function",),
            kind=Object(
                fields=(
                    _CALL_ID,
                    Parameter(
                        name="function", required=True, nullable=False, help=_("What was called."),
                        kind=Object(
                            fields=(
                                Parameter(
                                    name="name", kind=NAME, required=True, nullable=False,
                                    help=_("The function's name."),
                                ),
                                _ARGUMENTS,
                            )
                        ),
                    ),
                )
            ),
        ),
        Form(
            slug="custom", title=_("custom tool"), tags=("custom",), beyond=True,
            kind=Object(
                fields=(
                    _CALL_ID,
                    Parameter(
                        name="custom", required=True, nullable=False, help=_("What was called."),
                        kind=Object(
                            fields=(
                                Parameter(
                                    name="name", kind=TEXT, required=True, nullable=False,
                                    help=_("The tool's name."),
                                ),
                                Parameter(
                                    name="input", kind=LINES, required=True, nullable=False,
                                    help=_("The free text that the model gave it."),
                                ),
                            )
                        ),
                    ),
                )
            ),
        ),
    ),
)  # fmt: skip


def _content(kind: Union, *, required: bool = True) -> Parameter:
    return Parameter(name="content", kind=kind, required=required, nullable=not required, help=_("What is said."))


MESSAGE: Final = Union(
    tag="role",
    forms=(
        Form(
            slug="system", title="system", tags=("system",), kind=Object(fields=(_content(_TEXT_ONLY), _NAME)),
            help=_("Sets the assistant's manner. Known to every model."),
        ),
        Form(
            slug="developer", title="developer", tags=("developer",), kind=Object(fields=(_content(_TEXT_ONLY), _NAME)),
            help=_("Instructions that outrank the user, for o1 and newer."),
        ),
        Form(
            slug="user", title="user", tags=("user",), kind=Object(fields=(_content(_USER), _NAME)),
            help=_("The question."),
        ),
        Form(
            slug="assistant", title="assistant", tags=("assistant",),
            help=_("What the model said or called in an earlier turn."),
            kind=Object(
                fields=(
                    _content(_ASSISTANT, required=False),
                    Parameter(
                        name="tool_calls", kind=ListOf(item=TOOL_CALL, item_name=_("call")),
                        help=_("The tools it asked for."),
                    ),
                    _NAME,
                    Parameter(name="refusal", kind=LINES, beyond=True, help=_("What it declined.")),
                    Parameter(
                        name="audio", beyond=True, help=_("A spoken answer of an earlier turn."),
                        kind=Object(fields=(Parameter(name="id", kind=ID, required=True, nullable=False,
                                                      help=_("The id of that answer's sound.")),)),
                    ),
                    Parameter(
                        name="function_call", beyond=True, deprecated=True, instead=_("Use tool_calls."),
                        help=_("The single call of the older function interface."),
                        kind=Object(
                            fields=(
                                Parameter(
                                    name="name", kind=NAME, required=True, nullable=False,
                                    help=_("The function's name."),
                                ),
                                _ARGUMENTS,
                            )
                        ),
                    ),
                )
            ),
        ),
        Form(
            slug="tool", title="tool", tags=("tool",), help=_("What a tool returned."),
            kind=Object(
                fields=(
                    Parameter(
                        name="tool_call_id", kind=ID, required=True, nullable=False, example="call_…",
                        help=_("Which call this answers."),
                    ),
                    _content(_TEXT_ONLY),
                )
            ),
        ),
        Form(
            slug="function", title="function", tags=("function",), beyond=True,
            help=_("What a function returned, in the older interface."),
            kind=Object(
                fields=(
                    Parameter(name="name", kind=NAME, required=True, nullable=False, help=_("The function's name.")),
                    Parameter(name="content", kind=LINES, required=True, help=_("What it returned.")),
                )
            ),
        ),
    ),
)  # fmt: skip
