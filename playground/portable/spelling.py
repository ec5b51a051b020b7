"""The ways in which we and most clients write JSON, so that a body can be kept as JSON and still be the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


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
