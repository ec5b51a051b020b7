"""What pages see: reloads, tabs, cuts, lies and slow readers. Fault cases 3 to 13, 29, 52, 53; attack 65."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from playground import metrics
from playground.consumers import NOT_FOUND, RunConsumer
from playground.models import Run, User
from playground.runs import frames, painter, parts
from playground.runs.watch import WINDOW
from tests.faults.checker import check
from tests.runs import streams
from tests.runs.playing import Page, Playing, until
from tests.upstream import hostile

TEXTS = [f"word{number}\n\n" if number % 7 == 0 else f"word{number} " for number in range(300)]
TEXT = "".join(TEXTS)
PLACE = "0/text/0"


class Paced:
    """An upstream that says the next pieces of its stream when the test wants it."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.told = 0
        self.wanted = asyncio.Condition()
        self.upto = 0

    async def say(self, upto: int) -> None:
        async with self.wanted:
            self.upto = upto
            self.wanted.notify_all()

    async def step(self, connection: hostile.Connection) -> None:
        connection.writer.write(hostile.OK_STREAM + streams.opening())
        while self.told < len(self.texts):
            async with self.wanted:
                await self.wanted.wait_for(lambda: self.upto > self.told)
            connection.writer.write(streams.deltas(self.texts[self.told : self.upto], self.told))
            self.told = self.upto
        connection.writer.write(streams.closing("".join(self.texts), len(self.texts)))
        await connection.writer.drain()


@asynccontextmanager
async def streaming(playing: Playing, texts: list[str] = TEXTS) -> AsyncIterator[tuple[Paced, uuid.UUID, Any]]:
    paced = Paced(texts)
    async with hostile.serve(paced.step) as upstream:
        yield paced, await playing.start(upstream.base_url), upstream


def shown(texts: list[str], count: int) -> str:
    return "".join(texts[:count])


async def test_f3_a_reload_at_any_point_gives_what_a_page_has_that_was_never_reloaded(playing: Playing) -> None:
    async with streaming(playing) as (paced, run_id, _):
        steady = await playing.look(run_id)
        for upto in (1, 7, 8, 100, 101, 250):
            await paced.say(upto)
            await until(lambda upto=upto: steady.shows(PLACE, shown(TEXTS, upto)), "the text")  # type: ignore[misc]
            fresh = await playing.look(run_id)
            await until(lambda upto=upto, page=fresh: page.shows(PLACE, shown(TEXTS, upto)), "the text")  # type: ignore[misc]
            assert fresh.at == steady.at
            playing.leave(fresh)
        last = await playing.look(run_id)
        await paced.say(len(TEXTS))
        await until(lambda: steady.end and last.end, "the end")

    assert last.shows(PLACE, TEXT)
    assert steady.shows(PLACE, TEXT)
    assert (last.blocks, last.html) == (steady.blocks, steady.html)


async def test_f5_twenty_pages_end_equal_and_upstream_is_called_once(playing: Playing) -> None:
    async with streaming(playing) as (paced, run_id, upstream):
        pages = []
        for upto in range(15, 315, 15):
            pages.append(await playing.look(run_id, language=random.choice(["en", "ar", "ja"])))
            await paced.say(min(upto, len(TEXTS)))
        await until(lambda: all(page.end for page in pages), "the end of all")

    assert all(page.shows(PLACE, TEXT) for page in pages)
    assert len({(page.blocks[PLACE], page.end) for page in pages if "Copy" not in page.blocks[PLACE]}) == 1
    assert len(upstream.requests) == 1


async def test_f6_pages_cut_again_and_again_miss_nothing_and_double_nothing(playing: Playing) -> None:
    seed = random.randrange(1 << 30)
    print("seed", seed)
    dice = random.Random(seed)
    async with streaming(playing) as (paced, run_id, _):
        pages = [await playing.look(run_id) for _ in range(10)]
        for upto in range(3, len(TEXTS) + 1, 3):
            await paced.say(upto)
            await asyncio.sleep(0)
            page = dice.choice(pages)
            await come_back(playing, run_id, page)
        await paced.say(len(TEXTS))
        await until(lambda: all(page.end for page in pages), "the end of all")

    assert all(page.shows(PLACE, TEXT) for page in pages)


async def come_back(playing: Playing, run_id: uuid.UUID, page: Page) -> None:
    """The socket is lost and a new one says how far the page got: the page itself keeps what it shows."""
    assert page.watcher
    playing.leave(page)
    again = Page(page.reads)
    again.watcher = type(page.watcher)(page.watcher.lens, page.hear)
    page.watcher, page.heard = again.watcher, []
    assert await playing.hub.watch(run_id, page.watcher, page.at)


async def test_f7_a_page_that_comes_back_after_the_end_gets_all_of_it(playing: Playing) -> None:
    async with streaming(playing) as (paced, run_id, _):
        page = await playing.look(run_id)
        await paced.say(20)
        await until(lambda: page.shows(PLACE, shown(TEXTS, 20)), "the text")
        playing.leave(page)
        await paced.say(len(TEXTS))
        await playing.ended(run_id)
    playing.hub.watches.clear()  # as after hours: nothing of it is in memory any more
    await come_back(playing, run_id, page)
    await until(lambda: page.end, "the end")

    assert page.shows(PLACE, TEXT)
    assert page.end == "finished"


@pytest.mark.parametrize("after", [-1, 3, 10**6, 10**30])
async def test_f10_a_page_that_lies_about_how_far_it_is_gets_everything(playing: Playing, after: int) -> None:
    async with streaming(playing) as (paced, run_id, _):
        first = await playing.look(run_id)
        await paced.say(50)
        await until(lambda: first.shows(PLACE, shown(TEXTS, 50)), "the text")
        page = await playing.look(run_id, after)
        await until(lambda: page.shows(PLACE, shown(TEXTS, 50)), "the text")
        playing.hub.owners[run_id].stop()
        await playing.ended(run_id)

    assert page.heard[1]["u"][0] == ["reset"]


async def test_f10_a_page_of_an_older_server_gets_everything(playing: Playing) -> None:
    """What it has seen is right, but nobody remembers where its frames were cut."""
    async with streaming(playing) as (paced, run_id, _):
        page = await playing.look(run_id)
        await paced.say(50)
        await until(lambda: page.shows(PLACE, shown(TEXTS, 50)), "the text")
        playing.leave(page)
        await paced.say(60)
        owner = playing.hub.owners[run_id]
        await until(lambda: owner.screen.number == streams.OPENED + 60, "more text")
        del playing.hub.watches[run_id]
        await come_back(playing, run_id, page)
        await until(lambda: page.shows(PLACE, shown(TEXTS, 60)), "the text")
        reset = page.heard[1]["u"][0]
        owner.stop()
        await playing.ended(run_id)

    assert reset == ["reset"]


async def test_f11_when_all_pages_are_closed_the_run_goes_on_to_its_end(playing: Playing) -> None:
    async with streaming(playing) as (paced, run_id, upstream):
        pages = [await playing.look(run_id) for _ in range(3)]
        await paced.say(40)
        await until(lambda: all(page.shows(PLACE, shown(TEXTS, 40)) for page in pages), "the text")
        for page in pages:
            playing.leave(page)
        await paced.say(len(TEXTS))
        run = await playing.ended(run_id)

    assert (run.status, run.summary["text"]) == ("finished", TEXT)
    assert len(upstream.requests) == 1


async def test_f12_stop_then_a_reload_then_stop_again(playing: Playing) -> None:
    async with streaming(playing) as (paced, run_id, _):
        page = await playing.look(run_id)
        await paced.say(30)
        await until(lambda: page.shows(PLACE, shown(TEXTS, 30)), "the text")
        owner = playing.hub.owners[run_id]
        owner.stop()
        again = await playing.look(run_id)
        owner.stop()
        run = await playing.ended(run_id)
        await until(lambda: page.end and again.end, "the end on both")

    assert (run.status, page.end, again.end) == ("stopped", "stopped", "stopped")
    assert {frame["end"] for frame in page.heard if "end" in frame} == {"stopped"}
    check(TEXT, run.summary["text"], run.last_number, [page, again])
    assert again.shows(PLACE, run.summary["text"])


async def test_f13_stop_races_with_the_end_and_one_of_them_wins(playing: Playing) -> None:
    """`./run soak races` does it ten thousand times."""
    seed = random.randrange(1 << 30)
    print("seed", seed)
    ends = await races(playing, 40, random.Random(seed))

    assert set(ends) <= {"stopped", "finished"}
    assert len(ends) == 40


async def races(playing: Playing, times: int, dice: random.Random) -> list[str]:
    """Stop at any moment around the end of a short run: the status of each, which is one and the same everywhere."""
    ends = []
    texts = [f"word{number} " for number in range(5)]
    script = hostile.say(hostile.OK_STREAM, streams.whole(texts))
    async with hostile.serve(script) as upstream:
        connection = await playing.connect(upstream.base_url)
        for _ in range(times):
            run_id = await playing.start(connection)
            page, owner = await playing.look(run_id), playing.hub.owners[run_id]
            for _ in range(dice.randrange(200)):
                await asyncio.sleep(0)
            await asyncio.sleep(dice.random() * 0.01)
            owner.stop()
            run = await playing.ended(run_id)
            await until(lambda page=page: page.end, "the end")  # type: ignore[misc]
            assert page.end == run.status
            assert run.problem is None or run.problem["code"] == "stopped", "no error is shown"
            check("".join(texts), run.summary["text"], run.last_number, [page], whole=run.status == "finished")
            playing.leave(page)
            ends.append(run.status)
            await playing.hub.ask(lambda run_id=run_id: Run.objects.filter(pk=run_id).delete())  # type: ignore[misc]
    return ends


async def test_f29_a_slow_reader_holds_up_nobody_and_gets_a_snapshot_when_it_reads(playing: Playing) -> None:
    texts = ["x" * 20_000 + "\n" for _ in range(150)]
    async with streaming(playing, texts) as (paced, run_id, _):
        slow, quick = await playing.look(run_id, reads=False), await playing.look(run_id)
        for upto in range(1, len(texts) + 1):
            await paced.say(upto)
            await until(lambda upto=upto: quick.at >= streams.OPENED + upto, "the quick page")  # type: ignore[misc]
        await until(lambda: quick.end, "the end of the quick page")
        assert slow.bytes <= WINDOW, "what waits for a slow browser is bounded"
        assert not slow.end
        before = len(slow.heard)
        slow.reads = True
        assert slow.watcher
        slow.watcher.acknowledge(before)
        await until(lambda: slow.end, "the end of the slow page")

    assert slow.heard[before]["u"][0] == ["reset"]
    assert slow.shows(PLACE, "".join(texts))
    assert quick.shows(PLACE, "".join(texts))


async def test_the_run_is_followed_from_the_database_where_it_is_not_carried_out(playing: Playing) -> None:
    async with streaming(playing) as (paced, run_id, _):
        await paced.say(30)
        owner = playing.hub.owners[run_id]
        await until(lambda: owner.screen.number == streams.OPENED + 30, "the text")
        del playing.hub.watches[run_id]  # as if the owner were another process
        page = await playing.look(run_id)
        assert run_id in playing.hub.followers
        await until(lambda: page.shows(PLACE, shown(TEXTS, 30)), "the text")
        await paced.say(len(TEXTS))
        await until(lambda: page.end, "the end")

    assert page.shows(PLACE, TEXT)
    assert page.end == "finished"


# -- the socket ---------------------------------------------------------------------------------------------------


def socket(user: User, run_id: uuid.UUID, language: str = "en") -> WebsocketCommunicator:
    communicator = WebsocketCommunicator(RunConsumer.as_asgi(), f"/ws/runs/{run_id}/?lang={language}")
    communicator.scope |= {"user": user, "url_route": {"kwargs": {"run_id": run_id}}}
    return communicator


@pytest.mark.parametrize(
    "nonsense",
    [
        "{",
        "[]",
        "null",
        '"x"',
        '{"after": "1"}',
        '{"after": 1.5}',
        '{"stop": true}',
        '{"after": 0, "base_url": "http://evil.example/v1", "api_key": "sk-x"}',
        "[" * 200_000,
        "",
        "\0",
        b"\xff\0",
    ],
)
async def test_f53_a_frame_that_makes_no_sense_is_answered_and_the_socket_stays(
    playing: Playing, nonsense: str | bytes
) -> None:
    async with streaming(playing) as (paced, run_id, _):
        line = socket(playing.user, run_id)
        await line.connect()
        kind = "bytes" if isinstance(nonsense, bytes) else "text"
        await line.send_input({"type": "websocket.receive", kind: nonsense})
        assert await line.receive_json_from() == {"error": "not understood"}
        await line.send_to(text_data='{"after": 0}')
        assert "hello" in await line.receive_json_from()
        await paced.say(len(TEXTS))
        assert (await playing.ended(run_id)).status == "finished"
        await line.disconnect()


async def test_f52_an_error_in_a_consumer_ends_its_socket_and_nothing_else(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = RunConsumer.begin

    async def broken(self: RunConsumer, after: int) -> None:
        if after == 7:
            raise ZeroDivisionError
        await begin(self, after)

    monkeypatch.setattr(RunConsumer, "begin", broken)
    async with streaming(playing) as (paced, run_id, _):
        page = await playing.look(run_id)
        line, other = socket(playing.user, run_id), socket(playing.user, run_id)
        await line.connect()
        await other.connect()
        await line.send_to(text_data='{"after": 7}')
        with pytest.raises(ZeroDivisionError):
            await line.wait(timeout=30)
        await other.send_to(text_data='{"after": 0}')
        assert "hello" in await other.receive_json_from()
        await paced.say(len(TEXTS))
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")
        await other.disconnect()

    assert run.status == "finished"
    assert page.shows(PLACE, TEXT)


@pytest.mark.parametrize("where", [(frames, "slot_html"), (parts, "state"), (painter.Painter, "_render")])
async def test_f52_an_error_in_a_renderer_spoils_what_is_shown_and_loses_nothing(
    playing: Playing, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str]
) -> None:
    def broken(*args: Any, **kwargs: Any) -> str:
        raise ZeroDivisionError

    before = errors_counted()
    async with streaming(playing) as (paced, run_id, _):
        monkeypatch.setattr(*where, broken)
        page = await playing.look(run_id)
        await paced.say(len(TEXTS))
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    assert (run.status, run.summary["text"]) == ("finished", TEXT)
    assert await playing.raw(run_id) == streams.whole(TEXTS)
    assert errors_counted() > before


def errors_counted() -> float:
    return sum(sample.value for sample in next(iter(metrics.errors.collect())).samples)


async def test_attack_65_somebody_elses_run_is_no_run(playing: Playing) -> None:
    bob = await playing.hub.ask(lambda: User.objects.create(username="bob"))
    async with streaming(playing) as (paced, run_id, _):
        answers = []
        for wanted in (run_id, uuid.uuid4()):
            line = socket(bob, wanted)
            await line.connect()
            answers.append(await line.receive_output())
            await line.send_to(text_data='{"after": 0}')
            assert await line.receive_nothing()
            await line.disconnect()
        await paced.say(len(TEXTS))
        await playing.ended(run_id)

    assert answers == [{"type": "websocket.close", "code": NOT_FOUND}] * 2
