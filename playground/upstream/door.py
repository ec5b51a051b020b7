"""The one door outward, and the only importer of httpx.

    async with door.open(target, "POST", "/responses", body, accept_stream=True) as reply:
        reply.status, reply.reason, reply.headers
        async for chunk in reply.chunks(): ...

What goes out is what is given: headers built from nothing, the base URL joined as it stands, no redirect followed, no
cookie kept, nothing taken from the environment, nothing asked for twice. Where it goes is decided by `addresses`, how
it gets there by `dialing` and `wire`; httpx is the client on top, with transports of our own beneath it. Every failure
comes out as a Problem in our own words, never as an exception of the client's, whose texts quote header values.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.cookiejar import CookieJar
from time import monotonic
from typing import Any

import httpx
from django.conf import settings

from playground import lifecycle
from playground.secrets import Secret
from playground.upstream import addresses, headers
from playground.upstream.dialing import Dialer
from playground.upstream.inprocess import Application, InProcess
from playground.upstream.masking import Masker
from playground.upstream.plain import plain
from playground.upstream.problems import EncodedBody, Internal, Problem
from playground.upstream.sse import Limits
from playground.upstream.wire import Exchange

SANDBOX_URL = "sandbox:"
#: How much of an error's body is kept.
ERROR_BODY = 64 * 1024

log = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it prints whole URLs


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes and what it may take. Times are seconds."""

    base_url: str
    key: Secret | None = None
    headers: Mapping[str, Secret] = field(default_factory=dict)
    connect_timeout: float = 10
    idle_timeout: float = 600
    total_timeout: float = 3600

    @property
    def is_sandbox(self) -> bool:
        return self.base_url == SANDBOX_URL

    @property
    def masker(self) -> Masker:
        """Finds this target's secrets in what comes back."""
        return Masker([*([self.key] if self.key else []), *self.headers.values()])

    def url(self, path: str, query: str = "") -> str:
        """The whole URL of a request, as it is shown and sent."""
        if self.is_sandbox:
            return SANDBOX_URL + path + (query and f"?{query}")
        return addresses.parse(self.base_url).join(path, query)


class Reply:
    """A reply that has begun. Its headers and reason are text already, with our secrets masked."""

    def __init__(
        self, response: httpx.Response, exchange: Exchange | InProcess, masker: Masker, started: float
    ) -> None:
        self._exchange = exchange
        self.masker = masker
        self.status = response.status_code
        self.reason = masker.text(response.reason_phrase)
        self.headers = [
            (masker.text(name.decode("latin-1")), masker.text(value.decode("latin-1")))
            for name, value in exchange.headers
        ]
        self.waited = monotonic() - started  # seconds from `open` to the head of the reply

    def header(self, name: str) -> str:
        """The first header of that name, or nothing."""
        return next((value for other, value in self.headers if other.lower() == name.lower()), "")

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives; ends with the body, or raises the Problem that ended it."""
        encoding = self.header("content-encoding").strip().lower()
        if encoding not in ("", "identity"):
            raise EncodedBody(encoding=plain(encoding, 40))
        # Not through the client, whose layers would cost more than reading does; it has said its part with the head.
        while chunk := await self._exchange.read():
            yield chunk

    def close(self) -> None:
        """At once, without waiting; whatever of the body is still to come."""
        self._exchange.close()

    async def read(self, limit: int = ERROR_BODY) -> bytes:
        """The body's first `limit` bytes. Of an error reply that itself breaks off, what came."""
        held = bytearray()
        try:
            async for chunk in self.chunks():
                held += chunk
                if len(held) >= limit:
                    break
        except Problem:
            if self.status < 400:
                raise
        return bytes(held[:limit])


class _Unread(httpx.AsyncByteStream):
    """The body as the client knows it: it is read past the client."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        nothing: tuple[bytes, ...] = ()
        for chunk in nothing:
            yield chunk


class _NoCookies(CookieJar):
    """A jar that nothing goes into, so that nothing comes out for the next person."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        pass


@dataclass(slots=True)
class _Call:
    """What the transport needs beside the request: the address as it was checked, not as a client reads it again. It
    leaves the exchange here, from which the body is read."""

    target: Target
    base: addresses.BaseURL | None  # None is the sandbox
    path: str  # the request target
    allowed: int
    started: float
    exchange: Exchange | InProcess | None = None


class _Transport(httpx.AsyncBaseTransport):
    def __init__(self, dialer: Dialer, sandbox: Application | None) -> None:
        self._dialer, self._sandbox = dialer, sandbox

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call: _Call = request.extensions["call"]
        exchange = call.exchange = await self._begin(call)
        try:
            exchange.inbox.allowed = call.allowed
            exchange.inbox.watch(call.target.idle_timeout, call.target.total_timeout, call.started)
            exchange.send(request.method, call.path, request.headers.raw, await request.aread())
            await exchange.answered()
        except BaseException:
            exchange.close()
            raise
        # Its headers are ours alone to read: the client makes a request of every `Location`, and fails where it cannot.
        return httpx.Response(
            exchange.status,
            stream=_Unread(),
            extensions={"reason_phrase": exchange.reason},
        )

    async def _begin(self, call: _Call) -> Exchange | InProcess:
        base, seconds = call.base, min(call.target.connect_timeout, call.target.total_timeout)
        if base is None:
            return InProcess(self._sandbox or _sandbox())
        _, exchange = await self._dialer.dial(base, lambda: Exchange(base.authority), seconds)
        return exchange


class Door:
    """The client with its policy. One serves the whole process; tests make their own."""

    def __init__(self, dialer: Dialer, sandbox: Application | None = None, limits: Limits | None = None) -> None:
        self.dialer = dialer
        self.limits = limits or Limits()
        self._client = httpx.AsyncClient(
            transport=_Transport(dialer, sandbox),
            trust_env=False,
            follow_redirects=False,
            cookies=_NoCookies(),
            timeout=None,  # noqa: S113 - the inbox keeps the deadlines
        )

    @asynccontextmanager
    async def open(
        self, target: Target, method: str, path: str, body: bytes | None, accept_stream: bool, query: str = ""
    ) -> AsyncIterator[Reply]:
        """Sends the request and gives the reply as soon as its head is here. Leaving closes the connection at once."""
        started = monotonic()
        base = None if target.is_sandbox else addresses.parse(target.base_url)
        request_target = base.target(path, query) if base else path + (query and f"?{query}")
        call = _Call(target, base, request_target, self.limits.total, started)
        sent = headers.on_the_wire(_headers(target, base, body, accept_stream))
        reply = await self._send(method, sent, body or b"", call)
        try:
            yield reply
        finally:
            reply.close()

    async def _send(self, method: str, sent: list[tuple[bytes, bytes]], body: bytes, call: _Call) -> Reply:
        try:
            base = call.base or addresses.BaseURL("http", "sandbox", 80)
            url = httpx.URL(scheme=base.scheme, host=base.host, port=base.port, raw_path=call.path.encode())
            request = httpx.Request(method, url, headers=sent, stream=httpx.ByteStream(body), extensions={"call": call})
            response = await self._client.send(request, stream=True, auth=None, follow_redirects=False)
            assert call.exchange
            return Reply(response, call.exchange, call.target.masker, call.started)
        except Problem:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the client says must not be said on: it quotes headers
            kind = type(error).__name__
            if call.exchange:
                call.exchange.close()
        # Outside of the handler, so that the client's exception is not even the context of ours.
        log.error("the HTTP client failed with %s", kind)
        raise Internal

    async def check(self, base_url: str) -> None:
        """Raises RefusedAddress if no request could go there as things are now; for a friendly word while saving."""
        if base_url != SANDBOX_URL:
            await self.dialer.check(addresses.parse(base_url))


def _headers(
    target: Target, base: addresses.BaseURL | None, body: bytes | None, accept_stream: bool
) -> list[tuple[str, Secret | str]]:
    authority = base.authority if base else "sandbox"
    return headers.build(authority, target.key, target.headers, body, accept_stream)


def request_headers(target: Target, body: bytes | None, accept_stream: bool) -> list[tuple[str, str]]:
    """What `open` will send, in its order, with the secrets masked."""
    base = None if target.is_sandbox else addresses.parse(target.base_url)
    return headers.masked(_headers(target, base, body, accept_stream))


def policy() -> addresses.Policy:
    """As the settings have it, and as this process listens right now."""
    site = settings.SITE
    names = {f"{site.hostname}:{site.port or addresses.PORTS[site.scheme]}"} if site else set()
    return addresses.Policy(
        team=settings.TEAM,
        listed=frozenset(place.lower() for place in settings.UPSTREAMS),
        own_ports=frozenset(port for _, port in lifecycle.listening) or frozenset({settings.PORT}),
        own_hosts=frozenset(names),
    )


def _sandbox() -> Application:
    from playground.sandbox.asgi import application  # the one thing of ours the sandbox lends out

    return application


@lru_cache(maxsize=1)
def default() -> Door:
    return Door(Dialer(policy))


def open(  # noqa: A001 - a door is opened
    target: Target, method: str, path: str, body: bytes | None, accept_stream: bool, query: str = ""
) -> AbstractAsyncContextManager[Reply]:
    """`Door.open` of this process's door."""
    return default().open(target, method, path, body, accept_stream, query)
