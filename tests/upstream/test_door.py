"""The door: what goes out, what comes in, and what happens when either goes wrong. Over real sockets."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import Any

import pytest

from playground.secrets import DOTS, Secret
from playground.upstream import door as door_module
from playground.upstream import problems, wire
from playground.upstream.addresses import IPAddress, Policy
from playground.upstream.dialing import Dialer
from playground.upstream.door import Door, Reply, Target
from playground.upstream.sse import Limits
from tests.upstream import hostile
from tests.upstream.doors import KEY, make_door, target
from tests.upstream.hostile import OK_CHUNKED, OK_STREAM, chunk, hang, json_reply, say

BODY = b'{"model":"m","input":"hello"}'


async def ask(base_url: str | Target, door: Door | None = None, body: bytes | None = BODY) -> tuple[Reply, bytes]:
    """One request and its whole reply."""
    to = base_url if isinstance(base_url, Target) else target(base_url)
    async with (door or make_door()).open(to, "POST", "/responses", body, True) as reply:
        return reply, b"".join([piece async for piece in reply.chunks()])


async def failure(base_url: str | Target, door: Door | None = None) -> problems.Problem:
    """The problem a request ends with. Nothing of it may hold the key, its traceback included."""
    with pytest.raises(problems.Problem) as caught:
        await ask(base_url, door)
    problem = caught.value
    shown = "".join(traceback.format_exception(problem)) + repr(problem.as_document()) + problem.sentence
    assert KEY not in shown
    assert problem.__context__ is None or isinstance(problem.__context__, problems.Problem)
    assert str(problem) == problem.code
    return problem


# -- what goes out


async def test_a_request_is_what_the_preview_showed_byte_for_byte() -> None:
    """Attacks 82 and 89: nothing of ours goes along."""
    async with hostile.serve(json_reply(b"{}")) as server:
        to = target(server.base_url, headers={"X-Team": Secret("platform-team-1")})
        preview = door_module.request_headers(to, BODY, accept_stream=True)

        await ask(to)

        lines = [f"{name}: {value}" for name, value in preview]
        shown = "\r\n".join(["POST /v1/responses HTTP/1.1", *lines]).encode("utf-8")
        sent = shown.replace(f"Bearer {DOTS}".encode(), f"Bearer {KEY}".encode()).replace(
            f"X-Team: {DOTS}".encode(), b"X-Team: platform-team-1"
        )
        assert server.requests == [sent + b"\r\n\r\n" + BODY]
        assert server.head() == {
            "host": f"127.0.0.1:{server.port}",
            "authorization": f"Bearer {KEY}",
            "accept": "text/event-stream",
            "accept-encoding": "identity",
            "user-agent": server.head()["user-agent"],
            "content-type": "application/json",
            "content-length": str(len(BODY)),
            "connection": "close",
            "x-team": "platform-team-1",
        }


async def test_a_server_may_be_named_by_its_ipv6_address() -> None:
    async with hostile.serve(json_reply(b"{}"), host="::1") as server:
        reply, _ = await ask(target(server.base_url))

        assert reply.status == 200
        assert server.head()["host"] == f"[::1]:{server.port}"


async def test_a_request_without_body_or_key_says_nothing_of_either() -> None:
    async with hostile.serve(json_reply(b"{}")) as server:
        async with make_door().open(Target(server.base_url), "GET", "/models", None, False, "limit=1") as reply:
            assert await reply.read() == b"{}"

        assert server.requests[0].startswith(b"GET /v1/models?limit=1 HTTP/1.1\r\n")
        assert set(server.head()) == {"host", "accept", "accept-encoding", "user-agent", "connection"}


async def test_a_connections_own_header_replaces_ours() -> None:
    async with hostile.serve(json_reply(b"{}")) as server:
        await ask(target(server.base_url, headers={"authorization": Secret("Basic abc"), "api-key": Secret("k")}))

        assert server.requests[0].lower().count(b"authorization:") == 1
        assert server.head()["authorization"] == "Basic abc"


@pytest.mark.parametrize(
    "key", ["sk-with-newline\n", "sk with space", "sk-\x00nul", "sk-\r\nX-Evil: 1", "sk-\U0001f511", "s" * 10_000]
)
async def test_a_key_that_cannot_be_sent_is_refused_and_not_quoted(key: str) -> None:
    """Attack 79."""
    async with hostile.serve(json_reply(b"{}")) as server:
        with pytest.raises(problems.UnusableConnection) as caught:
            await ask(target(server.base_url, key=key))

        assert "sk" not in repr(caught.value.as_document()) + caught.value.sentence
        assert server.connections == 0


@pytest.mark.parametrize(
    "name", ["Transfer-Encoding", "Host", "Cookie", "Proxy-Authorization", "X Y", "X:Y", "X\r\nY", "", "X\u00e4"]
)
async def test_a_header_that_frames_or_smuggles_is_not_sent(name: str) -> None:
    """Attack 113."""
    async with hostile.serve(json_reply(b"{}")) as server:
        with pytest.raises(problems.UnusableConnection):
            await ask(target(server.base_url, headers={name: Secret("value")}))
        with pytest.raises(problems.UnusableConnection):
            await ask(target(server.base_url, headers={"X-Fine": Secret("a\r\nX-Evil: 1")}))

        assert server.connections == 0


async def test_no_cookie_is_kept_for_anyone() -> None:
    """Attack 83."""
    cookie = "Set-Cookie: session=of-user-a; Path=/"
    async with hostile.serve(json_reply(b"{}", "200 OK", cookie)) as server:
        door = make_door()
        await ask(server.base_url, door)
        await ask(target(server.base_url, key="another-users-key"), door)

        assert len(server.requests) == 2
        assert "cookie" not in server.head(1)


async def test_proxies_and_netrc_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Attack 22."""
    async with hostile.serve(json_reply(b"{}")) as proxy, hostile.serve(json_reply(b"{}")) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.origin)
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

        await ask(Target(server.base_url))

        assert (proxy.connections, server.connections) == (0, 1)
        assert "authorization" not in server.head()


async def test_an_image_address_in_a_request_is_text_to_us() -> None:
    """Attack 20."""
    async with hostile.serve(json_reply(b"{}")) as server, hostile.serve(json_reply(b"{}")) as pointed_at:
        body = b'{"input":[{"image_url":"%s/latest/meta-data"}]}' % pointed_at.origin.encode()
        await ask(server.base_url, body=body)

        assert server.body() == body
        assert pointed_at.connections == 0


async def test_a_redirect_is_not_followed() -> None:
    """Attack 10."""
    async with hostile.serve(json_reply(b"{}")) as other:
        location = f"Location: {other.origin}/v1/responses"
        async with hostile.serve(json_reply(b"moved", "302 Found", location)) as server:
            reply, body = await ask(server.base_url)

            assert (reply.status, reply.reason, body) == (302, "Found", b"moved")
            assert reply.header("location") == f"{other.origin}/v1/responses"
            assert (server.connections, other.connections) == (1, 0)


@pytest.mark.parametrize("location", ["http://a:b/", "http://[::1/", "//x:99999999/", "http://\xff/"])
async def test_a_redirect_to_nowhere_is_a_redirect_still(location: str) -> None:
    """The HTTP client must not read what it is not to follow."""
    async with hostile.serve(json_reply(b"moved", "307 Odd", f"Location: {location}")) as server:
        reply, body = await ask(server.base_url)

        assert (reply.status, reply.reason, body) == (307, "Odd", b"moved")
        assert reply.header("location")


async def test_a_connection_is_closed_when_the_client_trips_over_its_reply() -> None:
    async def trips(response: Any) -> None:
        raise RuntimeError

    door = make_door()
    door._client.event_hooks = {"response": [trips]}
    async with hostile.serve(say(OK_STREAM), hang()) as server:
        problem = await failure(server.base_url, door)

        assert problem.code == "internal"
        await asyncio.wait_for(server.closed.wait(), 10)


async def test_our_own_port_is_refused_and_the_sandbox_still_answers() -> None:
    """Attack 16."""
    async with hostile.serve(json_reply(b"{}")) as ourselves:
        door = make_door(Policy(own_ports=frozenset({ourselves.port})))
        for host in ("127.0.0.1", "localhost", "127.1"):
            problem = await failure(f"http://{host}:{ourselves.port}/sandbox/v1", door)
            assert (problem.code, problem.facts["reason"]) == ("refused_address", "ourselves")

        async with door.open(target("sandbox:"), "GET", "/models", None, False) as reply:
            assert reply.status == 200
        assert ourselves.connections == 0


async def test_an_unforeseen_failure_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(host: str, port: int) -> list[IPAddress]:
        raise RuntimeError(f"Illegal header value b'Bearer {KEY}'")

    with caplog.at_level(logging.DEBUG):
        problem = await failure("http://api.example.com/v1", Door(Dialer(Policy, broken)))

    assert problem.code == "internal"
    assert "RuntimeError" in caplog.text
    assert KEY not in caplog.text


# -- what comes in


@pytest.mark.parametrize(
    "script",
    [
        [say(OK_STREAM, b"data: 1\n\n", b"data: 2\n\n")],
        [say(OK_CHUNKED, chunk(b"data: 1\n\n"), chunk(b"data: 2\n\n"), b"0\r\n\r\n"), hang()],
        [
            say(OK_CHUNKED, chunk(b"data: 1\n\ndata"), b"3;ext=1\r\n: 2", b"\r\n2\r\n\n\n\r\n0\r\nTrailer: x\r\n\r\n"),
            hang(),
        ],
        [say(b"HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n", b"data: 1\n\n", b"data: 2\n\n and more"), hang()],
        [say(b"HTTP/1.0 200 OK\r\n\r\ndata: 1\n\ndata: 2\n\n")],
        [
            say(
                b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
                OK_STREAM,
                b"data: 1\n\ndata: 2\n\n",
            )
        ],
        [say(b"HTTP/1.1 200\r\nX-Empty:\r\nContent-Length: 18\r\n\r\ndata: 1\n\ndata: 2\n\n"), hang()],
        [say(b"HTTP/1.1 200 OK\nContent-Length: 18\n\ndata: 1\n\ndata: 2\n\n"), hang()],
        [say(*(OK_STREAM[i : i + 1] for i in range(len(OK_STREAM))), b"data: 1\n\ndata: 2\n\n")],
    ],
    ids=["until close", "chunked", "odd chunks", "length", "HTTP/1.0", "interim", "bare", "LF only", "by the byte"],
)
async def test_a_body_comes_through_however_it_is_framed(script: list[hostile.Step]) -> None:
    async with hostile.serve(*script) as server:
        reply, body = await ask(server.base_url)

        assert (reply.status, body) == (200, b"data: 1\n\ndata: 2\n\n")
        assert reply.header("link") == ""


async def test_a_chunk_is_given_out_as_soon_as_it_is_here() -> None:
    script = [say(OK_CHUNKED, chunk(b"data: 1\n\n")), hostile.wait_for_free(), say(chunk(b"data: 2\n\n"), b"0\r\n\r\n")]
    async with hostile.serve(*script) as server:
        async with make_door().open(target(server.base_url), "POST", "/responses", BODY, True) as reply:
            chunks = reply.chunks()
            assert await anext(chunks) == b"data: 1\n\n"
            server.free.set()
            assert await anext(chunks) == b"data: 2\n\n"
            assert [piece async for piece in chunks] == []


async def test_leaving_closes_the_connection_although_the_server_would_go_on() -> None:
    async with hostile.serve(say(OK_STREAM, b"data: [DONE]\n\n"), hang()) as server:
        async with make_door().open(target(server.base_url), "POST", "/responses", BODY, True) as reply:
            async for _ in reply.chunks():
                break

        await asyncio.wait_for(server.closed.wait(), 10)


async def test_a_cancelled_run_closes_its_connection_at_once() -> None:
    async with hostile.serve(say(OK_STREAM, b"data: 1\n\n"), hang()) as server:
        task = asyncio.create_task(ask(server.base_url))
        while not server.requests:
            await asyncio.sleep(0)

        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        await asyncio.wait_for(server.closed.wait(), 10)


async def test_a_large_body_arrives_whole_in_both_directions() -> None:
    sent, back = b"x" * 5_000_000, b"y" * 5_000_000
    async with hostile.serve(json_reply(back)) as server:
        _, body = await ask(server.base_url, body=sent)

        assert server.body() == sent
        assert body == back


async def test_little_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large buffer for each small chunk would cost more than reading does."""
    sizes, received = [], wire.Exchange.data_received

    def note(exchange: wire.Exchange, data: bytes) -> None:
        sizes.append(len(data))
        received(exchange, data)

    monkeypatch.setattr(wire.Exchange, "data_received", note)
    async with hostile.serve(json_reply(b"y" * 5_000_000)) as server:
        await ask(server.base_url)

    assert max(sizes) == wire.READ


async def test_a_slow_reader_holds_the_server_back() -> None:
    written = 0

    async def flood(connection: hostile.Connection) -> None:
        nonlocal written
        connection.writer.write(OK_STREAM)
        for _ in range(1000):
            connection.writer.write(b"x" * 100_000)
            await connection.writer.drain()
            written += 100_000
            connection.server.free.set()

    async with hostile.serve(flood) as server:
        async with make_door().open(target(server.base_url), "POST", "/responses", BODY, True) as reply:
            await server.free.wait()
            while True:  # until the flood stands still
                before = written
                for _ in range(50):
                    await asyncio.sleep(0.001)
                if written == before:
                    break
            assert written < 50_000_000
            got = 0
            async for piece in reply.chunks():
                got += len(piece)

        assert got == written == 100_000_000


async def test_an_error_reply_is_read_up_to_a_limit() -> None:
    async with hostile.serve(json_reply(b"e" * 200_000, "500 Internal Server Error")) as server:
        async with make_door().open(target(server.base_url), "POST", "/responses", BODY, True) as reply:
            assert (reply.status, len(await reply.read())) == (500, 65536)


async def test_an_error_reply_that_breaks_off_is_what_came() -> None:
    head = b"HTTP/1.1 %s\r\nContent-Length: 100\r\n\r\n"
    async with hostile.serve(say(head % b"500 Oops", b"half a word")) as server:
        async with make_door().open(target(server.base_url), "POST", "/responses", BODY, True) as reply:
            assert await reply.read() == b"half a word"

    async with hostile.serve(say(head % b"200 OK", b"half a word")) as server:
        async with make_door().open(target(server.base_url), "POST", "/responses", BODY, True) as reply:
            with pytest.raises(problems.UpstreamClosed):
                await reply.read()


async def test_headers_and_reason_come_back_without_our_key() -> None:
    async with hostile.serve(json_reply(b"{}", f"401 Bad {KEY}", f"X-Echo: Bearer {KEY}")) as server:
        reply, _ = await ask(server.base_url)

        assert reply.reason == f"Bad {DOTS}"
        assert reply.header("x-echo") == f"Bearer {DOTS}"
        assert KEY not in repr(reply.headers)


# -- when it goes wrong


async def test_nothing_listens() -> None:
    problem = await failure(f"http://127.0.0.1:{await hostile.closed_port()}/v1")

    assert (problem.code, problem.facts["reason"]) == ("unreachable", "refused")


async def test_there_is_no_such_name() -> None:
    problem = await failure("http://no-such-name.invalid/v1", make_door(names={"no-such-name.invalid": [[]]}))

    assert (problem.code, problem.facts["reason"]) == ("unreachable", "name")


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ([], "unreachable"),
        ([hostile.reset()], "unreachable"),
        ([say(b"HTTP/1.1 200 OK\r\nX: y"), hostile.reset()], "unreachable"),
        ([say(b"SSH-2.0-OpenSSH_9.9\r\n"), hang()], "not_http"),
        ([say(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"), hang()], "not_http"),
        ([say(b"HTTP/1.1 200 OK\r\nbroken\r\n\r\n"), hang()], "not_http"),
    ],
    ids=["closed", "reset", "half a head", "other protocol", "upgrade", "broken head"],
)
async def test_no_answer_at_all(script: list[hostile.Step], code: str) -> None:
    async with hostile.serve(*script) as server:
        assert (await failure(server.base_url)).code == code


@pytest.mark.parametrize(
    "script",
    [
        [say(OK_CHUNKED, chunk(b"data: 1\n\n")), hostile.reset()],
        [say(OK_CHUNKED, chunk(b"data: 1\n\n"))],
        [say(OK_CHUNKED, chunk(b"data: 1\n\n"), b"ffff\r\nhalf a chunk")],
        [say(OK_CHUNKED, chunk(b"data: 1\n\n"), b"no hex number\r\n"), hang()],
        [say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ndata: 1\n\n")],
    ],
    ids=["reset", "no last chunk", "half a chunk", "broken chunk", "short of its length"],
)
async def test_a_cut_reply_gives_what_came_and_then_says_so(script: list[hostile.Step]) -> None:
    async with hostile.serve(*script) as server:
        got = b""
        with pytest.raises(problems.UpstreamClosed):
            async with make_door().open(target(server.base_url), "POST", "/responses", BODY, True) as reply:
                async for piece in reply.chunks():
                    got += piece

        assert got.startswith(b"data: 1\n\n")
        assert server.connections == 1  # nothing is ever sent twice


async def test_silence_before_and_within_the_reply_ends_it_in_time() -> None:
    for script in ([hang()], [say(OK_STREAM, b"data: 1\n\n"), hang()]):
        async with hostile.serve(*script) as server:
            problem = await failure(target(server.base_url, idle_timeout=0.05))

            assert problem.code == "timeout_idle"
            await asyncio.wait_for(server.closed.wait(), 10)


async def test_a_trickle_ends_with_the_whole_time() -> None:
    """Attack 103."""

    async def trickle(connection: hostile.Connection) -> None:
        connection.writer.write(OK_STREAM)
        while not connection.writer.is_closing():
            connection.writer.write(b":")
            await connection.writer.drain()
            await asyncio.sleep(0.01)

    async with hostile.serve(trickle) as server:
        problem = await failure(target(server.base_url, idle_timeout=60, total_timeout=0.1))

        assert problem.code == "timeout_total"


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate", "gzip, gzip"])
async def test_a_compressed_body_is_refused_and_not_unpacked(encoding: str) -> None:
    """Attack 103."""
    bomb = say(f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\n\r\n".encode(), b"\x1f\x8b" + b"\x00" * 1000)
    async with hostile.serve(bomb) as server:
        problem = await failure(server.base_url)

        assert (problem.code, problem.facts) == ("encoded_body", {"encoding": encoding})
        async with make_door().open(target(server.base_url), "POST", "/responses", BODY, True) as reply:
            assert reply.status == 200  # the head is told all the same


@pytest.mark.parametrize(
    "script",
    [
        [say(b"HTTP/1.1 200 OK\r\n"), hostile.endless(b"X-Header: value\r\n" * 100)],
        [say(b"HTTP/1.1 200 OK\r\nX: "), hostile.endless(b"x" * 10_000)],
        [hostile.endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)],
        [say(b"HTTP/1.1 200 " + b"x" * 100_000), hostile.endless(b"x" * 10_000)],
        [say(OK_CHUNKED, chunk(b"data: 1\n\n"), b"0\r\n"), hostile.endless(b"Trailer: value\r\n" * 100)],
        [say(OK_CHUNKED, chunk(b"data: 1\n\n"), b"0\r\nTrailer: "), hostile.endless(b"x" * 10_000)],
        [say(OK_CHUNKED, chunk(b"data: 1\n\n"), b"1;"), hostile.endless(b"x" * 10_000)],
    ],
    ids=["headers", "one header", "interim", "reason", "trailers", "one trailer", "chunk extension"],
)
async def test_endless_overhead_reaches_a_limit(script: list[hostile.Step]) -> None:
    """Attack 103."""
    async with hostile.serve(*script) as server:
        problem = await failure(server.base_url)

        assert (problem.code, problem.facts["limit"]) == ("limit_reached", "headers")


async def test_an_endless_body_reaches_the_total_and_gives_that_much() -> None:
    """Attack 103."""
    async with hostile.serve(say(OK_STREAM), hostile.endless(b"data: x\n\n" * 1000)) as server:
        got = b""
        with pytest.raises(problems.LimitReached) as caught:
            async with make_door(limits=Limits(total=100_000)).open(
                target(server.base_url), "POST", "/responses", BODY, True
            ) as reply:
                async for piece in reply.chunks():
                    got += piece

        assert caught.value.facts == {"limit": "total", "allowed": 100_000}
        assert len(got) == 100_000


async def test_many_at_once_do_not_mix() -> None:
    def answer(number: int, request: bytes) -> list[hostile.Step]:
        name = request.split(b"\r\n\r\n", 1)[1]
        return [say(OK_CHUNKED, *(chunk(b"data: " + name + b"\n\n") for _ in range(20)), b"0\r\n\r\n")]

    async with hostile.serve_per_request(answer) as server:
        door = make_door()
        bodies = await asyncio.gather(*(ask(server.base_url, door, b"%d" % n) for n in range(50)))

        assert [body for _, body in bodies] == [b"data: %d\n\n" % n * 20 for n in range(50)]


async def test_a_reply_before_the_request_was_read_is_heard() -> None:
    """A server that refuses a large body does not read it to its end."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
        await writer.drain()
        await hostile.silence(reader, writer)

    async with hostile.listen(refuse) as port:
        reply, body = await ask(f"http://127.0.0.1:{port}", body=b"x" * 20_000_000)

        assert (reply.status, body) == (413, b"big")
