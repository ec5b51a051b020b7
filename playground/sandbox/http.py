"""HTTP as the sandbox sees it: a request read to its end, a reply sent as it comes."""

from __future__ import annotations

import hashlib
import json
import math
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from .pacing import Playback, sleep
from .settings import Settings
from .wire.errors import ApiError, bad_key
from .wire.json_door import read_object
from .wire.sse import PING

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
BAD_KEY = "sk-sandbox-invalid"
#: On every reply: whatever counts of tokens are in it come from a rule of our own.
ESTIMATED = (b"x-sandbox-tokens", b"estimated")


class Gone(Exception):
    """The caller left."""


@dataclass(slots=True)
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    caller: str
    settings: Settings
    raw: bytes = b""

    def json(self) -> dict[str, Any]:
        """The body's object with its null fields left out: null means absent."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            text = f"Unsupported Content-Type: {kind[:80] or 'none'}. The body must be sent as 'application/json'."
            raise ApiError(text, code="unsupported_content_type")
        return {name: value for name, value in read_object(self.raw).items() if value is not None}

    def asked(self, name: str) -> str | None:
        return self.query.get(name, [None])[-1]

    def asked_list(self, name: str) -> list[str]:
        return self.query.get(name + "[]", []) + self.query.get(name, [])

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(slots=True)
class Reply:
    """A whole reply."""

    value: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    content_type: str = "application/json"


@dataclass(slots=True)
class Stream:
    """A reply that comes as events. `on_close` runs once, whether it was read to its end or left."""

    playback: Playback
    ping_every: float
    on_close: Callable[[], None] = field(default=lambda: None)


def request_from(scope: Scope, settings: Settings) -> Request:
    """The request without its body; a missing or bad key, or an odd setting, ends it here."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    path = scope["path"]
    root = scope.get("root_path", "").rstrip("/")
    if root and path.startswith(root + "/"):
        path = path[len(root) :]
    path = path.removeprefix("/v1") if path.startswith("/v1/") else path
    caller = _caller(headers.get("authorization", ""))
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True, max_num_fields=None)
    try:
        settings = settings.for_request(headers)
    except ValueError as problem:
        raise ApiError(str(problem), code="invalid_sandbox_header") from None
    return Request(scope["method"].upper(), path, query, headers, caller, settings)


def _caller(authorization: str) -> str:
    scheme, _, key = authorization.partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key or key == BAD_KEY:
        raise bad_key(given=bool(authorization.strip()))
    return hashlib.sha256(key.encode("latin-1")).hexdigest()[:32]


async def read_body(receive: Receive, headers: dict[str, str], most: int) -> bytes:
    """The whole body, or a 413 as soon as it is known to be too large."""
    announced = headers.get("content-length", "")
    if announced.isdigit() and len(announced) < 20 and int(announced) > most:
        raise _too_large(most)
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > most:
            raise _too_large(most)
        if not message.get("more_body", False):
            return b"".join(pieces)


def _too_large(most: int) -> ApiError:
    text = f"The request body is larger than {most // (1024 * 1024)} MB."
    return ApiError(text, status=413, code="request_too_large")


def error_reply(problem: ApiError) -> Reply:
    return Reply(None, problem.status, problem.headers, problem.body())


async def send_reply(send: Send, reply: Reply, request_id: str) -> None:
    body = reply.body if reply.body is not None else json.dumps(reply.value, ensure_ascii=False).encode()
    length = (b"content-length", str(len(body)).encode())
    await send(_start(reply.status, reply.content_type, request_id, (*_encoded(reply.headers), length)))
    await send({"type": "http.response.body", "body": body})


async def send_stream(send: Send, stream: Stream, request_id: str) -> None:
    playback = stream.playback
    await send(_start(200, "text/event-stream; charset=utf-8", request_id, ((b"cache-control", b"no-store"),)))
    quiet = 0.0
    while not playback.ended:
        events = playback.take()
        if events:
            await send({"type": "http.response.body", "body": b"".join(events), "more_body": True})
            quiet = 0.0
        wait = playback.wait
        if stream.ping_every and wait != math.inf:
            wait = min(wait, stream.ping_every - quiet)
        await sleep(wait)
        quiet += wait
        if stream.ping_every and quiet >= stream.ping_every:
            await send({"type": "http.response.body", "body": PING, "more_body": True})
            quiet = 0.0
    await send({"type": "http.response.body", "body": b""})


def _start(status: int, kind: str, request_id: str, headers: tuple[tuple[bytes, bytes], ...]) -> Message:
    fixed = ((b"content-type", kind.encode()), (b"x-request-id", request_id.encode()), ESTIMATED)
    return {"type": "http.response.start", "status": status, "headers": [*fixed, *headers]}


def _encoded(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode(), value.encode()) for name, value in headers)


def new_request_id() -> str:
    return f"req_{uuid.uuid4().hex}"
