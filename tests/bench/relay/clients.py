"""Clients cheap enough not to be what is measured: they count the stamps in what arrives, and how old each is."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import time
from array import array
from typing import Any

STAMP = re.compile(rb"@(\d{16});")


class Tally:
    """What one stream has received. Deltas are counted in order; ages are kept while somebody measures.

    A frame of a long text may end within a stamp: a handful of a hundred thousand are not counted.
    """

    def __init__(self) -> None:
        self.count = 0
        self.newest = 0
        self.ages = array("q")
        self.measuring = False
        self.frames = 0
        self.first = 0  # when its first delta was written
        self.last = 0  # when its newest was received
        self.ended = asyncio.Event()  # the relay said that this was all

    def take(self, data: bytes) -> None:
        now, before = time.monotonic_ns(), self.count
        self.frames += 1
        for found in STAMP.findall(data):
            stamp = int(found)
            if stamp <= self.newest:
                continue  # the closing events repeat the text
            self.newest = stamp
            self.first = self.first or stamp
            self.count += 1
            if self.measuring:
                self.ages.append(now - stamp)
        if self.count > before:
            self.last = now


class Sse(asyncio.Protocol):
    """Reads a streamed reply as bytes; a stamp that is cut in two is put together again."""

    def __init__(self, tally: Tally, request: bytes) -> None:
        self.tally, self.request, self.rest = tally, request, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        cut = data.rfind(b"@")
        cut = cut if cut >= 0 and len(data) - cut < 18 else len(data)
        self.rest = data[cut:]
        self.tally.take(data[:cut])
        if data.endswith(b"0\r\n\r\n"):
            self.tally.ended.set()

    def connection_lost(self, error: Exception | None) -> None:
        self.tally.ended.set()


class WebSocket(asyncio.Protocol):
    """Just enough of a websocket: text frames in, small ones out."""

    def __init__(self, tally: Tally, host: str, path: str, headers: str, first: str, acknowledges: bool) -> None:
        self.tally, self.buffer, self.open = tally, b"", False
        self.first, self.acknowledges = first, acknowledges
        self.acknowledged, self.unread = 0, 0
        key = base64.b64encode(os.urandom(16)).decode()
        self.request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: http://{host}\r\n{headers}\r\n"
        ).encode()
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def say(self, text: str, code: int = 1) -> None:
        data = text.encode()
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
        self.transport.write(bytes([0x80 | code]) + length + b"\0\0\0\0" + data)  # a mask of zeros changes nothing

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.open:
            head, ended, rest = self.buffer.partition(b"\r\n\r\n")
            if not ended:
                return
            assert head.startswith(b"HTTP/1.1 101"), head[:200]
            self.open, self.buffer = True, rest
            self.say(self.first)
        start = 0
        while (frame := self.frame(start)) is not None:
            code, payload, start = frame
            self.heard(code, payload)
        self.buffer = self.buffer[start:]

    def frame(self, start: int) -> tuple[int, bytes, int] | None:
        data = self.buffer
        if len(data) - start < 2:
            return None
        length, begin = data[start + 1] & 127, start + 2
        if length == 126:
            begin, length = begin + 2, int.from_bytes(data[begin : begin + 2], "big")
        elif length == 127:
            begin, length = begin + 8, int.from_bytes(data[begin : begin + 8], "big")
        if len(data) < begin + length:
            return None
        return data[start] & 15, data[begin : begin + length], begin + length

    def heard(self, code: int, payload: bytes) -> None:
        if code == 9:
            self.say(payload.decode(), 10)
        if code != 1:
            return
        self.tally.take(payload)
        self.unread += len(payload)
        if b'"end":' in payload[-100:] or b'"response.completed"' in payload:
            self.tally.ended.set()
        if self.acknowledges and self.unread >= 65_536:
            self.acknowledge()
        elif self.acknowledges and self.timer is None:
            self.timer = asyncio.get_running_loop().call_later(1.0, self.acknowledge)

    def acknowledge(self) -> None:
        if self.timer:
            self.timer.cancel()
        self.timer, self.unread = None, 0
        if self.tally.frames != self.acknowledged and not self.transport.is_closing():
            self.acknowledged = self.tally.frames
            self.say(json.dumps({"ack": self.acknowledged}))

    def connection_lost(self, error: Exception | None) -> None:
        if self.timer:
            self.timer.cancel()
        self.tally.ended.set()


def request_body(rate: float, count: int, size: int, hold: bool = False) -> bytes:
    """`hold`: no delta comes before `let_go`."""
    prompt = f"pace={rate:g} count={count} size={size}" + " hold" * hold
    return json.dumps({"model": "bench", "stream": True, "input": prompt}).encode()


def post(host: str, body: bytes) -> bytes:
    head = (
        f"POST /v1/responses HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    )
    return head.encode() + b"\r\n\r\n" + body


async def let_go(upstream: int) -> None:
    """Begin with all that is held back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream)
    writer.write(post("bench", b"go"))
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def connect(port: int, make: Any) -> Any:
    _, protocol = await asyncio.get_running_loop().create_connection(make, "127.0.0.1", port)
    return protocol
