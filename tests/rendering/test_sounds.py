"""Sound is what its bytes say; only bare samples are taken for what was asked for."""

from __future__ import annotations

import base64
import io
import wave

import pytest

from playground.rendering import sound_url
from playground.rendering.sounds import LARGEST

STARTS = {
    "wav": b"RIFF\x00\x00\x00\x00WAVEfmt ",
    "ogg": b"OggS" + bytes(12),
    "flac": b"fLaC" + bytes(12),
    "mpeg": b"\xff\xfb\x90\x00" + bytes(12),
    "aac": b"\xff\xf1\x50\x80" + bytes(12),
}


def packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("kind", STARTS)
def test_a_sound_is_played_from_its_own_bytes(kind: str) -> None:
    data = packed(STARTS[kind])

    assert sound_url(data, "pcm16") == f"data:audio/{kind};base64,{data}"


def test_bare_samples_get_the_head_that_a_player_needs() -> None:
    pieces = [packed(b"\x01\x02\x03\x04"), packed(b"\x05\x06\x07\x08\x09")]  # each with an end of its own

    address = sound_url("".join(pieces), "pcm16")

    with wave.open(io.BytesIO(base64.b64decode(address.removeprefix("data:audio/wav;base64,")))) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 24_000)
        assert sound.readframes(99) == b"\x01\x02\x03\x04\x05\x06\x07\x08", "half a sample at the end is none"


@pytest.mark.parametrize(
    "text",
    [
        "",
        packed(b"<svg onload='alert(1)'/>"),
        packed(b"<html>"),
        packed(STARTS["ogg"]) + '" onerror="alert(1)',
        "javascript:alert(1)",
        "https://elsewhere.example/a.wav",
        "A",
        packed(STARTS["ogg"]) + "A" * LARGEST,
    ],
)
def test_anything_else_is_no_sound(text: str) -> None:
    assert sound_url(text) == ""
