"""Runs in the test's own process: real owner, journal and watch on the test's database; pages that only listen."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from playground.models import Connection, Lease, Run, Session, User
from playground.runs import archive
from playground.runs.canvases import units
from playground.runs.hub import Hub, hub
from playground.runs.packing import Stored
from playground.runs.parts import Lens
from playground.runs.starting import begin, carry_out
from playground.runs.watch import Watcher
from playground.secrets import Secret

WAIT = 30.0
"""Seconds until something that must happen has happened: a bound against hanging, far above what it takes."""

SENSE = {"model": "m", "input": "Say something", "stream": True}


async def until(ready: Callable[[], Any], what: str = "it") -> None:
    deadline = time.monotonic() + WAIT
    while not ready():
        assert time.monotonic() < deadline, f"{what} did not happen"
        await asyncio.sleep(0.005)


class Page:
    """A browser's page as far as a run is concerned: applies what it hears, and acknowledges it unless told not to."""

    def __init__(self, reads: bool = True) -> None:
        self.reads = reads
        self.heard: list[dict[str, Any]] = []
        self.html: dict[str, str] = {}  # place -> its partial
        self.blocks: dict[str, str] = {}
        self.covered: dict[str, int] = {}
        self.tails: dict[str, str] = {}
        self.done: set[str] = set()
        self.state: dict[str, str] = {}
        self.at = 0
        self.end: str = ""
        self.watcher: Watcher | None = None
        self.bytes = 0
        self.line: Any = None  # where a page has a real websocket
        self.lines = 0  # how many it has had
        self.closed = 0  # the code the last one was closed with

    def hear(self, text: str) -> None:
        frame = json.loads(text)
        self.heard.append(frame)
        self.bytes += len(text)
        for kind, *said in frame.get("u", ()):
            getattr(self, f"on_{kind}")(*said)
        self.at = frame.get("n", self.at)
        self.state |= frame.get("s", {})
        self.end = frame.get("end", self.end)
        if self.reads and self.watcher:
            asyncio.get_running_loop().call_soon(self.watcher.acknowledge, len(self.heard))

    async def acknowledge(self) -> None:
        """On a real websocket: everything heard on it was read."""
        await self.line.send(json.dumps({"ack": len(self.heard)}))

    def on_reset(self) -> None:
        for kept in (self.html, self.blocks, self.covered, self.tails):
            kept.clear()
        self.done.clear()

    def on_part(self, place: str, html: str, before: str) -> None:
        assert not before or before in self.html, "a place stands behind one that is there"
        self.html[place] = html
        self.tails.setdefault(place, "")
        self.covered.setdefault(place, 0)

    def on_text(self, place: str, text: str, html: str = "", upto: int = 0) -> None:
        self.tails[place], self.blocks[place], self.covered[place] = text, html, upto

    def on_delta(self, place: str, text: str) -> None:
        self.tails[place] += text

    def on_blocks(self, place: str, html: str, start: int, upto: int) -> None:
        covered = self.covered[place]
        if upto <= covered:
            return
        assert start in (0, covered), "blocks follow on those that are there"
        self.blocks[place] = html if not start else self.blocks[place] + html
        self.tails[place] = self.tails[place][upto - covered :]
        self.covered[place] = upto

    def on_whole(self, place: str, html: str, upto: int) -> None:
        self.blocks[place], self.tails[place], self.covered[place] = html, "", upto

    def on_done(self, place: str) -> None:
        self.done.add(place)

    def shows(self, place: str, text: str) -> bool:
        """Whether exactly this text stands there, as blocks, as text, or as both."""
        tail = self.tails.get(place, "")
        return text.endswith(tail) and self.covered.get(place, 0) + units(tail) == units(text)


class Playing:
    """One person with a session, and the hub of this loop."""

    def __init__(self, user: User, session: Session) -> None:
        self.user = user
        self.session = session
        self.hub: Hub = hub()

    async def connect(self, base_url: str, key: str = "", **given: Any) -> Connection:
        def make() -> Connection:
            given.setdefault("idle_timeout", 20)
            return Connection.objects.create(
                owner=self.user, name="test", base_url=base_url, key=Secret(key), headers=Secret(""), **given
            )

        return await self.hub.ask(make)

    async def start(
        self,
        connection: Connection | str,
        body: dict[str, Any] | bytes = SENSE,
        endpoint: str = "responses",
        run_id: uuid.UUID | None = None,
    ) -> uuid.UUID:
        if isinstance(connection, str):
            connection = await self.connect(connection)
        run_id = run_id or uuid.uuid4()
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        chosen = connection
        run, new = await self.hub.ask(lambda: begin(run_id, self.session, chosen, endpoint, sent, self.hub.holder))
        if new:
            carry_out(self.hub, run, chosen)
        return run_id

    async def look(self, run_id: uuid.UUID, after: int = 0, reads: bool = True, language: str = "en") -> Page:
        page = Page(reads)
        page.watcher = Watcher(Lens(language), page.hear)
        assert await self.hub.watch(run_id, page.watcher, after)
        return page

    def leave(self, page: Page) -> None:
        assert page.watcher
        self.hub.leave(page.watcher)

    async def row(self, run_id: uuid.UUID) -> Run:
        return await self.hub.ask(lambda: Run.objects.get(pk=run_id))

    async def ended(self, run_id: uuid.UUID) -> Run:
        """The run's row when it is over, its journal sealed."""

        def over() -> Run | None:
            run = Run.objects.get(pk=run_id)
            sealed = hasattr(run, "sealed_journal") and not run.journal_entries.exists()
            return run if not run.is_live and sealed and not Lease.objects.filter(run=run).exists() else None

        deadline = time.monotonic() + WAIT
        while (run := await self.hub.ask(over)) is None:
            assert time.monotonic() < deadline, "the run did not end"
            await asyncio.sleep(0.01)
        return run

    async def events(self, run_id: uuid.UUID) -> list[Stored]:
        """Every stored event, numbered from 1 without holes."""

        def read() -> list[Stored]:
            found: list[Stored] = []
            for first, events in archive.read(run_id):
                assert first == len(found) + 1
                found += events
            return found

        return await self.hub.ask(read)

    async def raw(self, run_id: uuid.UUID) -> bytes:
        return b"".join(event.raw for event in await self.events(run_id))
