"""Fields that many input items of /v1/responses share."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import Form, Object, Parameter, Union, Words, beyond_of, may, need
from .responses_parts import TOOL_OUTPUT
from .shared import ID, TEXT

STEPS: Final = ("in_progress", "completed", "incomplete")

ITEM_ID: Final = may("id", ID, _("The item's own id."), beyond=True)
KNOWN_ID: Final = need("id", ID, _("The item's own id."))
CALL_ID: Final = need("call_id", ID, _("Which call this belongs to."), example="call_…")
STATUS: Final = may("status", beyond_of(*STEPS), _("How far it got."), beyond=True)

CALLER: Final = may(
    "caller",
    Union(
        tag="type",
        forms=(
            Form(slug="direct", title=_("the model"), tags=("direct",), kind=Object()),
            Form(
                slug="program", title=_("its code"), tags=("program",),
                kind=Object(fields=(need("caller_id", ID, _("Which program.")),)),
            ),
        ),
    ),
    _("Who made the call."),
    beyond=True,
)  # fmt: skip

NAMESPACE: Final = may("namespace", TEXT, _("The namespace of the tool."), beyond=True)
TOOL_ANSWER: Final = need("output", TOOL_OUTPUT, _("What the tool returned."))


def status_of(*values: str) -> Parameter:
    return need("status", beyond_of(*values), _("How far it got."))


def beyond_item(slug: str, title: Words, kind: Object) -> Form:
    return Form(slug=slug, title=title, tags=(slug,), kind=kind, beyond=True)
