"""Input items of /v1/responses about machines: computers, shells, code, patches, images."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import Form, Integer, Json, ListOf, MapOf, Object, Union, beyond_of, may, need, texts
from .responses_item_fields import CALL_ID, CALLER, ITEM_ID, KNOWN_ID, STATUS, STEPS, beyond_item, status_of
from .shared import ID, IMAGE_URL, LINES, TEXT

_SAFETY: Final = ListOf(
    item_name=_("check"),
    item=Object(
        fields=(
            need("id", ID, _("The check's id.")),
            may("code", TEXT, _("What kind of check it is.")),
            may("message", LINES, _("What it says.")),
        )
    ),
)

_COMPUTER_CALL: Final = Object(
    fields=(
        KNOWN_ID,
        CALL_ID,
        may("action", Json(shape="object"), _("What is to be done: click, type, scroll …")),
        may("actions", Json(shape="array"), _("Several things to be done, in order.")),
        need("pending_safety_checks", _SAFETY, _("What has to be confirmed first.")),
        status_of(*STEPS),
    )
)

_SCREENSHOT: Final = Object(
    fields=(
        need("type", beyond_of("computer_screenshot"), _("There is one kind.")),
        may("image_url", IMAGE_URL, _("The picture of the screen.")),
        may("file_id", ID, _("A picture uploaded before.")),
    )
)

_COMPUTER_OUTPUT: Final = Object(
    fields=(
        CALL_ID,
        need("output", _SCREENSHOT, _("What the screen shows now.")),
        ITEM_ID,
        may("acknowledged_safety_checks", _SAFETY, _("What you confirmed.")),
        STATUS,
    )
)

_IMAGE: Final = Object(
    fields=(
        KNOWN_ID,
        need("result", LINES, _("The image in base64."), nullable=True),
        status_of("in_progress", "completed", "generating", "failed"),
        may("action", beyond_of("generate", "edit", "auto"), _("A new image, or a change to one.")),
        may("background", beyond_of("transparent", "opaque", "auto"), _("What is behind the subject.")),
        may("output_format", beyond_of("png", "webp", "jpeg", "gif", "svg"), _("The kind of image file.")),
        may("quality", beyond_of("low", "medium", "high", "xhigh", "max", "auto"), _("How carefully it was drawn.")),
        may("size", TEXT, _("Width and height in pixels.")),
        may("revised_prompt", LINES, _("The prompt as it was really drawn.")),
        may("svg_usage", Json(shape="object"), _("What drawing the SVG cost.")),
        may("error", Json(shape="object"), _("What went wrong.")),
    )
)

_CODE: Final = Object(
    fields=(
        KNOWN_ID,
        need("code", LINES, _("What was run."), nullable=True),
        need("container_id", ID, _("Where it ran.")),
        need("outputs", Json(shape="array"), _("What came out: logs and images."), nullable=True),
        status_of("in_progress", "completed", "incomplete", "interpreting", "failed"),
    )
)

_LOCAL_SHELL: Final = Object(
    fields=(
        need("type", beyond_of("exec"), _("There is one kind.")),
        need("command", texts(_("word")), _("The command, word by word.")),
        need("env", MapOf(value=TEXT), _("Its environment.")),
        may("timeout_ms", Integer(minimum=0), _("How long it may run, in ms.")),
        may("user", TEXT, _("As whom it runs.")),
        may("working_directory", TEXT, _("Where it runs.")),
    )
)
_LOCAL_SHELL_CALL: Final = Object(
    fields=(KNOWN_ID, CALL_ID, need("action", _LOCAL_SHELL, _("What is to be run.")), status_of(*STEPS))
)
_LOCAL_SHELL_OUTPUT: Final = Object(fields=(KNOWN_ID, need("output", LINES, _("What came out, as JSON.")), STATUS))

_SHELL: Final = Object(
    fields=(
        need("commands", texts(_("command")), _("What is to be run, in order.")),
        may("timeout_ms", Integer(minimum=0), _("How long it may run, in ms.")),
        may("max_output_length", Integer(minimum=0), _("How much of the output is kept.")),
    )
)
_SHELL_CALL: Final = Object(
    fields=(
        CALL_ID,
        need("action", _SHELL, _("What is to be run.")),
        ITEM_ID, STATUS, CALLER,
        may("environment", Json(shape="object"), _("Where it runs.")),
    )
)  # fmt: skip
_SHELL_OUTPUT: Final = Object(
    fields=(
        CALL_ID,
        need("output", Json(shape="array"), _("What came out of each command.")),
        ITEM_ID, STATUS, CALLER,
        may("max_output_length", Integer(minimum=0), _("How much of the output is kept.")),
    )
)  # fmt: skip

_PATH: Final = need("path", TEXT, _("Where."))
_PATCH: Final = Union(
    tag="type",
    forms=tuple(
        Form(slug=slug, title=title, tags=(slug,), kind=Object(fields=fields))
        for slug, title, fields in (
            ("create_file", _("new file"), (need("path", TEXT, _("Where.")), need("diff", LINES, _("What is in it.")))),
            (
                "update_file",
                _("changed file"),
                (need("path", TEXT, _("Where.")), need("diff", LINES, _("The change."))),
            ),
            ("delete_file", _("deleted file"), (need("path", TEXT, _("Where.")),)),
        )
    ),
)
_PATCH_CALL: Final = Object(
    fields=(
        CALL_ID,
        need("operation", _PATCH, _("The change.")),
        status_of("in_progress", "completed"),
        ITEM_ID,
        CALLER,
    )
)
_PATCH_OUTPUT: Final = Object(
    fields=(
        CALL_ID,
        status_of("completed", "failed"),
        may("output", LINES, _("What was said about it.")),
        ITEM_ID,
        CALLER,
    )
)

MACHINE_FORMS: Final = (
    beyond_item("code_interpreter_call", _("code run"), _CODE),
    beyond_item("image_generation_call", _("image drawn"), _IMAGE),
    beyond_item("computer_call", _("computer action"), _COMPUTER_CALL),
    beyond_item("computer_call_output", _("computer screen"), _COMPUTER_OUTPUT),
    beyond_item("shell_call", _("shell call"), _SHELL_CALL),
    beyond_item("shell_call_output", _("shell output"), _SHELL_OUTPUT),
    beyond_item("local_shell_call", _("local shell call"), _LOCAL_SHELL_CALL),
    beyond_item("local_shell_call_output", _("local shell output"), _LOCAL_SHELL_OUTPUT),
    beyond_item("apply_patch_call", _("patch"), _PATCH_CALL),
    beyond_item("apply_patch_call_output", _("patch outcome"), _PATCH_OUTPUT),
)
