"""Who feeds what shows a run, and which pages look at it, when that changes hands or goes wrong."""

from __future__ import annotations

import json
import uuid

import pytest
from channels.testing import WebsocketCommunicator

from playground.consumers import RunConsumer
from playground.models import Lease, Run
from playground.runs import frames
from playground.runs.frames import Frame
from playground.runs.leftovers import Leftovers
from playground.runs.watch import Watch
from tests.runs import streams
from tests.runs.finished import stored
from tests.runs.playing import SENSE, Playing, until
from tests.runs.test_leftovers import BEGUN, keep, leave
from tests.upstream import hostile


async def test_a_page_that_goes_while_its_run_is_handed_on_is_not_kept(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await leave(playing, BEGUN)
    gone, stays = await playing.look(run_id), await playing.look(run_id)
    watch_of = playing.hub.watch_of

    async def meanwhile(wanted: uuid.UUID) -> Watch | None:
        playing.leave(gone)
        return await watch_of(wanted)

    monkeypatch.setattr(playing.hub, "watch_of", meanwhile)
    await playing.hub.hand_on(playing.hub.watches[run_id])

    assert playing.hub.watches[run_id].watchers == [stays.watcher]


def broken(*_: object) -> list[Frame]:
    raise ZeroDivisionError


async def test_pages_hear_of_the_end_though_its_events_cannot_be_shown(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours, in a run that another process carries out."""
    run_id = await leave(playing, b"")
    page = await playing.look(run_id)
    monkeypatch.setattr(playing.hub.watches[run_id].screen, "advance", broken)

    def end() -> None:
        keep(run_id, stored(streams.whole(["All."])))
        Run.objects.update(status="finished", outcome="completed")
        Lease.objects.all().delete()

    await playing.hub.ask(end)
    playing.hub.followers[run_id].hint()
    await until(lambda: page.end, "the end")

    assert page.end == "finished"


async def test_a_page_that_could_not_be_shown_anything_is_not_kept(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await leave(playing, BEGUN)
    monkeypatch.setattr(frames, "of_snapshot", broken)

    with pytest.raises(ZeroDivisionError):
        await playing.look(run_id)

    assert not playing.hub.watches[run_id].audiences


async def test_a_page_that_cannot_be_shown_anything_keeps_nobody_from_carrying_the_run_out(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hostile.serve(
        hostile.json_reply(json.dumps(streams.response("completed", "All.")).encode())
    ) as upstream:
        connection = await playing.connect(upstream.base_url)
        body = json.dumps({**SENSE, "background": True, "stream": False}).encode()
        run_id = await leave(playing, BEGUN, connection=connection, request_body=body)
        await playing.look(run_id)
        monkeypatch.setattr(frames, "of_snapshot", broken)
        await Leftovers(playing.hub).take_over()
        run = await playing.ended(run_id)

    assert (run.status, run.summary["text"]) == ("finished", "All.")


async def test_a_socket_that_ends_by_a_fault_of_ours_watches_nothing_any_more(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await leave(playing, BEGUN)
    line = WebsocketCommunicator(RunConsumer.as_asgi(), f"/ws/runs/{run_id}/")
    line.scope |= {"user": playing.user, "url_route": {"kwargs": {"run_id": run_id}}}
    await line.connect()
    await line.send_json_to({"after": 0})
    assert "hello" in await line.receive_json_from()
    (watcher,) = playing.hub.watches[run_id].watchers
    monkeypatch.setattr(watcher, "acknowledge", broken)

    await line.send_json_to({"ack": 1})
    with pytest.raises(ZeroDivisionError):
        await line.wait()

    assert not playing.hub.watches[run_id].audiences


async def test_a_word_that_is_no_part_of_a_run_is_counted_like_its_frames(playing: Playing) -> None:
    """The browser acknowledges every frame: what went by the count let it seem faster than it reads."""
    run_id = await leave(playing, BEGUN)
    line = WebsocketCommunicator(RunConsumer.as_asgi(), f"/ws/runs/{run_id}/")
    line.scope |= {"user": playing.user, "url_route": {"kwargs": {"run_id": run_id}}}
    await line.connect()
    await line.send_json_to({"after": 0})
    heard = [await line.receive_json_from()]
    (watcher,) = playing.hub.watches[run_id].watchers
    await line.send_to(text_data="what?")
    while "error" not in heard[-1]:
        heard.append(await line.receive_json_from())

    watcher.acknowledge(len(heard) - 1)
    assert watcher._unread
    watcher.acknowledge(len(heard))
    assert not watcher._unread
    await line.disconnect()
