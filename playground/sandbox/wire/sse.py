"""Values as JSON text and as server-sent events."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import Any

# A pool to cut padding from: what it says does not matter, only that all deltas end up about equally long.
_PADDING = "kQ3vZr8LmX1tWc7Nf0yBsJd5HgPa2UoE9iKe4TnVqRx6MzCwGhYbSuDjFlAp" * 2
_STEP = 16
PING = b": ping\n"  # one newline: a blank line after a comment breaks some clients
DONE = b"data: [DONE]\n\n"

quoted = encode_basestring  # a str as a JSON string, written in C


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def padding(length: int, place: int) -> str:
    """What `obfuscation` holds beside a delta of this length."""
    start = place * 7 % len(_PADDING) // 2
    return _PADDING[start : start + _STEP - length % _STEP]
