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
#: How often a stream is picked up again without a single new event, and how often a question may fail.
MOST_FAILURES: Final = 8
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
        before = owner.screen.number
        try:
            if streaming:
                await _go_on_streaming(owner)
            else:
                await _ask_after(owner)
                failures = 0
        except problems.ErrorReply as refused:
            if not streaming and refused.code not in ("rate_limited", "upstream_error"):
                raise
            streaming, failures = False, failures + (not streaming)
        except (problems.NoAnswer, problems.BrokenReply):
            failures += 1
            if failures > MOST_FAILURES:
                raise
        if owner.screen.number > before:
            failures, pause = 0, FIRST_PAUSE
        elif failures > MOST_FAILURES:
            streaming = False
        if goes_on(owner):
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)


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
        body = bytearray()
        async for chunk in reply.chunks():
            body += chunk
    answer = body_event(owner, bytes(body))
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
                answer = await reply.read()
                if reply.status < 300 and answer:
                    owner.store([body_event(owner, answer)])
    except (problems.Problem, TimeoutError):
        logger.info("run %s: upstream was not reached with the cancellation", owner.run.pk)


async def leave(owner: Owner) -> None:
    """Let the lease run out at once, so that another process, or this one after its restart, picks the run up."""
    run_id, fence = owner.run.pk, owner.fence

    def let_go() -> None:
        Lease.objects.filter(run_id=run_id, fence=fence).update(until=0)

    try:
        await owner.hub.journal.do(let_go)
    except NotStored:
        logger.warning("run %s: its lease was not given up, and runs out by itself", run_id)
