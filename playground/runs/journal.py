"""The append-only log: (run, number) -> event. It commits, then says so; nothing is shown that is not stored.

One thread per process writes. Whatever waits goes into one transaction, one row per run: when it is quiet that is an
event per commit, when it is busy many, and nobody ever waits for a timer. What arrives during a commit goes into the
next one. A thread and not the event loop, because a commit may wait for a lock that another process holds.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, connection, transaction

from playground.models import JournalEntry, Lease, Run
from playground.runs.packing import Stored, pack

logger = logging.getLogger(__name__)
T = TypeVar("T")

#: How long a commit is tried again when the database is locked, restarting or away; and how much may wait meanwhile.
HOLD_SECONDS: Final = 30.0
HOLD_BYTES: Final = 512 * 1024


class NotStored(Exception):
    """Events could not be written and were not shown."""


class LostLease(NotStored):
    """Somebody else carries out this run now."""


class StorageFailed(NotStored):
    """The database did not take it. `code` is the problem's: storage_full or storage_error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Pen:
    """The right to write one run's log, held by its owner. `stored` is called with what was committed, in order."""

    def __init__(
        self,
        run_id: uuid.UUID,
        fence: int,
        number: int,
        stored: Callable[[list[Stored]], None],
        failed: Callable[[NotStored], None],
    ) -> None:
        self.run_id = run_id
        self.fence = fence
        self.number = number  # of the last event handed over
        self.stored = stored
        self.failed = failed
        self.failure: NotStored | None = None
        self.waiting: list[Stored] = []
        self.size = 0  # bytes of those
        self.held = 0  # bytes not yet committed, these included
        self.total = 0  # bytes handed over ever
        self.key: Any = Run._meta.pk.get_db_prep_value(run_id, connection)
        self.waiter: asyncio.Event | None = None  # there is somebody who waits for a commit
        self.broken = False  # the thread's own word: something was not stored, so nothing behind it may be

    async def room(self) -> None:
        """Wait while too much waits to be written: the upstream is then not read either."""
        await self._down_to(HOLD_BYTES)

    async def drained(self) -> None:
        """Wait until all of it is committed; raises what kept it from that."""
        await self._down_to(0)
        if self.failure:
            raise self.failure

    async def _down_to(self, size: int) -> None:
        while self.held > size and not self.failure:
            self.waiter = asyncio.Event()
            await self.waiter.wait()
        self.waiter = None


Entry = tuple[Pen, int, list[Stored], int]  # the number of the first event, the events, their size
Job = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class Journal:
    """The writer of this process. Every method is called from the event loop it was made in."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[tuple[list[Entry], list[Job]] | None] = queue.SimpleQueue()
        self._pens: list[Pen] = []  # with something waiting
        self._jobs: list[Job] = []
        self._busy = False  # a batch is with the thread, or about to be
        self._thread = threading.Thread(target=self._write_all, name="journal", daemon=True)
        self._thread.start()

    def append(self, pen: Pen, events: list[Stored]) -> None:
        """Write these next. They are shown, by the pen, when they are stored."""
        if pen.failure:
            return
        if not pen.waiting:
            self._pens.append(pen)
        size = len(events)
        for event in events:
            size += len(event.raw)
        pen.waiting += events
        pen.size += size
        pen.held += size
        pen.total += size
        if not self._busy:
            self._wake()

    async def do(self, job: Callable[[], T]) -> T:
        """Run something else that writes, in the same thread, in its turn."""
        done: asyncio.Future[T] = self._loop.create_future()
        self._jobs.append((job, done))
        self._wake()
        return await done

    async def close(self) -> None:
        await self.do(lambda: None)
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join, 60)

    # -- in the loop --------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        if not self._busy:
            self._busy = True
            # After everything else that is ready in this turn, so that one commit takes it all.
            self._loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        entries: list[Entry] = []
        for pen in self._pens:
            if pen.waiting:
                entries.append((pen, pen.number + 1, pen.waiting, pen.size))
                pen.number += len(pen.waiting)
                pen.waiting, pen.size = [], 0
        jobs, self._pens, self._jobs = self._jobs, [], []
        self._busy = bool(entries or jobs)
        if self._busy:
            self._queue.put((entries, jobs))

    def _committed(self, entries: list[Entry], failures: dict[int, NotStored]) -> None:
        # The thread starts on the next batch while this one is shown.
        self._hand_over()
        for pen, first, events, size in entries:
            failure = failures.get(id(pen)) if failures else None
            if failure is None and pen.failure is None:
                pen.held -= size
                try:
                    pen.stored(events)
                except Exception:
                    # Whatever it is, it concerns one run's display; the events are safe.
                    logger.exception("run %s: showing events from %d failed", pen.run_id, first)
            elif failure is not None and pen.failure is None:
                pen.failure, pen.waiting, pen.size, pen.held = failure, [], 0, 0
                pen.failed(failure)
            if pen.waiter:
                pen.waiter.set()

    # -- in the thread ------------------------------------------------------------------------------------------

    def _write_all(self) -> None:
        try:
            while (batch := self._queue.get()) is not None:
                entries, jobs = batch
                failures = _store_behind_what_is_stored(entries)
                results = [(done, _attempt(job)) for job, done in jobs]
                try:
                    self._loop.call_soon_threadsafe(self._report, entries, failures, results)
                except RuntimeError:  # the loop is gone, and everybody who waited with it
                    return
        finally:
            connection.close()

    def _report(self, entries: list[Entry], failures: dict[int, NotStored], results: list[Any]) -> None:
        self._committed(entries, failures)
        for done, (result, error) in results:
            if done.cancelled():
                continue
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)


def _attempt(job: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return _patiently(job), None
    except Exception as error:  # noqa: BLE001  it belongs to whoever asked
        return None, error


def _patiently(write: Callable[[], T]) -> T:
    """Write; while the database is locked or away, try again for as long as we may hold events back."""
    deadline = time.monotonic() + HOLD_SECONDS
    while True:
        try:
            return write()
        except IntegrityError:
            raise
        except (DatabaseError, InterfaceError) as error:
            code = trouble(error)
            logger.warning("writing failed: %s (%s)", code or "locked or away", type(error).__name__)
            if connection.vendor != "sqlite" and not connection.in_atomic_block:
                connection.close()  # the server may have gone, and comes back as another
            if code or time.monotonic() > deadline:
                raise StorageFailed(code or "storage_error") from error
            time.sleep(0.1)


def never_takes(error: BaseException | None) -> bool:
    """Whether the database will not take it however often it is asked: a value, and not the moment, is wrong."""
    return isinstance(error, DataError) or (isinstance(error, StorageFailed) and never_takes(error.__cause__))


def trouble(error: Exception) -> str:
    """What is wrong with the storage, as a problem code; nothing when waiting may help."""
    cause = error.__cause__
    number = getattr(cause, "sqlite_errorcode", None)
    if number is not None:
        return {5: "", 6: "", 13: "storage_full"}.get(number & 0xFF, "storage_error")
    if never_takes(error):  # a driver may say so by itself, without a state of the server's
        return "storage_error"
    state = getattr(cause, "sqlstate", None)
    if state == "53100":
        return "storage_full"
    # The last is for a process that froze within a transaction and goes on: its connection is gone, and comes back.
    if isinstance(error, InterfaceError) or state is None or state[:2] in ("08", "57", "53", "40") or state == "25P03":
        return ""
    return "storage_error"


def _store_behind_what_is_stored(entries: list[Entry]) -> dict[int, NotStored]:
    """Leaves out what would lie behind a hole: it was handed over before the loop knew of the failure ahead of it."""
    writable = [entry for entry in entries if not entry[0].broken]
    failures = _store_safely(writable) if writable else {}
    if failures:
        for pen, *_ in writable:
            pen.broken = id(pen) in failures
    return failures


def _store_safely(entries: list[Entry]) -> dict[int, NotStored]:
    """The thread must outlive whatever happens to a batch."""
    try:
        return _store(entries)
    except Exception:
        logger.exception("writing the journal failed")
        return {id(pen): StorageFailed("storage_error") for pen, *_ in entries}


def _store(entries: list[Entry]) -> dict[int, NotStored]:
    """Commit a batch. What could not be stored, by pen; all the rest is."""
    rows = [
        (pen.key, first, first + len(events) - 1, pack(events), pen.key, pen.fence) for pen, first, events, _ in entries
    ]
    try:
        if _patiently(lambda: _insert(rows)) == len(rows):
            return {}
    except IntegrityError:
        pass  # one of them: find out which
    except StorageFailed as failure:
        return {id(pen): failure for pen, *_ in entries}
    return _store_one_by_one(entries, rows)


def _store_one_by_one(entries: list[Entry], rows: list[tuple[Any, ...]]) -> dict[int, NotStored]:
    failures: dict[int, NotStored] = {}
    for (pen, first, *_), row in zip(entries, rows, strict=True):
        try:
            already = JournalEntry.objects.filter(run_id=pen.run_id, first=first)
            if not (_holds(pen) and already.exists()) and not _patiently(lambda row=row: _insert([row])):  # type: ignore[misc]
                failures[id(pen)] = LostLease()
        except IntegrityError:
            failures[id(pen)] = LostLease()
        except StorageFailed as failure:
            failures[id(pen)] = failure
        except (DatabaseError, InterfaceError) as error:
            failures[id(pen)] = StorageFailed(trouble(error) or "storage_error")
    return failures


def _holds(pen: Pen) -> bool:
    return Lease.objects.filter(run_id=pen.run_id, fence=pen.fence).exists()


#: Stores nothing for an old fence. PostgreSQL must also keep the lease from changing hands until the commit.
_INSERT: Final = (
    "INSERT INTO playground_journalentry (run_id, first, last, data) "
    "SELECT %s, %s, %s, %s FROM playground_lease WHERE run_id = %s AND fence = %s"
)
_INSERT_LOCKING: Final = _INSERT + " FOR SHARE"
_INSERT_SQLITE: Final = _INSERT.replace("%s", "?")


def _insert(rows: list[tuple[Any, ...]]) -> int:
    """How many of the rows were stored: those whose fence still holds."""
    if connection.vendor == "sqlite":
        return _insert_sqlite(rows)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_INSERT_LOCKING, rows)
        return int(cursor.rowcount)


def _insert_sqlite(rows: list[tuple[Any, ...]]) -> int:
    """The same without Django's layers, which would cost as much as the commit itself."""
    connection.ensure_connection()
    database = connection.connection
    with connection.wrap_database_errors:
        database.execute("BEGIN IMMEDIATE")
        try:
            stored = database.executemany(_INSERT_SQLITE, rows).rowcount
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
    return int(stored)
