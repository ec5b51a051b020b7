"""Getting there: TLS, several addresses, addresses that lead nowhere."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from playground.upstream import problems
from playground.upstream.addresses import Policy
from playground.upstream.dialing import tls
from playground.upstream.door import Door, Reply
from tests.upstream import hostile
from tests.upstream.certificates import Authority
from tests.upstream.doors import Names, make_door, target
from tests.upstream.hostile import OK_CHUNKED, chunk, hang, json_reply, say


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


async def ask(door: Door, base_url: str, **given: Any) -> tuple[Reply, bytes]:
    async with door.open(target(base_url, **given), "POST", "/responses", b"{}", True) as reply:
        return reply, b"".join([piece async for piece in reply.chunks()])


async def failure(door: Door, base_url: str, **given: Any) -> problems.Problem:
    with pytest.raises(problems.Problem) as caught:
        await ask(door, base_url, **given)
    assert caught.value.sentence
    return caught.value


@contextlib.asynccontextmanager
async def black_hole(host: str) -> AsyncIterator[int]:
    """A port on `host` that takes no connection and refuses none: its queue is full."""
    with contextlib.ExitStack() as held:
        listening = held.enter_context(socket.socket())
        listening.bind((host, 0))
        listening.listen(0)
        port: int = listening.getsockname()[1]
        loop = asyncio.get_running_loop()
        while True:
            filler = held.enter_context(socket.socket())
            filler.setblocking(False)
            try:
                await asyncio.wait_for(loop.sock_connect(filler, (host, port)), 0.2)
            except TimeoutError:
                break
        yield port


# -- TLS


async def test_a_reply_comes_over_tls(authority: Authority) -> None:
    context = authority.server("api.example.com")
    script = [say(OK_CHUNKED, *(chunk(b"data: %d\n\n" % n) for n in range(50)), b"0\r\n\r\n"), hang()]
    async with hostile.serve(*script, tls=context) as server:
        door = make_door(names={"api.example.com": [["127.0.0.1"]]}, context=authority.client())

        reply, body = await ask(door, f"https://api.example.com:{server.port}/v1")

        assert (reply.status, body) == (200, b"".join(b"data: %d\n\n" % n for n in range(50)))
        # The connection went to the checked address; the name stayed what was asked for.
        assert server.head()["host"] == f"api.example.com:{server.port}"


async def test_a_large_body_goes_and_comes_over_tls(authority: Authority) -> None:
    async with hostile.serve(json_reply(b"y" * 3_000_000), tls=authority.server("127.0.0.1")) as server:
        _, body = await ask(make_door(context=authority.client()), server.base_url)

        assert body == b"y" * 3_000_000


@pytest.mark.parametrize(
    ("hosts", "age", "word"),
    [(["other.example.com"], 0, "mismatch"), (["127.0.0.1"], 20, "expired"), (["127.0.0.1"], -20, "not yet valid")],
)
async def test_f26_a_certificate_that_does_not_hold_is_named(
    authority: Authority, hosts: list[str], age: int, word: str
) -> None:
    async with hostile.serve(json_reply(b"{}"), tls=authority.server(*hosts, age=age)) as server:
        problem = await failure(make_door(context=authority.client()), server.base_url)

        assert problem.code == "tls"
        assert word in problem.sentence
        assert server.requests == []


async def test_an_unknown_authority_is_not_trusted(authority: Authority) -> None:
    async with hostile.serve(json_reply(b"{}"), tls=authority.server("127.0.0.1")) as server:
        problem = await failure(make_door(), server.base_url)

        assert problem.code == "tls"
        assert "certificate" in problem.sentence


async def test_tls_with_a_server_that_speaks_none() -> None:
    async def puzzled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with hostile.listen(puzzled) as port:
        problem = await failure(make_door(), f"https://127.0.0.1:{port}")

        assert problem.code == "tls"


async def test_plain_http_with_a_server_that_speaks_tls(authority: Authority) -> None:
    async with hostile.serve(json_reply(b"{}"), tls=authority.server("127.0.0.1")) as server:
        problem = await failure(make_door(), server.base_url.replace("https:", "http:"))

        assert problem.code in ("not_http", "unreachable")


async def test_a_cut_over_tls_is_a_cut(authority: Authority) -> None:
    script = [say(OK_CHUNKED, chunk(b"data: 1\n\n")), hostile.reset()]
    async with hostile.serve(*script, tls=authority.server("127.0.0.1")) as server:
        problem = await failure(make_door(context=authority.client()), server.base_url)

        assert problem.code == "upstream_closed"


async def test_leaving_closes_a_tls_connection_at_once(authority: Authority) -> None:
    script = [say(OK_CHUNKED, chunk(b"data: 1\n\n")), hang()]
    async with hostile.serve(*script, tls=authority.server("127.0.0.1")) as server:
        door = make_door(context=authority.client())
        async with door.open(target(server.base_url), "POST", "/responses", b"{}", True) as reply:
            async for _ in reply.chunks():
                break

        await asyncio.wait_for(server.closed.wait(), 10)


async def test_a_handshake_that_hangs_ends_in_time(authority: Authority) -> None:
    async with hostile.listen(hostile.silence) as port:
        problem = await failure(make_door(), f"https://127.0.0.1:{port}", connect_timeout=0.1)

        assert problem.code == "timeout_connect"


def test_the_trust_store_checks_names_and_knows_the_usual_authorities() -> None:
    context = tls()

    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.cert_store_stats()["x509_ca"] > 50


def test_a_companys_own_authority_counts(authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tls.cache_clear()
    before = tls().cert_store_stats()["x509"]
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.folder / "authority.pem"))
    tls.cache_clear()

    assert tls().cert_store_stats()["x509"] != before
    tls.cache_clear()


# -- several addresses


async def test_an_address_that_refuses_is_followed_by_the_next() -> None:
    async with hostile.serve(json_reply(b"{}")) as server:
        door = make_door(names={"two.example": [["127.0.0.2", "127.0.0.1"]]})

        assert (await ask(door, f"http://two.example:{server.port}/v1"))[1] == b"{}"


async def test_f26_an_address_that_leads_nowhere_is_overtaken() -> None:
    async with black_hole("127.0.0.2") as port:
        listening = hostile.serve_per_request(lambda number, request: [json_reply(b"{}")], port=port)
        async with listening:
            door = make_door(names={"two.example": [["127.0.0.2", "127.0.0.1"]]})

            # Far less than the minutes the system would give the first address.
            assert (await ask(door, f"http://two.example:{port}/v1", connect_timeout=5))[1] == b"{}"


async def test_f26_ipv6_that_leads_nowhere_costs_no_answer() -> None:
    async with hostile.serve(json_reply(b"{}")) as server:
        # Reserved for documentation: whatever this machine's network does with it, nobody answers there.
        answers = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "127.0.0.1"]
        door = make_door(names={"six.example": [answers]})

        assert (await ask(door, f"http://six.example:{server.port}/v1", connect_timeout=5))[1] == b"{}"


async def test_f26_when_no_address_answers_the_time_is_named() -> None:
    async with black_hole("127.0.0.2") as port:
        problem = await failure(make_door(), f"http://127.0.0.2:{port}/v1", connect_timeout=0.6)

        assert problem.code == "timeout_connect"


async def test_f26_a_name_server_that_hangs_ends_in_time() -> None:
    class Hanging(Names):
        async def __call__(self, host: str, port: int) -> list[object]:  # type: ignore[override]
            await asyncio.Event().wait()
            return []

    problem = await failure(make_door(names=Hanging({})), "http://slow.example/v1", connect_timeout=0.05)

    assert problem.code == "timeout_connect"


async def test_the_request_goes_to_the_address_that_was_checked_and_to_no_other() -> None:
    """Attack 9."""
    async with hostile.serve(json_reply(b"{}")) as server:
        names = Names({"pinned.example": [["127.0.0.1"], ["127.0.0.3"]]})
        await ask(make_door(Policy(), names), f"http://pinned.example:{server.port}/v1")

        assert names.asked == ["pinned.example"]
        assert server.connections == 1
