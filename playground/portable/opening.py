"""A file from somebody else becomes sessions of one's own: whole, or not at all.

An import makes sessions and runs and nothing else; in particular it never makes a connection, so that no file can
decide where requests go.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from playground.models import Run, SealedJournal, Session, Tag
from playground.portable.document import FORMAT, SCHEMA_VERSION
from playground.portable.spelling import spellings
from playground.runs.packing import Stored, pack, seal

LARGEST = 50 << 20
_PIECE = 500


class Refused(Exception):
    """The file is not taken; `reason` says why in a sentence. Nothing was changed."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))
        self.reason = reason


_TEXT = {"type": "string"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_COUNT = {"type": "integer", "minimum": 0, "maximum": 2**53}
_RAW = {"oneOf": [_TEXT, {"type": "object", "required": ["base64"], "additionalProperties": False,
                          "properties": {"base64": _TEXT}}]}  # fmt: skip
_CONTENT = {
    "oneOf": [
        {"type": "null"},
        *_RAW["oneOf"],
        {"type": "object", "required": ["json"], "additionalProperties": False,
         "properties": {"json": {}, "spelling": {"enum": ["ascii", "spaced", "indented"]}}},
    ]
}  # fmt: skip
_PAIRS = {"type": "array", "items": {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}}
_EVENT = {"type": "array", "prefixItems": [_COUNT, {"type": "integer", "minimum": 0, "maximum": 255}, _RAW],
          "minItems": 3, "maxItems": 3}  # fmt: skip
_RUN = {
    "type": "object",
    "required": ["endpoint", "request"],
    "additionalProperties": False,
    "properties": {
        "parent": {"type": ["integer", "null"], "minimum": 0},
        "follows": {"type": ["integer", "null"], "minimum": 0},
        "created": _MAYBE_TEXT,
        "endpoint": {"enum": ["responses", "chat"]},
        "model": {"type": "string", "maxLength": 200},
        "connection": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"name": {"type": "string", "maxLength": 100}, "base_url": _MAYBE_TEXT},
        },
        "request": _CONTENT,
        "status": {"enum": [*Run.Status.values]},
        "outcome": {"enum": ["", "completed", "incomplete", "failed", "queued", "error", "truncated"]},
        "problem": {"type": ["object", "null"]},
        "http_status": {"type": ["integer", "null"], "minimum": 0, "maximum": 999},
        "response_headers": _PAIRS,
        "response": _CONTENT,
        "usage": {"type": ["object", "null"]},
        "summary": {"type": ["object", "null"]},
        "timings": {"type": "object", "additionalProperties": {"type": "number"}},
        "attempts": {"type": "array"},
        "started": _MAYBE_TEXT,
        "finished": _MAYBE_TEXT,
        "version": {"type": "string", "maxLength": 20},
        "events": {"type": "array", "items": _EVENT},
    },
}
_SCHEMA = {
    "type": "object",
    "required": ["format", "schema_version", "sessions"],
    "properties": {
        "sessions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["runs"],
                "additionalProperties": False,
                "properties": {
                    "title": {"type": "string", "maxLength": 200},
                    "tags": {"type": "array", "items": {"type": "string", "maxLength": 40}, "uniqueItems": True},
                    "created": _MAYBE_TEXT,
                    "runs": {"type": "array", "items": _RUN},
                },
            },
        }
    },
}
_validator = Draft202012Validator(_SCHEMA)


def check(data: bytes) -> dict[str, Any]:
    """The document in a file, or `Refused` with the first thing that is wrong with it."""
    if len(data) > LARGEST:
        raise Refused(_("The file is larger than 50 MB."))
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise Refused(_("The file is not JSON: it seems to be damaged, or something else altogether.")) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Refused(_("The file holds no sessions of a playground."))
    version = found.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise Refused(_("The file was written by a newer playground. Update this one to open it."))
    try:
        error = best_match(_validator.iter_errors(found))
    except RecursionError:
        raise Refused(_("The file is nested too deeply.")) from None
    if version != SCHEMA_VERSION or error is not None:
        place = "/".join(str(step) for step in error.absolute_path) if error is not None else "schema_version"
        raise Refused(_("The file is damaged at %(place)s.") % {"place": place or "/"})
    return found


@transaction.atomic
def take_in(owner: Any, data: bytes) -> list[Session]:
    """The sessions of a file as new rows of `owner`."""
    found = check(data)
    try:
        return [_session(owner, each) for each in found["sessions"]]
    except (ValueError, OverflowError, binascii.Error):
        raise Refused(_("The file is damaged: a date or an encoded part of it cannot be read.")) from None


def _session(owner: Any, each: dict[str, Any]) -> Session:
    session = Session.objects.create(
        owner=owner, title=each.get("title", "").replace("\0", ""), created=_moment(each.get("created"))
    )
    Tag.objects.bulk_create(Tag(session=session, name=name.replace("\0", "")) for name in each.get("tags", []))
    runs: list[Run] = []
    for document in each["runs"]:
        run = unsaved_run(owner, session, document)
        run.parent, run.follows = (_earlier(runs, document.get(name)) for name in ("parent", "follows"))
        run.save()
        SealedJournal.objects.create(run=run, data=sealed_events(document))
        runs.append(run)
    return session


def _earlier(runs: list[Run], position: Any) -> Run | None:
    return runs[position] if isinstance(position, int) and position < len(runs) else None


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
        url=(connection.get("base_url") or "")[:2200].replace("\0", ""),
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


def _moment(text: str | None) -> datetime:
    return _moment_or_none(text) or timezone.now()


def _moment_or_none(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
