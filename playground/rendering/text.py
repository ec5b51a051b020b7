"""Text as text: escaped, and with nothing in it that acts without being seen.

Control and direction characters stay in the document, so that what is copied is what came, but each stands in a
box of its own (`.ctl`) that names it: it can neither hide nor turn the text around it.
"""

import re
import unicodedata
from html import escape

from django.utils.safestring import SafeString, mark_safe

# What HTML cannot carry: NUL is dropped by the parser, a lone surrogate has no UTF-8.
_UNSAYABLE = re.compile("[\x00\ud800-\udfff]")

#: Characters that act on other text or cannot be seen: controls but tab and newline, zero width, direction, tags.
_UNSEEN = (
    "\x01-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
_HIDDEN = re.compile(f"[{_UNSEEN}]")
# In prose, marks and isolates are how Arabic and Hebrew are written right, and joiners make scripts and emoji; only
# what overrides or breaks text has no place in it.
_HIDDEN_IN_PROSE = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\U000e0000-\U000e001f]")

_SHORT = {
    "\x1b": "ESC",
    "\r": "CR",
    "\x7f": "DEL",
    "\u00ad": "SHY",
    "\u200b": "ZWSP",
    "\u200c": "ZWNJ",
    "\u200d": "ZWJ",
    "\u200e": "LRM",
    "\u200f": "RLM",
    "\u2028": "LS",
    "\u2029": "PS",
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
    "\ufeff": "BOM",
}


def clean(text: str) -> str:
    """`text` as HTML can carry it: NUL is drawn, half of a surrogate pair becomes the replacement character."""
    return _UNSAYABLE.sub(lambda found: "\u2400" if found[0] == "\x00" else "\ufffd", text)


def sendable(html: SafeString) -> SafeString:
    """HTML that was made already, without the halves of surrogate pairs that may have come into it with a text."""
    return mark_safe(_UNSAYABLE.sub("\ufffd", html)) if _UNSAYABLE.search(html) else html  # noqa: S308


def visible(text: str) -> SafeString:
    """For wire text, code and everything technical: escaped, and every unseen character is shown by its name."""
    return mark_safe(escaped(text, _HIDDEN))  # noqa: S308  escaped just here


def prose(text: str) -> SafeString:
    """For text written for people: escaped; only what overrides direction or controls a terminal is shown."""
    return mark_safe(escaped(text, _HIDDEN_IN_PROSE))  # noqa: S308  escaped just here


def escaped(text: str, hidden: re.Pattern[str] = _HIDDEN) -> str:
    text = escape(clean(text))
    return hidden.sub(_boxed, text) if hidden.search(text) else text


def escaped_prose(text: str) -> str:
    return escaped(text, _HIDDEN_IN_PROSE)


def _boxed(found: re.Match[str]) -> str:
    character = found[0]
    # A bare carriage return would become a newline when the page is read.
    inside = "&#13;" if character == "\r" else character
    return f'<span class="ctl" data-c="{name_of(character)}">{inside}</span>'


def name_of(character: str) -> str:
    """A short name for a character that cannot be seen."""
    short = _SHORT.get(character)
    if short:
        return short
    if unicodedata.category(character) == "Cc" and character < " ":
        return "^" + chr(ord(character) + 64)
    return f"U+{ord(character):04X}"
