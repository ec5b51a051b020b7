"""One websocket connection: small messages in, large ones out, and a refusal that says its status."""

from __future__ import annotations

import time
from typing import Any

from autobahn.twisted.websocket import ConnectionDeny
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from playground.gate.headers import dressed
from playground.serving import quick
from playground.serving.limits import MESSAGE_BYTES, WAITING_MESSAGES, Budget

POLICY_VIOLATION = 1008
TOO_BIG = 1009
SERVICE_RESTART = 1012


class Socket(WebSocketProtocol):
    """Autobahn has one size limit for both directions: ours is for what comes in, so that a long reply can go out."""

    denial: dict[str, Any] | None = None

    def __init__(self) -> None:
        super().__init__()
        self.budget = Budget(looked=time.monotonic())

    def onMessageFrameBegin(self, length: int) -> None:  # noqa: N802
        super().onMessageFrameBegin(length)
        self.count()
        if self.message_data_total_length > MESSAGE_BYTES:
            self.fail(TOO_BIG, "a message may have 256 KiB")

    def onPing(self, payload: bytes) -> None:  # noqa: N802
        self.count()
        super().onPing(payload)

    def onPong(self, payload: bytes) -> None:  # noqa: N802
        self.count()
        super().onPong(payload)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        if self.application_queue.qsize() >= WAITING_MESSAGES:
            self.fail(POLICY_VIOLATION, "too many messages")
        elif not self.failedByMe:
            super().onMessage(payload, isBinary)

    def count(self) -> None:
        if not self.budget.spend(time.monotonic()):
            self.fail(POLICY_VIOLATION, "too many messages")

    def fail(self, code: int, reason: str) -> None:
        if not self.failedByMe:
            self._fail_connection(code, reason)

    @property
    def is_joined(self) -> bool:
        return bool(self.state == self.STATE_OPEN)

    def restart(self) -> None:
        """Close with the code for a restart; Autobahn's own way to close knows 1000 and private codes only."""
        if self.is_joined:
            self.sendCloseFrame(code=SERVICE_RESTART, isReply=False)

    def handle_reply(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.http.response.start":
            self.denial = message
        elif message["type"] == "websocket.http.response.body":
            if self.denial is not None and self.state == self.STATE_CONNECTING and not message.get("more_body"):
                self.deny(self.denial["status"])
        elif message["type"] == "websocket.send" and not self.is_joined:
            return  # the client left while the consumer was speaking
        else:
            super().handle_reply(message)

    def serverSend(self, content: Any, binary: bool = False) -> None:  # noqa: N802
        if self.state == self.STATE_CONNECTING or self.send_queue or self._perMessageCompress is not None:
            super().serverSend(content, binary)
        else:
            quick.write(self.transport, quick.frame(content if binary else content.encode(), binary))

    def deny(self, status: int) -> None:
        if hasattr(self, "handshake_deferred"):
            self.handshake_deferred.errback(ConnectionDeny(status, "Refused"))
            del self.handshake_deferred
        self.server.protocol_disconnected(self)

    def sendHttpErrorResponse(self, code: int, reason: str, responseHeaders: Any = None) -> None:  # noqa: N802, N803
        given = (self.denial or {}).get("headers") or [(b"content-length", b"0")]
        headers = dressed(given, self.factory.server_class.policy)
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        super().sendHttpErrorResponse(code, reason, [*pairs, ("connection", "close")])


class SocketFactory(WebSocketFactory):
    protocol = Socket
