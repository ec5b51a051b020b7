"""A value as JSON text: the control of what is JSON by nature, and of every value that its own control cannot hold."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from playground.api import documents
from playground.api.parameters import Json, Kind
from playground.forms.controls.table import Page, Reading, stencil
from playground.forms.markers import BLANK, Typed, body_of
from playground.forms.spots import Spot


class RawControl:
    def fits(self, kind: Kind, value: Any) -> bool:
        return True

    def write(self, page: Page, kind: Kind, spot: Spot, value: Any) -> SafeString:
        native = isinstance(kind, Json)
        schema = isinstance(kind, Json) and kind.shape == "schema"
        return stencil(page, "json", spot, lambda: {"native": native, "schema": schema, "address": spot.address}).fill(
            {"at": spot.at, "value": json_text(value)}
        )

    def read(self, reading: Reading, kind: Kind, spot: Spot) -> Any:
        text = reading.data.get(f"{spot.at}~json")
        return BLANK if text is None else read_json(text)


def json_text(value: Any) -> str:
    if value is BLANK:
        return ""
    if isinstance(value, Typed):
        return value.text
    return documents.write(body_of(value), pretty=True).decode()


def read_json(text: str) -> Any:
    """The value of a JSON text; as typed, with the place of the mistake, if it is none."""
    text = text.replace("\r\n", "\n")
    if not text.strip():
        return BLANK
    try:
        return documents.read(text)
    except documents.BadDocument as problem:
        return Typed(text, located(problem), as_json=True)


def located(problem: documents.BadDocument) -> str:
    return _("Line %(line)s, column %(column)s: %(sentence)s") % {
        "line": problem.line,
        "column": problem.column,
        "sentence": problem.message,
    }
