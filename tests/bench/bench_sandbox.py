"""What the sandbox costs: events a second, idle streams, and the memory of a very long reply."""

import asyncio
import json
import time
import tracemalloc
from typing import Any

from playground.sandbox.asgi import Sandbox
from playground.sandbox.settings import Settings
from tests.registry import table

LONGEST = 200_000  # tokens
STREAMS = 500
SECONDS = 5.0
PATHS = {"responses": "/responses", "chat completions": "/chat/completions"}


class Reader:
    """A caller that counts what it is sent and keeps nothing."""

    def __init__(self, path: str, **body: Any) -> None:
        content = (
            {"input": body["said"]}
            if path == "/responses"
            else {"messages": [{"role": "user", "content": body["said"]}]}
        )
        given = {**content, **{name: value for name, value in body.items() if name != "said"}}
        self._asked = [{"type": "http.request", "body": json.dumps(given).encode()}]
        headers = [(b"authorization", b"Bearer bench"), (b"content-type", b"application/json")]
        self.scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
        self.events = self.bytes = 0

    async def receive(self) -> dict[str, Any]:
        if self._asked:
            return self._asked.pop()
        await asyncio.Event().wait()
        raise AssertionError("nobody leaves here")

    async def send(self, message: Any) -> None:
        body: bytes = message.get("body", b"")
        self.events += body.count(b"\n\n")
        self.bytes += len(body)

    async def read(self, box: Sandbox) -> "Reader":
        await box(self.scope, self.receive, self.send)
        return self


def speed(path: str) -> str:
    reader = Reader(path, model="sandbox-long", said=str(LONGEST), stream=True)
    begun = time.process_time()
    asyncio.run(reader.read(Sandbox(Settings(pace=0))))
    return f"{reader.events / (time.process_time() - begun):,.0f} events/s"


def memory(path: str, **more: Any) -> str:
    """The most memory a reply of 200,000 tokens needs at any moment, against the size of its text."""
    reader = Reader(path, model="sandbox-long", said=str(LONGEST), **more)
    tracemalloc.start()
    asyncio.run(reader.read(Sandbox(Settings(pace=0, json_wait=0))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    text = LONGEST * 5  # about: a token of this text has five characters
    return f"{peak / 1e6:.1f} MB, {peak / text:.1f} × its text"


async def _share(model: str, pace: float) -> float:
    box = Sandbox(Settings(pace=pace))
    readers = [Reader("/responses", model=model, said="100000", stream=True) for _ in range(STREAMS)]
    streams = [asyncio.ensure_future(reader.read(box)) for reader in readers]
    while any(reader.events < 2 for reader in readers):
        await asyncio.sleep(0.1)
    await asyncio.sleep(2)  # setting them all up is over
    before, begun = time.process_time(), time.monotonic()
    await asyncio.sleep(SECONDS)
    share = (time.process_time() - before) / (time.monotonic() - begun)
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    return share


def idle(model: str, pace: float = 40) -> str:
    return f"{100 * asyncio.run(_share(model, pace)):.1f} % of a core"


def main() -> None:
    table("Pacing off, one core:", [(name, speed(path)) for name, path in PATHS.items()])
    rows = [
        ("that wait for their first token (sandbox-slow)", idle("sandbox-slow")),
        ("that were silenced (sandbox-stall)", idle("sandbox-stall")),
        ("at one token a second each (sandbox-long)", idle("sandbox-long", pace=0.02)),
        ("at 40 tokens a second each (sandbox-long)", idle("sandbox-long", pace=0.8)),
    ]
    table(f"{STREAMS} streams:", rows)
    rows = [(f"{name}, streamed", memory(path, stream=True)) for name, path in PATHS.items()]
    rows += [(f"{name}, whole", memory(path)) for name, path in PATHS.items()]
    table(f"A reply of {LONGEST:,} tokens, peak memory:", rows)


if __name__ == "__main__":
    main()
