"""One HTTP connection: what is too large or too slow is turned away before it is kept anywhere.

Daphne takes the whole body to disk before an application sees the request, so these limits cannot live in a view.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.error import AlreadyCalled, AlreadyCancelled
from twisted.web import http

from playground import lifecycle
from playground.gate.answers import document
from playground.gate.headers import dressed
from playground.gate.judge import Refusal
from playground.gate.policy import Policy, largest_body
from playground.serving import limits

# Twisted's list of reason phrases ends before 413's newer neighbours.
http.RESPONSES.update(
    {int(status): status.phrase.encode() for status in HTTPStatus if int(status) not in http.RESPONSES}
)

LINGER = 3.0  # seconds in which a client that is still sending can read why it was turned away
LINGER_BYTES = 64 * 1024 * 1024


def raw_answer(status: int, policy: Policy, kind: bytes = b"text/plain", body: bytes = b"") -> bytes:
    """An answer from before there is a request, as bytes."""
    reason = http.RESPONSES.get(status, b"")
    about_body = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    lines = [b"%s: %s" % pair for pair in dressed(about_body, policy)]
    return b"\r\n".join([b"HTTP/1.1 %d %s" % (status, reason), *lines, b"", body])


class Request(WebRequest):
    """A request whose body is counted while it arrives, and whose plain errors carry our headers."""

    received = 0

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        self.received += len(data)
        if self.received > self.channel.largest_body:
            self.channel.turn_away(Refusal.TOO_LARGE)
        elif not self.channel.turned_away:
            super().handleContentChunk(data)

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        text = f"{status} {status_text.decode('ascii')}: {body}\n".encode()
        headers = dressed([(b"content-type", b"text/plain; charset=utf-8")], self.server.policy)
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": text})


class Channel(http.HTTPChannel):
    """A connection with a clock: headers in time, a body that moves, and no more of it than is allowed."""

    requestFactory = Request  # noqa: N815
    turned_away = False
    began = 0.0
    discarded = 0
    clock: Any = None

    @property
    def policy(self) -> Policy:
        return self.factory.server.policy  # type: ignore[no-any-return]

    @property
    def largest_body(self) -> int:
        return largest_body(self._path.partition(b"?")[0].decode("latin-1"))

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if not self._handlingRequest and not self.turned_away and self.clock is None:
            self.began = time.monotonic()
            self.clock = self.callLater(limits.PATIENCE, self.look)
        super().dataReceived(data)

    def look(self) -> None:
        """Patience is over: is the request getting anywhere?"""
        self.clock = None
        in_body = bool(self.requests) and self.requests[-1].content is not None
        received = self.requests[-1].received if in_body else 0
        if not in_body or limits.is_too_slow(received, time.monotonic() - self.began):
            self.transport.write(raw_answer(408, self.policy))
            self.close()
        else:
            self.clock = self.callLater(limits.LOOK_AGAIN, self.look)

    def stop_clock(self) -> None:
        if self.clock is not None:
            try:
                self.clock.cancel()
            except (AlreadyCalled, AlreadyCancelled):
                pass
            self.clock = None

    def allHeadersReceived(self) -> None:  # noqa: N802
        if self.length is not None and self.length > self.largest_body:
            self.turn_away(Refusal.TOO_LARGE)
        else:
            super().allHeadersReceived()

    def allContentReceived(self) -> None:  # noqa: N802
        self.stop_clock()
        if not self.turned_away:
            super().allContentReceived()

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802
        if not self.turned_away:
            super().rawDataReceived(data)
            return
        self.discarded += len(data)
        if self.discarded > LINGER_BYTES:
            self.transport.abortConnection()

    def checkPersistence(self, request: Any, version: bytes) -> bool:  # noqa: N802
        if lifecycle.is_draining():
            request.responseHeaders.setRawHeaders(b"Connection", [b"close"])
            return False
        return bool(super().checkPersistence(request, version))

    def turn_away(self, refusal: Refusal) -> None:
        """Say why at once. What still arrives is thrown away for a moment, so that the client can read the answer."""
        if self.turned_away:
            return
        self.turned_away = True
        self.stop_clock()
        request = self.requests[-1]
        asked = [(name, value) for name, values in request.requestHeaders.getAllRawHeaders() for value in values]
        path = self._path.partition(b"?")[0].decode("latin-1")
        self.transport.write(raw_answer(refusal.status, self.policy, *document(path, asked, refusal)))
        if request.content is not None:
            request.content.close()
        self.transport.loseWriteConnection()
        self.callLater(LINGER, self.forceAbortClient)

    def close(self) -> None:
        self.turned_away = True
        self.loseConnection()
        self.callLater(LINGER, self.forceAbortClient)

    def forceAbortClient(self) -> None:  # noqa: N802
        if self.transport is not None:
            super().forceAbortClient()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        self.stop_clock()
        super().connectionLost(reason)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        self._respondToBadRequestAndDisconnect()

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802
        self.transport.write(raw_answer(400, self.policy))
        self.close()


class Factory(HTTPFactory):
    """Makes our channels. HTTP/1.1 only: a proxy in front speaks whatever newer protocol there is."""

    protocol = Channel

    def buildProtocol(self, addr: Any) -> Channel:  # noqa: N802
        channel: Channel = http.HTTPFactory.buildProtocol(self, addr)
        return channel
