"""The ways in which we and most clients write JSON, so that a body can be kept as JSON and still be the same bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn


def loads(data: bytes) -> Any:
    """JSON, and nothing that only looks like it: `ValueError` for NaN, and for a number that no float can hold."""
    return json.loads(data, parse_constant=_no_number, parse_float=_finite)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number too large")
    return value


def spellings(value: Any) -> Iterator[tuple[str, bytes]]:
    for name, ascii_only, separators, indent in (
        ("compact", False, (",", ":"), None),
        ("ascii", True, (",", ":"), None),
        ("spaced", False, (", ", ": "), None),
        ("indented", False, (",", ": "), 2),
    ):
        text = json.dumps(value, ensure_ascii=ascii_only, separators=separators, indent=indent)
        try:
            yield name, text.encode()
        except UnicodeEncodeError:
            continue
