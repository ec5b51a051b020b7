"""Carrying out one run: request body -> upstream -> events, in a task that no socket and no request owns."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from playground import search
from playground.models import Run
from playground.runs import background, ending, tries, visits
from playground.runs.asked import asked
from playground.runs.journal import LostLease, NotStored, Pen, StorageFailed, never_takes
from playground.runs.packing import Stored
from playground.runs.receiving import LINGER, receive, refusal
from playground.runs.screen import Reply, Screen
from playground.runs.watch import Watch
from playground.upstream import door, problems

if TYPE_CHECKING:
    from playground.runs.hub import Hub

Status = Run.Status
logger = logging.getLogger(__name__)

#: From how many events or bytes on a reply is assembled aside.
LONG: Final = 5000
LARGE: Final = 256 * 1024
#: What pages are told of a run that has ended.
_TOLD: Final = ("status", "outcome", "problem", "timings", "finished")


class Owner:
    """One per live run in the whole installation: the lease and its fence say so."""

    def __init__(self, hub: Hub, run: Run, target: door.Target, path: str, fence: int, screen: Screen | None = None):
        self.hub = hub
        self.run = run
        self.target = target
        self.path = path
        self.fence = fence
        self.wishes = background.wishes(run)
        self.masker = target.masker
        self.watch = Watch(run, screen or _screen(run))
        self.pen = Pen(run.pk, fence, self.watch.screen.number, self._stored, self._not_stored)
        self.sent = time.monotonic()  # moved when the request really goes out
        self.resumed = screen is not None
        self.last_answer = b""  # the newest whole body: the same once more says nothing new
        self.reading: asyncio.Timeout | None = None
        self._now: asyncio.Event | None = None  # cuts the wait for the next try short
        self.weight = visits.Weight(run) if run.visitor else None
        self.allowed = 0  # tokens: of a visitor's run, how many it was last seen to need
        self._verdict = ""  # what it was told to end as, if it was
        self._why: problems.Problem | None = None  # and why, when not by hand
        self._begun = self._ending = False
        hub.owners[run.pk] = self
        hub.take_on(self.watch)
        self.task = hub.start(self._carry_out(), f"run {run.pk}")

    # -- what others may ask ------------------------------------------------------------------------------------

    def stop(self, verdict: str = Status.STOPPED, why: problems.Problem | None = None) -> None:
        """End it now and keep what came. Asked twice, or when it is over, nothing happens."""
        if not self._verdict and not self._ending:
            self._verdict, self._why = verdict, why
            if self._begun:  # a task cancelled before its first step would never come to its end
                self.task.cancel()

    def retry_now(self) -> None:
        """Do not wait any longer before the next try."""
        if self._now:
            self._now.set()

    @property
    def screen(self) -> Screen:
        return self.watch.screen

    @property
    def elapsed(self) -> int:
        """Microseconds since the request was sent."""
        return int((time.monotonic() - self.sent) * 1e6)

    # -- the task -----------------------------------------------------------------------------------------------

    async def _carry_out(self) -> None:
        problem: problems.Problem | None = None
        self._begun = True
        try:
            if self._verdict:
                raise asyncio.CancelledError
            if not self.resumed:
                await self._ask()
            await background.follow(self)
        except asyncio.CancelledError:
            if not self._verdict and not self.pen.failure:
                self._verdict = Status.INTERRUPTED  # the process ends
            asyncio.current_task().uncancel()  # type: ignore[union-attr]
        except problems.Problem as met:
            problem = met
        except NotStored:
            pass  # said by the pen, which knows why
        except Exception:
            logger.exception("run %s failed", self.run.pk)
            problem = problems.Internal()
        try:
            await self._end(problem)
        except Exception:
            logger.exception("run %s could not be ended as it should", self.run.pk)
            await self._end_in_few_words()
        finally:
            self.hub.owners.pop(self.run.pk, None)
            self.hub.release_later(self.watch)

    async def _ask(self) -> None:
        try:
            await self._try_until_answered()
        except problems.LimitReached:
            raise  # with limits anew it would be none
        except problems.BrokenReply:
            if not background.goes_on(self):
                raise

    async def _try_until_answered(self) -> None:
        while True:
            said, wait = None, None
            try:
                limited = await self._try()
                if limited is None:
                    return
                problem, wait = limited
                said = problem.as_document()
                if wait is None:
                    raise problem
            except problems.Problem as met:
                said = met.as_document()
                raise
            finally:
                self.run.attempts = [*self.run.attempts, tries.attempt(self.run.http_status, said, wait)]
            await self._wait(wait)

    async def _wait(self, seconds: float) -> None:
        """The countdown after a 429: shown, and cut short by "now" or by Stop."""
        self._now = asyncio.Event()
        self.run.status = Status.WAITING
        self.save("status", "attempts", "http_status")
        try:
            await asyncio.wait_for(self._now.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            self._now = None

    async def _try(self) -> tuple[problems.RateLimited, float | None] | None:
        """Send the request and receive what comes; a 429 is given back instead of raised, with the wait after it."""
        self.sent = time.monotonic()
        self.run.status, self.run.started = Status.RUNNING, timezone.now()
        self.run.http_status, self.run.response_headers = None, []
        self.save("status", "started", "attempts")
        body = bytes(self.run.request_body)
        async with door.open(self.target, "POST", self.path, body, self.wishes.stream is True) as reply:
            self.note_reply(reply)
            if reply.status == 429:
                return await self._limited(reply)
            await receive(self, reply)
        return None

    async def _limited(self, reply: door.Reply) -> tuple[problems.RateLimited, float | None]:
        event, problem = await refusal(self, reply)
        limited = problem if isinstance(problem, problems.RateLimited) else problems.RateLimited(status=429)
        wait = tries.wait_after(limited, len(self.run.attempts) + 1)
        if wait is None:  # this is the answer, then
            self.store([event])
        return limited, wait

    # -- a reply ------------------------------------------------------------------------------------------------

    def note_reply(self, reply: door.Reply) -> None:
        """The status line and headers are here."""
        self.run._state.fields_cache.clear()  # its session and its people were the request's, which is long over
        self.screen.reply = Reply(reply.status, reply.reason, reply.headers)
        self.run.http_status, self.run.response_headers = reply.status, reply.headers
        self.run.timings = {**self.run.timings, "headers": self.elapsed / 1000}
        self.save("http_status", "response_headers", "timings")

    def store(self, events: list[Stored]) -> None:
        if events:
            self.hub.journal.append(self.pen, events)

    # -- what the journal says ----------------------------------------------------------------------------------

    def _stored(self, events: list[Stored]) -> None:
        self.watch.stored(events)
        reader = self.screen.reader
        if reader.ended and self.reading is not None and self.reading.when() is None:
            self.reading.reschedule(asyncio.get_running_loop().time() + LINGER)
        if reader.id and not self.run.upstream_id and self.wishes.background:
            self.run.upstream_id = search.clean(reader.id)[:200]
            self.save("upstream_id")
        self.hub.announce(self.run.pk, self.screen.number)

    def _not_stored(self, failure: NotStored) -> None:
        """The log ends here: nothing more is read, and what was not stored was not shown."""
        if not self._ending:
            self.task.cancel()

    def save(self, *names: str) -> None:
        """Write these fields of the run, when it is their turn, and show what they changed."""
        fields = {name: getattr(self.run, name) for name in names}
        run_id, fence = self.run.pk, self.fence

        def write() -> None:
            Run.objects.filter(pk=run_id, lease__fence=fence).update(**fields)

        self.hub.write_later(write, f"save {run_id}")
        if "status" in names:
            self.watch.state_changed()

    # -- the end ------------------------------------------------------------------------------------------------

    async def _end(self, problem: problems.Problem | None) -> None:
        """Settle what the run was, write it once, then say so."""
        self._ending = True
        done = self.elapsed
        reader = self.screen.reader
        told = "" if reader.ended and reader.outcome != "queued" else self._verdict
        if told == background.LEFT:
            await background.leave(self)
            return
        if told == Status.STOPPED:
            await background.cancel(self)
        try:
            await self.pen.drained()
        except LostLease:
            await self.hub.hand_on(self.watch)
            return
        except StorageFailed as failure:
            told, problem = "", problems.KINDS[failure.code]()
        if isinstance(problem, problems.BrokenReply) and reader.ended and reader.outcome in ("completed", "incomplete"):
            problem = None  # it broke off behind its last word: the answer is whole
        change = self.screen.finish()
        status, problem = ending.verdict(self.screen, told, self._why if told else problem)
        fields = await self._last_words(done, status, problem)
        if await self._write(fields):
            # Not before: a page that is told of the end listens no longer, and must have heard all of it.
            self._tell(fields)
            self.watch.settled(change)
            self.hub.announce(self.run.pk, self.screen.number)
            self.hub.spawn(ending.seal(self.hub, self.run.pk), f"seal {self.run.pk}")
        else:
            await self.hub.hand_on(self.watch)

    async def _end_in_few_words(self) -> None:
        """Ending it went wrong, which is a fault of ours. It must not seem to go on for ever."""
        try:
            fields = ending.few_words(self.run, Status.FAILED, problems.Internal())
            if await self._write(fields):
                self.hub.spawn(ending.seal(self.hub, self.run.pk), f"seal {self.run.pk}")
            await self.hub.hand_on(self.watch)  # whatever was shown of it until now: here is what is written
            self.hub.announce(self.run.pk, self.screen.number)
        except Exception:
            logger.exception("run %s could not be ended at all", self.run.pk)

    async def _last_words(self, done: int, status: str, problem: problems.Problem | None) -> dict[str, Any]:
        def assemble() -> dict[str, Any]:
            return ending.last_words(self.run, self.screen, done, self.masker, status, problem)

        # Assembling a very long reply takes a while: others stream meanwhile.
        short = self.screen.number < LONG and self.pen.total < LARGE and not self.resumed
        return assemble() if short else await self.hub.ask(assemble)

    async def _write(self, fields: dict[str, Any]) -> bool:
        """The final write, as often as it takes: without it the run would seem to go on for ever."""
        while True:
            try:
                return await self.hub.journal.do(lambda: ending.write(self.run, self.fence, fields))
            except NotStored as failure:
                if never_takes(failure):
                    raise
                self._tell(fields)  # all that is known, and why none of it can be kept
                self.watch.state_changed()
                await asyncio.sleep(1)

    def _tell(self, fields: dict[str, Any]) -> None:
        for name in _TOLD:
            setattr(self.run, name, fields[name])


def _screen(run: Run) -> Screen:
    return Screen(run.endpoint, asked=asked(run.endpoint, bytes(run.request_body)))
