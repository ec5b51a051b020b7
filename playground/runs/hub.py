"""The runs of this process: its journal, what it carries out, what it shows. One per event loop."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
import uuid
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import DatabaseError, close_old_connections, connection

from playground.runs import leases
from playground.runs.following import Follower, load
from playground.runs.hints import Hints
from playground.runs.journal import Journal, NotStored
from playground.runs.watch import Watch, Watcher

if TYPE_CHECKING:
    from playground.runs.owner import Owner
    from playground.runs.parts import Lens

T = TypeVar("T")
logger = logging.getLogger(__name__)

#: Threads that read from the database.
READERS = 4
#: How long a run that nobody looks at any more stays in memory, for a page that only reloads.
LINGER = 5.0

_hubs: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = weakref.WeakKeyDictionary()


def hub() -> Hub:
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


class Hub:
    def __init__(self) -> None:
        self.holder = leases.new_holder()
        self.journal = Journal()
        self.owners: dict[uuid.UUID, Owner] = {}
        self.watches: dict[uuid.UUID, Watch] = {}
        self.followers: dict[uuid.UUID, Follower] = {}
        self.hints = Hints(self)
        self._loading: dict[uuid.UUID, asyncio.Task[Watch | None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        # Streams must not wait for a pool that pages use up.
        self._readers = ThreadPoolExecutor(READERS, "runs")

    async def ask(self, question: Callable[[], T]) -> T:
        """Read from the database, in a thread of this room."""

        def fresh() -> T:
            close_old_connections()
            return question()

        return await asyncio.get_running_loop().run_in_executor(self._readers, fresh)

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        self.start(work, name)  # type: ignore[unused-awaitable]  # it is kept in _tasks

    def start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """A task that lives on its own: not in the context of the request that happened to start it."""
        nobodys = contextvars.Context()
        task = asyncio.get_running_loop().create_task(work, name=name, context=nobodys)
        self._tasks.add(task)
        # The callback's own context would keep the request, its database and its thread as long as the task lives.
        task.add_done_callback(self._tasks.discard, context=nobodys)
        return task

    # -- watching -----------------------------------------------------------------------------------------------

    async def watch(self, run_id: uuid.UUID, watcher: Watcher, after: int) -> bool:
        """Attach a page to a run, wherever it is carried out; false when there is no such run."""
        watch = await self.watch_of(run_id)
        if watch is None:
            return False
        watch.attach(watcher, after)
        return True

    async def watch_of(self, run_id: uuid.UUID) -> Watch | None:
        watch = self.watches.get(run_id)
        if watch is not None:
            return watch
        if run_id not in self._loading:
            self._loading[run_id] = self.start(self._load(run_id), f"load {run_id}")
        return await asyncio.shield(self._loading[run_id])

    async def _load(self, run_id: uuid.UUID) -> Watch | None:
        try:
            loaded = await self.ask(lambda: load(run_id))
            if loaded is None:
                return None
            if run_id in self.watches:  # its owner was quicker
                return self.watches[run_id]
            watch = self.watches[run_id] = loaded
            if not watch.is_over:
                self.followers[run_id] = Follower(self, watch)
            self.release_later(watch)
            return watch
        finally:
            del self._loading[run_id]

    async def since(self, run_id: uuid.UUID, after: int, lens: Lens) -> list[str] | None:
        """What a page that only asks now and then lacks of a run, if it has seen its events up to `after`; None when
        there is no such run."""
        watch = await self.watch_of(run_id)
        if watch is None:
            return None
        if not watch.is_over and run_id not in self.owners:
            await self.refresh(watch)
        return [frame.text for frame in watch.since(after, lens)]

    async def refresh(self, watch: Watch) -> None:
        """Bring a followed run up to date for somebody who asks only now and then."""
        follower = self.followers.get(watch.run.pk)
        if follower:
            await follower.look()

    def leave(self, watcher: Watcher) -> None:
        watch = watcher.watch
        if watch is not None:
            watch.detach(watcher)
            self.release_later(watch)

    def release_later(self, watch: Watch) -> None:
        if not watch.audiences:
            asyncio.get_running_loop().call_later(LINGER, self._release, watch)

    def _release(self, watch: Watch) -> None:
        """Forget a run that nobody looks at and nobody here carries out."""
        run_id = watch.run.pk
        if watch.audiences or run_id in self.owners or self.watches.get(run_id) is not watch:
            return
        del self.watches[run_id]
        follower = self.followers.pop(run_id, None)
        if follower:
            follower.stop()

    def take_on(self, anew: Watch) -> None:
        """The run is carried out here from now on, and only its owner feeds what shows it. What a follower fed until
        now may lack the newest events: its pages go on with the owner's."""
        run_id = anew.run.pk
        old, follower = self.watches.get(run_id), self.followers.pop(run_id, None)
        if follower:
            follower.stop()
        self.watches[run_id] = anew
        if old:
            _move(old.watchers, old, anew)

    async def hand_on(self, watch: Watch) -> None:
        """Another process carries the run out now: its pages go on with what is stored."""
        watchers = watch.watchers
        self.watches.pop(watch.run.pk, None)
        _move(watchers, watch, await self.watch_of(watch.run.pk))

    # -- writing and telling ------------------------------------------------------------------------------------

    def write_later(self, write: Callable[[], Any], name: str) -> None:
        """Something small about a run; it must not hold up its stream, and losing it is no harm."""

        async def go() -> None:
            try:
                await self.journal.do(write)
            except (NotStored, DatabaseError):
                logger.warning("could not %s", name)

        self.spawn(go(), name)

    def announce(self, run_id: uuid.UUID, number: int) -> None:
        """Tell other processes that a run is at event `number`."""
        self.hints.is_at(run_id, number)

    # -- the end of the process ---------------------------------------------------------------------------------

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.journal.close()
        # Its threads hold connections, which a PostgreSQL that is to go away would wait for.
        together = threading.Barrier(READERS)
        for _ in range(READERS):
            self._readers.submit(_close_when, together)
        await asyncio.to_thread(self._readers.shutdown)
        _hubs.pop(asyncio.get_running_loop(), None)


def _move(watchers: list[Watcher], old: Watch, anew: Watch | None) -> None:
    for watcher in watchers:
        if watcher.watch is not old:  # that page has gone meanwhile
            continue
        old.detach(watcher)
        if anew:
            try:
                anew.attach(watcher, 0)
            except Exception:
                logger.exception("run %s could not be shown any further to a page", anew.run.pk)


def _close_when(together: threading.Barrier) -> None:
    """Each thread closes its own connection: none gets to a second turn before all have had one."""
    together.wait(10)
    connection.close()
