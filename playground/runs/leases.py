"""Who carries out which run. A lease lasts 15 seconds by the database's clock, which alone counts between processes.

Each holder of a run's lease has a higher fence than the one before; the journal writes nothing for an old fence.
"""

from __future__ import annotations

import os
import secrets
import socket
import uuid
from typing import Any, Final

from django.db import connection
from django.db.models import BigIntegerField, F, Func, Value

from playground.models import Lease

LASTS_MS: Final = 15_000
RENEW_SECONDS: Final = 5.0


class Clock(Func):
    """Now, in milliseconds, as the database sees it."""

    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)", ()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)", ()


def new_holder() -> str:
    """A name for this process that no process before or beside it has."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(6)}"


def grant(run_id: uuid.UUID, holder: str) -> Lease:
    """The first lease of a new run; a second one for the same run is an IntegrityError."""
    return Lease.objects.create(run_id=run_id, holder=holder, until=Clock() + LASTS_MS, fence=1)


def renew(holder: str) -> int:
    """Keep everything this process holds; how many that is."""
    return Lease.objects.filter(holder=holder).update(until=Clock() + Value(LASTS_MS))


def take_over(run_id: uuid.UUID, fence: int, holder: str) -> int | None:
    """Take a lease that its holder left. The new fence, or None when somebody else was quicker."""
    theirs = Lease.objects.filter(run_id=run_id, fence=fence).exclude(holder=holder)
    if not one_server_only():
        theirs = theirs.filter(until__lt=Clock())
    taken = theirs.update(holder=holder, fence=F("fence") + 1, until=Clock() + Value(LASTS_MS))
    if not taken and not Lease.objects.filter(run_id=run_id, fence=fence + 1, holder=holder).exists():
        return None
    return fence + 1  # taken just now, or before, when the database did not come to say so


def left_over(holder: str) -> list[tuple[uuid.UUID, int]]:
    """Runs whose holder is gone: on SQLite every run of another process, since there is one server at a time."""
    theirs = Lease.objects.exclude(holder=holder)
    if not one_server_only():
        theirs = theirs.filter(until__lt=Clock())
    return list(theirs.values_list("run_id", "fence"))


def held(run_id: uuid.UUID, fence: int) -> bool:
    return Lease.objects.filter(run_id=run_id, fence=fence).exists()


def release(run_id: uuid.UUID, fence: int) -> bool:
    """Give a lease back; false when it was no longer ours. Part of the transaction that ends the run."""
    return bool(Lease.objects.filter(run_id=run_id, fence=fence).delete()[0])


def request_stop(run_id: uuid.UUID) -> None:
    Lease.objects.filter(run_id=run_id).update(stop_requested=True)


def stop_requested(run_id: uuid.UUID) -> bool:
    return Lease.objects.filter(run_id=run_id, stop_requested=True).exists()


def stops_requested(holder: str) -> list[uuid.UUID]:
    return list(Lease.objects.filter(holder=holder, stop_requested=True).values_list("run_id", flat=True))


def one_server_only() -> bool:
    return connection.vendor == "sqlite"
