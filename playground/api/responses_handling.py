"""Parameters of /v1/responses that say how a request is handled: delivery, state, housekeeping, and the newest."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import Choices, Form, Integer, ListOf, Object, Parameter, Text, Union, options
from .shared import (
    BEYOND,
    BOOLEAN,
    DELIVERY,
    HOUSEKEEPING,
    ID,
    METADATA,
    MODERATION,
    SAFETY_IDENTIFIER,
    STATE,
    TEXT,
)

DELIVERY_PARAMETERS: Final = (
    Parameter(
        name="stream", kind=BOOLEAN, group=DELIVERY.slug, default=False,
        help=_("Send the answer piece by piece while it is being written."),
    ),
    Parameter(
        name="stream_options", group=DELIVERY.slug, fact=_("needs stream: true"),
        help=_("Details of the stream."),
        kind=Object(
            fields=(
                Parameter(
                    name="include_obfuscation", kind=BOOLEAN, default_words=_("true"),
                    help=_("Pads the pieces with random letters so that their sizes tell nothing."),
                ),
            )
        ),
    ),
    Parameter(
        name="background", kind=BOOLEAN, group=DELIVERY.slug, default=False,
        help=_("Answer at once with a queued response and work on it afterwards."),
        more=_("The result is fetched by its id, so the response has to be stored."),
    ),
    Parameter(
        name="service_tier", group=DELIVERY.slug, default="auto",
        kind=Choices(
            options=options("auto", "default", "flex", "priority", beyond=("scale", "fast", "ultrafast"))
        ),
        help=_("Which lane the request takes: quicker, cheaper, or the usual one."),
        more=_("The response tells which lane it really took. auto follows the project's own setting."),
    ),
)  # fmt: skip

STATE_PARAMETERS: Final = (
    Parameter(
        name="store", kind=BOOLEAN, group=STATE.slug, default=True,
        help=_("Whether upstream keeps the response, to be fetched or continued later."),
    ),
    Parameter(
        name="previous_response_id", kind=ID, group=STATE.slug, example="resp_…", fact="resp_…",
        help=_("Continues from a stored response."),
        more=_("Not together with conversation."),
    ),
    Parameter(
        name="conversation", group=STATE.slug, example="conv_…", fact="conv_…", default=None,
        help=_("The stored conversation that this turn belongs to."),
        more=_(
            "What is in it comes before the input; when the response is complete, question and answer are added. "
            "One response at a time, and not together with previous_response_id."
        ),
        kind=Union(
            forms=(
                Form(slug="id", title=_("id"), kind=ID),
                Form(
                    slug="object", title=_("object"),
                    kind=Object(
                        fields=(
                            Parameter(
                                name="id", kind=ID, required=True, nullable=False, example="conv_…",
                                help=_("The conversation's id."),
                            ),
                        )
                    ),
                ),
            )
        ),
    ),
    Parameter(
        name="context_management", group=STATE.slug, fact="compaction",
        help=_("What is done when the context grows too long."),
        kind=ListOf(
            item_name=_("rule"),
            item=Object(
                fields=(
                    Parameter(
                        name="type", kind=Text(suggestions=("compaction",)), required=True, nullable=False,
                        help=_("The kind of care; compaction is the one known."),
                    ),
                    Parameter(
                        name="compact_threshold", kind=Integer(minimum=1),
                        help=_("At how many tokens the context is compacted."),
                    ),
                )
            ),
        ),
    ),
)  # fmt: skip

HOUSEKEEPING_PARAMETERS: Final = (
    Parameter(
        name="metadata", kind=METADATA, group=HOUSEKEEPING.slug,
        help=_("Your own notes, kept with the response: up to 16 pairs."),
    ),
    Parameter(
        name="prompt_cache_key", kind=TEXT, group=HOUSEKEEPING.slug,
        help=_("Brings requests that begin alike to the same cache."),
    ),
    Parameter(
        name="prompt_cache_retention", group=HOUSEKEEPING.slug,
        kind=Choices(options=options("in-memory", "24h", beyond=("in_memory",))),
        help=_("How long the cached beginning of the prompt stays."),
        more=_("The documents write in-memory, the live service in_memory; take the one your server knows."),
    ),
    Parameter(
        name="safety_identifier", kind=SAFETY_IDENTIFIER, group=HOUSEKEEPING.slug, fact=_("up to 64 characters"),
        help=_("A stable, hashed mark of the person behind the request."),
        more=_("Lets upstream find abuse without learning who it is. Never a plain name or address."),
    ),
    Parameter(
        name="user", kind=TEXT, group=HOUSEKEEPING.slug, deprecated=True,
        instead=_("safety_identifier and prompt_cache_key share its work now."),
        help=_("The older mark of the person behind the request."),
    ),
)  # fmt: skip

BEYOND_PARAMETERS: Final = (
    Parameter(
        name="access_programs", group=BEYOND.slug, beyond=True, profiles=("openai",),
        help=_("Special programs under which the request runs."),
        kind=Object(
            fields=(
                Parameter(
                    name="cyber", beyond=True,
                    kind=Choices(options=options(beyond=("standard", "daybreak_blue", "daybreak_red"))),
                    help=_("The program for security work."),
                ),
            )
        ),
    ),
    Parameter(
        name="image", group=BEYOND.slug, beyond=True, profiles=("openai",),
        help=_("How images in the context are treated."),
        kind=Object(
            fields=(
                Parameter(
                    name="context_compression", beyond=True, default="auto",
                    kind=Choices(options=options(beyond=("auto", "enabled", "disabled"))),
                    help=_("Whether images are made smaller to save context."),
                ),
            )
        ),
    ),
    MODERATION,
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
                    name="ttl", kind=Choices(options=options(beyond=("30m", "12h"))), beyond=True,
                    default_words="30m", help=_("How long a mark holds at least."),
                ),
                Parameter(
                    name="prewarm", kind=BOOLEAN, beyond=True, default=False,
                    help=_("Only warms the cache up; nothing is written."),
                ),
                Parameter(
                    name="comparison_response_id", kind=ID, beyond=True, example="resp_…",
                    help=_("An earlier response to compare with, to learn why the cache was missed."),
                ),
            )
        ),
    ),
)  # fmt: skip
