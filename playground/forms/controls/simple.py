"""Controls for one value: a number, a text, a choice, true or false."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from playground.api.parameters import Boolean, Choices, Integer, Number, Text
from playground.forms.controls.table import Page, Reading, checked, numbered, stencil
from playground.forms.markers import BLANK, Blank, Typed
from playground.forms.spots import Spot
from playground.rendering.stencils import NOTHING

# What a text box cannot hold: it turns \r into \n, and HTML knows neither NUL nor half a surrogate pair.
_UNHOLDABLE: Final = re.compile("[\r\0\ud800-\udfff]")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,1000}")
_DECIMAL: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def holdable(value: Any) -> bool:
    """Whether a text box gives this text back unchanged."""
    return isinstance(value, str) and not _UNHOLDABLE.search(value)


def text_sent(text: str) -> str:
    """Browsers send every line break of a text box as CR LF."""
    return text.replace("\r\n", "\n")


LONG_LINE: Final = 20_000  # characters; wrapping much longer ones keeps a browser busy for minutes


def has_long_line(text: str) -> bool:
    return len(text) > LONG_LINE and any(len(line) > LONG_LINE for line in text.split("\n"))


class NumberControl:
    def fits(self, kind: Number | Integer, value: Any) -> bool:
        if isinstance(value, Blank | Typed):
            return True
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)

    def write(self, page: Page, kind: Number | Integer, spot: Spot, value: Any) -> SafeString:
        text = value.text if isinstance(value, Typed) else "" if value is BLANK else number_text(value)
        slide = text if isinstance(value, int | float) else self._start(kind)
        return stencil(page, "number", spot, lambda: self._fixed(kind)).fill(
            {"at": spot.at, "value": text, "slide": slide}
        )

    def read(self, reading: Reading, kind: Number | Integer, spot: Spot) -> Any:
        text = (reading.data.get(spot.at) or "").strip()
        return read_number(text) if text else BLANK

    def _fixed(self, kind: Number | Integer) -> dict[str, Any]:
        whole = isinstance(kind, Integer)
        step = 1 if whole else (kind.step if isinstance(kind, Number) else None) or "any"
        return {"kind": kind, "whole": whole, "step": step, "slider": None not in (kind.minimum, kind.maximum)}

    def _start(self, kind: Number | Integer) -> str:
        return number_text(kind.minimum) if kind.minimum is not None else ""


def number_text(value: float) -> str:
    return json.dumps(value)


def read_number(text: str) -> Any:
    """A number as typed: whole ones stay whole. A decimal comma is a slip of the keyboard's language, not an error."""
    if _WHOLE.fullmatch(text):
        return int(text)
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    if _DECIMAL.fullmatch(plain) and math.isfinite(float(plain)):
        return float(plain)
    return Typed(text, _("“%(text)s” is not a number.") % {"text": text[:40]})


class TextControl:
    def fits(self, kind: Text, value: Any) -> bool:
        return value is BLANK or holdable(value)

    def write(self, page: Page, kind: Text, spot: Spot, value: Any) -> SafeString:
        text = "" if value is BLANK else value
        several = kind.multiline or "\n" in text
        about = NOTHING
        template = "lines" if several else "text"
        if kind.format in ("data-url", "base64"):
            template, about = "upload", page.file_words(text)
        return stencil(page, template, spot, lambda: {"kind": kind, "list": self._list(kind, spot)}).fill(
            {"at": spot.at, "value": text, "about": about, "long": "data-unwrapped" if has_long_line(text) else ""}
        )

    def read(self, reading: Reading, kind: Text, spot: Spot) -> Any:
        text = reading.data.get(spot.at)
        return BLANK if text is None else text_sent(text)

    def _list(self, kind: Text, spot: Spot) -> str:
        """The id of the list of suggestions, if there are any."""
        if kind.format == "model" and not kind.suggestions:
            return "models"
        return f"known-{spot.address}" if kind.suggestions else ""


class ChoiceControl:
    WIDE = 42  # characters that segments can show side by side in the narrowest pane

    def fits(self, kind: Choices, value: Any) -> bool:
        return value is BLANK or (isinstance(value, str) and value in kind.values)

    def write(self, page: Page, kind: Choices, spot: Spot, value: Any) -> SafeString:
        values = kind.values
        narrow = len(values) <= 7 and sum(map(len, values)) + 2 * len(values) <= self.WIDE
        template = "segments" if narrow else "select"
        attribute = "checked" if narrow else "selected"
        drawn = stencil(page, template, spot, lambda: {"options": numbered(kind.options), "fill": len(values) > 2})
        return drawn.fill(checked({"at": spot.at}, value, values, attribute))

    def read(self, reading: Reading, kind: Choices, spot: Spot) -> Any:
        return reading.data.get(spot.at) or BLANK


class BooleanControl:
    def fits(self, kind: Boolean, value: Any) -> bool:
        return value is BLANK or isinstance(value, bool)

    def write(self, page: Page, kind: Boolean, spot: Spot, value: Any) -> SafeString:
        chosen = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else None
        options = ("true", "false")
        drawn = stencil(page, "segments", spot, lambda: {"options": numbered({"value": each} for each in options)})
        return drawn.fill(checked({"at": spot.at}, chosen, options))

    def read(self, reading: Reading, kind: Boolean, spot: Spot) -> Any:
        return {"true": True, "false": False}.get(reading.data.get(spot.at) or "", BLANK)
