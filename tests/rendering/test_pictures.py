"""Pictures are what their bytes say, whatever anybody calls them."""

import base64

import pytest

from playground.rendering import picture_url

STARTS = {
    "png": b"\x89PNG\r\n\x1a\n" + bytes(8),
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(8),
    "gif": b"GIF89a" + bytes(8),
    "webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
}


def packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("kind", STARTS)
def test_a_picture_is_shown_from_its_own_bytes(kind: str) -> None:
    data = packed(STARTS[kind])

    assert picture_url(data) == f"data:image/{kind};base64,{data}"


def test_what_it_is_called_does_not_count() -> None:
    data = packed(STARTS["png"])

    assert picture_url(f"data:text/html;base64,{data}") == f"data:image/png;base64,{data}"


@pytest.mark.parametrize(
    "text",
    [
        packed(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        packed(b"<html>"),
        f"data:image/png;base64,{packed(b'<svg/>')}",
        packed(STARTS["png"]) + '" onerror="alert(1)',
        "https://pictures.example/a.png",
        "",
        "====",
        "\u2603",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert picture_url(text) == ""
