"""Following a run that another process carries out, or that has ended: everything is read from the database.

A hint says "R is at N"; a lost one costs a second, because we look by ourselves that often.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import TYPE_CHECKING

from django.db import DatabaseError

from playground.models import Lease, Run
from playground.runs import archive
from playground.runs.asked import asked
from playground.runs.packing import Stored
from playground.runs.screen import Reply, Screen
from playground.runs.watch import Watch

if TYPE_CHECKING:
    from playground.runs.hub import Hub

LOOK_EVERY = 1.0

logger = logging.getLogger(__name__)

#: The documents of a run that a page does not show while it runs, and that may be large.
HEAVY = ("request_body", "response_body", "summary", "request_headers")


def load(run_id: uuid.UUID) -> Watch | None:
    """A run as it is shown, from what is stored."""
    run, settled = _find(run_id)
    return None if run is None else Watch(run, screen_of(run), settled)


def _find(run_id: uuid.UUID) -> tuple[Run | None, bool]:
    """A run as it stands now, and whether its last words are written, if it has ended."""
    settled = not Lease.objects.filter(run=run_id).exists()
    return Run.objects.defer(*HEAVY).filter(pk=run_id).first(), settled


def screen_of(run: Run) -> Screen:
    screen = Screen(run.endpoint, reply_of(run), asked(run.endpoint, bytes(run.request_body)))
    for _, events in archive.read(run.pk):
        screen.advance(events)
    if not run.is_live:
        screen.finish()
    return screen


def reply_of(run: Run) -> Reply:
    headers = [(str(name), str(value)) for name, value in run.response_headers]
    return Reply(run.http_status or 200, "", headers)


class Follower:
    """Feeds a watch from the database until its run has ended."""

    def __init__(self, hub: Hub, watch: Watch) -> None:
        self._hub = hub
        self._watch = watch
        self._hinted = asyncio.Event()
        self._looking = asyncio.Lock()
        self._task = hub.start(self._follow(), f"follow {watch.run.pk}")

    def hint(self) -> None:
        self._hinted.set()

    def stop(self) -> None:
        self._task.cancel()

    async def _follow(self) -> None:
        try:
            while not self._watch.is_over:
                try:
                    await asyncio.wait_for(self._hinted.wait(), LOOK_EVERY)
                except TimeoutError:
                    pass
                self._hinted.clear()
                try:
                    await self.look()
                except DatabaseError:
                    logger.warning("could not look at run %s; trying again", self._watch.run.pk)
                except Exception:
                    # Its pages wait for what comes behind it, the end above all.
                    logger.exception("following run %s failed; going on", self._watch.run.pk)
        finally:
            if self._hub.followers.get(self._watch.run.pk) is self:
                del self._hub.followers[self._watch.run.pk]

    async def look(self) -> None:
        """Read what is new and show it. One look at a time: two would show the same events twice."""
        async with self._looking:
            await self._catch_up()

    async def _catch_up(self) -> None:
        watch = self._watch
        run, settled, events = await self._hub.ask(self._news)
        before = _state(watch.run)
        watch.has_last_words = settled
        if run is None:  # deleted while we looked
            watch.run.status = Run.Status.INTERRUPTED
        else:
            watch.run = run
            watch.screen.reply = reply_of(run)
        if events:
            try:
                watch.stored(events)
            except Exception:
                logger.exception("run %s: showing events from its log failed", watch.run.pk)
        if watch.is_over:
            watch.settled(watch.screen.finish())
        elif _state(watch.run) != before:
            watch.state_changed()

    def _news(self) -> tuple[Run | None, bool, list[Stored]]:
        """The run first: if it has ended, all its events are there to be read after it."""
        watch = self._watch
        run, settled = _find(watch.run.pk)
        events = [event for _, piece in archive.read(watch.run.pk, watch.screen.number) for event in piece]
        return run, settled, events


def _state(run: Run) -> tuple[object, ...]:
    return run.status, run.attempts, run.http_status
