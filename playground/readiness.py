"""Is everything there that serving needs? Each part is asked in a bounded time; a room may add its own with
`lifecycle.ready(name)`, or ask more of one of these by taking its name."""

from __future__ import annotations

import asyncio
import logging
import time

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import connection, transaction

from playground import lifecycle
from playground.models import JournalEntry

PATIENCE = 3.0  # seconds for each part
KEPT = 1.0  # seconds for which an answer stands, so that asking costs nothing

log = logging.getLogger(__name__)
_last: tuple[float, dict[str, bool]] = (0.0, {})


async def parts() -> dict[str, bool]:
    """Every part's name, and whether it is ready."""
    global _last
    if time.monotonic() - _last[0] > KEPT:
        checks = {"database": _database, "channels": _channels, "journal": _journal, **lifecycle.checks}
        answers = await asyncio.gather(*(_answers(name, check) for name, check in checks.items()))
        _last = time.monotonic(), dict(zip(checks, answers, strict=True))
    return _last[1]


async def _answers(name: str, check: lifecycle.Hook) -> bool:
    try:
        await asyncio.wait_for(check(), PATIENCE)
    except Exception:  # whatever a part fails with, it is not ready
        log.warning("not ready: %s", name, exc_info=True)
        return False
    return True


@database_sync_to_async
def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def _channels() -> None:
    layer = get_channel_layer()
    name = await layer.new_channel()
    await layer.send(name, {"type": "ready"})
    await layer.receive(name)


@database_sync_to_async
def _journal() -> None:
    """A write that changes no row: it needs the lock, the disk and the permission all the same."""
    with transaction.atomic():
        JournalEntry.objects.filter(pk__lt=0).update(last=0)
