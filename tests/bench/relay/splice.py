"""The least a relay in Python can do: bytes in, bytes out."""

from __future__ import annotations

import asyncio
import sys


class Down(asyncio.Protocol):
    """From the upstream back to the client."""

    def __init__(self, up: Up) -> None:
        self.up = up

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"".join(self.up.early))
        self.up.other = transport

    def data_received(self, data: bytes) -> None:
        self.up.transport.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        self.up.transport.close()

    def pause_writing(self) -> None:
        self.up.transport.pause_reading()

    def resume_writing(self) -> None:
        self.up.transport.resume_reading()


class Up(asyncio.Protocol):
    """From the client to the upstream."""

    port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.other: asyncio.Transport | None = None
        self.early: list[bytes] = []
        loop = asyncio.get_running_loop()
        self.dialing = loop.create_task(loop.create_connection(lambda: Down(self), "127.0.0.1", Up.port))

    def data_received(self, data: bytes) -> None:
        if self.other:
            self.other.write(data)
        else:
            self.early.append(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self.other:
            self.other.close()

    def pause_writing(self) -> None:
        if self.other:
            self.other.pause_reading()

    def resume_writing(self) -> None:
        if self.other:
            self.other.resume_reading()


async def main(port: int, upstream: int) -> None:
    Up.port = upstream
    server = await asyncio.get_running_loop().create_server(Up, "127.0.0.1", port, backlog=2048)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
