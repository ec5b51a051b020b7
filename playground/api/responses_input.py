"""The input of /v1/responses: a text, or items of many kinds."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import Form, ListOf, Object, Union, beyond_of, may, need, one_of
from .responses_items import FUNCTION_CALL, FUNCTION_CALL_OUTPUT, ITEM_FORMS
from .responses_parts import MESSAGE_CONTENT
from .shared import ID, LINES

MESSAGE: Final = Object(
    fields=(
        need("role", one_of("user", "assistant", "system", "developer"), _("Who speaks.")),
        need("content", MESSAGE_CONTENT, _("What is said: a text, or parts.")),
        may(
            "phase", beyond_of("commentary", "final_answer"), beyond=True,
            words=_("Whether the assistant was still at work or gave its answer."),
        ),
        may("status", beyond_of("in_progress", "completed", "incomplete"), _("How far it got."), beyond=True),
        may("id", ID, _("The item's own id."), beyond=True, example="msg_…"),
    )
)  # fmt: skip

ITEM: Final = Union(
    tag="type",
    untagged="message",
    open=True,
    forms=(
        Form(
            slug="message", title=_("message"), tags=("message",), kind=MESSAGE,
            help=_("Somebody says something: text, images, files."),
        ),
        Form(
            slug="function_call", title=_("function call"), tags=("function_call",), kind=FUNCTION_CALL,
            help=_("What the model asked your code to do, sent back with its answer."),
        ),
        Form(
            slug="function_call_output", title=_("function output"), tags=("function_call_output",),
            kind=FUNCTION_CALL_OUTPUT, help=_("The answer of your code to a call."),
        ),
        *ITEM_FORMS,
    ),
)  # fmt: skip

INPUT: Final = Union(
    forms=(
        Form(slug="text", title=_("text"), kind=LINES),
        Form(slug="items", title=_("items"), kind=ListOf(item=ITEM, item_name=_("item"))),
    )
)
