"""The echo server: our server and gate with nothing behind them."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.environment import ROOT
from tests.services import end, wait_until
from tests.serving import surroundings


@dataclass
class Echo:
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def websocket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    def connection(self) -> socket.socket:
        """A bare connection, for what no HTTP client would send."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)


@contextlib.contextmanager
def echo_server(folder: Path, **settings: str) -> Iterator[Echo]:
    log = folder / "echo.log"
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening, log.open("wb") as output:
        port = int(listening.getsockname()[1])
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.gate.echo", str(listening.fileno())],
            cwd=ROOT,
            env=surroundings(folder / "data", **settings),
            stdout=output,
            stderr=output,
            pass_fds=[listening.fileno()],
        )
    running = Echo(port, process, log)
    try:
        wait_until(lambda: answered(running), "the echo server", process)
        yield running
    finally:
        end(process)


def answered(running: Echo) -> bool:
    with contextlib.suppress(OSError), running.connection() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return connection.recv(8) == b"HTTP/1.1"
    return False


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Echo]:
    with echo_server(tmp_path_factory.mktemp("echo")) as running:
        yield running


@pytest.fixture
def own_echo(tmp_path: Path) -> Iterator[Echo]:
    """One that the test may end."""
    with echo_server(tmp_path) as running:
        yield running


@pytest.fixture
def impatient_echo(tmp_path: Path) -> Iterator[Echo]:
    """One that waits two seconds where the real one waits twenty."""
    with echo_server(tmp_path, ECHO_PATIENCE="2") as running:
        yield running
