"""Pictures that came as base64: shown when their first bytes say that they are one, whatever anybody calls them."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

#: In characters of base64.
LARGEST: Final = 16_000_000
_WRAPPED: Final = re.compile(r"data:[\w.+/-]{1,60};base64,", re.IGNORECASE)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]++={0,2}\Z")


def picture_url(text: str) -> str:
    """The address with which a picture can be shown without fetching anything; nothing if it is none.

    A drawing (SVG) is a document that can act, so it is no picture here.
    """
    if found := _WRAPPED.match(text):
        text = text[found.end() :]
    kind = _kind(text[:32]) if len(text) <= LARGEST else ""
    return f"data:image/{kind};base64,{text}" if kind and _BASE64.match(text) else ""


def _kind(start: str) -> str:
    try:
        first = base64.b64decode(start[: len(start) // 4 * 4], validate=True)
    except (binascii.Error, ValueError):
        return ""
    if first.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if first.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if first.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    return "webp" if first.startswith(b"RIFF") and first[8:12] == b"WEBP" else ""
