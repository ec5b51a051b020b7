"""Our server with the smallest doors behind its gate, for tests of what the server itself keeps and refuses.

    python -m tests.gate.echo FD

Pages answer with the number of bytes they were sent; websockets send back what they hear, `grow N` a message of N
bytes, `wait` nothing until the socket is closed. `POST /work` makes work that an end has to wait for.
"""

# ruff: noqa: E402  Django is set up before anything of ours is imported

import asyncio
import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")

import django

django.setup()

from playground import lifecycle
from playground.gate import Gate
from playground.serving import limits
from playground.serving.server import Server

work = asyncio.Event()
said: list[str] = []


async def page(scope: dict[str, Any], receive: Any, send: Any) -> None:
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    if scope["path"] == "/work":
        lifecycle.on_drain(work.wait)
    elif scope["path"] == "/done":
        work.set()
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})

    async def tell() -> None:
        await send({"type": "websocket.send", "text": "restarting"})

    forget = lifecycle.on_drain(tell)
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            forget()
            return
        text = message.get("text") or ""
        if text == "wait":
            await asyncio.Event().wait()
        size = int(text.removeprefix("grow ")) if text.startswith("grow ") else 0
        await send({"type": "websocket.send", "text": "x" * size or text})


async def doors(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await (socket if scope["type"] == "websocket" else page)(scope, receive, send)


if __name__ == "__main__":
    if "ECHO_PATIENCE" in os.environ:  # tests have less of it
        limits.PATIENCE = float(os.environ["ECHO_PATIENCE"])
        limits.LOOK_AGAIN = 0.2
    Server(Gate(doors), [int(sys.argv[1])]).run()
    print("ended in order", flush=True)
