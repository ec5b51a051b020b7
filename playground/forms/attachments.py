"""Uploaded files in a body: a short token where the data URL will stand, so that no form, draft or page carries it.

`attachment:<id>` stands for the file as a data URL, `attachment:<id>#base64` for its base64 alone. A token counts only
as a whole JSON text, and only when the file is one of ours; whatever else looks like one is sent as it was written.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from django.utils.translation import gettext_lazy as _

from playground.api.parameters import Words

MAX_TOTAL: Final = 18 * 1024 * 1024
LONG: Final = 2048  # characters; a data URL shorter than that is left where it is


class Stored(Protocol):
    """A file that was uploaded."""

    @property
    def media_type(self) -> str: ...
    @property
    def size(self) -> int: ...
    def read(self) -> bytes: ...


Files = Callable[[str], Stored | None]

_TOKEN: Final = re.compile(r"attachment:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(#base64)?")
# A text of its own in a JSON document: the quote before it is no escaped one, and no colon follows.
_IN_JSON: Final = re.compile(rf'(?<!\\)"{_TOKEN.pattern}"(?!\s*:)')
_DATA_URL: Final = re.compile(r"data:([a-z0-9.+-]+/[a-z0-9.+-]+);base64,([A-Za-z0-9+/]+={0,2})")


def no_files(token: str) -> Stored | None:
    return None


def token(attachment: Any, *, bare: bool = False) -> str:
    return f"attachment:{attachment}#base64" if bare else f"attachment:{attachment}"


def parse(text: str) -> tuple[str, bool] | None:
    """The id in a token, and whether it means bare base64."""
    found = _TOKEN.fullmatch(text)
    return (found[1], bool(found[2])) if found else None


def tokens_in(value: Any) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
    """Every token of a body: where it stands, its id, whether it is bare."""
    stack: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while stack:
        steps, here = stack.pop()
        if isinstance(here, dict):
            stack.extend(((*steps, key), each) for key, each in reversed(here.items()))
        elif isinstance(here, list):
            stack.extend(((*steps, number), each) for number, each in reversed(list(enumerate(here))))
        elif isinstance(here, str) and here.startswith("attachment:") and (found := parse(here)):
            yield steps, found[0], found[1]


IMAGES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp")
SOUNDS: Final = ("audio/wav", "audio/mpeg")


def refusal(steps: tuple[str | int, ...], media_type: str) -> Words:
    """Why a file of this type does not fit the field it stands in; "" when it does."""
    names = [step for step in steps if isinstance(step, str)]
    field, around = names[-1] if names else "", names[-2] if len(names) > 1 else ""
    if (field == "image_url" or (field == "url" and around == "image_url")) and media_type not in IMAGES:
        return _("This is no PNG, JPEG, GIF or WebP image but %(found)s.")
    if field == "data" and around == "input_audio" and media_type not in SOUNDS:
        return _("This is no WAV or MP3 recording but %(found)s.")
    return ""


def written_out(stored: Stored, *, bare: bool) -> str:
    """What the token stands for."""
    data = base64.b64encode(stored.read()).decode()
    return data if bare else f"data:{stored.media_type};base64,{data}"


def expand(document: bytes, files: Files) -> bytes:
    """The JSON document with every token written out; all other bytes stay what they are."""
    if b"attachment:" not in document:
        return document

    def whole(found: re.Match[str]) -> str:
        stored = files(found[1])
        return found[0] if stored is None else f'"{written_out(stored, bare=bool(found[2]))}"'

    return _IN_JSON.sub(whole, document.decode()).encode()


def shorten(value: Any, keep: Callable[[str, bytes], str | None]) -> Any:
    """The body with long data URLs kept as files. `keep` stores one and gives its token, or None to leave it there.

    Only what `written_out` would give back letter by letter is shortened.
    """
    if isinstance(value, dict):
        return {key: shorten(each, keep) for key, each in value.items()}
    if isinstance(value, list):
        return [shorten(each, keep) for each in value]
    if isinstance(value, str) and len(value) > LONG and value.startswith("data:"):
        return _shortened(value, keep) or value
    return value


def _shortened(text: str, keep: Callable[[str, bytes], str | None]) -> str | None:
    found = _DATA_URL.fullmatch(text)
    if not found:
        return None
    try:
        data = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        return None
    if base64.b64encode(data).decode() != found[2]:
        return None
    return keep(found[1], data)
