"""Looking after the runs of visitors: each ends with its link, and when the link has no tokens left for it.

Whoever carries such a run out asks the database twice a second, for all of them together, so a link that was closed in
another process, one that has expired and one whose preset is gone are the same case.
"""

from __future__ import annotations

import uuid

from asgiref.sync import async_to_sync

from playground.runs import visits
from playground.runs.hub import Hub, hub
from playground.runs.owner import Owner
from playground.upstream.problems import LinkEnded, LinkUsedUp

LOOK_EVERY = 0.5


async def look_after(here: Hub) -> None:
    for run_id, owner in (await end_homeless(here)).items():
        needed = owner.weight.so_far(owner.screen) if owner.weight else 0
        if needed <= owner.allowed:
            continue
        owner.allowed = needed + visits.STEP
        if not await here.journal.do(lambda run_id=run_id, needed=needed: visits.take_more(run_id, needed)):  # type: ignore[misc]
            owner.stop(why=LinkUsedUp())


async def end_homeless(here: Hub) -> dict[uuid.UUID, Owner]:
    """Stop those without an open link; those that go on."""
    guests = {run_id: owner for run_id, owner in here.owners.items() if owner.run.visitor}
    if guests:
        for run_id in await here.ask(lambda: visits.homeless(list(guests))):
            guests.pop(run_id).stop(why=LinkEnded())
    return guests


def look_now() -> None:
    """From a page: a link was closed. Other processes see it by themselves."""

    async def look() -> None:
        await end_homeless(hub())

    async_to_sync(look)()
