"""Servers that misbehave, over real sockets. A script says what a connection does; the server writes down what it got.

    async with hostile.serve(say(OK_STREAM, b"data: 1\\n\\n"), hang()) as server:
        server.base_url            # http://127.0.0.1:port/v1
        server.requests            # every request's bytes, one entry a connection

A script is a list of steps, run for every connection after the request's head and body were read. `serve_per_request`
takes a function of (number, request) instead, for servers that answer differently each time.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

Step = Callable[["Connection"], Awaitable[None]]
Answer = Callable[[int, bytes], Sequence[Step]]
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
OK_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: bytes
    server: Server


@dataclass
class Server:
    port: int = 0
    host: str = "127.0.0.1"
    scheme: str = "http"
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)  # a peer left while a script waited for that
    free: asyncio.Event = field(default_factory=asyncio.Event)  # what a script with `wait_for_free` waits for

    loop: asyncio.AbstractEventLoop | None = None  # where it runs, if that is not the test's own

    def free_now(self) -> None:
        """Sets `free` from another thread."""
        assert self.loop
        self.loop.call_soon_threadsafe(self.free.set)

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"

    def head(self, number: int = 0) -> dict[str, str]:
        """The headers of a request, lower case."""
        lines = self.requests[number].split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def body(self, number: int = 0) -> bytes:
        return self.requests[number].split(b"\r\n\r\n", 1)[1]


# -- steps


def say(*pieces: bytes) -> Step:
    """Each piece in a packet of its own, as far as the system allows."""

    async def step(connection: Connection) -> None:
        for piece in pieces:
            connection.writer.write(piece)
            await connection.writer.drain()

    return step


def chunk(data: bytes) -> bytes:
    """`data` as one chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def endless(piece: bytes) -> Step:
    """`piece` for as long as anyone listens."""

    async def step(connection: Connection) -> None:
        while not connection.writer.is_closing():
            connection.writer.write(piece)
            await connection.writer.drain()

    return step


def trickle(piece: bytes, pause: float) -> Step:
    """`piece` now and then, for as long as anyone listens."""

    async def step(connection: Connection) -> None:
        while not connection.writer.is_closing():
            connection.writer.write(piece)
            await connection.writer.drain()
            await asyncio.sleep(pause)

    return step


def hang() -> Step:
    """Nothing, until the other side leaves; then `server.closed` is set."""

    async def step(connection: Connection) -> None:
        with contextlib.suppress(OSError):
            while await connection.reader.read(65536):
                pass
        connection.server.closed.set()

    return step


def wait_for_free() -> Step:
    """Nothing, until the test sets `server.free`."""

    async def step(connection: Connection) -> None:
        await connection.server.free.wait()

    return step


def reset() -> Step:
    """Ends the connection the rude way."""

    async def step(connection: Connection) -> None:
        connection.writer.transport.abort()

    return step


def json_reply(body: bytes, status: str = "200 OK", *headers: str) -> Step:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return say("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


# -- servers


@contextlib.asynccontextmanager
async def listen(
    handle: Handler, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[int]:
    """A port where `handle` gets every connection as it is; all of them are gone afterwards."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):  # `listen` ends what is left
                await handle(reader, writer)
        finally:
            tasks.discard(task)
            writer.transport.abort() if tls else writer.close()

    listening = await asyncio.start_server(connected, host, port, ssl=tls)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def serve_per_request(
    answer: Answer, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Server]:
    server = Server(host=host, scheme="https" if tls else "http")

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        try:
            request = await _read_request(reader)
            server.requests.append(request)
            connection = Connection(reader, writer, request, server)
            for step in answer(len(server.requests) - 1, request):
                await step(connection)
            if tls:
                await writer.drain()
                writer.close()  # with the farewell TLS wants; `listen` ends what is left
                await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            server.closed.set()

    async with listen(connected, host, tls, port) as server.port:
        yield server


def serve(
    *script: Step, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> contextlib.AbstractAsyncContextManager[Server]:
    return serve_per_request(lambda number, request: script, host, tls)


@contextlib.contextmanager
def in_thread(*script: Step) -> Iterator[Server]:
    """`serve` in a loop of its own, for tests that have none."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    serving = serve(*script)
    try:
        server = asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result()
        server.loop = loop
        yield server
        asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A handler for `listen` that takes everything and never says a word."""
    while await reader.read(65536):
        pass


async def closed_port() -> int:
    """A port where nothing listens."""
    async with listen(silence) as port:
        return port
