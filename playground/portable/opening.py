"""A file from somebody else becomes sessions of one's own: whole, or not at all.

An import makes sessions and runs and nothing else; in particular it never makes a connection, so that no file can
decide where requests go.
"""

from __future__ import annotations

import base64
import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.models import Draft, Run, SealedJournal, Session, Tag
from playground.portable.document import FORMAT, SCHEMA_VERSION
from playground.portable.shape import wrong_place
from playground.portable.spelling import loads, spellings
from playground.runs.packing import Stored, pack, seal

LARGEST = 50 << 20
#: Moments that every time zone has a name for.
FIRST_YEAR, LAST_YEAR = 1970, 9000
_PIECE = 500


class Refused(Exception):
    """The file is not taken; `reason` says why in a sentence. Nothing was changed."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))
        self.reason = reason


def check(data: bytes) -> dict[str, Any]:
    """The document in a file, or `Refused` with the first thing that is wrong with it."""
    if len(data) > LARGEST:
        raise Refused(_("The file is larger than 50 MB."))
    try:
        found = loads(data)
    except (ValueError, RecursionError):
        raise Refused(_("The file is not JSON: it seems to be damaged, or something else altogether.")) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Refused(_("The file holds no sessions of a playground."))
    version = found.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise Refused(_("The file was written by a newer playground. Update this one to open it."))
    try:
        place = wrong_place(found) if type(version) is int and version > 0 else "schema_version"
    except RecursionError:
        raise Refused(_("The file is nested too deeply.")) from None
    if place is not None:
        raise Refused(_("The file is damaged at %(place)s.") % {"place": place})
    return found


@transaction.atomic
def take_in(owner: Any, data: bytes) -> list[Session]:
    """The sessions of a file as new rows of `owner`. A draft has no connection yet."""
    found = check(data)
    try:
        return [_session(owner, each) for each in found["sessions"]]
    except RecursionError:
        raise Refused(_("The file is nested too deeply.")) from None
    except (ValueError, OverflowError):
        raise Refused(_("The file is damaged: a date, an address or an encoded part of it cannot be read.")) from None


def _session(owner: Any, each: dict[str, Any]) -> Session:
    session = Session.objects.create(
        owner=owner,
        title=each.get("title", "").replace("\0", ""),
        pinned=each.get("pinned", False),
        archived=_moment_or_none(each.get("archived")),
        created=_moment(each.get("created")),
    )
    names = dict.fromkeys(name.replace("\0", "") for name in each.get("tags", []))
    Tag.objects.bulk_create(Tag(session=session, name=name) for name in names if name)
    if draft := each.get("draft"):
        Draft.objects.create(session=session, endpoint=draft["endpoint"], body=_bytes(draft["request"]))
    runs = [unsaved_run(owner, session, document) for document in each["runs"]]
    for run, document in zip(runs, each["runs"], strict=True):
        # One may stand before the run it came from, which then is no row yet: the database asks at the end.
        run.parent_id, run.follows_id = (_id_at(runs, document.get(name)) for name in ("parent", "follows"))
        run.save(force_insert=True)
        SealedJournal.objects.create(run=run, data=sealed_events(document))
    return session


def _id_at(runs: list[Run], position: int | None) -> uuid.UUID | None:
    return None if position is None else runs[position].pk


def unsaved_run(owner: Any, session: Session | None, document: dict[str, Any]) -> Run:
    """The run a document tells of; also what a shared page shows, which never becomes a row."""
    connection = document.get("connection", {})
    status = document.get("status", Run.Status.FINISHED)
    return Run(
        owner=owner,
        session=session,
        created=_moment(document.get("created")),
        endpoint=document["endpoint"],
        connection_name=connection.get("name", "").replace("\0", ""),
        url=_address(connection.get("base_url") or ""),
        model=document.get("model", "").replace("\0", ""),
        request_body=_bytes(document["request"]),
        # A file can be written while a run is under way; here nobody carries it on.
        status=Run.Status.INTERRUPTED if status in Run.LIVE else status,
        outcome=document.get("outcome", ""),
        problem=document.get("problem"),
        http_status=document.get("http_status"),
        response_headers=document.get("response_headers", []),
        response_body=_bytes(document.get("response")),
        usage=document.get("usage"),
        prices=document.get("prices"),
        summary=document.get("summary"),
        timings=document.get("timings", {}),
        attempts=document.get("attempts", []),
        last_number=len(document.get("events", [])),
        started=_moment_or_none(document.get("started")),
        finished=_moment_or_none(document.get("finished")),
        version=document.get("version", "").replace("\0", ""),
    )


def sealed_events(document: dict[str, Any]) -> bytes:
    """The document's events as the record in which an ended run keeps them."""
    events = [Stored(at, marks, _bytes(raw)) for at, marks, raw in document.get("events", [])]
    return seal(pack(events[start : start + _PIECE]) for start in range(0, len(events), _PIECE))


def _bytes(content: Any) -> bytes:
    if content is None:
        return b""
    if isinstance(content, str):
        return content.encode("utf-8", "surrogatepass")
    if "base64" in content:
        return base64.b64decode(content["base64"], validate=True)
    wanted = content.get("spelling", "compact")
    for name, written in spellings(content["json"]):
        if name == wanted:
            return written
    raise ValueError("a body that cannot be written in its own spelling")


def _address(url: str) -> str:
    """It is taken apart wherever it is shown, so it must be one."""
    urlsplit(url)
    return url.replace("\0", "")


def _moment(text: str | None) -> datetime:
    return _moment_or_none(text) or timezone.now()


def _moment_or_none(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError("a year in which nobody asked a model")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
