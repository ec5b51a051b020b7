"""A fast upstream on loopback: POST …/responses, paced by the prompt `pace=R count=N size=S`.

R deltas a second (0: as fast as they are taken), N of them, S characters each; with ` hold` behind it, they wait until
somebody posts `go`, so that all listen before the first of them is written. Every delta's text begins with the time
it was written, `@<16 digits>;` in nanoseconds of the monotonic clock, which all processes of a machine share.

Streams that begin together do not beat together: each has a moment of its own. Else whoever begins all at once would
get a hundred deltas in one turn, and whoever takes a while to begin them would get each alone, at another price.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import time
from typing import ClassVar

PACE = re.compile(rb"pace=([\d.]+) count=(\d+) size=(\d+)( hold)?")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
AT_ONCE = 128  # events per write, flat out
MESSAGE = b'{"id":"msg_1","type":"message","role":"assistant","status":"%s","content":[%s]}'
RESPONSE = b'{"id":"resp_1","object":"response","status":"%s","model":"bench","output":[%s],"usage":%s}'


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(kind: bytes, number: int, rest: bytes) -> bytes:
    return chunk(b'event: %s\ndata: {"type":"%s","sequence_number":%d,%s}\n\n' % (kind, kind, number, rest))


def opening() -> bytes:
    begun = b'"response":' + RESPONSE % (b"in_progress", b"", b"null")
    place = b'"item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":""}'
    return (
        event(b"response.created", 0, begun)
        + event(b"response.in_progress", 1, begun)
        + event(b"response.output_item.added", 2, b'"output_index":0,"item":' + MESSAGE % (b"in_progress", b""))
        + event(b"response.content_part.added", 3, place)
    )


def closing(number: int, text: bytes) -> bytes:
    item = MESSAGE % (b"completed", b'{"type":"output_text","text":"%s"}' % text)
    usage = b'{"input_tokens":3,"output_tokens":5,"total_tokens":8}'
    place = b'"item_id":"msg_1","output_index":0,"content_index":0,"text":"%s"' % text
    return (
        event(b"response.output_text.done", number, place)
        + event(b"response.output_item.done", number + 1, b'"output_index":0,"item":' + item)
        + event(b"response.completed", number + 2, b'"response":' + RESPONSE % (b"completed", item, usage))
        + b"0\r\n\r\n"
    )


class Stream(asyncio.Protocol):
    held_back: ClassVar[set[Stream]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer, self.gone = transport, b"", False
        self.timer: asyncio.TimerHandle | None = None
        self.paused = self.held = False

    def connection_lost(self, error: Exception | None) -> None:
        self.gone = True
        self.held_back.discard(self)
        if self.timer:
            self.timer.cancel()

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        if self.held:
            self.held = False
            self.flat_out()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, ended, body = self.buffer.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head.lower())
        if not ended or (length and len(body) < int(length[1])):
            return
        self.buffer = b""
        if body == b"go":
            self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            while self.held_back:
                self.held_back.pop().begin()
            return
        found = PACE.search(body)
        assert found
        self.rate, self.count, size = float(found[1]), int(found[2]), int(found[3])
        filling = b"x" * max(0, size - 18)
        self.delta = (
            b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":%10d,'
            b'"item_id":"msg_1","output_index":0,"content_index":0,"delta":"@%016d;' + filling + b'","logprobs":[],'
            b'"obfuscation":"oooooooooooo"}\n\n'
        )
        self.header = b"%x\r\n" % len(self.delta % (0, 0))
        self.sent, self.stamp = 0, 0
        self.texts: list[bytes] = []
        self.filling = filling
        self.transport.write(HEAD + opening())
        if found[4]:
            self.held_back.add(self)
        else:
            self.begin()

    def begin(self) -> None:
        loop = asyncio.get_running_loop()
        self.begun = loop.time()
        if self.rate:
            self.begun += random.random() / self.rate
            self.timer = loop.call_at(self.begun, self.paced)
        else:
            self.flat_out()

    def some(self, count: int) -> bytes:
        stamp = max(time.monotonic_ns(), self.stamp + 1)
        written = [
            b"%s%s\r\n" % (self.header, self.delta % (4 + self.sent + each, stamp + each)) for each in range(count)
        ]
        self.texts += [b"@%016d;%s" % (stamp + each, self.filling) for each in range(count)]
        self.sent, self.stamp = self.sent + count, stamp + count - 1
        return b"".join(written)

    def paced(self) -> None:
        if self.gone:
            return
        loop = asyncio.get_running_loop()
        due = min(self.count, int((loop.time() - self.begun) * self.rate) + 1)
        if due > self.sent:
            self.transport.write(self.some(due - self.sent))
        if self.sent >= self.count:
            self.end()
        else:
            self.timer = loop.call_at(self.begun + self.sent / self.rate, self.paced)

    def flat_out(self) -> None:
        while self.sent < self.count and not self.gone:
            if self.paused:
                self.held = True
                return
            self.transport.write(self.some(min(AT_ONCE, self.count - self.sent)))
        self.end()

    def end(self) -> None:
        if not self.gone:
            self.transport.write(closing(4 + self.sent, b"".join(self.texts)))


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Stream, "127.0.0.1", port, backlog=2048)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
