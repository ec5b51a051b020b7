"""Text from elsewhere, made safe to read: nothing in it can move the cursor, hide, or turn the line around. Pure."""

from __future__ import annotations

import re

# Control characters but tab and line feed, line and paragraph separators, what turns the direction, what has no width.
# The two joiners stay: words are spelled with them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def _shown(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def plain(text: str | bytes, limit: int) -> str:
    """At most `limit` characters of `text`, with every character that would not be seen written as its escape."""
    if isinstance(text, bytes):
        text = text[: 4 * limit].decode("utf-8", "replace")
    text = text.replace("\r\n", "\n")
    shown = _HIDDEN.sub(_shown, text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
