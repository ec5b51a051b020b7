"""One request and its reply over one connection: HTTP/1.1, parsed by httptools.

A connection serves one request. Keeping it for the next would save a handshake and bring back the one failure that must
not happen here: a request lost on a connection that had gone stale, which nobody may send a second time.

The parser is strict where the framing could be misread and lenient where servers are merely sloppy. Nothing here grows
without a limit: the head by count and size, the body by what waits unread, and everything that is neither (endless
headers, trailers, chunk extensions, interim replies) by how much may come without a byte of body.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable

import httptools

from playground.upstream.inbox import Inbox
from playground.upstream.problems import LimitReached, NotHttp, Problem, Stopped, Unreachable, UpstreamClosed

Header = tuple[bytes, bytes]

MAX_HEADERS = 256
MAX_HEAD = 64 * 1024
#: Bytes that may come in a row without any of them being body.
MAX_OVERHEAD = 256 * 1024
#: Bytes read at once. For asyncio's own 256 KiB malloc asks the kernel anew each time, which costs more than reading.
READ = 64 * 1024
_UNSAFE = re.compile(rb"[\r\n\x00]")


class Exchange(asyncio.Protocol):
    """What is sent, and what comes back."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.status = 0
        self.reason = b""
        self.headers: list[Header] = []
        self.inbox = Inbox(self._pause, self._resume, self.close)
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_chunked_length=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
            lenient_data_after_close=True,
        )
        self._transport: asyncio.Transport | None = None
        self._answered = asyncio.get_running_loop().create_future()
        self._head = False  # whether the head is complete
        self._done = False  # whether the body is
        self._until_close = False
        self._head_size = self._head_count = 0
        self._overhead = 0
        self._problem: Problem | None = None

    # -- our side

    def send(self, method: str, target: str, headers: Iterable[Header], body: bytes) -> None:
        lines = [b"%s %s HTTP/1.1" % (method.encode("ascii"), target.encode("ascii"))]
        lines += [b"%s: %s" % header for header in headers]
        if any(_UNSAFE.search(line) for line in lines):
            raise ValueError("a line break in the head of a request")
        assert self._transport
        self._transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)

    async def answered(self) -> None:
        """Until the head of the reply is here."""
        await self._answered
        if not self._head:
            raise self.inbox.problem or Unreachable(host=self.host, reason="closed")

    async def read(self) -> bytes:
        return await self.inbox.read()

    def close(self) -> None:
        """At once, whatever is on its way; nobody who still reads may take that for the end of the reply."""
        self.inbox.end(self._problem or Stopped())
        if self._transport:
            self._transport.abort()
        if not self._answered.done():
            self._answered.set_result(None)

    def _fail(self, problem: Problem) -> None:
        self._problem = self._problem or problem
        self.close()

    def _pause(self) -> None:
        if self._transport:
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self._transport:
            self._transport.resume_reading()

    # -- what the connection says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.max_size = READ  # type: ignore[attr-defined]
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self.inbox.heard()
        before = self.inbox.received
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._broken()
        except httptools.HttpParserUpgrade:
            self._fail(NotHttp(host=self.host))
        self._overhead = self._overhead + len(data) if self.inbox.received == before else 0
        if self._overhead > MAX_OVERHEAD and not self._done:
            self._fail(LimitReached(limit="headers", allowed=MAX_OVERHEAD))

    def _broken(self) -> None:
        if not self._done:
            self._fail(UpstreamClosed() if self._head else NotHttp(host=self.host))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._done:
            return
        if not self._head:
            self._fail(Unreachable(host=self.host, reason="closed"))
        elif self._until_close and exc is None:
            self.inbox.end(self._problem)
        else:
            self._fail(UpstreamClosed())

    # -- what the parser finds

    def on_message_begin(self) -> None:
        if not self._done:
            self.reason, self.headers = b"", []

    def on_status(self, reason: bytes) -> None:
        self.reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_count += 1
        self._head_size += len(name) + len(value)
        if self._head_count > MAX_HEADERS:
            self._problem = LimitReached(limit="headers", allowed=MAX_HEADERS)
        elif self._head_size > MAX_HEAD:
            self._problem = LimitReached(limit="headers", allowed=MAX_HEAD)
        if self._problem:
            raise ValueError("too many headers")
        if not self._head:  # a trailer says nothing that is shown
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if 100 <= self.status < 200 or self._done:
            return
        named = {name.lower(): value.lower() for name, value in self.headers}
        if b"transfer-encoding" in named:
            self._until_close = not named[b"transfer-encoding"].rstrip().endswith(b"chunked")
        else:
            self._until_close = b"content-length" not in named
        self._head = True
        if not self._answered.done():
            self._answered.set_result(None)

    def on_body(self, data: bytes) -> None:
        if not self._done:
            self.inbox.put(data)

    def on_message_complete(self) -> None:
        if not self._head:
            return  # an interim reply: the real one follows
        self._done = True
        self.inbox.end()
        if self._transport:
            self._transport.abort()
