"""Items that are no text, as cards: what was called, how far it got, what went in and what came out.

A card is a head and rows of few kinds; which rows an item has is told by `card_kinds`. What no row tells stays where
everything is: in the Response tab and in the events.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from playground.rendering import highlight, host_of, picture_url, pretty_json, safe_url

Words = str | Promise
JSON = Any

#: Longer than this, a text on a card ends with dots: cards are made while others stream.
LONGEST: Final = 20_000
MOST_LINKS: Final = 50

RowKind = Literal["fact", "text", "code", "links", "pictures"]


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str  # "" where it may be no link
    host: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of a card. `html` is code in its inks; `cut` says that a part of it is not shown."""

    kind: RowKind
    label: Words
    text: str = ""
    html: SafeString | str = ""
    links: tuple[Link, ...] = ()
    pictures: tuple[str, ...] = ()
    cut: bool = False


@dataclass(slots=True)
class Card:
    """`state` and `tone` say how far it is; `grows` is the label of the text that arrives piece by piece."""

    title: Words
    icon: str
    name: str = ""
    ident: str = ""
    state: Words = ""
    tone: str = ""  # "", live, ok, warn, bad
    grows: Words = ""
    rows: list[Row] = field(default_factory=list)


_STATES: Final[dict[str, tuple[Words, str]]] = {
    "queued": (_("queued"), "live"),
    "in_progress": (_("working"), "live"),
    "searching": (_("searching"), "live"),
    "calling": (_("calling"), "live"),
    "interpreting": (_("running the code"), "live"),
    "generating": (_("drawing"), "live"),
    "partial_image": (_("drawing"), "live"),
    "compacting": (_("compacting"), "live"),
    "completed": (_("done"), "ok"),
    "incomplete": (_("incomplete"), "warn"),
    "failed": (_("failed"), "bad"),
}


def state_of(item: dict[str, Any], phase: str, done: bool) -> tuple[Words, str]:
    """The item's own status counts once it is there; until then, the last thing heard of it."""
    status = item.get("status")
    told = status if isinstance(status, str) and status not in ("", "in_progress") else phase or status
    if item.get("error"):
        told = "failed"
    if isinstance(told, str) and told:
        words, tone = _STATES.get(told, (told[:40], ""))
        return (words, tone) if not (done and tone == "live") else ("", "")
    return "", ""


# -- rows ---------------------------------------------------------------------------------------------------------


def fact(label: Words, value: JSON) -> Row | None:
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, bool | int | float | dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        value = ", ".join(each if isinstance(each, str) else json.dumps(each) for each in value[:20])
    return Row("fact", label, _cut(str(value), 500))


def text(label: Words, value: JSON) -> Row | None:
    """Plain text as it came: output of programs, words for people."""
    if not isinstance(value, str) or not value:
        return None
    return Row("text", label, _cut(value), cut=len(value) > LONGEST)


def code(label: Words, value: JSON, language: str = "json") -> Row | None:
    """Code, or a document of JSON; a text that holds JSON is shown as the document it is."""
    if value is None or value in ("", [], {}):
        return None
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    shown = written[:LONGEST]
    html = pretty_json(shown, readable=True) if language == "json" else highlight(shown, language)
    return Row("code", label, html=html, cut=len(written) > LONGEST)


def links(label: Words, sources: JSON) -> Row | None:
    found = [_link(each) for each in (sources if isinstance(sources, list) else [])[:MOST_LINKS]]
    return Row("links", label, links=tuple(each for each in found if each)) if any(found) else None


def _link(source: JSON) -> Link | None:
    if isinstance(source, str):
        source = {"url": source}
    if not isinstance(source, dict):
        return None
    url = source.get("url") if isinstance(source.get("url"), str) else ""
    title = next((source[name] for name in ("title", "name", "filename") if isinstance(source.get(name), str)), "")
    target = safe_url(str(url))
    if not (title or url):
        return None
    return Link(_cut(title or str(url), 300), target, host_of(target) if target else "")


def pictures(label: Words, *found: JSON) -> Row | None:
    """Pictures that came with their bytes. One that lies elsewhere is a link: fetching it would tell who looks."""
    shown = tuple(url for url in (picture_url(each) for each in found if isinstance(each, str)) if url)
    return Row("pictures", label, pictures=shown) if shown else None


def _cut(value: str, most: int = LONGEST) -> str:
    return value if len(value) <= most else f"{value[:most]}…"


def listed(value: JSON) -> list[dict[str, Any]]:
    """The objects of a list; what else stands in it is not ours to guess."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def an_object(value: JSON) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
