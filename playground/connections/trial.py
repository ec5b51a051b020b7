"""Trying a connection out: who answers at `/models`, and what is there."""

from __future__ import annotations

import dataclasses
import json
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from playground.models import Connection
from playground.runs.starting import target_of
from playground.upstream import door, replies
from playground.upstream.problems import BrokenReply, NoAnswer, Problem, Unreachable, UnreadableReply, from_document

#: How often one account of a team may try in a minute: the button is no port scanner.
A_MINUTE = 10
LONGEST_LIST = 8 * 1024 * 1024
MOST_MODELS = 2000
LONGEST_NAME = 200
#: A person waits for the answer, so it has less time than a run.
CONNECT, SILENCE, WHOLE = 10, 20, 30
_NO_LIST = (404, 405, 501)


@dataclass(frozen=True)
class Trial:
    """What a test found. Without a problem the server answered; `models` is None if it has no list of them."""

    at: Any
    milliseconds: int | None = None
    models: int | None = None
    problem: Problem | None = None

    @property
    def works(self) -> bool:
        return self.problem is None


def last_trial(connection: Connection) -> Trial | None:
    found = connection.tested
    if not isinstance(found, dict):
        return None
    problem = from_document(found["problem"]) if found.get("problem") else None
    at = parse_datetime(found.get("at") or "")
    return Trial(at, found.get("milliseconds"), found.get("models"), problem)


def may_try(user: Any) -> bool:
    """Takes one try of this minute, if there is one left."""
    if not settings.TEAM:
        return True
    key = f"connection-tests:{user.pk}:{int(time.time() // 60)}"
    cache.add(key, 0, 120)
    return int(cache.incr(key)) <= A_MINUTE


async def try_out(connection: Connection) -> None:
    """Asks for the models, and writes down what came of it. The connection is saved by the caller."""
    started = time.monotonic()
    problem: Problem | None = None
    models: list[str] | None = None
    try:
        models = await _models(_hurried(target_of(connection)))
    except Problem as met:
        problem = met
    milliseconds: int | None = round((time.monotonic() - started) * 1000)
    if settings.TEAM and isinstance(problem, NoAnswer | BrokenReply):
        # Refused, silent or no HTTP: in a team, whoever asks learns nothing of a network that is not theirs.
        problem, milliseconds = Unreachable(host=connection.base_url.split("/")[2], reason="silent"), None
    if models is not None:
        connection.models_found = models
    connection.tested = {
        "at": timezone.now().isoformat(),
        "milliseconds": milliseconds,
        "models": None if models is None else len(models),
        "problem": problem.as_document() if problem else None,
    }


def _hurried(target: door.Target) -> door.Target:
    return dataclasses.replace(
        target,
        connect_timeout=min(target.connect_timeout, CONNECT),
        idle_timeout=min(target.idle_timeout, SILENCE),
        total_timeout=min(target.total_timeout, WHOLE),
    )


async def _models(target: door.Target) -> list[str] | None:
    """The names of the models; None if the server answers and has no list."""
    async with door.open(target, "GET", "/models", None, accept_stream=False) as reply:
        body = target.masker.bytes(await reply.read(LONGEST_LIST))
        if reply.status in _NO_LIST and not replies.looks_like_html(body):
            return None
        if reply.status < 200 or reply.status >= 300 or replies.looks_like_html(body):
            raise replies.from_reply(reply.status, reply.reason, reply.headers, body[: door.ERROR_BODY])
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableReply(body[:300].decode("utf-8", "replace"), status=reply.status) from None
    return _names(document)


def _names(document: Any) -> list[str]:
    """OpenAI lists objects under `data`; others under `models`, or bare; the name stands in `id` or `name`."""
    entries = document
    if isinstance(document, dict):
        entries = document.get("data", document.get("models", []))
    names = (
        (entry.get("id") or entry.get("name") or entry.get("model")) if isinstance(entry, dict) else entry
        for entry in (entries if isinstance(entries, list) else [])
    )
    usable = dict.fromkeys(name for name in names if isinstance(name, str) and 0 < len(name) <= LONGEST_NAME)
    return list(usable)[:MOST_MODELS]
