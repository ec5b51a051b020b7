"""The sandbox's own small ASGI application: an upstream that speaks both endpoints, offline.

It sees paths relative to the API's base (`/responses`, `/models` …) and shares no code with the rest of the product.
"""

from __future__ import annotations

import asyncio
import re
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from .endpoints import chat, completions, conversations, models, responses
from .http import (
    Gone,
    Receive,
    Reply,
    Request,
    Scope,
    Send,
    Stream,
    error_reply,
    new_request_id,
    read_body,
    request_from,
    send_reply,
    send_stream,
)
from .settings import Settings, from_environment
from .state import Store
from .wire.errors import ApiError, unknown_path, wrong_method

Handler = Callable[..., Awaitable[Reply | Stream]]
ID = "([^/]+)"
ROUTES: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("/responses", {"POST": responses.create}),
    ("/responses/input_tokens", {"POST": responses.count_input_tokens}),
    ("/responses/compact", {"POST": responses.compact}),
    (f"/responses/{ID}", {"GET": responses.retrieve, "DELETE": responses.delete}),
    (f"/responses/{ID}/cancel", {"POST": responses.cancel}),
    (f"/responses/{ID}/input_items", {"GET": responses.list_input_items}),
    ("/conversations", {"POST": conversations.create}),
    (
        f"/conversations/{ID}",
        {"GET": conversations.retrieve, "POST": conversations.update, "DELETE": conversations.delete},
    ),
    (f"/conversations/{ID}/items", {"GET": conversations.list_items, "POST": conversations.add_items}),
    (f"/conversations/{ID}/items/{ID}", {"GET": conversations.retrieve_item, "DELETE": conversations.delete_item}),
    ("/chat/completions", {"POST": chat.create, "GET": completions.list_completions}),
    (
        f"/chat/completions/{ID}",
        {"GET": completions.retrieve, "POST": completions.update, "DELETE": completions.delete},
    ),
    (f"/chat/completions/{ID}/messages", {"GET": completions.list_messages}),
    ("/models", {"GET": models.list_models}),
    (f"/models/{ID}", {"GET": models.retrieve_model}),
)
_COMPILED = tuple((re.compile(pattern), methods) for pattern, methods in ROUTES)


class Sandbox:
    """One sandbox with its settings and its memory."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or from_environment()
        kept = self.settings
        self.store = Store(kept.keep_count, kept.keep_bytes, kept.keep_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = new_request_id()
        try:
            request = request_from(scope, self.settings)
            handler, parts = _route(request)
            request.raw = await read_body(receive, request.headers, self.settings.max_body)
        except ApiError as problem:
            await send_reply(send, error_reply(problem), request_id)
        except Gone:
            return
        else:
            await _while_listened_to(receive, self._answer(request, handler, parts, send, request_id))

    async def _answer(
        self, request: Request, handler: Handler, parts: tuple[str, ...], send: Send, request_id: str
    ) -> None:
        try:
            reply = await handler(self, request, *parts)
        except ApiError as problem:
            reply = error_reply(problem)
        except Exception:  # noqa: BLE001
            # Nothing a caller sends should come here; if it does, it is an error of ours and said as the API says it.
            traceback.print_exc(file=sys.stderr)
            text = "The sandbox had an error while processing your request."
            reply = error_reply(ApiError(text, status=500, type="server_error", code="internal_error"))
        if isinstance(reply, Reply):
            await send_reply(send, reply, request_id)
            return
        try:
            await send_stream(send, reply, request_id)
        finally:
            reply.on_close()


def _route(request: Request) -> tuple[Handler, tuple[str, ...]]:
    for pattern, methods in _COMPILED:
        match = pattern.fullmatch(request.path)
        if match:
            handler = methods.get(request.method)
            if handler is None:
                raise wrong_method(request.method, methods)
            return handler, match.groups()
    raise unknown_path(request.method, request.path)


async def _while_listened_to(receive: Receive, work: Any) -> None:
    """Do the work until it is done or the caller has left."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        if not working.done():
            working.cancel()
        results = await asyncio.gather(working, leaving, return_exceptions=True)
    for problem in results[:1]:
        # A connection that broke while we wrote to it is the caller leaving, not a fault.
        if isinstance(problem, Exception) and not isinstance(problem, OSError):
            raise problem


async def _left(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        await asyncio.sleep(0)  # a server that keeps answering must not keep us from working


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


application = Sandbox()
