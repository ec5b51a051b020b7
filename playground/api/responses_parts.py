"""Content parts of /v1/responses: what a message or a tool's answer is made of."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import Choices, Form, Json, ListOf, Object, Parameter, Union, options
from .shared import BASE64, ID, IMAGE_URL, LINES, TEXT, URL

BREAKPOINT: Final = Parameter(
    name="prompt_cache_breakpoint", beyond=True, help=_("The prompt is cached up to here."),
    kind=Object(
        fields=(
            Parameter(
                name="mode", kind=Choices(options=options(beyond=("explicit",))), beyond=True,
                help=_("Set by you rather than by upstream."),
            ),
            Parameter(
                name="ttl", kind=Choices(options=options(beyond=("30m", "12h"))), beyond=True,
                help=_("How long this mark holds at least."),
            ),
        )
    ),
)  # fmt: skip

INPUT_TEXT: Final = Form(
    slug="input_text", title=_("text"), tags=("input_text",),
    kind=Object(
        fields=(
            Parameter(name="text", kind=LINES, required=True, nullable=False, help=_("The words.")),
            BREAKPOINT,
        )
    ),
)  # fmt: skip

INPUT_IMAGE: Final = Form(
    slug="input_image", title=_("image"), tags=("input_image",),
    kind=Object(
        fields=(
            Parameter(
                name="image_url", kind=IMAGE_URL, help=_("Where the image is: an address, or the image itself."),
                more=_("A plain text here, not an object as in chat."),
            ),
            Parameter(name="file_id", kind=ID, beyond=True, example="file-…", help=_("An image uploaded before.")),
            Parameter(
                name="detail", kind=Choices(options=options(beyond=("low", "high", "auto", "original"))),
                beyond=True, default="auto", help=_("How closely the image is looked at; closer costs more tokens."),
            ),
            BREAKPOINT,
        )
    ),
)  # fmt: skip

INPUT_FILE: Final = Form(
    slug="input_file", title=_("file"), tags=("input_file",),
    kind=Object(
        fields=(
            Parameter(name="file_url", kind=URL, help=_("Where upstream finds the file.")),
            Parameter(name="file_data", kind=BASE64, beyond=True, help=_("The file itself, as a data URL.")),
            Parameter(name="file_id", kind=ID, beyond=True, example="file-…", help=_("A file uploaded before.")),
            Parameter(name="filename", kind=TEXT, beyond=True, help=_("What the file is called.")),
            Parameter(
                name="detail", kind=Choices(options=options(beyond=("auto", "low", "high"))), beyond=True,
                help=_("How closely pages are looked at."),
            ),
            BREAKPOINT,
        )
    ),
)  # fmt: skip

INPUT_AUDIO: Final = Form(
    slug="input_audio", title=_("audio"), tags=("input_audio",), beyond=True,
    kind=Object(
        fields=(
            Parameter(
                name="input_audio", required=True, nullable=False, help=_("The recording."),
                kind=Object(
                    fields=(
                        Parameter(
                            name="data", kind=BASE64, required=True, nullable=False,
                            help=_("The sound in base64."),
                        ),
                        Parameter(
                            name="format", kind=Choices(options=options(beyond=("mp3", "wav"))), required=True,
                            nullable=False, help=_("How the sound is packed."),
                        ),
                    )
                ),
            ),
        )
    ),
)  # fmt: skip

OUTPUT_TEXT: Final = Form(
    slug="output_text", title=_("answered text"), tags=("output_text",),
    help=_("What the assistant said in an earlier turn."),
    kind=Object(
        fields=(
            Parameter(name="text", kind=LINES, required=True, nullable=False, help=_("The words of the answer.")),
            Parameter(name="annotations", kind=Json(shape="array"), help=_("The citations that came with it.")),
            Parameter(name="logprobs", kind=Json(shape="array"), beyond=True, help=_("The likelihoods that came.")),
        )
    ),
)  # fmt: skip

REFUSAL: Final = Form(
    slug="refusal", title=_("refusal"), tags=("refusal",), beyond=True,
    help=_("What the assistant declined in an earlier turn."),
    kind=Object(
        fields=(Parameter(name="refusal", kind=LINES, required=True, nullable=False, help=_("Its words.")),)
    ),
)  # fmt: skip

_PART: Final = _("part")

MESSAGE_CONTENT: Final = Union(
    forms=(
        Form(slug="text", title=_("text"), kind=LINES),
        Form(
            slug="parts", title=_("parts"),
            kind=ListOf(
                item_name=_PART,
                item=Union(
                    tag="type", open=True,
                    forms=(INPUT_TEXT, INPUT_IMAGE, INPUT_FILE, INPUT_AUDIO, OUTPUT_TEXT, REFUSAL),
                ),
            ),
        ),
    )
)  # fmt: skip

TOOL_OUTPUT: Final = Union(
    forms=(
        Form(slug="text", title=_("text"), kind=LINES),
        Form(
            slug="parts", title=_("parts"), beyond=True,
            kind=ListOf(
                item_name=_PART,
                item=Union(tag="type", open=True, forms=(INPUT_TEXT, INPUT_IMAGE, INPUT_FILE)),
            ),
        ),
    )
)  # fmt: skip
