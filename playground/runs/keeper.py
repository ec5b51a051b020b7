"""What a process does for its runs besides carrying them out: leases, leftovers, beats, a decent end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from django.db import DatabaseError

from playground import lifecycle
from playground.models import JournalEntry, Run
from playground.runs import background, chaperone, ending, forgetting, leases
from playground.runs.frames import message
from playground.runs.hub import Hub, hub
from playground.runs.journal import NotStored
from playground.runs.leftovers import Leftovers

Status = Run.Status
logger = logging.getLogger(__name__)

#: A page that hears nothing for longer takes its connection for dead.
BEAT_EVERY = 20.0
#: How soon a Stop that another process received is seen.
STOPS_EVERY = 0.5
#: How soon a deleted session goes for good once nobody can bring it back any more.
SWEEP_EVERY = 3600.0


@lifecycle.on_start
async def start() -> None:
    here = hub()
    left = Leftovers(here)
    here.spawn(_again(left.take_over, leases.RENEW_SECONDS), "leftovers")
    here.spawn(_again(lambda: seal_forgotten(here), 3600), "seals")
    here.spawn(_again(lambda: here.ask(forgetting.sweep), SWEEP_EVERY), "sweep")
    here.spawn(_beat(here), "beats")
    here.hints.listen()
    here.spawn(_again(lambda: chaperone.look_after(here), chaperone.LOOK_EVERY), "visitors")
    if not leases.one_server_only():
        here.spawn(_again(lambda: _renew(here, left), leases.RENEW_SECONDS), "leases")
        here.spawn(_again(lambda: _stop_as_asked(here), STOPS_EVERY), "stops")


@lifecycle.on_drain
async def drain() -> None:
    """Tell the pages, leave what upstream does without us, and let the rest come to its end."""
    here = hub()
    for watch in list(here.watches.values()):
        watch.say(message({"bye": "restarting"}))
    leave_what_goes_on(here)
    while here.owners:
        await asyncio.wait([owner.task for owner in here.owners.values()])
        await asyncio.sleep(0)


@lifecycle.on_stop
async def stop() -> None:
    """What is left now is interrupted, and says so."""
    here = hub()
    await end_all(here)
    await here.close()


def leave_what_goes_on(here: Hub) -> None:
    for owner in list(here.owners.values()):
        if background.goes_on(owner):
            owner.stop(background.LEFT)


async def end_all(here: Hub) -> None:
    leave_what_goes_on(here)  # of some, upstream has said only meanwhile how to find them again
    for owner in list(here.owners.values()):
        owner.stop(Status.INTERRUPTED)
    tasks = [owner.task for owner in here.owners.values()]
    if tasks:
        await asyncio.wait(tasks, timeout=3)


async def seal_forgotten(here: Hub) -> None:
    """Ended runs whose process did not come to sealing them."""
    open_journals = JournalEntry.objects.exclude(run__status__in=Run.LIVE).values_list("run_id", flat=True)
    for run_id in await here.ask(lambda: list(open_journals.order_by().distinct())):
        if run_id not in here.owners:
            await ending.seal(here, run_id)


async def _renew(here: Hub, left: Leftovers) -> None:
    if here.owners or left.taken:
        await here.journal.do(lambda: leases.renew(here.holder))


async def _stop_as_asked(here: Hub) -> None:
    """Stops that arrived in another process."""
    if here.owners:
        for run_id in await here.ask(lambda: leases.stops_requested(here.holder)):
            if run_id in here.owners:
                here.owners[run_id].stop()


async def _beat(here: Hub) -> None:
    beat = message({"beat": 1})
    while True:
        await asyncio.sleep(BEAT_EVERY)
        for watch in list(here.watches.values()):
            watch.say(beat)


async def _again(work: Callable[[], Awaitable[None]], every: float) -> None:
    """Do it now and then; a database that is away for a moment ends nothing."""
    while True:
        try:
            await work()
        except (DatabaseError, NotStored):
            logger.warning("the database did not answer; trying again in %s s", every)
        except Exception:
            logger.exception("looking after runs failed")
        await asyncio.sleep(every)
