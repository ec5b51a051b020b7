"""The least a relay can do on this stack that stores before it shows: Channels on Daphne, plain httpx, a writer thread.

One websocket message says what to send where; each event's data goes out as text, after the commit that holds it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
import httpx
import msgspec
from django.conf import settings

settings.configure(SECRET_KEY="bench", ALLOWED_HOSTS=["*"], INSTALLED_APPS=["channels"], ROOT_URLCONF=__name__)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402
from twisted.internet import tcp  # noqa: E402

urlpatterns: list[Any] = []


class Head(msgspec.Struct):
    type: str = ""
    delta: object = None


decode = msgspec.json.Decoder(Head).decode


class Journal:
    """Whatever waits goes into one transaction; what it holds is shown afterwards."""

    def __init__(self) -> None:
        self.waiting: dict[int, tuple[int, list[str], Callable[[str], None]]] = {}
        self.wake = asyncio.Event()
        self.pool = ThreadPoolExecutor(1)
        self.db = sqlite3.connect(os.environ["FLOOR_DB"], check_same_thread=False, isolation_level=None)
        self.db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "CREATE TABLE event (id INTEGER PRIMARY KEY, run INTEGER, first INTEGER, data TEXT);"
            "CREATE INDEX at ON event (run, first);"
        )
        self.task = asyncio.ensure_future(self.loop())

    def append(self, run: int, number: int, text: str, show: Callable[[str], None]) -> None:
        held = self.waiting.get(run)
        if held is None:
            held = self.waiting[run] = (number, [], show)
            self.wake.set()
        held[1].append(text)

    def write(self, rows: list[tuple[int, int, str]]) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        self.db.executemany("INSERT INTO event (run, first, data) VALUES (?, ?, ?)", rows)
        self.db.execute("COMMIT")

    async def loop(self) -> None:
        while True:
            await self.wake.wait()
            self.wake.clear()
            batch, self.waiting = self.waiting, {}
            rows = [(run, first, "[" + ",".join(texts) + "]") for run, (first, texts, _) in batch.items()]
            await asyncio.get_running_loop().run_in_executor(self.pool, self.write, rows)
            for row, (_, _, show) in zip(rows, batch.values(), strict=True):
                show(row[2])


client: httpx.AsyncClient | None = None
journal: Journal | None = None


async def events(url: str, body: bytes) -> AsyncIterator[bytes]:
    global client
    client = client or httpx.AsyncClient(timeout=None, limits=httpx.Limits(max_connections=None))
    rest = b""
    async with client.stream("POST", url, content=body) as reply:
        async for read in reply.aiter_raw():
            *blocks, rest = (rest + read).split(b"\n\n")
            for block in blocks:
                yield block[block.find(b"data:") + 6 :]


class Relay(AsyncWebsocketConsumer):
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        said = json.loads(text_data or "{}")
        if "url" in said:
            self.task = asyncio.ensure_future(self.relay(said["url"], said["body"].encode()))

    async def relay(self, url: str, body: bytes) -> None:
        global journal
        journal = journal or Journal()
        number = 0
        async for data in events(url, body):
            decode(data)
            number += 1
            journal.append(id(self), number, data.decode(), self.show)

    def show(self, text: str) -> None:
        sending = self.base_send({"type": "websocket.send", "text": text})
        try:
            sending.send(None)
        except StopIteration:
            return


_later = tcp.Server.write


def _at_once(self: Any, data: bytes) -> None:
    """Try the socket before asking the reactor for a turn, which is two system calls away."""
    if self.connected and not self.disconnecting and not self.dataBuffer and not self._tempDataBuffer:
        try:
            sent = self.socket.send(data)
        except OSError:
            sent = 0
        if sent == len(data):
            return
        data = data[sent:]
    _later(self, data)


tcp.Server.write = _at_once

application = ProtocolTypeRouter({"websocket": Relay.as_asgi()})
