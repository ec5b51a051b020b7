"""Stopping a run from a page, wherever it is carried out."""

from __future__ import annotations

import uuid

from asgiref.sync import async_to_sync

from playground.runs import leases
from playground.runs.hub import hub


def stop(run_id: uuid.UUID) -> None:
    """Asked again, or too late, nothing happens."""

    async def here() -> bool:
        owner = hub().owners.get(run_id)
        if owner:
            owner.stop()
        return owner is not None

    if not async_to_sync(here)():
        leases.request_stop(run_id)
