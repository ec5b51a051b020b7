"""Static files, from where they lie: no collecting step, so nothing can be forgotten.

The address holds a hash of all contents (`settings.STATIC_URL`), so what is served under the present hash never
changes and browsers keep it; under any other hash, an old page's, the same file is sent for this once.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import mimetypes
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousOperation

FOR_GOOD = b"public, max-age=31536000, immutable"
FOR_ONCE = b"no-cache"
WORTH_PACKING = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/xml")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("font/woff2", ".woff2")


@dataclass
class File:
    """One file in memory, packed once for each way a browser may ask for it."""

    kind: bytes
    plain: bytes
    tag: bytes
    packed: dict[bytes, bytes] = field(default_factory=dict)

    def body(self, accepted: bytes) -> tuple[bytes, bytes]:
        """The bytes, and how they are packed."""
        if self.kind.decode().startswith(WORTH_PACKING) and len(self.plain) > 500:
            names = {part.split(b";")[0].strip() for part in accepted.split(b",")}
            for name, pack in ((b"br", _brotli), (b"gzip", _gzip)):
                if name in names:
                    if name not in self.packed:
                        self.packed[name] = pack(self.plain)
                    return self.packed[name], name
        return self.plain, b""


def _brotli(data: bytes) -> bytes:
    return bytes(brotli.compress(data, quality=9))


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


class StaticFiles:
    """An ASGI application for everything under `settings.STATIC_ROUTE`."""

    def __init__(self) -> None:
        self.files: dict[str, File | None] = {}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, [(b"allow", b"GET, HEAD")])
            return
        stamp, _, name = scope["path"].removeprefix(settings.STATIC_ROUTE).partition("/")
        file = await self.find(name)
        if file is None:
            await _answer(send, 404, [(b"content-type", b"text/plain")], b"There is no such file.\n")
            return
        await self.send_file(scope, send, file, stamp == settings.STATIC_STAMP and not settings.DEBUG)

    async def find(self, name: str) -> File | None:
        if settings.DEBUG or name not in self.files:
            found = await asyncio.to_thread(_read, name)
            if found is None or settings.DEBUG:
                return found  # names that are not there are not remembered: they could be made up without end
            self.files[name] = found
        return self.files[name]

    async def send_file(self, scope: dict[str, Any], send: Any, file: File, lasting: bool) -> None:
        asked = dict(scope["headers"])
        headers = [
            (b"cache-control", FOR_GOOD if lasting else FOR_ONCE),
            (b"etag", file.tag),
            (b"vary", b"accept-encoding"),
        ]
        if file.tag in asked.get(b"if-none-match", b""):
            await _answer(send, 304, headers)
            return
        body, packing = await asyncio.to_thread(file.body, asked.get(b"accept-encoding", b""))
        headers += [(b"content-type", file.kind), (b"content-length", str(len(body)).encode())]
        if packing:
            headers.append((b"content-encoding", packing))
        await _answer(send, 200, headers, b"" if scope["method"] == "HEAD" else body)


def _read(name: str) -> File | None:
    """The file of that name; the finders refuse names that lead out of their folders."""
    try:
        path = finders.find(name) if name and "\0" not in name else None
    except (SuspiciousOperation, ValueError, OSError):
        path = None
    if not path or not Path(path).is_file():
        return None
    data = Path(path).read_bytes()
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    tag = b'"%s"' % hashlib.sha256(data).hexdigest()[:20].encode()
    return File((kind + charset).encode(), data, tag)


async def _answer(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
