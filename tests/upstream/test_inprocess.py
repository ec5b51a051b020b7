"""An ASGI application as an upstream: streaming, held back, told when nobody listens any more."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from playground.upstream import problems
from playground.upstream.door import Reply
from playground.upstream.inbox import HIGH_WATER
from tests.upstream.doors import make_door, target

SANDBOX = "sandbox:"


class App:
    """An application that does what the test says, and writes down what it saw."""

    def __init__(self, *bodies: bytes, endless: bool = False, fails: bool = False, ends: bool = True) -> None:
        self.bodies, self.endless, self.fails, self.ends = bodies, endless, fails, ends
        self.scope: dict[str, Any] = {}
        self.body = b""
        self.sent = 0
        self.gone = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        self.body = (await receive())["body"]
        leaving = asyncio.create_task(receive())
        leaving.add_done_callback(lambda task: self.gone.set())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"x-app", b"yes")]})
            for body in self.bodies:
                await send({"type": "http.response.body", "body": body, "more_body": True})
            while self.endless:
                await send({"type": "http.response.body", "body": b"x" * 10_000, "more_body": True})
                self.sent += 10_000
            if self.fails:
                raise RuntimeError("the sandbox fell over")
            if self.ends:
                await send({"type": "http.response.body", "body": b""})
            else:
                await self.gone.wait()
        finally:
            leaving.cancel()


async def ask(app: App, **given: Any) -> tuple[Reply, bytes]:
    to = target(SANDBOX, **given)
    async with make_door(sandbox=app).open(to, "POST", "/responses", b"{}", True, "a=1") as reply:
        return reply, b"".join([chunk async for chunk in reply.chunks()])


async def test_a_reply_streams_through() -> None:
    app = App(b"data: 1\n\n", b"data: 2\n\n")

    reply, body = await ask(app)

    assert (reply.status, reply.reason, reply.header("X-App"), body) == (200, "OK", "yes", b"data: 1\n\ndata: 2\n\n")
    assert (app.scope["method"], app.scope["path"], app.scope["query_string"]) == ("POST", "/responses", b"a=1")
    assert (b"content-type", b"application/json") in app.scope["headers"]
    assert app.body == b"{}"


async def test_a_chunk_is_here_before_the_next_one_is_made() -> None:
    app = App(b"data: 1\n\n", ends=False)
    async with make_door(sandbox=app).open(target(SANDBOX), "POST", "/responses", b"{}", True) as reply:
        assert await anext(reply.chunks()) == b"data: 1\n\n"
        assert not app.gone.is_set()

    await asyncio.wait_for(app.gone.wait(), 10)


async def test_nobody_reads_so_nothing_is_made() -> None:
    app = App(endless=True)
    async with make_door(sandbox=app).open(target(SANDBOX), "POST", "/responses", b"{}", True) as reply:
        for _ in range(1000):
            await asyncio.sleep(0)
        assert HIGH_WATER < app.sent + 10_000 < 2 * HIGH_WATER

        before = app.sent
        await anext(reply.chunks())
        for _ in range(1000):
            await asyncio.sleep(0)
        assert app.sent > before

    await asyncio.wait_for(app.gone.wait(), 10)


async def test_an_application_that_falls_over_cuts_the_reply() -> None:
    with pytest.raises(problems.UpstreamClosed):
        await ask(App(b"data: 1\n\n", fails=True))


async def test_an_application_that_falls_silent_meets_the_deadline() -> None:
    app = App(b"data: 1\n\n", ends=False)

    with pytest.raises(problems.IdleTimeout):
        await ask(app, idle_timeout=0.05)

    await asyncio.wait_for(app.gone.wait(), 10)


async def test_the_real_sandbox_answers() -> None:
    async with make_door().open(target(SANDBOX), "GET", "/models", None, False) as reply:
        assert reply.status == 200
        assert b'"object"' in await reply.read()
