"""What is measured: each starts its relay in a process of its own, and knows how to press Run on it."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import httpx
from cryptography.fernet import Fernet

from tests.bench.relay.clients import Sse, Tally, WebSocket, connect, post
from tests.environment import ROOT, without_ours
from tests.services import answers, end, free_port, wait_until

CORES = sorted(os.sched_getaffinity(0))
#: The relay has a core of its own where there are two; upstream and clients share the other.
RELAY_CORE, OTHER_CORE = {CORES[-1]}, {CORES[0]}


@contextmanager
def process(command: list[str], port: int, core: set[int], **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as log:
        started = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**without_ours(dict(os.environ)), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        os.sched_setaffinity(started.pid, core)
        try:
            wait_until(lambda: answers(port), command[-1], started)
            yield started
        finally:
            end(started)


@contextmanager
def upstream() -> Iterator[int]:
    port = free_port()
    with process([sys.executable, "-m", "tests.bench.relay.upstream", str(port)], port, OTHER_CORE):
        yield port


class Direct:
    """The client reads the upstream itself."""

    name = "direct read"
    pid: int | None = None

    def __init__(self, upstream: int) -> None:
        self.port = self.upstream = upstream

    @contextmanager
    def running(self) -> Iterator[Any]:
        yield self

    async def press(self, tally: Tally, body: bytes) -> Any:
        return await connect(self.port, lambda: Sse(tally, post(f"127.0.0.1:{self.port}", body)))


class Splice(Direct):
    """Bytes in, bytes out."""

    name = "byte splice"

    @contextmanager
    def running(self) -> Iterator[Any]:
        self.port = free_port()
        command = [sys.executable, "-m", "tests.bench.relay.splice", str(self.port), str(self.upstream)]
        with process(command, self.port, RELAY_CORE) as relay:
            self.pid = relay.pid
            yield self


class Floor(Direct):
    """The same stack with nothing on it that is not needed to store first and show then."""

    name = "stored first, floor"

    @contextmanager
    def running(self) -> Iterator[Any]:
        self.port = free_port()
        command = [
            sys.executable,
            "-m",
            "daphne",
            "-b",
            "127.0.0.1",
            "-p",
            str(self.port),
            "tests.bench.relay.floor:application",
        ]
        with (
            tempfile.TemporaryDirectory() as folder,
            process(command, self.port, RELAY_CORE, FLOOR_DB=f"{folder}/floor.sqlite3") as relay,
        ):
            self.pid = relay.pid
            yield self

    async def press(self, tally: Tally, body: bytes) -> Any:
        import json

        said = json.dumps({"url": f"http://127.0.0.1:{self.upstream}/v1/responses", "body": body.decode()})
        host = f"127.0.0.1:{self.port}"
        return await connect(self.port, lambda: WebSocket(tally, host, "/ws/", "", said, acknowledges=False))


class Playground(Direct):
    """This project, as `manage.py serve` serves it, with its limits on runs and sockets out of the way."""

    name = "playground"
    settings: ClassVar[Mapping[str, str]] = {
        f"PLAYGROUND_{name}": "100000"
        for name in ("RUNS", "RUNS_PER_USER", "RUNS_A_MINUTE", "SOCKETS", "SOCKETS_PER_USER", "SOCKETS_PER_ADDRESS")
    }

    @contextmanager
    def running(self) -> Iterator[Any]:
        self.port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            self.cipher = Fernet.generate_key()
            settings = {"PLAYGROUND_ENCRYPTION_KEYS": self.cipher.decode(), "PLAYGROUND_DATA": f"{folder}/data"}
            settings |= self.settings
            prepare = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(prepare, cwd=ROOT, env={**without_ours(dict(os.environ)), **settings}, check=True)
            command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
            with process(command, self.port, RELAY_CORE, **settings) as relay:
                self.pid = relay.pid
                self.base = f"http://127.0.0.1:{self.port}"
                self.client = httpx.AsyncClient(
                    base_url=self.base, headers={"Origin": self.base}, trust_env=False, timeout=120
                )
                self.add_connection(Path(folder) / "data" / "playground.sqlite3")
                self.session = ""
                self.turns = asyncio.Semaphore(8)
                self.first = asyncio.Lock()
                yield self

    def add_connection(self, database: Path) -> None:
        """A row like the sandbox's, with another address and a key, which every event is searched for."""
        self.connection = uuid.uuid4()
        with sqlite3.connect(database) as rows:
            names = [row[1] for row in rows.execute("PRAGMA table_info(playground_connection)")]
            values = dict(zip(names, rows.execute("SELECT * FROM playground_connection").fetchone(), strict=True))
            values |= {"id": self.connection.hex, "base_url": f"http://127.0.0.1:{self.upstream}/v1", "shared": 1}
            values["key"] = Fernet(self.cipher).encrypt(f"sk-proj-{uuid.uuid4().hex}{uuid.uuid4().hex}".encode())
            marks = ",".join("?" * len(names))
            rows.execute(f"INSERT INTO playground_connection VALUES ({marks})", [values[name] for name in names])

    async def visit(self) -> None:
        page = await self.client.get("/", follow_redirects=True)
        found = re.search(r"/sessions/([0-9a-f-]{36})/runs/", page.text)
        token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
        assert found
        assert token
        self.session, self.token = found[1], token[1]

    async def press(self, tally: Tally, body: bytes) -> Any:
        async with self.first:
            if not self.session:
                await self.visit()
        run = str(uuid.uuid4())
        form = {
            "run": run,
            "~endpoint": "responses",
            "~view": "json",
            "~json": body.decode(),
            "~connection": str(self.connection),
        }
        async with self.turns:
            answer = await self.client.post(
                f"/sessions/{self.session}/runs/", data=form, headers={"X-CSRFToken": self.token, "HX-Request": "true"}
            )
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:2000]}"
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        host, path = f"127.0.0.1:{self.port}", f"/ws/runs/{run}/"
        headers = f"Cookie: {cookies}\r\n"
        return await connect(self.port, lambda: WebSocket(tally, host, path, headers, '{"after":0}', acknowledges=True))


CONTENDERS = (Direct, Splice, Floor, Playground)
