"""How a run ends: what it was, written once, by whoever holds its lease."""

from __future__ import annotations

import json
import logging
import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from playground import search
from playground.api.errors import ErrorReport
from playground.models import Run, Session
from playground.runs import archive, leases, visits
from playground.runs.facts import measure
from playground.runs.screen import Screen
from playground.upstream import problems, replies
from playground.upstream.masking import Masker

if TYPE_CHECKING:
    from playground.runs.hub import Hub

Status = Run.Status
logger = logging.getLogger(__name__)


def verdict(screen: Screen, told: str, problem: problems.Problem | None) -> tuple[str, problems.Problem | None]:
    """Status and problem of a run: what it was told to be, and why if not by hand; else what its reader concluded and
    what the door met."""
    reader = screen.reader
    if told:
        return told, problem or (problems.Stopped() if told == Status.STOPPED else problems.Interrupted())
    if problem is None and reader.outcome in ("completed", "incomplete", "queued"):
        return Status.FINISHED, None
    if problem is None or (isinstance(problem, problems.UpstreamClosed) and reader.error):
        problem = of_report(reader.error, screen) or problem or problems.UpstreamClosed()
    return Status.FAILED, problem


def of_report(report: ErrorReport | None, screen: Screen) -> problems.Problem | None:
    """The problem behind an error that upstream reported."""
    if report is None or report.source == "transport":
        return None
    if report.source == "in_band":
        return replies.from_stream(report)
    reply, endpoint = screen.reply, screen.reader.endpoint
    return replies.from_report(report, reply.status, reply.headers, screen.body_start, endpoint)


def last_words(
    run: Run, screen: Screen, done: int, masker: Masker, status: str, problem: problems.Problem | None
) -> dict[str, Any]:
    """Everything that is known when a run has ended, as the fields of its row."""
    reader = screen.reader
    try:
        body, summary = masker.bytes(reader.response_body()), _masked(reader.conclusion(), masker)
    except Exception:
        # Nothing upstream sends should do this. If it does, the events are still all there.
        logger.exception("run %s: its response could not be assembled", run.pk)
        body, summary = b"", None
    try:
        timings = measure(screen, done)
    except Exception:
        logger.exception("run %s: its timings could not be made out", run.pk)
        timings = {"done": done / 1000}
    return {
        "status": status,
        "outcome": reader.outcome,
        "problem": problem.as_document() if problem else None,
        "attempts": run.attempts,
        "http_status": run.http_status,
        "response_headers": run.response_headers,
        "response_body": body,
        "usage": reader.usage,
        "summary": summary,
        "timings": {**run.timings, **timings},
        "upstream_id": run.upstream_id,
        "last_number": screen.number,
        "finished": timezone.now(),
    }


def few_words(run: Run, status: str, problem: problems.Problem) -> dict[str, Any]:
    """The least that must be said at an end, where saying more went wrong."""
    return {
        "status": status,
        "outcome": run.outcome,
        "problem": problem.as_document(),
        "http_status": run.http_status,
        "usage": None,
        "summary": None,
        "timings": run.timings,
        "finished": timezone.now(),
    }


def _masked(summary: dict[str, Any] | None, masker: Masker) -> dict[str, Any] | None:
    masked: dict[str, Any] | None = summary
    if masker and summary:
        masked = json.loads(masker.bytes(json.dumps(summary).encode()))
    return masked


def write(run: Run, fence: int, fields: dict[str, Any]) -> bool:
    """The one final write; false when somebody else carries the run out by now."""
    with transaction.atomic():
        if not leases.release(run.pk, fence):
            return False
        Run.objects.filter(pk=run.pk).update(**fields)
        if run.visitor:
            # Before the session, as at the start: else two of them wait for each other.
            visits.settle(run, fields)
        Session.objects.filter(pk=run.session_id).update(updated=fields["finished"])
        search.index_answer(run.pk, fields["summary"])
    return True


async def seal(hub: Hub, run_id: uuid.UUID) -> None:
    """Replace the entries of an ended run by one compressed record. Made aside: it must not hold up the journal."""
    record = await hub.ask(lambda: archive.sealed_record(run_id))
    await hub.journal.do(lambda: archive.replace_by(run_id, record))
