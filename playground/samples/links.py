"""A request inside a link: everything stands in the fragment, which browsers never send, so no log can hold it."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from playground.samples.imported import Imported, NotReadable

VERSION = 1
#: Chat programs and proxies cut longer addresses; a longer request is said to be too long for a link.
LONGEST = 8_000
#: What a link may unfold to. A few kilobytes can hold gigabytes of repetition.
LARGEST = 5 << 20
#: A link to a page that was shared. It says nothing of the request itself.
SHARED: Final = re.compile(r"https?://(?P<host>[^/\s]+)/s/(?P<token>[\w-]+)/?(?:[?#]\S*)?")


class TooLong(Exception):
    """The request does not fit into a link."""

    def __init__(self, length: int) -> None:
        super().__init__(f"{length} characters")
        self.length = length


def fragment(endpoint: str, body: dict[str, Any]) -> str:
    document = json.dumps({"v": VERSION, "endpoint": endpoint, "body": body}, separators=(",", ":")).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    text = base64.urlsafe_b64encode(packer.compress(document) + packer.flush()).rstrip(b"=").decode()
    if len(text) > LONGEST:
        raise TooLong(len(text))
    return text


def read_fragment(text: str) -> Imported:
    unreadable = NotReadable(_("The link is damaged: part of it seems to be missing."))
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        unpacker = zlib.decompressobj(-15)
        plain = unpacker.decompress(packed, LARGEST)
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise unreadable
        document = json.loads(plain)
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        raise unreadable from None
    if not isinstance(document, dict) or not isinstance(document.get("body"), dict):
        raise unreadable
    if document.get("v") != VERSION:
        raise NotReadable(_("The link was made by a newer playground."))
    if document.get("endpoint") not in ("responses", "chat"):
        raise unreadable
    return Imported(document["endpoint"], document["body"], source="link")
