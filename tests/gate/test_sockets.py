"""Websockets against a running server: who may connect, how much they may say. Attacks 24-27, 29, 98, 99."""

import contextlib
import os
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.gate.conftest import Echo

KIB = 1024


@contextlib.contextmanager
def joined(echo: Echo, **options: Any) -> Iterator[ClientConnection]:
    options.setdefault("origin", echo.base_url)
    with connect(echo.websocket_url, proxy=None, max_size=None, open_timeout=60, **options) as connection:
        yield connection


def closing_code(connection: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            connection.recv(timeout=60)
    return closed.value.rcvd.code if closed.value.rcvd else None


def status(echo: Echo, **options: Any) -> int:
    with pytest.raises(InvalidStatus) as refused:
        with joined(echo, **options):
            pass
    assert "frame-ancestors 'none'" in refused.value.response.headers["content-security-policy"]
    return refused.value.response.status_code


def test_a_page_of_ours_can_speak(echo: Echo) -> None:
    with joined(echo) as connection:
        connection.send("hello")

        assert connection.recv(timeout=60) == "hello"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:3000", "http://localhost", "null", "file://"]
)
def test_other_origins_are_refused_in_the_handshake(echo: Echo, origin: str) -> None:
    assert status(echo, origin=origin) == 403


def test_a_handshake_without_origin_is_refused(echo: Echo) -> None:
    assert status(echo, origin=None) == 403


def raw_handshake(echo: Echo, *lines: bytes) -> bytes:
    """The first line of the answer to a handshake with these headers."""
    head = [
        b"GET / HTTP/1.1",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *lines,
    ]
    with echo.connection() as connection:
        connection.sendall(b"\r\n".join([*head, b"", b""]))
        return connection.recv(100).partition(b"\r\n")[0]


def test_another_host_is_a_400(echo: Echo) -> None:
    origin = b"Origin: " + echo.base_url.encode()

    assert raw_handshake(echo, origin, b"Host: evil.example").startswith(b"HTTP/1.1 400")


def test_two_origins_are_a_400_however_they_are_written(echo: Echo) -> None:
    ours, host = b"Origin: " + echo.base_url.encode(), b"Host: 127.0.0.1:%d" % echo.port

    assert raw_handshake(echo, host, ours).startswith(b"HTTP/1.1 101")
    assert raw_handshake(echo, host, ours, b"Origin: http://evil.example").startswith(b"HTTP/1.1 400")
    assert raw_handshake(echo, host, b"X: a\x0bOrigin: http://evil.example", ours).startswith(b"HTTP/1.1 400")
    assert raw_handshake(echo, host, b"X: a\x0b" + ours).startswith(b"HTTP/1.1 4")


def test_compression_is_not_offered(echo: Echo) -> None:
    with joined(echo, compression="deflate") as connection:
        assert connection.protocol.extensions == []


def test_a_message_of_256_kib_passes_and_one_byte_more_does_not(echo: Echo) -> None:
    """Attack 98."""
    with joined(echo) as connection:
        connection.send("a" * 256 * KIB)
        assert len(connection.recv(timeout=60)) == 256 * KIB
        connection.send("a" * (256 * KIB + 1))

        assert closing_code(connection) == 1009


def test_a_header_that_promises_4_gigabytes_is_enough(echo: Echo) -> None:
    """Attack 98."""
    with joined(echo) as connection:
        # final text frame, masked, 64-bit length
        connection.socket.sendall(b"\x81\xff" + struct.pack(">Q", 4 * KIB**3) + b"\0\0\0\0" + b"a" * 1000)

        assert closing_code(connection) == 1009


def test_pieces_add_up(echo: Echo) -> None:
    with joined(echo) as connection:
        with contextlib.suppress(ConnectionClosed):
            connection.send("a" * 200 * KIB for _ in range(3))

        assert closing_code(connection) == 1009


def test_what_goes_out_may_be_large(echo: Echo) -> None:
    with joined(echo) as connection:
        connection.send(f"grow {8 * KIB * KIB}")

        assert len(connection.recv(timeout=60)) == 8 * KIB * KIB


@pytest.mark.parametrize("frame", ["message", "ping", "pong", "empty-pieces"])
def test_a_flood_of_small_messages_is_cut_off(echo: Echo, frame: str) -> None:
    """Attack 98."""

    def masked(opcode: int) -> bytes:
        return bytes([opcode, 0x80]) + os.urandom(4)

    opcodes = {"message": 0x81, "ping": 0x89, "pong": 0x8A, "empty-pieces": 0x01}
    first = masked(opcodes[frame])
    rest = masked(0x00) if frame == "empty-pieces" else first

    with joined(echo) as connection:
        with contextlib.suppress(OSError):
            connection.socket.sendall(first + rest * 9_999)

        assert closing_code(connection) == 1008


def test_a_consumer_that_does_not_listen_is_not_buried(echo: Echo) -> None:
    """The rate is kept, but nobody takes the messages off the pile."""
    with joined(echo) as connection:
        connection.send("wait")
        with pytest.raises(ConnectionClosed) as closed:
            for _ in range(1000):
                connection.send("x")
                with contextlib.suppress(TimeoutError):
                    connection.recv(timeout=0.025)  # paces the messages below the allowed rate

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def test_other_clients_are_served_after_all_that(echo: Echo) -> None:
    """Attack 98."""
    with joined(echo) as connection:
        connection.send("still here")

        assert connection.recv(timeout=60) == "still here"
