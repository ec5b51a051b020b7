"""Sound that came as base64: played when its first bytes say that it is some, or when bare samples were asked for."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from typing import Final

#: In characters of base64.
LARGEST: Final = 16_000_000
#: Samples a second of what is called pcm16: one channel, two bytes each.
RATE: Final = 24_000
#: A stream brings pieces, each with an end of its own.
_PIECE: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_PIECES: Final = re.compile(r"(?:[A-Za-z0-9+/]+={0,2})+\Z")


def sound_url(text: str, form: str = "") -> str:
    """The address with which a sound can be played without fetching anything; nothing if it is none.

    `form` is what was asked for; it counts for `pcm16` alone, which has no head that could tell.
    """
    if not text or len(text) > LARGEST or not _PIECES.match(text):
        return ""
    try:
        sound = b"".join(base64.b64decode(piece, validate=True) for piece in _PIECE.findall(text))
    except (binascii.Error, ValueError):
        return ""
    kind = _kind(sound[:12])
    if not kind and form == "pcm16":
        kind, sound = "wav", _wrapped(sound)
    return f"data:audio/{kind};base64,{base64.b64encode(sound).decode()}" if kind else ""


def _kind(first: bytes) -> str:
    if first.startswith(b"RIFF") and first[8:12] == b"WAVE":
        return "wav"
    if first.startswith(b"OggS"):
        return "ogg"
    if first.startswith(b"fLaC"):
        return "flac"
    # A frame of MPEG begins with eleven bits set; the two that name its layer are zero for AAC alone.
    if len(first) > 1 and first[0] == 0xFF and first[1] & 0xE0 == 0xE0:
        return "aac" if first[1] & 0x16 == 0x10 else "mpeg" if first[1] & 0x06 else ""
    return "mpeg" if first.startswith(b"ID3") else ""


def _wrapped(samples: bytes) -> bytes:
    samples = samples[: len(samples) // 2 * 2]
    head = struct.pack("<4sI4s", b"RIFF", 36 + len(samples), b"WAVE")
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    return head + form + struct.pack("<4sI", b"data", len(samples)) + samples
