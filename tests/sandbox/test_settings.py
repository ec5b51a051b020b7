"""How the sandbox is set: by the environment, by its maker, and by one request for itself."""

import asyncio
import time
from typing import Any

import pytest

from playground.sandbox import pacing
from playground.sandbox.asgi import Sandbox, application
from playground.sandbox.settings import Settings, from_environment

from .api import Api, refused


def test_the_environment_sets_what_it_names() -> None:
    found = from_environment(
        {
            "PLAYGROUND_SANDBOX_PACE": "12.5",
            "PLAYGROUND_SANDBOX_PROFILE": "claude",
            "PLAYGROUND_SANDBOX_KEEP_COUNT": "7",
        }
    )

    assert found == Settings(pace=12.5, profile="claude", keep_count=7)
    assert from_environment({}) == Settings()
    assert from_environment({"PLAYGROUND_SANDBOX_OPEN": "1"}) == Settings(), "the gate's, not ours"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PACE", "fast"),
        ("PACE", "-1"),
        ("PACE", "nan"),
        ("PACE", "inf"),
        ("KEEP_COUNT", "1.5"),
        ("PROFILE", "x"),
        ("SHAPE", ""),
    ],
)
def test_an_odd_value_is_refused_in_plain_words(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"PLAYGROUND_SANDBOX_{name} is "):
        from_environment({f"PLAYGROUND_SANDBOX_{name}": value})


def test_a_request_sets_only_how_it_is_answered(api: Api) -> None:
    assert api.respond(headers={"x-sandbox-shape": "comet"}).json()["output_text"]
    refused(api.respond(headers={"x-sandbox-pace": "quick"}), code="invalid_sandbox_header")
    # How much is kept is not for a request to say, so its header means nothing.
    assert api.respond(headers={"x-sandbox-keep-bytes": "x"}).status == 200


def test_the_application_is_ready_to_mount() -> None:
    assert isinstance(application, Sandbox)


# -- pace -------------------------------------------------------------------------------------------------------


class Clock:
    """Time that only passes when somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.sleeps = 1000.0, [0.0]
        monkeypatch.setattr(pacing, "monotonic", lambda: self.now)
        monkeypatch.setattr("playground.sandbox.http.sleep", self.sleep)
        monkeypatch.setattr("playground.sandbox.endpoints.playing.sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.sleeps.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_tokens_come_at_the_pace_after_a_short_first_wait(clock: Clock) -> None:
    api = Api(Sandbox(Settings(pace=40, first_wait=0.25)))

    answer = api.respond("unicorn", stream=True)

    tokens = answer.events[-1].data["response"]["usage"]["output_tokens"]
    assert clock.now - 1000 == pytest.approx(0.25 + tokens / 40, abs=0.01)
    deltas = [chunk for chunk in answer.chunks if b"output_text.delta" in chunk]
    assert len(deltas) == tokens, "each token is sent when it is due"


def test_a_tier_and_a_model_change_the_pace(clock: Clock) -> None:
    api = Api(Sandbox(Settings(pace=40, first_wait=0)))

    def seconds(**more: Any) -> float:
        before = clock.now
        api.respond("unicorn", stream=True, **more)
        return clock.now - before

    usual = seconds()
    assert seconds(service_tier="flex") == pytest.approx(2 * usual, rel=0.1)
    assert seconds(service_tier="priority") == pytest.approx(usual / 2, rel=0.1)
    assert seconds(headers={"x-sandbox-pace": "80"}) == pytest.approx(usual / 2, rel=0.1)


def test_pings_come_in_long_silences(clock: Clock) -> None:
    slow = Api(Sandbox(Settings(pace=40, ping_every=15))).respond(model="sandbox-slow", stream=True)

    assert b"\n: ping\nevent:" in slow.body
    assert b": ping\n\n" not in slow.body
    assert slow.events[-1].name == "response.completed"
    silent = Api(Sandbox(Settings(pace=40, ping_every=0))).respond(model="sandbox-slow", stream=True)
    assert b"ping" not in silent.body
    assert b"ping" not in Api(Sandbox(Settings(pace=0))).respond(model="sandbox-slow", stream=True).body


def test_a_reply_that_is_not_streamed_waits_but_not_long(clock: Clock) -> None:
    api = Api(Sandbox(Settings(pace=40, json_wait=2)))

    before = clock.now
    api.respond(model="sandbox-slow")
    assert clock.now - before == pytest.approx(2)


def test_many_waiters_share_one_timer() -> None:
    timers = 0

    async def wait_together() -> None:
        nonlocal timers
        loop = asyncio.get_running_loop()
        original = loop.call_at

        def counted(*given: Any, **more: Any) -> Any:
            nonlocal timers
            timers += 1
            return original(*given, **more)

        loop.call_at = counted  # type: ignore[assignment,method-assign]
        await asyncio.gather(*(pacing.sleep(0.03) for _ in range(500)))

    asyncio.run(wait_together())

    assert timers < 100


def test_a_waiter_that_is_cancelled_does_not_disturb_the_others() -> None:
    async def one_leaves() -> None:
        waiting = [asyncio.ensure_future(pacing.sleep(0.02)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[1].cancel()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(result) for result in results] == [type(None), asyncio.CancelledError, type(None)]

    asyncio.run(one_leaves())


def test_a_sandbox_serves_several_loops_one_after_another() -> None:
    api = Api(Sandbox(Settings(pace=2000, first_wait=0)))
    begun = api.respond("60 tokens", model="sandbox-long", background=True).json()["id"]
    end = time.monotonic() + 10

    while api.get(f"/responses/{begun}").json()["status"] != "completed":
        assert time.monotonic() < end


# -- the application --------------------------------------------------------------------------------------------


def test_lifespan_and_sockets_are_answered() -> None:
    async def talk(scope: dict[str, Any], *messages: dict[str, Any]) -> list[str]:
        sent: list[str] = []
        waiting = list(messages)

        async def receive() -> dict[str, Any]:
            return waiting.pop(0)

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await Sandbox(Settings())(scope, receive, send)
        return sent

    started = asyncio.run(talk({"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))
    refusal = asyncio.run(talk({"type": "websocket"}, {"type": "websocket.connect"}))

    assert started == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert refusal == ["websocket.close"]


def test_paths_may_carry_the_version_or_a_mount_point(api: Api) -> None:
    assert api.get("/v1/models/o3").json()["id"] == "o3"

    async def mounted() -> int:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"authorization", b"Bearer x")]
        scope = {"type": "http", "method": "GET", "path": "/sandbox/v1/models", "root_path": "/sandbox/v1"}
        await api.box({**scope, "headers": headers, "query_string": b""}, receive, send)
        status: int = sent[0]["status"]
        return status

    assert asyncio.run(mounted()) == 200


def test_a_connection_that_breaks_is_the_caller_leaving(api: Api) -> None:
    async def broken() -> None:
        asked = [{"type": "http.request", "body": b'{"model":"gpt-5.4","input":"x","stream":true}'}]

        async def receive() -> dict[str, Any]:
            if asked:
                return asked.pop()
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Any) -> None:
            raise BrokenPipeError

        headers = [(b"authorization", b"Bearer x"), (b"content-type", b"application/json")]
        await api.box({"type": "http", "method": "POST", "path": "/responses", "headers": headers}, receive, send)

    asyncio.run(broken())


def test_a_caller_that_leaves_while_sending_is_let_go(api: Api) -> None:
    async def leaving() -> list[Any]:
        asked: list[dict[str, Any]] = [{"type": "http.disconnect"}]
        asked.append({"type": "http.request", "body": b"{", "more_body": True})
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return asked.pop()

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"authorization", b"Bearer x")]
        await api.box({"type": "http", "method": "POST", "path": "/responses", "headers": headers}, receive, send)
        return sent

    assert asyncio.run(leaving()) == []
