"""Images, files and sounds by what is said about them. A URL is never fetched, data is never decoded whole."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from typing import Any
from urllib.parse import urlsplit

from ..ask import Attachment
from .errors import ApiError

LOW_DETAIL, HIGH_DETAIL = 85, 765  # tokens for an image
FILE_TOKENS = 256  # for a file whose content the sandbox has not got
BYTES_PER_TOKEN = 4
_MAGIC = {
    b"\x89PNG": "image/png",
    b"GIF8": "image/gif",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF": "application/pdf",
    b"PK\x03\x04": "application/zip",
}


def from_responses(part: dict[str, Any], path: str) -> Attachment:
    """An `input_image`, `input_file` or `input_audio` part."""
    if part["type"] == "input_image":
        return _image(part.get("image_url"), part.get("file_id"), part.get("detail"), path + ".image_url")
    if part["type"] == "input_audio":
        return _audio(part["input_audio"])
    return _file(part.get("file_data"), part.get("file_id"), part.get("file_url"), part.get("filename"), path)


def from_chat(part: dict[str, Any], path: str) -> Attachment:
    """An `image_url`, `file` or `input_audio` part."""
    if part["type"] == "image_url":
        inner = part["image_url"]
        return _image(inner["url"], None, inner.get("detail"), path + ".image_url.url")
    if part["type"] == "input_audio":
        return _audio(part["input_audio"])
    inner = part["file"]
    return _file(inner.get("file_data"), inner.get("file_id"), None, inner.get("filename"), path + ".file")


def cost(attachment: Attachment) -> int:
    """What it counts in tokens."""
    if attachment.kind == "image":
        return LOW_DETAIL if attachment.detail == "low" else HIGH_DETAIL
    return FILE_TOKENS if attachment.size is None else max(1, attachment.size // BYTES_PER_TOKEN)


def _image(url: str | None, file_id: str | None, detail: str | None, param: str) -> Attachment:
    detail = detail or "auto"
    if url is None:
        return Attachment("image", "id", name=file_id or "", detail=detail)
    if url.startswith("data:"):
        media_type, data = _data_url(url, param)
        start = _first_bytes(data, param)
        kind = _kind(start) or media_type
        if not kind.startswith("image/"):
            raise ApiError("The image data is not an image.", param=param, code="invalid_image_format")
        return Attachment("image", "data", kind, _size(data), detail=detail, shape=_shape(start))
    if not url.startswith(("http://", "https://")):
        text = "Expected a URL that starts with http, https or data."
        raise ApiError(text, param=param, code="invalid_image_url")
    name, media_type = _named(url)
    return Attachment("image", "url", media_type, name=name, detail=detail)


def _file(data: str | None, file_id: str | None, url: str | None, name: str | None, path: str) -> Attachment:
    if data is not None:
        if not name:
            raise ApiError("A file sent as data needs a 'filename'.", param=f"{path}.filename", code="missing_filename")
        media_type, encoded = _data_url(data, path) if data.startswith("data:") else ("", data)
        start = _first_bytes(encoded, f"{path}.file_data")
        kind = _kind(start) or media_type
        return Attachment("file", "data", kind or _named(name)[1], _size(encoded), name)
    if url is not None:
        found, media_type = _named(url)
        return Attachment("file", "url", media_type, name=name or found)
    return Attachment("file", "id", _named(name or "")[1], name=name or file_id or "")


def _audio(inner: dict[str, Any]) -> Attachment:
    return Attachment("audio", "data", f"audio/{inner['format']}", _size(inner["data"]))


def _data_url(url: str, param: str) -> tuple[str, str]:
    head, comma, data = url.partition(",")
    if not comma or not head.endswith(";base64"):
        raise ApiError("The data URL must be 'data:TYPE;base64,DATA'.", param=param, code="invalid_base64_image")
    return head[5:].partition(";")[0][:80], data


def _first_bytes(data: str, param: str) -> bytes:
    try:
        return base64.b64decode(data[:64], validate=True)
    except (binascii.Error, ValueError):
        raise ApiError("The data is not valid base64.", param=param, code="invalid_base64_image") from None


def _kind(start: bytes) -> str:
    """What the first bytes say it is, or nothing."""
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "image/webp"
    return next((known for magic, known in _MAGIC.items() if start.startswith(magic)), "")


def _size(data: str) -> int:
    return max(0, len(data) * 3 // 4 - data[-2:].count("="))


def _named(url: str) -> tuple[str, str]:
    try:
        name = urlsplit(url).path.rpartition("/")[2]
    except ValueError:
        name = ""
    return name[:80], mimetypes.guess_type(name)[0] or ""


def _shape(start: bytes) -> tuple[int, int] | None:
    if start.startswith(b"\x89PNG") and len(start) >= 24:
        return int.from_bytes(start[16:20]), int.from_bytes(start[20:24])
    if start.startswith(b"GIF8") and len(start) >= 10:
        return int.from_bytes(start[6:8], "little"), int.from_bytes(start[8:10], "little")
    return None
