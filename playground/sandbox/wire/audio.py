"""Spoken answers of chat completions: a transcript with a short tone."""

from __future__ import annotations

import base64
import math
import struct
import zlib
from typing import Any

LIFETIME = 3600
RATE, LENGTH = 24_000, 240  # samples a second; ten milliseconds


def spoken(form: str, voice: str) -> str:
    """A short tone in base64, another for each voice: raw samples for pcm16, else in a WAV wrapper."""
    pitch = 220 + zlib.crc32(voice.encode("utf-8", "surrogatepass")) % 660
    wave = (int(8000 * math.sin(2 * math.pi * pitch * place / RATE)) for place in range(LENGTH))
    samples = struct.pack(f"<{LENGTH}h", *wave)
    if form == "pcm16":
        return base64.b64encode(samples).decode()
    riff = struct.pack("<4sI4s", b"RIFF", 36 + len(samples), b"WAVE")
    sound = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    data = struct.pack("<4sI", b"data", len(samples))
    return base64.b64encode(riff + sound + data + samples).decode()


def sound_of(given: dict[str, Any]) -> str:
    """The sound an `audio` parameter asks for."""
    voice = given["voice"]
    return spoken(given["format"], voice if isinstance(voice, str) else str(voice["id"]))


def audio_of(identity: str, given: dict[str, Any], transcript: str, created: int) -> dict[str, Any]:
    return {"id": identity, "data": sound_of(given), "transcript": transcript, "expires_at": created + LIFETIME}
