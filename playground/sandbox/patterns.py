"""A string that a regular expression matches. No pattern of a caller's is ever run: it could run forever."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from typing import Any

from .sampling import Sampler

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from re import _constants as ops  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]

LONGEST = 4000
_CATEGORIES = {"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "w", "CATEGORY_NOT_DIGIT": "x"}
_CATEGORIES |= {"CATEGORY_NOT_SPACE": "s", "CATEGORY_NOT_WORD": "-"}
_CANDIDATES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. /:@#"


class Unsatisfiable(Exception):
    """No value was found; the message says why."""


def matching(pattern: str, sampler: Sampler) -> str:
    """A string in which the pattern is found, anchored or not."""
    if len(pattern) > LONGEST:
        raise Unsatisfiable("a pattern is too long")
    try:
        text = "".join(_parts(parser.parse(pattern), sampler))
    except (re.error, RecursionError, OverflowError) as problem:
        raise Unsatisfiable(f"a pattern cannot be read ({problem})") from None
    return text


def _parts(tree: Iterable[Any], sampler: Sampler) -> Iterable[str]:
    made = 0
    for op, value in tree:
        piece = _one(op, value, sampler)
        made += len(piece)
        if made > LONGEST:
            raise Unsatisfiable("a pattern asks for a very long text")
        yield piece


def _one(op: Any, value: Any, sampler: Sampler) -> str:
    if op is ops.LITERAL:
        return chr(value)
    if op is ops.NOT_LITERAL:
        return next(sign for sign in _CANDIDATES if ord(sign) != value)
    if op is ops.ANY:
        return "a"
    if op is ops.IN:
        return _from_class(value, sampler)
    if op is ops.BRANCH:
        return "".join(_parts(value[1][sampler.integer(0, len(value[1]) - 1)], sampler))
    if op is ops.SUBPATTERN:
        return "".join(_parts(value[3], sampler))
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        low, high, inner = value
        if low > LONGEST:
            raise Unsatisfiable("a pattern asks for a very long text")
        times = sampler.integer(low, min(int(high), low + 4)) if low else min(1, int(high))
        return "".join("".join(_parts(inner, sampler)) for _ in range(times))
    if op is ops.AT:
        return ""
    if op is ops.ATOMIC_GROUP:
        return "".join(_parts(value, sampler))
    raise Unsatisfiable("a pattern looks around or back, which the sandbox does not follow")


def _from_class(members: list[Any], sampler: Sampler) -> str:
    if members and members[0][0] is ops.NEGATE:
        banned = [member for member in members if member[0] is not ops.NEGATE]
        free = [sign for sign in _CANDIDATES if not any(_belongs(sign, member) for member in banned)]
        if not free:
            raise Unsatisfiable("a pattern leaves no usual character")
        return free[sampler.integer(0, min(25, len(free) - 1))]
    op, value = members[sampler.integer(0, len(members) - 1)]
    if op is ops.RANGE:
        return chr(sampler.integer(value[0], value[1]))
    return chr(value) if op is ops.LITERAL else _CATEGORIES[str(value)]


def _belongs(sign: str, member: tuple[Any, Any]) -> bool:
    op, value = member
    if op is ops.LITERAL:
        return bool(ord(sign) == value)
    if op is ops.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    tests = {
        "CATEGORY_DIGIT": sign.isdigit(),
        "CATEGORY_NOT_DIGIT": not sign.isdigit(),
        "CATEGORY_SPACE": sign.isspace(),
        "CATEGORY_NOT_SPACE": not sign.isspace(),
        "CATEGORY_WORD": sign.isalnum() or sign == "_",
        "CATEGORY_NOT_WORD": not (sign.isalnum() or sign == "_"),
    }
    return tests[str(value)]
