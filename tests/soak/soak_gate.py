"""Attacks 98, 100, 101, 102 and 109 at full size, against our server and gate with nothing behind them."""

import contextlib
import os
import random
import select
import socket
import tempfile
import time
from pathlib import Path

import psutil
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.gate.conftest import Echo, echo_server
from tests.gate.scraps import odd_request
from tests.gate.test_bodies import HEAD, disk_held
from tests.registry import table

MIB = 1024 * 1024
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, echo_server(Path(folder)) as echo:
        table("quiet", [("a page, p99", f"{p99(echo):.1f} ms")])
        too_large(echo)
        too_slow(echo)
        flood(echo)
        too_many(echo)
        nonsense(echo)
        assert echo.process.poll() is None


def page(echo: Echo) -> float:
    """Milliseconds for one page on a connection of its own."""
    began = time.perf_counter()
    with echo.connection() as connection:
        connection.sendall(GET)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    return (time.perf_counter() - began) * 1000


def p99(echo: Echo, count: int = 200) -> float:
    return sorted(page(echo) for _ in range(count))[int(count * 0.99) - 1]


def too_large(echo: Echo) -> None:
    process = psutil.Process(echo.process.pid)
    before, most, disk = process.memory_info().rss, 0, 0
    for head in (b"Content-Length: 314572800\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"):
        with echo.connection() as connection:
            connection.sendall(HEAD + head)
            with contextlib.suppress(OSError):
                for _ in range(300):
                    connection.sendall(b"100000\r\n" + b"a" * MIB + b"\r\n")
                    most, disk = max(most, process.memory_info().rss - before), max(disk, disk_held(process))
            with contextlib.suppress(OSError):
                assert connection.recv(12) == b"HTTP/1.1 413"
    table("300 MB bodies", [("memory", f"{most / MIB:.1f} MB"), ("disk", f"{disk / MIB:.1f} MB")])
    assert most < 30 * MIB
    assert disk < 30 * MIB


def too_slow(echo: Echo) -> None:
    began = time.monotonic()
    half = [echo.connection() for _ in range(600)]
    for number, connection in enumerate(half):
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\na" if number % 2 else HEAD)
    waiting, slowest = set(half), 0.0
    while waiting:
        for connection in select.select(list(waiting), [], [], 0.1)[0]:
            assert connection.recv(12) == b"HTTP/1.1 408"
            waiting.discard(connection)
            connection.close()
        slowest = max(slowest, page(echo))
    table("300 slow bodies, 300 half headers", [("closed after", f"{time.monotonic() - began:.1f} s")])
    table("", [("slowest page meanwhile", f"{slowest:.1f} ms")])
    assert time.monotonic() - began < 40
    assert slowest < 200


def joined(echo: Echo) -> ClientConnection:
    return connect(echo.websocket_url, origin=Origin(echo.base_url), proxy=None, max_size=None)


def flood(echo: Echo) -> None:
    quiet = p99(echo)
    frame = bytes([0x81, 0x81]) + b"\0\0\0\0x"
    for _ in range(20):
        with joined(echo) as connection, contextlib.suppress(OSError, ConnectionClosed):
            connection.socket.sendall(frame * 10_000)
            while True:
                connection.recv(timeout=10)
    loud = p99(echo)
    table("20 floods of 10,000 messages", [("a page, p99, before", f"{quiet:.1f} ms"), ("after", f"{loud:.1f} ms")])


def too_many(echo: Echo) -> None:
    process = psutil.Process(echo.process.pid)
    before, refused = process.memory_info().rss, 0
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            try:
                stack.enter_context(joined(echo))
            except InvalidStatus as answer:
                refused += answer.response.status_code == 429
        grown = process.memory_info().rss - before
    table("300 sockets from one address", [("refused", str(refused)), ("memory", f"{grown / MIB:.1f} MB")])
    assert refused == 100


def nonsense(echo: Echo) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    chance = random.Random(seed)
    counts: dict[bytes, int] = {}
    for _ in range(100_000):
        sent = odd_request(chance)
        with echo.connection() as connection:
            connection.sendall(sent)
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(12)[9:]
        counts[answer] = counts.get(answer, 0) + 1
        assert not answer.startswith(b"5"), (seed, sent)
    table(f"100,000 odd requests, seed {seed}", [(str(status), str(n)) for status, n in sorted(counts.items())])
