"""Controls for several values of one kind: ticks, tags, key-value rows."""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from playground.api.parameters import Choices, ListOf, MapOf, Number, Text
from playground.forms.controls.simple import holdable, text_sent
from playground.forms.controls.table import Page, Reading, numbered, read_value, stencil, write_value
from playground.forms.markers import BLANK, Blank, Rows
from playground.forms.spots import Spot
from playground.rendering.stencils import joined

NEW = "~new~"  # the id that a template for new rows carries; the page puts a fresh one in its place


class TicksControl:
    """A list of choices. What is not among them is a tick of its own; the order of the body is kept."""

    def fits(self, kind: ListOf, value: Any) -> bool:
        if value is BLANK:
            return True
        return isinstance(value, list) and all(map(holdable, value)) and len(set(value)) == len(value)

    def write(self, page: Page, kind: ListOf, spot: Spot, value: Any) -> SafeString:
        known = _choices(kind).values
        chosen = [] if value is BLANK else value
        others = [each for each in chosen if each not in known]
        holes = {"at": spot.at, "others": self._others(page, spot, others), "order": self._order(chosen, known)}
        for number, option in enumerate(known):
            holes[f"is_{number}"] = "checked" if option in chosen else ""
        return stencil(page, "ticks", spot, lambda: {"options": numbered(_choices(kind).options)}).fill(holes)

    def read(self, reading: Reading, kind: ListOf, spot: Spot) -> Any:
        ticked = [text_sent(each) for each in reading.data.getlist(f"{spot.at}~tick")]
        extra = [text_sent(each) for each in reading.data.getlist(f"{spot.at}~other")]
        chosen = list(dict.fromkeys([*ticked, *(each for each in extra if each)]))
        order = _order_sent(reading.data.get(f"{spot.at}~order"))
        chosen.sort(key=lambda each: order.get(each, len(order)))
        return chosen or BLANK

    def _others(self, page: Page, spot: Spot, others: list[str]) -> SafeString:
        tick = stencil(page, "tick", spot, dict)
        return joined(tick.fill({"at": spot.at, "value": other}) for other in others)

    def _order(self, chosen: list[str], known: tuple[str, ...]) -> str:
        ticks = [each for each in known if each in chosen]
        return json.dumps(chosen) if ticks != chosen[: len(ticks)] else ""


def _choices(kind: ListOf) -> Choices:
    assert isinstance(kind.item, Choices)
    return kind.item


def _order_sent(text: str | None) -> dict[str, int]:
    try:
        order = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return {}
    found = order if isinstance(order, list) else []
    return {each: number for number, each in enumerate(found) if isinstance(each, str)}


class TagsControl:
    """A list of texts: one small box each, and an empty one at the end for the next."""

    def fits(self, kind: ListOf, value: Any) -> bool:
        return value is BLANK or (isinstance(value, list) and all(map(holdable, value)))

    def write(self, page: Page, kind: ListOf, spot: Spot, value: Any) -> SafeString:
        tag = stencil(page, "tag", spot, lambda: {"kind": kind})
        tags = [*([] if value is BLANK else value), ""]
        boxes = joined(tag.fill({"at": spot.at, "value": each}) for each in tags)
        return stencil(page, "tags", spot, lambda: {"kind": kind}).fill({"at": spot.at, "tags": boxes})

    def read(self, reading: Reading, kind: ListOf, spot: Spot) -> Any:
        tags = [text_sent(each) for each in reading.data.getlist(f"{spot.at}~tag")]
        if tags and not tags[-1]:
            tags.pop()
        return tags or BLANK


class PairsControl:
    """Key-value rows, and an empty one at the end for the next."""

    def fits(self, kind: MapOf, value: Any) -> bool:
        if isinstance(value, Blank | Rows):
            return True
        return isinstance(value, dict) and all(holdable(key) and "\n" not in key for key in value)

    def write(self, page: Page, kind: MapOf, spot: Spot, value: Any) -> SafeString:
        rows = value.rows if isinstance(value, Rows) else tuple(value.items()) if value is not BLANK else ()
        row = stencil(page, "pair", spot, lambda: self._fixed(kind))
        pairs = [
            self._pair(page, kind, spot, row, str(number), key, each)
            for number, (key, each) in enumerate([*rows, ("", BLANK)])
        ]
        blank = self._pair(page, kind, spot, row, NEW, "", BLANK)
        whole = stencil(page, "pairs", spot, lambda: self._fixed(kind))
        return whole.fill({"at": spot.at, "pairs": joined(pairs), "blank": blank, "count": str(len(rows))})

    def read(self, reading: Reading, kind: MapOf, spot: Spot) -> Any:
        ids = reading.data.getlist(f"{spot.at}~row")
        rows = [self._read_row(reading, kind, spot, each) for each in ids]
        if rows and not rows[-1][0] and rows[-1][1] in (BLANK, ""):
            rows.pop()
        reading.rows[spot.at] = {key: each for (key, _value), each in zip(rows, ids, strict=False)}
        return self._joined(rows)

    def _pair(self, page: Page, kind: MapOf, spot: Spot, row: Any, number: str, key: str, value: Any) -> SafeString:
        control = write_value(page, kind.value, spot.pair(number), value)
        filled: SafeString = row.fill({"at": spot.at, "id": number, "key": key, "control": control})
        return filled

    def _fixed(self, kind: MapOf) -> dict[str, Any]:
        limit = kind.value.max_length if isinstance(kind.value, Text) else None
        return {"kind": kind, "limit": limit, "number": isinstance(kind.value, Number)}

    def _read_row(self, reading: Reading, kind: MapOf, spot: Spot, row: str) -> tuple[str, Any]:
        key = text_sent(reading.data.get(f"{spot.at}.{row}~key") or "")
        return key, read_value(reading, kind.value, spot.pair(row))

    def _joined(self, rows: list[tuple[str, Any]]) -> Any:
        if not rows:
            return BLANK
        joined = dict(rows)
        if len(joined) == len(rows):
            return joined
        keys = [key for key, _value in rows]
        twice = next(key for key in keys if keys.count(key) > 1)
        return Rows(tuple(rows), _("“%(key)s” is there twice. Only one of them can be sent.") % {"key": twice[:60]})
