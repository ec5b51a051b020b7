"""Parameters of /v1/chat/completions that current SDKs know and the documents do not."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .chat_messages import TEXT_PART, content_of
from .chat_tools import FUNCTION_FIELDS
from .parameters import (
    Choices,
    Form,
    Integer,
    ListOf,
    Object,
    Parameter,
    Text,
    Union,
    options,
)
from .shared import (
    BEYOND,
    BOOLEAN,
    LOW_TO_HIGH,
    METADATA,
    MODERATION,
    NAME,
    SAFETY_IDENTIFIER,
    TEXT,
    place_fields,
)

_AUDIO: Final = Object(
    fields=(
        Parameter(
            name="format", required=True, nullable=False, beyond=True,
            kind=Choices(options=options(beyond=("wav", "aac", "mp3", "flac", "opus", "pcm16"))),
            help=_("How the sound is packed; a stream wants pcm16."),
        ),
        Parameter(
            name="voice", required=True, nullable=False, beyond=True, help=_("Who speaks."),
            kind=Union(
                forms=(
                    Form(
                        slug="name", title=_("built-in"),
                        kind=Text(
                            suggestions=(
                                "alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer",
                                "verse", "marin", "cedar",
                            )
                        ),
                    ),
                    Form(
                        slug="custom", title=_("your own"),
                        kind=Object(
                            fields=(
                                Parameter(
                                    name="id", kind=Text(format="id"), required=True, nullable=False,
                                    example="voice_…", help=_("The id of your voice."),
                                ),
                            )
                        ),
                    ),
                )
            ),
        ),
    )
)  # fmt: skip

_PREDICTION: Final = Object(
    fields=(
        Parameter(
            name="type", kind=Choices(options=options(beyond=("content",))), required=True, nullable=False, beyond=True,
            help=_("The kind of prediction; there is one."),
        ),
        Parameter(
            name="content", kind=content_of(TEXT_PART), required=True, nullable=False, beyond=True,
            help=_("The text that most of the answer will repeat."),
        ),
    )
)  # fmt: skip

_LOCATION: Final = Object(fields=place_fields())

_WEB_SEARCH: Final = Object(
    fields=(
        Parameter(
            name="search_context_size", kind=LOW_TO_HIGH, beyond=True, default_words="medium",
            help=_("How much of the context the search may fill."),
        ),
        Parameter(
            name="user_location", beyond=True, help=_("Roughly where the person is."),
            kind=Object(
                fields=(
                    Parameter(
                        name="type", kind=Choices(options=options(beyond=("approximate",))), required=True,
                        nullable=False, beyond=True, help=_("How exact; there is one value."),
                    ),
                    Parameter(
                        name="approximate", kind=_LOCATION, required=True, nullable=False, beyond=True,
                        help=_("The rough place."),
                    ),
                )
            ),
        ),
    )
)  # fmt: skip

_FUNCTION_CALL: Final = Union(
    forms=(
        Form(slug="mode", title=_("mode"), kind=Choices(options=options(beyond=("none", "auto")))),
        Form(
            slug="named",
            title=_("function …"),
            kind=Object(
                fields=(Parameter(name="name", kind=NAME, required=True, nullable=False, help=_("Which one.")),)
            ),
        ),
    )
)

PARAMETERS_BEYOND: Final = (
    Parameter(
        name="metadata", kind=METADATA, group=BEYOND.slug, beyond=True, profiles=("openai",),
        help=_("Your own notes, kept with the completion: up to 16 pairs."),
    ),
    Parameter(
        name="store", kind=BOOLEAN, group=BEYOND.slug, beyond=True, profiles=("openai",),
        help=_("Whether upstream keeps the completion."),
    ),
    Parameter(
        name="seed", kind=Integer(), group=BEYOND.slug, beyond=True,
        help=_("The same seed and request should bring the same answer, as far as it goes."),
        more=_("When system_fingerprint changes, upstream changed, and the answers may too."),
    ),
    Parameter(
        name="parallel_tool_calls", kind=BOOLEAN, group=BEYOND.slug, beyond=True, fact=_("needs tools"),
        help=_("Whether several calls may be asked for at once."),
    ),
    Parameter(
        name="verbosity", kind=LOW_TO_HIGH, group=BEYOND.slug, beyond=True, default="medium", profiles=("openai",),
        help=_("How talkative the answer is."),
    ),
    Parameter(
        name="modalities", group=BEYOND.slug, beyond=True, profiles=("openai",),
        kind=ListOf(item=Choices(options=options(beyond=("text", "audio"))), unique=True, min_items=1),
        help=_("What the answer consists of: text, sound, or both."),
    ),
    Parameter(
        name="audio", kind=_AUDIO, group=BEYOND.slug, beyond=True, fact=_("with modalities: audio"),
        profiles=("openai",), help=_("Voice and file format of a spoken answer."),
    ),
    Parameter(
        name="prediction", kind=_PREDICTION, group=BEYOND.slug, beyond=True, profiles=("openai",),
        help=_("Text you expect in the answer, which makes it quicker."),
    ),
    Parameter(
        name="web_search_options", kind=_WEB_SEARCH, group=BEYOND.slug, beyond=True, profiles=("openai",),
        help=_("Lets a search model look at the web."),
    ),
    MODERATION,
    Parameter(
        name="safety_identifier", kind=SAFETY_IDENTIFIER, group=BEYOND.slug, beyond=True, profiles=("openai",),
        help=_("A stable, hashed mark of the person behind the request."),
    ),
    Parameter(
        name="prompt_cache_key", kind=TEXT, group=BEYOND.slug, beyond=True, profiles=("openai",),
        help=_("Brings requests that begin alike to the same cache."),
    ),
    Parameter(
        name="prompt_cache_options", group=BEYOND.slug, beyond=True, profiles=("openai",),
        help=_("Finer control over the prompt cache."),
        kind=Object(
            fields=(
                Parameter(
                    name="mode", kind=Choices(options=options(beyond=("implicit", "explicit"))), beyond=True,
                    default="implicit", help=_("Who sets the marks up to which the prompt is cached."),
                ),
                Parameter(
                    name="ttl", kind=Choices(options=options(beyond=("30m",))), beyond=True, default="30m",
                    help=_("How long a mark holds at least."),
                ),
            )
        ),
    ),
    Parameter(
        name="prompt_cache_retention", group=BEYOND.slug, beyond=True, deprecated=True, profiles=("openai",),
        kind=Choices(options=options(beyond=("in_memory", "24h"))), instead=_("Use prompt_cache_options.ttl."),
        help=_("How long the cached beginning of the prompt stays."),
    ),
    Parameter(
        name="functions", group=BEYOND.slug, beyond=True, deprecated=True, instead=_("Use tools."),
        kind=ListOf(item=Object(fields=FUNCTION_FIELDS), item_name=_("function")),
        help=_("The functions of the older interface."),
    ),
    Parameter(
        name="function_call", kind=_FUNCTION_CALL, group=BEYOND.slug, beyond=True, deprecated=True,
        instead=_("Use tool_choice."), help=_("The choice between the older functions."),
    ),
)  # fmt: skip
