"""Hooks around the life of a serving process."""

import asyncio
import logging

import pytest

from playground import lifecycle
from playground.asgi import application


@pytest.fixture(autouse=True)
def _own_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_starting", "_draining", "_stopping"):
        monkeypatch.setattr(lifecycle, name, [])
    monkeypatch.setattr(lifecycle, "_is_draining", False)


async def test_hooks_run_in_their_time() -> None:
    ran: list[str] = []

    async def note(name: str) -> None:
        ran.append(name)

    lifecycle.on_start(lambda: note("start"))
    lifecycle.on_drain(lambda: note("drain"))
    lifecycle.on_stop(lambda: note("stop"))

    await lifecycle.start()
    assert not lifecycle.is_draining()
    await lifecycle.drain(1)
    assert lifecycle.is_draining()
    await lifecycle.stop()

    assert ran == ["start", "drain", "stop"]


async def test_draining_waits_for_work_but_not_for_ever() -> None:
    ended: list[str] = []

    async def never() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def soon() -> None:
        ended.append("finished")

    lifecycle.on_drain(never)
    lifecycle.on_drain(soon)
    await lifecycle.drain(0.01)

    assert ended == ["finished", "cancelled"]


async def test_one_hook_that_fails_takes_no_other_with_it(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise RuntimeError("broken")

    ran: list[int] = []

    async def works() -> None:
        ran.append(1)

    lifecycle.on_drain(fails)
    lifecycle.on_drain(works)
    with caplog.at_level(logging.ERROR):
        await lifecycle.drain(1)

    assert ran == [1]
    assert "broken" in caplog.text


async def test_a_start_that_fails_is_no_start() -> None:
    async def fails() -> None:
        raise RuntimeError("no journal")

    lifecycle.on_start(fails)

    with pytest.raises(RuntimeError):
        await lifecycle.start()


async def test_a_hook_can_be_taken_out_again() -> None:
    async def fails() -> None:
        raise AssertionError("still there")

    forget = lifecycle.on_stop(fails)
    forget()
    forget()

    await lifecycle.stop()


async def test_other_servers_start_and_end_us_by_their_protocol() -> None:
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[str] = []

    async def receive() -> dict[str, str]:
        return next(messages)

    async def send(message: dict[str, str]) -> None:
        sent.append(message["type"])

    await application({"type": "lifespan"}, receive, send)

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert lifecycle.is_draining()
