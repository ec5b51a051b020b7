"""What a file is, from its own first bytes: neither its name nor what the browser says is believed.

Nothing is decoded here. The size of an image is read from its header, so an image that would fill the memory costs as
much as a small one.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

HEAD: Final = 512 * 1024


@dataclass(frozen=True, slots=True)
class Media:
    """`width` and `height` are what the header says, for the image formats that are known here."""

    type: str
    width: int | None = None
    height: int | None = None

    @property
    def pixels(self) -> int:
        return (self.width or 0) * (self.height or 0)


_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\x1f\x8b", "application/gzip"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_FTYP: Final = ((b"avi", "image/avif"), (b"hei", "image/heic"), (b"mif", "image/heic"), (b"M4A", "audio/mp4"))
_OFFICE: Final = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)


def sniff(head: bytes) -> Media:
    """`head` is the beginning of the file, `HEAD` bytes of it when it has as many."""
    kind = _type_of(head)
    measure = _MEASURES.get(kind)
    if measure is None:
        return Media(kind)
    try:
        width, height = measure(head)
    except (struct.error, ValueError, IndexError):
        return Media(kind)
    return Media(kind, width, height)


def _type_of(head: bytes) -> str:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "application/octet-stream")
    if head[4:8] == b"ftyp":
        return next((kind for brand, kind in _FTYP if head[8:11] == brand), "video/mp4")
    kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
    if kind == "application/zip" and b"[Content_Types].xml" in head:
        return next((office for folder, office in _OFFICE if folder in head), kind)
    if not kind and len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        return "audio/mpeg"  # a frame of layer III without a tag before it
    return kind or _text_type(head)


_MARKUP: Final = re.compile(rb"\s*(?:<\?xml[^>]*>|<!--.*?-->|<!doctype[^>]*>|\s)*<([a-z:]+)", re.IGNORECASE | re.DOTALL)


def _text_type(head: bytes) -> str:
    if not _is_text(head):
        return "application/octet-stream"
    found = _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")[:4096])
    tag = found[1].lower() if found else b""
    if tag == b"svg" or tag.endswith(b":svg"):
        return "image/svg+xml"
    if tag in (b"html", b"head", b"body", b"script"):
        return "text/html"
    return "text/plain"


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head[:65536].decode()
    except UnicodeDecodeError as error:
        return error.start > 65530 and len(head) > 65536  # a character cut in two at the end of what was looked at
    return True


def _png(head: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _gif(head: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", head[6:10])
    return width, height


def _webp(head: bytes) -> tuple[int, int]:
    form = head[12:16]
    if form == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("not a WebP that is known")


def _jpeg(head: bytes) -> tuple[int, int]:
    for marker, start in _segments(head):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[start + 3 : start + 7])
            return width, height
    raise ValueError("no frame header")


def _segments(head: bytes) -> Iterator[tuple[int, int]]:
    """The segments before the picture itself: marker, and where the length field is."""
    place = 2
    while place + 4 <= len(head):
        if head[place] != 0xFF:
            return
        marker = head[place + 1]
        if marker == 0xFF:  # fill bytes
            place += 1
            continue
        if marker == 0xDA:
            return
        yield marker, place + 2
        place += 2 + max(2, int.from_bytes(head[place + 2 : place + 4], "big"))


_MEASURES: Final = {"image/png": _png, "image/gif": _gif, "image/webp": _webp, "image/jpeg": _jpeg}
