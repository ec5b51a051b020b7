"""Nothing that can be sent ends the process or breaks a view. Attack 102, at a size for every day."""

import contextlib
import json
import os
import random
import socket
from typing import Any

import pytest
from django.test import Client

from tests.gate.conftest import Echo
from tests.gate.scraps import odd_request
from tests.gate.test_url_map import PROBES, ROUTES, known, path

__all__ = ["known"]

SEED = int(os.environ.get("SEED") or random.randrange(10**6))


def last_words(connection: socket.socket) -> bytes:
    """What the server still says once nothing more is sent. Hanging up without a word is an answer to nonsense too."""
    said = b""
    with contextlib.suppress(ConnectionError):
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(4096):
            said += piece
    return said


def test_bytes_put_together_at_random_get_an_answer_or_none_and_harm_nobody(echo: Echo) -> None:
    chance = random.Random(SEED)

    for _ in range(500):
        sent = odd_request(chance)
        with echo.connection() as connection:
            connection.sendall(sent)
            answer = last_words(connection)[:12]
        assert answer == b"" or answer.startswith(b"HTTP/1.1 "), (SEED, sent)
        assert not answer.startswith(b"HTTP/1.1 5"), (SEED, sent)

    assert echo.process.poll() is None
    with echo.connection() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"


def test_websocket_bytes_put_together_at_random_harm_nobody_either(echo: Echo) -> None:
    chance = random.Random(SEED)
    handshake = (
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{echo.port}\r\nOrigin: {echo.base_url}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )

    for _ in range(100):
        with echo.connection() as connection:
            connection.sendall(handshake.encode())
            assert connection.recv(4096).startswith(b"HTTP/1.1 101")
            connection.sendall(chance.randbytes(chance.randrange(1, 200)))
            last_words(connection)

    assert echo.process.poll() is None


DEEP = b"[" * 100_000
BODIES = [
    pytest.param(b"", "application/x-www-form-urlencoded", id="empty"),
    pytest.param(b"a=b&a=c&%00=%ff&=&&&next=%00", "application/x-www-form-urlencoded", id="odd-form"),
    pytest.param(b"\xff\xfe\x00", "application/x-www-form-urlencoded", id="bytes"),
    pytest.param(b"a=b", "application/x-www-form-urlencoded; charset=nonsense", id="charset"),
    pytest.param(b"--x\r\n\r\n", "multipart/form-data; boundary=x", id="broken-parts"),
    pytest.param(b"--x", "multipart/form-data", id="no-boundary"),
    pytest.param(DEEP, "application/json", id="deep-json"),
    pytest.param(b"{", "application/json", id="broken-json"),
    pytest.param(json.dumps({"a": "\ud800", "b": 10**400}).encode(), "application/json", id="odd-json"),
    pytest.param(b"body=" + DEEP, "application/x-www-form-urlencoded", id="deep-in-form"),
    pytest.param(b"a" * 100_000, "text/plain", id="text"),
]


@pytest.mark.parametrize(("body", "kind"), BODIES)
def test_no_view_breaks_on_an_odd_body(body: bytes, kind: str, known: dict[str, Any]) -> None:
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)

    answers = {name: client.generic("POST", path(route, known), body, kind).status_code for name, route in ROUTES}

    assert {name: status for name, status in answers.items() if status >= 500} == {}


QUERIES = [
    *("run=x", "run=%00", "run[]=1", "lang=%ff", "next=%00", "a=" + "b" * 5000),
    *("page=-1&page=1e9", "q=%ed%a0%80", "&&&=;"),
]


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_no_view_breaks_on_an_odd_query(query: str, known: dict[str, Any]) -> None:
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)

    answers = {
        name: client.get(f"{path(route, known)}?{query}").status_code for name, route in ROUTES if name not in PROBES
    }

    assert {name: status for name, status in answers.items() if status >= 500} == {}
