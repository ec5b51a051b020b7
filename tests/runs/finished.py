"""Runs that have ended, as rows, made from the bytes that came: no upstream, no waiting."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.utils import timezone

from playground.models import Run, SealedJournal, Session, User
from playground.runs.asked import asked
from playground.runs.packing import Stored, from_body, from_event, pack, seal
from playground.runs.screen import Reply, Screen
from playground.upstream import sse

SENSE = {"model": "m", "input": "go", "stream": True}
STEP = 10_000
"""Microseconds from one event to the next."""


def stored(stream: bytes, step: int = STEP) -> list[Stored]:
    reader = sse.EventReader()
    return [from_event(event, (at + 1) * step) for at, event in enumerate(reader.feed(stream) + reader.flush())]


def screen(stream: bytes, endpoint: str = "responses", body: dict[str, Any] | None = None) -> Screen:
    """The screen of a run after this stream."""
    shown = Screen(endpoint, Reply(), asked(endpoint, json.dumps(body or {}).encode()))
    shown.advance(stored(stream))
    shown.finish()
    return shown


def finished(
    owner: User,
    stream: bytes,
    endpoint: str = "responses",
    body: dict[str, Any] | bytes | None = None,
    plain: bool = False,
    **fields: Any,
) -> Run:
    """`plain`: the bytes are a body, not a stream."""
    sent = (
        body if isinstance(body, bytes) else json.dumps(body or {"model": "m", "input": "go", "stream": True}).encode()
    )
    events = [from_body(stream, STEP)] if plain else stored(stream)
    shown = Screen(endpoint, Reply(), asked(endpoint, sent))
    shown.advance(events)
    shown.finish()
    now = timezone.now()
    given = {
        "url": "https://upstream.example/v1/" + ("responses" if endpoint == "responses" else "chat/completions"),
        "status": Run.Status.FINISHED,
        "outcome": shown.reader.outcome,
        "http_status": 200,
        "usage": shown.reader.usage,
        "timings": {"done": len(events) * STEP / 1000},
        "attempts": [{"status": 200}],
        "started": now - timedelta(seconds=1),
        "finished": now,
    }
    run: Run = Run.objects.create(
        owner=owner,
        session=Session.objects.create(owner=owner),
        endpoint=endpoint,
        request_body=sent,
        response_body=shown.reader.response_body(),
        last_number=len(events),
        **{**given, **fields},
    )
    SealedJournal.objects.create(run=run, data=seal([pack(events)]))
    return run
