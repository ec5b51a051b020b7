"""What our websocket says, as JSON text. The whole protocol:

    {"hello": version, "live": true}        first, once
    {"n": 17, "u": [update, …]}             the page as it is after event 17; 0: the rest of this follows
    {"u": [update, …]}                      what only changes how it looks
    {"s": {"head": html, …}}                parts of the run's own state, by name
    {"end": "finished"}                     the run has ended and all of it was said
    {"beat": 1}                             somebody is still there
    {"bye": "restarting"}                   the server ends; come back
    {"closed": 1}                           the link this page was opened by is closed
    {"error": "…"}                          the last thing the page said was not understood

    update    ["reset"]                          forget all places
              ["part", place, html, before]      put this partial at the place, which stands behind the place `before`
              ["text", place, text, html, upto]  its text is now this, behind blocks for its first `upto` characters
              ["delta", place, text]             … and this comes behind it
              ["blocks", place, html, from, upto]     these blocks stand for the characters `from` to `upto` of the text
              ["whole", place, html, upto]       … for all of them
              ["done", place]                    nothing more will come there

The browser answers {"after": n} once, then {"ack": frames received}.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import msgspec

from playground.runs.canvases import behind
from playground.runs.parts import Lens, slot_html
from playground.runs.screen import Change, Screen

#: Longer texts are cut into several frames: a websocket server has limits of its own.
PIECE: Final = 128 * 1024

_encode = msgspec.json.Encoder().encode


class Frame(NamedTuple):
    """One websocket message, and the number of the event after which the page is whole; 0 in the middle of many, -1 in
    one that tells of no event."""

    text: str
    number: int


def message(content: dict[str, Any]) -> str:
    try:
        return _encode(content).decode()
    except UnicodeEncodeError:  # lone surrogates, which models do send: JSON can say them escaped
        return json.dumps(content, separators=(",", ":"))


def of_change(screen: Screen, change: Change, lens: Lens) -> list[Frame]:
    text = change.text_alone
    if text:  # nearly always
        return of_text(*text, change.number)
    return list(_framed(_updates(screen, change, lens), change.number))


def of_text(place: str, text: str, number: int) -> list[Frame]:
    """Nothing but more text, at one place."""
    update = ["delta", place, text]
    if len(text) <= PIECE:
        return [Frame(message({"n": number, "u": [update]}), number)]
    return list(_framed([update], number))


def of_snapshot(screen: Screen, lens: Lens, covered: Callable[[str], tuple[str, int]]) -> list[Frame]:
    change = screen.everything()
    return list(_framed([["reset"], *_updates(screen, change, lens, covered)], change.number))


def of_updates(updates: list[list[Any]]) -> list[Frame]:
    """What changes how the page looks, and not how far it is."""
    return [Frame(message({"u": updates}), -1)]


def _nothing(place: str) -> tuple[str, int]:
    return "", 0


def _updates(
    screen: Screen, change: Change, lens: Lens, covered: Callable[[str], tuple[str, int]] = _nothing
) -> Iterator[list[Any]]:
    for place, anew in change.parts.items():
        slot = screen.slot(place)
        yield ["part", place, slot_html(slot, screen, lens), screen.before(place)]
        if anew and (text := slot.text):
            html, upto = covered(place)
            yield ["text", place, behind(text, upto), html, upto]
    for place, texts in change.deltas.items():
        if not change.parts.get(place):
            yield ["delta", place, "".join(texts)]
    for place in change.done:
        yield ["done", place]


def _framed(updates: Any, number: int) -> Iterator[Frame]:
    waiting: list[list[Any]] = []
    size = 0
    for update in updates:
        for piece in _cut(update):
            length = sum(len(each) for each in piece if isinstance(each, str))
            if waiting and size + length > PIECE:
                yield Frame(message({"n": 0, "u": waiting}), 0)
                waiting, size = [], 0
            waiting.append(piece)
            size += length
    yield Frame(message({"n": number, "u": waiting}), number)


def _cut(update: list[Any]) -> Iterator[list[Any]]:
    if update[0] not in ("text", "delta") or len(update[2]) <= PIECE:
        yield update
        return
    kind, place, text, *blocks = update
    yield [kind, place, text[:PIECE], *blocks]
    for start in range(PIECE, len(text), PIECE):
        yield ["delta", place, text[start : start + PIECE]]
