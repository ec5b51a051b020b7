"""What is written in the request pane: as a form or as JSON, of which each is the other's view.

It comes from what a browser sent (`from_form`) or from a draft (`from_draft`), and goes into a draft (`as_draft`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal

from playground.api import documents
from playground.api.documents import BadDocument
from playground.api.endpoints import ENDPOINTS, RESPONSES, Endpoint
from playground.api.parameters import Object
from playground.forms import markers
from playground.forms.controls.nested import read_fields
from playground.forms.controls.table import FormData, Reading
from playground.forms.markers import BLANK
from playground.forms.spots import ROOT

View = Literal["form", "json"]
MAX_NOTES: Final = 100


@dataclass(slots=True)
class Written:
    """`sheet` is what the form shows. In the JSON view, `text` is what counts; while it is broken, the sheet is the
    last one that could be read, and `broken` says why."""

    endpoint: Endpoint
    sheet: dict[str, Any] = field(default_factory=dict)
    view: View = "form"
    text: str = ""
    extra: str = ""
    profile: str = ""
    anyway: tuple[str, ...] = ()
    left: dict[str, Any] = field(default_factory=dict)  # what the other endpoint has no counterpart for
    broken: BadDocument | None = None
    reading: Reading | None = None

    @property
    def body(self) -> dict[str, Any]:
        plain: dict[str, Any] = markers.body_of(self.sheet)
        return plain

    @classmethod
    def from_form(cls, data: FormData, endpoint: Endpoint | None = None) -> Written:
        endpoint = endpoint or ENDPOINTS.get(data.get("~endpoint") or "", RESPONSES)
        written = cls(
            endpoint,
            extra=_lines(data.get("~extra")),
            profile=data.get("~profile") or "",
            anyway=tuple(dict.fromkeys(data.getlist("~anyway")))[:MAX_NOTES],
        )
        if data.get("~view") == "json":
            written.write_json(_lines(data.get("~json")))
        else:
            written.reading = Reading(data)
            written.sheet = read_sheet(endpoint, written.reading)
        return written

    @classmethod
    def from_draft(cls, endpoint: Endpoint, body: bytes, form: Mapping[str, Any]) -> Written:
        written = cls(endpoint, extra=str(form.get("extra", "")), profile=str(form.get("profile", "")))
        written.anyway = tuple(map(str, form.get("anyway", ())))
        written.left = dict(form.get("left", {}))
        text = body.decode(errors="replace")
        if form.get("view") == "json":
            written.sheet = _sheet_in(form) or {}
            written.write_json(text)
            return written
        text = text or "{}"
        try:
            plain = documents.read_object(text)
        except BadDocument:
            written.write_json(text)  # whoever put it there, it is shown as it is
            return written
        kept = _sheet_in(form)
        written.sheet = kept if kept is not None and markers.body_of(kept) == plain else plain
        return written

    def write_json(self, text: str) -> None:
        """Take over what stands in the JSON view; the form follows when it can be read."""
        self.view, self.text, self.broken = "json", text, None
        try:
            document = documents.read_document(text)
            if not isinstance(document.value, dict):
                documents.read_object(text)
            self.sheet = document.value
        except BadDocument as problem:
            self.broken = problem

    def as_draft(self) -> tuple[bytes, dict[str, Any]]:
        """The body as it is kept, and what the body cannot say."""
        form: dict[str, Any] = {"view": self.view}
        if self.view == "json":
            if self.broken:
                form["sheet"] = markers.encode(self.sheet)
            body = self.text.encode(errors="replace")
        else:
            if markers.marked(self.sheet):
                form["sheet"] = markers.encode(self.sheet)
            body = documents.write(self.body, pretty=True)
        notes = {"extra": self.extra, "profile": self.profile, "anyway": list(self.anyway), "left": self.left}
        return body, {**form, **{name: note for name, note in notes.items() if note}}

    def show_json(self) -> None:
        """Go over to the JSON view, if that is not where we are."""
        if self.view != "json":
            self._write_out()

    def show_form(self) -> None:
        """Go back to the form; while the JSON is broken it waits, and the JSON stays what counts."""
        if not self.broken:
            self.view, self.text = "form", ""

    def change(self, sheet: dict[str, Any]) -> None:
        """Another sheet, in whichever view is open."""
        self.sheet, self.reading, self.broken = sheet, None, None
        if self.view == "json":
            self._write_out()

    def _write_out(self) -> None:
        self.text, self.view, self.reading = documents.write(self.body, pretty=True).decode(), "json", None

    def json_text(self) -> str:
        """What the JSON view shows."""
        return self.text if self.view == "json" else documents.write(self.body, pretty=True).decode()


def read_sheet(endpoint: Endpoint, reading: Reading) -> dict[str, Any]:
    """What stands in the form, in the order of the body it came from."""
    sheet = read_fields(reading, fields_of(endpoint), ROOT, {})
    return {} if sheet is BLANK else sheet


@cache
def fields_of(endpoint: Endpoint) -> Object:
    """The whole request body as one object."""
    return Object(fields=endpoint.parameters)


def _sheet_in(form: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        sheet = markers.decode(form.get("sheet"))
    except ValueError:
        return None
    return sheet if isinstance(sheet, dict) else None


def _lines(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n")
