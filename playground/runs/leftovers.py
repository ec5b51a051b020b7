"""Runs whose process is gone: those that upstream still works on go on here, the others are ended.

That they are interrupted is written down for all of them at once, because people wait for the word. What else is to
be said at an end takes reading every event again: it follows run by run, and until then a run keeps its lease.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from typing import Final

from django.db import DatabaseError, transaction

from playground import lifecycle
from playground.api.endpoints import ENDPOINTS
from playground.models import Run
from playground.runs import archive, background, ending, leases
from playground.runs.following import reply_of, screen_of
from playground.runs.hub import Hub
from playground.runs.journal import NotStored, never_takes
from playground.runs.owner import Owner
from playground.runs.screen import Screen
from playground.runs.starting import target_of
from playground.upstream.masking import Masker
from playground.upstream.problems import Interrupted

Status = Run.Status
logger = logging.getLogger(__name__)

#: In how many of its last events the end of a reply is looked for. Few servers say anything behind it.
TAIL: Final = 50


class Leftovers:
    """Those that this process has taken over and not yet dealt with, with their fences."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.taken: dict[uuid.UUID, int] = {}

    async def take_over(self) -> None:
        if lifecycle.is_draining():
            return
        await self._take()
        ended = [run_id for run_id in list(self.taken) if await self._deal_with(run_id)]
        for run_id in ended:  # afterwards: people wait for the words, nobody for the packing
            await ending.seal(self.hub, run_id)

    async def _take(self) -> None:
        holder = self.hub.holder
        # In one order in every process: what two take in one transaction, they must not take crosswise.
        left = sorted(await self.hub.ask(lambda: leases.left_over(holder)))
        if left:
            open_ended = await self.hub.ask(lambda: _open_ended([run_id for run_id, _ in left]))
            taken = await self.hub.journal.do(lambda: _take_all(left, open_ended, holder))
            self.taken |= sorted(taken.items(), key=lambda each: each[0] not in open_ended)

    async def _deal_with(self, run_id: uuid.UUID) -> bool:
        """Whether it has ended by that. What the database does not take is tried again later."""
        try:
            ended = await self._go_on_or_end(run_id, self.taken[run_id])
        except Exception as error:
            if isinstance(error, DatabaseError | NotStored) and not never_takes(error):
                raise
            logger.exception("run %s was left over and could not be ended as it should", run_id)
            ended = await self._end_in_few_words(run_id)
        del self.taken[run_id]
        return ended

    async def _go_on_or_end(self, run_id: uuid.UUID, fence: int) -> bool:
        found = await self.hub.ask(lambda: _load(run_id))
        if found is None:
            return False
        run, screen = found
        logger.info("run %s was left over; its events up to %d are stored", run_id, screen.number)
        if _goes_on(run, screen) and run.connection:
            stop = await self.hub.ask(lambda: leases.stop_requested(run_id))  # and nobody was there to do it
            owner = Owner(self.hub, run, target_of(run.connection), ENDPOINTS[run.endpoint].path, fence, screen)
            if stop:
                owner.stop()
            return False
        told = "" if _has_ended(screen) and run.is_live else Status.INTERRUPTED
        screen.finish()
        status, problem = ending.verdict(screen, told, None)
        masker = target_of(run.connection).masker if run.connection else Masker([])
        fields = await self.hub.ask(lambda: ending.last_words(run, screen, screen.last_at, masker, status, problem))
        return await self.hub.journal.do(lambda: ending.write(run, fence, fields))

    async def _end_in_few_words(self, run_id: uuid.UUID) -> bool:
        run = await self.hub.ask(lambda: Run.objects.filter(pk=run_id).first())
        if run is None:
            return False
        fields = ending.few_words(run, Status.INTERRUPTED, Interrupted())
        return await self.hub.journal.do(lambda: ending.write(run, self.taken[run_id], fields))


def _take_all(left: list[tuple[uuid.UUID, int]], open_ended: set[uuid.UUID], holder: str) -> dict[uuid.UUID, int]:
    """Take their leases, where nobody was quicker, and say of all whose end is plain that they are interrupted."""
    taken: dict[uuid.UUID, int] = {}
    with transaction.atomic():
        for run_id, fence in left:
            new = leases.take_over(run_id, fence, holder)
            if new is not None:
                taken[run_id] = new
        plain = Run.objects.filter(pk__in=taken.keys() - open_ended, status__in=Run.LIVE)
        plain.update(status=Status.INTERRUPTED, problem=Interrupted().as_document())
    return taken


def _open_ended(run_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of which the events must say what became of them: upstream may still work on the response, or all of it
    was stored and only the last words were missing."""
    found = set()
    for run_id in run_ids:
        run = Run.objects.defer("response_body", "summary").filter(pk=run_id).first()
        if run is None:  # deleted meanwhile
            continue
        tail = Screen(run.endpoint, reply_of(run))
        tail.advance(archive.tail(run_id, TAIL))
        if background.wishes(run).background or _has_ended(tail):
            found.add(run_id)
    return found


def _goes_on(run: Run, screen: Screen) -> bool:
    reader = screen.reader
    return bool(background.wishes(run).background and reader.id and reader.outcome in ("", "queued"))


def _has_ended(screen: Screen) -> bool:
    return screen.reader.ended and screen.reader.outcome != "queued"


def _load(run_id: uuid.UUID) -> tuple[Run, Screen] | None:
    """Nothing if it was deleted meanwhile."""
    run = Run.objects.select_related("connection").filter(pk=run_id).first()
    return None if run is None else (run, screen_of(run))
