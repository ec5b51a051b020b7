"""Who feeds what shows a run, and which pages look at it, when that changes hands or goes wrong."""

from __future__ import annotations

import uuid

import pytest

from playground.runs.watch import Watch
from tests.runs.playing import Playing
from tests.runs.test_leftovers import BEGUN, leave


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
