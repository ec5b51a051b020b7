"""The sandbox as an upstream: its ASGI application called in this process, streaming both ways.

No socket, no port and no address are involved, so "never call yourself" needs no exception for it and one busy worker
cannot wait for itself. The application is held back while nobody reads, and told when the reader has gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http import HTTPStatus
from typing import Any

from playground.upstream.inbox import Inbox
from playground.upstream.problems import Stopped, Unreachable, UpstreamClosed
from playground.upstream.wire import Header

Message = MutableMapping[str, Any]
Application = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]

log = logging.getLogger(__name__)


class InProcess:
    """One request to an ASGI application, read like an Exchange."""

    def __init__(self, application: Application) -> None:
        self.status = 0
        self.reason = b""
        self.headers: list[Header] = []
        self.inbox = Inbox(self._pause, self._resume, self.close)
        self._application = application
        self._body = b""
        self._sent = False  # whether the application has asked for the body
        self._gone = asyncio.Event()
        self._may_send = asyncio.Event()
        self._may_send.set()
        self._answered = asyncio.get_running_loop().create_future()
        self._task: asyncio.Task[None] | None = None

    def send(self, method: str, target: str, headers: Iterable[Header], body: bytes) -> None:
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower(), value) for name, value in headers],
            "client": None,
            "server": None,
        }
        self._body = body
        self._task = asyncio.create_task(self._run(scope))

    async def answered(self) -> None:
        await self._answered
        if not self.status:
            raise self.inbox.problem or Unreachable(host="sandbox", reason="closed")

    async def read(self) -> bytes:
        return await self.inbox.read()

    def close(self) -> None:
        self.inbox.end(Stopped())
        self._gone.set()
        self._may_send.set()
        self._answer()

    def _answer(self) -> None:
        if not self._answered.done():
            self._answered.set_result(None)

    def _pause(self) -> None:
        self._may_send.clear()

    def _resume(self) -> None:
        self._may_send.set()

    async def _run(self, scope: Message) -> None:
        try:
            await self._application(scope, self._receive, self._send)
        except ConnectionResetError:
            pass  # the reader has gone
        except Exception:
            log.exception("the sandbox failed")
        finally:
            # After a whole reply this changes nothing; after anything else the reply is cut.
            self.inbox.end(UpstreamClosed())
            self._answer()

    async def _receive(self) -> Message:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self._gone.is_set():
            raise ConnectionResetError
        self.inbox.heard()
        if message["type"] == "http.response.start":
            self.headers = [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]
            self.reason = _reason(message["status"])
            self.status = message["status"]
            self._answer()
        elif message["type"] == "http.response.body":
            if body := message.get("body", b""):
                self.inbox.put(bytes(body))
            if not message.get("more_body", False):
                self.inbox.end()
            await self._may_send.wait()


def _reason(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""
