"""Daphne's server with our limits, and with an end that nobody is surprised by."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from typing import Any

from daphne.server import Server as DaphneServer
from django.conf import settings
from twisted.internet import defer, reactor
from twisted.internet.endpoints import serverFromString
from twisted.logger import globalLogBeginner

from playground import lifecycle
from playground.gate.policy import Policy
from playground.serving.channel import Factory
from playground.serving.sockets import Socket, SocketFactory

GOODBYE = 2.0  # seconds for closing handshakes and the last answers
OUTGOING = 256 * 1024 * 1024  # bytes of one outgoing message: a long reply's snapshot goes out whole

log = logging.getLogger(__name__)
access = logging.getLogger("playground.access")


def note_access(protocol: Any, action: str, details: dict[str, Any]) -> None:
    """One line for each answer; queries may hold what is private, so they are left out."""
    if action == "complete":
        path = details["path"].partition("?")[0]
        took = details["time_taken"] * 1000
        access.info("%s %s %s %.0f ms, %s", details["method"], path, details["status"], took, details["client"])


class Server(DaphneServer):
    """Listens on sockets that are bound already, so that a busy port is a sentence and not a traceback."""

    def __init__(self, application: Any, descriptors: list[int]) -> None:
        endpoints = [f"fd:fileno={descriptor}" for descriptor in descriptors]
        super().__init__(
            application,
            endpoints=endpoints,
            signal_handlers=False,
            request_buffer_size=65536,
            http_timeout=None,
            websocket_timeout=-1,
            websocket_handshake_timeout=10,
            ping_interval=20,
            ping_timeout=20,
            server_name="",
            action_logger=note_access if settings.ACCESS_LOG else None,
        )
        self.policy = Policy.from_settings()
        self.ending: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Serve until told to end. Start hooks run before the first connection is taken."""
        self.connections: dict[Any, Any] = {}
        self.http_factory = Factory(self)
        self.ws_factory = SocketFactory(self, server=None)
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            allowNullOrigin=True,  # the gate looks at the origin, to the port
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=OUTGOING,
            maxFramePayloadSize=OUTGOING,
            failByDrop=False,  # a client that is cut off is told why
        )
        globalLogBeginner.beginLoggingTo([lambda _: None], redirectStandardIO=False, discardBuffer=True)
        loop = reactor._asyncioEventloop
        asyncio.set_event_loop(loop)
        loop.run_until_complete(lifecycle.start())
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        for description in self.endpoints:
            self.listeners.append(serverFromString(reactor, description).listen(self.http_factory))
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.on_signal, number)
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        reactor.run(installSignalHandlers=False)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        if scope["type"] == "websocket":
            scope["extensions"] = {"websocket.http.response": {}}
        return super().create_application(protocol, scope)

    def on_signal(self, number: int) -> None:
        """The first signal ends in order; the second at once. What was shown is stored, so nothing is lost by it."""
        if self.ending is not None:
            os._exit(128 + number)
        log.info("ending: running work gets up to %s s; send the signal again to end at once", settings.DRAIN_SECONDS)
        self.ending = asyncio.ensure_future(self.end())

    async def end(self) -> None:
        """Stop accepting, tell, let finish, close, exit."""
        try:
            for listener in self.listeners:
                await listener.result.stopListening().asFuture(asyncio.get_running_loop())
            await lifecycle.drain(settings.DRAIN_SECONDS)
            self.close_sockets()
            await self.wait_for_goodbyes()
            await lifecycle.stop()
        except Exception:
            log.exception("the server did not end in order")
        # A thread that hangs in a library must not keep a process alive that serves nobody.
        late = threading.Timer(GOODBYE, os._exit, (0,))
        late.daemon = True
        late.start()
        reactor.stop()

    def close_sockets(self) -> None:
        for protocol in list(self.connections):
            if isinstance(protocol, Socket):
                protocol.restart()

    async def wait_for_goodbyes(self) -> None:
        """Until every socket is closed and every request answered, or for a moment."""
        deadline = asyncio.get_running_loop().time() + GOODBYE
        while asyncio.get_running_loop().time() < deadline:
            if all("disconnected" in details for details in self.connections.values()):
                return
            await asyncio.sleep(0.05)

    def kill_all_applications(self) -> Any:
        """Daphne's own falls over connections whose request never came."""
        waiting = [details.get("application_instance") for details in self.connections.values()]
        pending = [instance for instance in waiting if instance is not None and not instance.done()]
        for instance in pending:
            instance.cancel()
        return defer.Deferred.fromFuture(asyncio.gather(*pending, return_exceptions=True))
