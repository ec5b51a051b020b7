"""Tools of /v1/responses that current SDKs know and the documents do not."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import (
    Form,
    Integer,
    Json,
    ListOf,
    Object,
    Parameter,
    Text,
    Union,
    beyond_of,
    may,
    need,
    texts,
)
from .shared import BASE64, BOOLEAN, CALLERS, ID, LINES, NAME, SECRET, TEXT, function_fields

_SECRETS: Final = ListOf(
    item_name=_("secret"),
    item=Object(
        fields=(
            need("domain", TEXT, _("The site it is for.")),
            need("name", TEXT, _("What the code calls it.")),
            need("value", SECRET, _("The secret itself.")),
        )
    ),
)

_NETWORK: Final = Union(
    tag="type",
    forms=(
        Form(slug="disabled", title=_("none"), tags=("disabled",), kind=Object()),
        Form(
            slug="allowlist", title=_("listed sites"), tags=("allowlist",),
            kind=Object(
                fields=(
                    need("allowed_domains", texts(_("domain")), _("The sites it may reach.")),
                    may("domain_secrets", _SECRETS, _("Secrets that only these sites get to see.")),
                )
            ),
        ),
    ),
)  # fmt: skip

CONTAINER_FIELDS: Final = (
    may("file_ids", texts(_("file"), format="id"), _("Uploaded files that the code can read."), beyond=True),
    may("memory_limit", beyond_of("1g", "4g", "16g", "64g"), _("How much memory it has."), beyond=True),
    may("network_policy", _NETWORK, _("What it may reach on the network."), beyond=True),
)

_SKILL: Final = Union(
    tag="type",
    forms=(
        Form(
            slug="skill_reference", title=_("stored skill"), tags=("skill_reference",),
            kind=Object(
                fields=(
                    need("skill_id", ID, _("Which skill.")),
                    may("version", TEXT, _("Which version of it: a number, or latest.")),
                )
            ),
        ),
        Form(
            slug="inline", title=_("skill given here"), tags=("inline",),
            kind=Object(
                fields=(
                    need("name", TEXT, _("What it is called.")),
                    need("description", LINES, _("What it is good for.")),
                    need(
                        "source",
                        Object(
                            fields=(
                                need("type", beyond_of("base64"), _("How it is packed; there is one way.")),
                                need("media_type", beyond_of("application/zip"), _("There is one kind.")),
                                need("data", BASE64, _("The zip archive in base64.")),
                            )
                        ),
                        _("The skill itself."),
                    ),
                )
            ),
        ),
    ),
)  # fmt: skip

_LOCAL_SKILL: Final = Object(
    fields=(
        need("name", TEXT, _("What it is called.")),
        need("description", LINES, _("What it is good for.")),
        need("path", TEXT, _("Where it lies on your computer.")),
    )
)

_ENVIRONMENT: Final = Union(
    tag="type",
    forms=(
        Form(
            slug="container_auto", title=_("container made for this"), tags=("container_auto",),
            kind=Object(
                fields=(
                    *CONTAINER_FIELDS,
                    may("skills", ListOf(item=_SKILL, item_name=_("skill")), _("Skills it brings along.")),
                )
            ),
        ),
        Form(
            slug="local", title=_("your computer"), tags=("local",),
            kind=Object(
                fields=(may("skills", ListOf(item=_LOCAL_SKILL, item_name=_("skill")), _("Skills it brings along.")),)
            ),
        ),
        Form(
            slug="container_reference", title=_("existing container"), tags=("container_reference",),
            kind=Object(fields=(need("container_id", ID, _("Which container.")),)),
        ),
    ),
)  # fmt: skip

_COMPUTER: Final = Object(
    fields=(
        need("display_width", Integer(minimum=1), _("The screen's width in pixels.")),
        need("display_height", Integer(minimum=1), _("The screen's height in pixels.")),
        need("environment", beyond_of("windows", "mac", "linux", "ubuntu", "browser"), _("What runs on it.")),
    )
)

_SVG: Final = Object(
    fields=(
        may("model", Text(format="model"), _("Which model draws.")),
        may(
            "reasoning",
            Object(
                fields=(
                    may(
                        "effort", beyond_of("none", "minimal", "low", "medium", "high", "xhigh", "max"),
                        _("How much thinking goes into the drawing."),
                    ),
                )
            ),
            _("How it thinks about the drawing."),
        ),
    )
)  # fmt: skip

_IMAGE_MODELS: Final = (
    "gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "gpt-image-2-2026-04-21",
    "gpt-image-2.5-sunburst", "gpt-image-2.5-flare", "gpt-image-2.6-sunburst",
)  # fmt: skip

_IMAGE: Final = Object(
    fields=(
        may("model", Text(format="model", suggestions=_IMAGE_MODELS), _("Which model draws.")),
        may("action", beyond_of("generate", "edit", "auto"), _("A new image, or a change to one."), default="auto"),
        may(
            "size", Text(suggestions=("1024x1024", "1024x1536", "1536x1024", "auto")), _("Width and height in pixels.")
        ),
        may("quality", beyond_of("low", "medium", "high", "xhigh", "max", "auto"), _("How carefully it is drawn.")),
        may("complexity", beyond_of("low", "medium", "high"), _("How much planning comes before the drawing.")),
        may("background", beyond_of("transparent", "opaque", "auto"), _("What is behind the subject.")),
        may(
            "output_format", beyond_of("png", "webp", "jpeg", "gif", "svg"), _("The kind of image file."), default="png"
        ),
        may("output_compression", Integer(minimum=0, maximum=100), _("How hard it is compressed."), default=100),
        may("moderation", beyond_of("auto", "low"), _("How strictly the image is moderated."), default="auto"),
        may("partial_images", Integer(minimum=0, maximum=3), _("How many sketches arrive in a stream."), default=0),
        may("input_fidelity", beyond_of("high", "low"), _("How closely it keeps to the given images."), default="low"),
        may(
            "input_image_mask",
            Object(
                fields=(
                    may("image_url", Text(format="data-url"), _("The mask itself.")),
                    may("file_id", ID, _("A mask uploaded before.")),
                )
            ),
            _("Marks the part that may change."),
        ),
        may("frame_count", Integer(minimum=1), _("How many pictures a GIF has."), default=9),
        may("frame_duration_ms", Integer(minimum=10), _("How long each of them stays, in ms."), default=200),
        may("svg", _SVG, _("How an SVG is drawn.")),
    )
)

_FORMAT: Final = may(
    "format",
    Union(
        tag="type",
        forms=(
            Form(slug="text", title=_("free text"), tags=("text",), kind=Object()),
            Form(
                slug="grammar", title=_("grammar"), tags=("grammar",),
                kind=Object(
                    fields=(
                        need("definition", LINES, _("Its rules.")),
                        need("syntax", beyond_of("lark", "regex"), _("How the rules are written.")),
                    )
                ),
            ),
        ),
    ),
    _("What the model may write to it."),
    default_words=_("free text"),
)  # fmt: skip

_CUSTOM: Final = Object(
    fields=(
        need("name", TEXT, _("What the model calls it.")),
        may("description", LINES, _("What it does and when to use it, told to the model.")),
        _FORMAT,
        may("async", BOOLEAN, _("Whether the model goes on without waiting for the answer.")),
        may("defer_loading", BOOLEAN, _("Found by tool search only when needed.")),
        CALLERS,
    )
)

_NAMESPACE: Final = Object(
    fields=(
        need("name", NAME, _("The name before its tools' names.")),
        need("description", LINES, _("What its tools have in common.")),
        need(
            "tools",
            ListOf(
                item_name=_("tool"),
                item=Union(
                    tag="type",
                    open=True,
                    forms=(
                        Form(
                            slug="function", title=_("Function"), tags=("function",),
                            kind=Object(fields=function_fields()),
                        ),
                        Form(slug="custom", title=_("Custom tool"), tags=("custom",), kind=_CUSTOM),
                    ),
                ),
            ),
            _("The tools inside."),
        ),
    )
)  # fmt: skip

_TOOL_SEARCH: Final = Object(
    fields=(
        may("execution", beyond_of("server", "client"), _("Who searches.")),
        may("description", LINES, _("What can be found, told to the model.")),
        Parameter(name="parameters", kind=Json(shape="schema"), help=_("The arguments, as a JSON Schema.")),
    )
)

_ONLY_CALLERS: Final = Object(fields=(CALLERS,))

BEYOND_TOOLS: Final = tuple(
    Form(slug=slug, title=title, tags=(slug,), kind=kind, beyond=True)
    for slug, title, kind in (
        ("image_generation", _("Image generation"), _IMAGE),
        ("custom", _("Custom tool"), _CUSTOM),
        ("computer", _("Computer"), Object()),
        ("computer_use_preview", _("Computer use (preview)"), _COMPUTER),
        (
            "shell",
            _("Shell"),
            Object(fields=(may("environment", _ENVIRONMENT, _("Where the commands run.")), CALLERS)),
        ),
        ("local_shell", _("Local shell"), Object()),
        ("apply_patch", _("Apply patch"), _ONLY_CALLERS),
        ("namespace", _("Namespace"), _NAMESPACE),
        ("tool_search", _("Tool search"), _TOOL_SEARCH),
        ("programmatic_tool_calling", _("Tool calls from code"), Object()),
    )
)
