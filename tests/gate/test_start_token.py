"""Local mode with the start token on: only who can read the terminal comes in. Attacks 28 and 38."""

from typing import Any

import pytest

from playground.gate import Gate, start_token
from playground.gate.policy import Policy
from tests.gate.asking import answer_ok, ask

ASKING = Policy(hosts=frozenset({"localhost"}), start_cookie="ours", start_value="the value")
HOST = (b"host", b"localhost")
GATE = Gate(answer_ok, ASKING)


async def with_token(query: bytes, **changes: Any) -> list[dict[str, Any]]:
    return await ask(GATE, query_string=query, headers=[HOST], **changes)


async def test_the_printed_link_opens_once_and_leaves_a_cookie() -> None:
    sent = await with_token(b"token=" + start_token.TOKEN.encode() + b"&run=1", path="/sessions/1/")

    headers = dict(sent[0]["headers"])
    assert sent[0]["status"] == 303
    assert headers[b"location"] == b"/sessions/1/?run=1"
    assert b"ours=the value" in headers[b"set-cookie"]
    assert b"HttpOnly; SameSite=Lax" in headers[b"set-cookie"]


async def test_the_cookie_opens_pages_and_sockets() -> None:
    cookie = (b"cookie", b"theme=dark; {broken; ours=the value")

    page = await ask(GATE, headers=[HOST, cookie])
    socket = await ask(GATE, type="websocket", headers=[HOST, (b"origin", b"http://localhost"), cookie])

    assert page[0]["status"] == 200
    assert socket[0]["type"] == "http.response.start"  # it reached the door


@pytest.mark.parametrize(
    "cookie", [b"", b"ours=", b"ours=wrong", b"theirs=the value", b"ours=the value\xff", b"=;;\x01"]
)
async def test_anybody_else_reads_how_to_get_the_link(cookie: bytes) -> None:
    page = await ask(GATE, headers=[HOST, (b"cookie", cookie), (b"accept", b"text/html")])
    socket = await ask(GATE, type="websocket", headers=[HOST, (b"origin", b"http://localhost"), (b"cookie", cookie)])

    assert page[0]["status"] == 403
    assert b"Open the link printed at its start" in page[1]["body"]
    assert socket == [{"type": "websocket.close", "code": 4403}]


@pytest.mark.parametrize("query", [b"token=wrong", b"token=", b"token=%ff", b"token"])
async def test_a_wrong_token_opens_nothing(query: bytes) -> None:
    assert (await with_token(query))[0]["status"] == 403


async def test_the_token_works_in_links_only() -> None:
    assert (await with_token(b"token=" + start_token.TOKEN.encode(), method="POST"))[0]["status"] == 403


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "///evil.example"])
async def test_the_way_back_stays_here(path: str) -> None:
    sent = await with_token(b"token=" + start_token.TOKEN.encode(), path=path)

    location = dict(sent[0]["headers"])[b"location"]
    assert location.startswith(b"/evil.example")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/x/app.css", "/robots.txt"])
async def test_what_holds_nobodys_data_stays_open(path: str) -> None:
    assert (await ask(GATE, path=path, headers=[HOST]))[0]["status"] == 200
