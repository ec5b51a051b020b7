"""A small test pattern as a picture, made here: nothing is stored and nothing is drawn."""

from __future__ import annotations

import base64
import struct
import zlib

SIDE = 16
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path fill="#4f46e5" d="M0 0h1v2h1V1H0z"/></svg>'


def picture(form: str, transparent: bool = False) -> tuple[str, str]:
    """A picture in base64, and the format it really has: svg when asked for, else png."""
    if form == "svg":
        return base64.b64encode(_SVG.encode()).decode(), "svg"
    return base64.b64encode(_png(transparent)).decode(), "png"


def _png(transparent: bool) -> bytes:
    rows = []
    for y in range(SIDE):
        row = bytearray(b"\0")
        for x in range(SIDE):
            lit = (x // 4 + y // 4) % 2
            row += bytes((79, 70 + 8 * x, 229 - 8 * y, 255 if lit or not transparent else 0))
        rows.append(bytes(row))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
