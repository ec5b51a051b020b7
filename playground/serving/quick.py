"""Sending a websocket message in the turn that made it.

Twisted writes a turn of the loop later, after asking the selector twice, and Autobahn formats a log line for each
frame; for a page that gets many small frames this is most of what a frame costs. What the socket does not take at
once goes the ordinary way, so order and backpressure stay Twisted's.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.tcp import Connection

TEXT, BINARY = 0x81, 0x82  # a whole message in one frame


def frame(payload: bytes, binary: bool) -> bytes:
    """A message as a server sends it: one frame, not masked."""
    size = len(payload)
    head = BINARY if binary else TEXT
    if size < 126:
        return bytes((head, size)) + payload
    if size < 1 << 16:
        return bytes((head, 126)) + size.to_bytes(2, "big") + payload
    return bytes((head, 127)) + size.to_bytes(8, "big") + payload


def write(transport: Any, data: bytes) -> None:
    """`transport.write`, but try the socket first when nothing waits in front of this."""
    if (
        isinstance(transport, Connection)
        and transport.connected
        and not transport.TLS
        and not transport.disconnecting
        and not transport.dataBuffer
        and not transport._tempDataBuffer
    ):
        try:
            sent = transport.socket.send(data)
        except OSError:
            sent = 0  # full, or broken: Twisted finds out which
        if sent == len(data):
            return
        data = data[sent:]
    transport.write(data)
