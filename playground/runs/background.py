"""Responses that upstream works on without us: `background`. They outlive a lost stream and a restart of ours.

A stream goes on behind its last stored event (`starting_after`); where that is refused, or none was asked for, the
response is asked after until it is done. Every answer that differs from the last becomes an event named `body`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from playground.models import Lease, Run
from playground.runs import receiving
from playground.runs.journal import NotStored
from playground.runs.receiving import body_event, receive, refusal
from playground.upstream import door, problems, sse

if TYPE_CHECKING:
    from playground.runs.owner import Owner

logger = logging.getLogger(__name__)

#: A verdict: this process ends, another one goes on with the run.
LEFT: Final = "left"

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 5.0
#: How often a stream is picked up again without a single new event, before the response is asked after instead; and
#: how many questions in a row may fail.
MOST_FAILURES: Final = 8
#: A server that asks for more is asked again all the same.
LONGEST_WAIT: Final = 60.0
#: How long Stop waits for upstream to have understood.
FAREWELL: Final = 0.8


class Wishes(msgspec.Struct):
    """What a request asks of the way its reply travels."""

    stream: bool | None = None
    background: bool | None = None


_wishes = msgspec.json.Decoder(Wishes)


class _Numbered(msgspec.Struct):
    sequence_number: int = -1


_numbered = msgspec.json.Decoder(_Numbered)


def wishes(run: Run) -> Wishes:
    return wishes_in(bytes(run.request_body), run.endpoint)


def wishes_in(body: bytes, endpoint: str) -> Wishes:
    try:
        found = _wishes.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Wishes()  # what is no such JSON may be sent all the same
    if endpoint != "responses":
        found.background = False
    return found


def goes_on(owner: Owner) -> bool:
    """Whether upstream still works on the response, as far as we know."""
    reader = owner.screen.reader
    return bool(owner.wishes.background and reader.id and reader.outcome in ("", "queued"))


async def follow(owner: Owner) -> None:
    """Stay with a background response until it is done. Any other reply is done already."""
    failures, pause, streaming = 0, FIRST_PAUSE, bool(owner.wishes.stream)
    while goes_on(owner):
        before, wait = owner.screen.number, 0.0
        met: problems.Problem | None = None
        try:
            await (_go_on_streaming(owner) if streaming else _ask_after(owner))
        except problems.LimitReached:
            raise  # with limits anew it would be none
        except (problems.ErrorReply, problems.NoAnswer, problems.BrokenReply) as problem:
            met = problem
        await owner.pen.drained()
        if owner.pen.total > receiving.LIMITS.total:
            raise problems.LimitReached(limit="total", allowed=receiving.LIMITS.total)
        if owner.screen.number > before:
            failures, pause = 0, FIRST_PAUSE
        if streaming:
            failures += owner.screen.number == before
            if isinstance(met, problems.ErrorReply) or failures > MOST_FAILURES:
                streaming, failures = False, 0
        elif met is None:
            failures = 0
        else:
            failures += 1
            if failures > MOST_FAILURES or (isinstance(met, problems.ErrorReply) and not _may_pass(met)):
                raise met
        if isinstance(met, problems.RateLimited):
            wait = min((met.retry_after_ms or 0) / 1000, LONGEST_WAIT)
        if goes_on(owner):
            await asyncio.sleep(max(pause, wait))
            pause = min(pause * 1.5, LONGEST_PAUSE)


def _may_pass(refused: problems.ErrorReply) -> bool:
    return isinstance(refused, problems.RateLimited | problems.UpstreamError)


async def _go_on_streaming(owner: Owner) -> None:
    """The rest of the stream. A server that begins at its first event again is cut to what is new."""
    after = getattr(owner.screen.reader, "sequence", None)
    query = "stream=true" + ("" if after is None else f"&starting_after={after}")

    def only_new(events: list[sse.Event]) -> list[sse.Event]:
        return [event for event in events if after is None or not 0 <= _number(event) <= after]

    async with door.open(owner.target, "GET", _path(owner), None, True, query=query) as reply:
        if reply.status >= 300:
            _, problem = await refusal(owner, reply)
            raise problem
        await receive(owner, reply, only_new)


def _number(event: sse.Event) -> int:
    try:
        return _numbered.decode(event.data).sequence_number
    except msgspec.MsgspecError:
        return -1


async def _ask_after(owner: Owner) -> None:
    async with door.open(owner.target, "GET", _path(owner), None, False) as reply:
        if reply.status >= 300:
            _, problem = await refusal(owner, reply)
            raise problem
        body = await reply.read(receiving.LIMITS.body + 1)
    if len(body) > receiving.LIMITS.body:
        raise problems.LimitReached(limit="body", allowed=receiving.LIMITS.body)
    answer = body_event(owner, body)
    if answer.raw != owner.last_answer:
        owner.last_answer = answer.raw
        owner.store([answer])
        await owner.pen.drained()


def _path(owner: Owner) -> str:
    return f"{owner.path}/{quote(owner.screen.reader.id, safe='', errors='replace')}"


async def cancel(owner: Owner) -> None:
    """Tell upstream that nobody waits any more."""
    if not goes_on(owner):
        return
    try:
        async with asyncio.timeout(FAREWELL):
            async with door.open(owner.target, "POST", _path(owner) + "/cancel", b"", False) as reply:
                answer = await reply.read(receiving.LIMITS.body + 1)
                if reply.status < 300 and 0 < len(answer) <= receiving.LIMITS.body:
                    owner.store([body_event(owner, answer)])
    except (problems.Problem, TimeoutError):
        logger.info("run %s: upstream was not reached with the cancellation", owner.run.pk)


async def leave(owner: Owner) -> None:
    """Let the lease run out at once, so that another process, or this one after its restart, picks the run up."""
    run_id, fence = owner.run.pk, owner.fence

    def let_go() -> None:
        # Without a holder, as what this process still holds is renewed until its end.
        Lease.objects.filter(run_id=run_id, fence=fence).update(until=0, holder="")

    try:
        await owner.hub.journal.do(let_go)
    except NotStored:
        logger.warning("run %s: its lease was not given up, and runs out by itself", run_id)
