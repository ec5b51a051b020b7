"""Models that fail on purpose: each in its own way, streamed and whole, at both endpoints."""

import asyncio
import json
from typing import Any

import pytest

from .api import Api, refused

USER = [{"role": "user", "content": "x"}]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("model", "status", "code"),
    [
        ("sandbox-error-500", 500, "server_error"),
        ("sandbox-error-503", 503, "engine_overloaded"),
        ("sandbox-quota", 429, "insufficient_quota"),
        ("sandbox-busy", 429, "rate_limit_exceeded"),
    ],
)
def test_some_fail_before_they_answer(api: Api, model: str, status: int, code: str, stream: bool) -> None:
    for answer in (api.respond(model=model, stream=stream), api.complete(model=model, stream=stream)):
        refused(answer, code=code, status=status)
        assert answer.headers["content-type"] == "application/json"


def test_503_says_when_to_come_back(api: Api) -> None:
    assert api.respond(model="sandbox-error-503").headers["retry-after"] == "2"
    assert "retry-after" not in api.respond(model="sandbox-quota").headers


def test_a_refusal_fills_its_own_field(api: Api) -> None:
    part = api.respond(model="sandbox-refusal").json()["output"][0]["content"][0]
    message = api.complete(model="sandbox-refusal").json()["choices"][0]["message"]

    assert set(part) == {"type", "refusal"}
    assert (message["content"], message["refusal"]) == (None, part["refusal"])


def test_the_content_filter_ends_the_text(api: Api) -> None:
    response = api.respond(model="sandbox-filter").json()

    assert (response["status"], response["incomplete_details"]) == ("incomplete", {"reason": "content_filter"})
    assert response["error"] is None
    assert api.complete(model="sandbox-filter").json()["choices"][0]["finish_reason"] == "content_filter"


def test_an_error_inside_the_stream_is_nested_or_flat(api: Api) -> None:
    nested = api.respond(model="sandbox-stream-error", stream=True).events[-1]
    flat = api.respond(model="sandbox-stream-error", stream=True, headers={"x-sandbox-stream-errors": "flat"}).events[
        -1
    ]

    assert nested.name == flat.name == "error"
    assert set(nested.data) == {"type", "sequence_number", "error"}
    assert nested.data["error"]["code"] == flat.data["code"] == "server_error"
    assert set(flat.data) == {"type", "sequence_number", "code", "message", "param"}
    chat = api.complete(model="sandbox-stream-error", stream=True)
    assert chat.events[-1].data["error"]["code"] == "server_error"
    assert b"[DONE]" not in chat.body


def test_a_failed_response_says_so(api: Api) -> None:
    last = api.respond(model="sandbox-failed", stream=True).events[-1]
    whole = api.respond(model="sandbox-failed")

    assert last.name == "response.failed"
    for response in (last.data["response"], whole.json()):
        assert (response["status"], response["error"]["code"]) == ("failed", "server_error")
    assert whole.status == 200
    refused(api.complete(model="sandbox-failed"), status=500)
    assert api.respond(model="sandbox-stream-error").json()["status"] == "failed"


def test_a_cut_stream_just_stops(api: Api) -> None:
    names = [event.name for event in api.respond(model="sandbox-cut", stream=True).events]
    chat = api.complete(model="sandbox-cut", stream=True)

    assert names[-1] == "response.output_text.delta"
    assert b"[DONE]" not in chat.body
    assert chat.events[-1].data["choices"][0]["finish_reason"] is None
    for whole in (api.respond(model="sandbox-cut"), api.complete(model="sandbox-cut")):
        with pytest.raises(json.JSONDecodeError):
            whole.json()


def test_garbage_is_garbage(api: Api) -> None:
    for body in (
        api.respond(model="sandbox-garbage", stream=True).body,
        api.complete(model="sandbox-garbage", stream=True).body,
    ):
        assert b"502 Bad Gateway" in body
        with pytest.raises(UnicodeDecodeError):
            body.decode()
    whole = api.respond(model="sandbox-garbage")
    assert whole.headers["content-type"] == "text/html"


@pytest.mark.parametrize("path", ["/responses", "/chat/completions"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_stalled_reply_stays_silent_until_it_is_left(api_with: Any, path: str, stream: bool) -> None:
    api = api_with(ping_every=0.01)

    async def wait_and_leave() -> list[bytes]:
        sent: list[dict[str, Any]] = []
        gone = asyncio.Event()
        body = json.dumps({"model": "sandbox-stall", "input": "x", "messages": USER, "stream": stream}).encode()
        asked = [{"type": "http.request", "body": body}]

        async def receive() -> dict[str, Any]:
            if asked:
                return asked.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"authorization", b"Bearer x"), (b"content-type", b"application/json")]
        headers += [(b"x-sandbox-unknown-fields", b"lenient")]
        scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
        serving = asyncio.ensure_future(api.box(scope, receive, send))
        done, _ = await asyncio.wait({serving}, timeout=0.1)
        assert not done, "it does not end by itself"
        gone.set()
        await asyncio.wait_for(serving, 10)
        return [message.get("body", b"") for message in sent]

    said = b"".join(asyncio.run(wait_and_leave()))

    assert (b"nothing" in said) == stream
    assert b"ping" not in said
