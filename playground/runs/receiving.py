"""From the chunks of one reply to stored events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from playground.runs.journal import HOLD_BYTES
from playground.runs.packing import MASKED, Stored, from_body, from_event
from playground.upstream import door, problems, replies, sniff, sse

if TYPE_CHECKING:
    from playground.runs.owner import Owner

Pick = Callable[[list[sse.Event]], list[sse.Event]]

#: How long a stream that has said its last word is listened to, for what some servers still send.
LINGER: Final = 1.0
#: How much comes in one reply; `total` is also how much comes in all replies of a run.
LIMITS: Final = sse.Limits()


def keep_all(events: list[sse.Event]) -> list[sse.Event]:
    return events


def body_event(owner: Owner, received: bytes, cut: bool = False) -> Stored:
    """A whole body as it is stored: without our secrets. `cut` says that more would have followed."""
    body = owner.masker.bytes(received, cut)
    event = from_body(body, owner.elapsed)
    if body != received:
        event.marks |= MASKED
    return event


async def refusal(owner: Owner, reply: door.Reply) -> tuple[Stored, problems.Problem]:
    """A reply that is no answer: its body as an event, and what is wrong."""
    received = await reply.read()
    event = body_event(owner, received, cut=len(received) == door.ERROR_BODY)
    return event, replies.from_reply(reply.status, reply.reason, reply.headers, event.raw, owner.run.endpoint)


async def receive(owner: Owner, reply: door.Reply, pick: Pick = keep_all) -> None:
    """Store everything that comes, until upstream has said its last word or breaks off."""
    if reply.status >= 300:
        event, problem = await refusal(owner, reply)
        owner.store([event])
        await owner.pen.drained()
        raise problem
    body_reader = sniff.BodyReader(LIMITS)
    try:
        async with asyncio.timeout(None) as owner.reading:
            async for chunk in reply.chunks():
                _take(owner, body_reader, pick(body_reader.feed(chunk)))
                if owner.pen.held > HOLD_BYTES:
                    await owner.pen.room()
    except TimeoutError:
        pass  # it had said its last word
    except sse.LimitReached as reached:
        _take(owner, body_reader, pick(reached.events))
        raise problems.LimitReached(limit=reached.limit, allowed=reached.allowed) from None
    finally:
        owner.reading = None
        _take(owner, body_reader, pick(body_reader.flush()))
    await owner.pen.drained()


def _take(owner: Owner, body: sniff.BodyReader, events: list[sse.Event]) -> None:
    at, masker = owner.elapsed, owner.masker
    taken = []
    for event in events:
        masked = masker.event(event)
        whole = body.format != sniff.SSE and event.kind == sse.EVENT
        stored = from_body(event.raw, at) if whole else from_event(event, at)
        if whole:
            owner.last_answer = event.raw
        if masked:
            stored.marks |= MASKED
        taken.append(stored)
    owner.store(taken)
