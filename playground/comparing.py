"""Two runs held against each other: which parameters differ, and which words. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Literal

#: What a parameter is when the body does not have it; None is JSON's null.
ABSENT = "absent"

#: In scripts without spaces each character is a word. What stands between words is a piece of its own, so that a word
#: is the same before a blank and before a comma.
_ONE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_PIECE = re.compile(rf"[{_ONE}]|[^\W{_ONE}]+|[^\w\s]|\s+")
_WORD = re.compile(rf"[{_ONE}]|[^\W{_ONE}]+")
#: Beyond this the comparison is by line, which is what one looks at in a long text anyway.
MANY_WORDS = 4_000
MANY_LINES = 20_000
#: And beyond so many changes it is no comparison any more.
MANY_CHANGES = 1_000

Change = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One parameter that differs; `before` and `after` are JSON text, or None where it is not sent."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    change: Change
    text: str


def differences(before: Any, after: Any) -> list[Difference]:
    """The parameters in which two bodies differ, in the order of the first body, then of the second."""
    return list(_differences(before, after, ""))


def _differences(before: Any, after: Any, path: str) -> list[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        found = []
        for key in keys:
            found += _differences(before.get(key, ABSENT_VALUE), after.get(key, ABSENT_VALUE), _join(path, key))
        return found
    if isinstance(before, list) and isinstance(after, list) and _alike(before, after):
        found = []
        for position in range(max(len(before), len(after))):
            one = before[position] if position < len(before) else ABSENT_VALUE
            two = after[position] if position < len(after) else ABSENT_VALUE
            found += _differences(one, two, f"{path}[{position}]")
        return found
    if _same(before, after):
        return []
    return [Difference(path, _shown(before), _shown(after))]


class _Absent:
    """Not in the body at all."""


ABSENT_VALUE = _Absent()


def _alike(before: list[Any], after: list[Any]) -> bool:
    """Lists of objects are compared place by place; lists of plain values as a whole."""
    return all(isinstance(each, dict | list) for each in [*before, *after])


def _same(before: Any, after: Any) -> bool:
    # 1, 1.0 and true are equal to Python and different on the wire.
    return type(before) is type(after) and bool(before == after)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _shown(value: Any) -> str | None:
    return None if value is ABSENT_VALUE else json.dumps(value, ensure_ascii=False, indent=2)


def word_differences(before: str, after: str) -> list[Piece]:
    """How one text becomes the other, in runs of words; of lines where words would be too many."""
    one, two = _PIECE.findall(before), _PIECE.findall(after)
    if len(one) + len(two) > MANY_WORDS:
        return line_differences(before, after)
    pieces = _pieces(one, two)
    return line_differences(before, after) if pieces is None else _merge(pieces)


def line_differences(before: str, after: str) -> list[Piece]:
    """The same by whole lines."""
    one, two = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces = _pieces(one, two) if len(one) + len(two) <= MANY_LINES else None
    if pieces is not None:
        return pieces
    whole = [Piece("removed", before), Piece("added", after)]
    return [Piece("same", before)] if before == after else [each for each in whole if each.text]


def shared(pieces: list[Piece]) -> int:
    """How much of both texts is the same, in percent of their words."""
    counts = dict.fromkeys(("same", "removed", "added"), 0)
    for piece in pieces:
        counts[piece.change] += len(_WORD.findall(piece.text))
    everything = 2 * counts["same"] + counts["removed"] + counts["added"]
    return round(200 * counts["same"] / everything) if everything else 100


def _pieces(one: list[str], two: list[str]) -> list[Piece] | None:
    """The shortest way from one list to the other; None when it is so long that nobody would follow it."""
    start = 0
    while start < min(len(one), len(two)) and one[start] == two[start]:
        start += 1
    end = 0
    while end < min(len(one), len(two)) - start and one[-1 - end] == two[-1 - end]:
        end += 1
    steps = _shortest(one[start : len(one) - end], two[start : len(two) - end])
    if steps is None:
        return None
    middle = [Piece(change, text) for change, text in steps]
    around = [Piece("same", "".join(one[:start])), *middle, Piece("same", "".join(one[len(one) - end :]))]
    return _joined(around)


def _shortest(one: list[str], two: list[str]) -> list[tuple[Change, str]] | None:
    """Myers' greedy search. It takes time and memory by the square of the number of changes, hence the limit: a text
    that repeats one word a thousand times must not hold the page."""
    reached = {1: 0}
    trail: list[dict[int, int]] = []
    for changes in range(MANY_CHANGES + 1):
        trail.append(dict(reached))
        for diagonal in range(-changes, changes + 1, 2):
            down = diagonal == -changes or (diagonal != changes and reached[diagonal - 1] < reached[diagonal + 1])
            at = reached[diagonal + 1] if down else reached[diagonal - 1] + 1
            while at < len(one) and at - diagonal < len(two) and one[at] == two[at - diagonal]:
                at += 1
            reached[diagonal] = at
            if at >= len(one) and at - diagonal >= len(two):
                return _way_back(one, two, trail)
    return None


def _way_back(one: list[str], two: list[str], trail: list[dict[int, int]]) -> list[tuple[Change, str]]:
    steps: list[tuple[Change, str]] = []
    at, beside = len(one), len(two)
    for changes in range(len(trail) - 1, -1, -1):
        reached, diagonal = trail[changes], at - beside
        down = diagonal == -changes or (diagonal != changes and reached[diagonal - 1] < reached[diagonal + 1])
        before = diagonal + 1 if down else diagonal - 1
        start = reached[before]
        while at > max(start, 0) and beside > max(start - before, 0) and one[at - 1] == two[beside - 1]:
            at, beside = at - 1, beside - 1
            steps.append(("same", one[at]))
        if changes:
            at, beside = start, start - before
            steps.append(("added", two[beside]) if down else ("removed", one[at]))
    return steps[::-1]


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Neighbours of one kind as one piece; between two that are the same, what went stands before what came."""
    joined: list[Piece] = []
    for is_same, group in groupby((piece for piece in pieces if piece.text), key=lambda piece: piece.change == "same"):
        together = list(group)
        changes: tuple[Change, ...] = ("same",) if is_same else ("removed", "added")
        texts = [(change, "".join(each.text for each in together if each.change == change)) for change in changes]
        joined += [Piece(change, text) for change, text in texts if text]
    return joined


def _merge(pieces: list[Piece]) -> list[Piece]:
    """A single blank between two changes belongs to them: it would only flicker."""
    merged: list[Piece] = []
    for piece, following in pairwise([*pieces, Piece("same", "")]):
        if piece.change == "same" and piece.text.isspace() and merged and following.change != "same":
            merged += [Piece("removed", piece.text), Piece("added", piece.text)]
        else:
            merged.append(piece)
    return merged
