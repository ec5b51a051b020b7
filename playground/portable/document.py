"""Sessions as a file: what a run was, without what must stay here.

The document has no key, no header value that could be one, no address but a connection's base URL (and not even that in
a share). It lists the same things in the same order each time, so that two of them compare well as text.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from playground import VERSION
from playground.api.reading import MAX_DEPTH, deeper_than
from playground.models import Run, Session
from playground.portable.discretion import public_body, public_request, without_secrets
from playground.portable.spelling import loads, spellings
from playground.runs import archive
from playground.runs.facts import COUNTS

FORMAT = "playground-sessions"
SCHEMA_VERSION = 2

#: Response headers that may carry a secret of the upstream's or of its customer's.
PRIVATE_HEADERS = frozenset(("set-cookie", "authorization", "www-authenticate", "proxy-authenticate"))

Document = dict[str, Any]


def document(sessions: Iterable[Document]) -> Document:
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "made_by": f"Playground {VERSION}",
        "sessions": list(sessions),
    }


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the form of a session, as it would be sent."""

    endpoint: str
    body: bytes


def whole_session(session: Session, form: Form | None) -> Document:
    """Everything that makes the same session elsewhere."""
    runs = list(session.runs.all())
    told = session_document(session, runs)
    return {
        "title": told["title"],
        "tags": told["tags"],
        "pinned": session.pinned,
        "archived": _moment(session.archived),
        "created": told["created"],
        "draft": _draft(form, runs[-1] if runs else None),
        "runs": told["runs"],
    }


def _draft(form: Form | None, last: Run | None) -> Document | None:
    """Nothing where the form has the last request still: it comes from that again."""
    if form is None:
        return None
    body = public_body(form.endpoint, form.body)
    if last and last.endpoint == form.endpoint and _says_the_same(body, public_request(last)):
        return None
    return {"endpoint": form.endpoint, "request": _content(body)}


def _says_the_same(one: bytes, two: bytes) -> bool:
    try:
        return one == two or bool(loads(one) == loads(two))
    except (ValueError, RecursionError):
        return False


def session_document(session: Session, runs: Iterable[Run], **about: bool) -> Document:
    """A session with some of its runs; `about` is passed on to each run."""
    chosen = list(runs)
    positions = {run.pk: position for position, run in enumerate(chosen)}
    return {
        "title": session.title,
        "tags": [tag.name for tag in session.tags.all()],
        "created": _moment(session.created),
        "runs": [
            {
                "parent": positions.get(run.parent_id) if run.parent_id else None,
                "follows": positions.get(run.follows_id) if run.follows_id else None,
                **run_document(run, **about),
            }
            for run in chosen
        ],
    }


def run_document(
    run: Run,
    *,
    with_address: bool = True,
    with_headers: bool = True,  # without them there is only the one that says whose the counts are
    with_prices: bool = True,
    request_only: bool = False,
) -> Document:
    connection = {"name": run.connection_name, "base_url": address(run.url) if with_address else None}
    made: Document = {
        "created": _moment(run.created),
        "endpoint": run.endpoint,
        "model": run.model,
        "connection": connection,
        "request": _content(public_request(run)),
    }
    if request_only:
        return made
    told: Document = without_secrets(run, _what_came(run, with_headers, with_prices))
    return made | told


def _what_came(run: Run, with_headers: bool, with_prices: bool) -> Document:
    return {
        "status": run.status,
        "outcome": run.outcome,
        "problem": run.problem,
        "http_status": run.http_status,
        "response_headers": [pair for pair in public_headers(run) if with_headers or pair[0].lower() == COUNTS],
        "response": _content(bytes(run.response_body)),
        "usage": run.usage,
        **({"prices": run.prices} if with_prices else {}),
        "summary": run.summary,
        "timings": run.timings,
        "attempts": run.attempts,
        "started": _moment(run.started),
        "finished": _moment(run.finished),
        "version": run.version,
        "events": _events(run),
    }


def public_headers(run: Run) -> list[list[str]]:
    return [pair for pair in run.response_headers or [] if pair[0].lower() not in PRIVATE_HEADERS]


def _events(run: Run) -> list[list[Any]]:
    """Microseconds since the request was sent, marks, and the bytes as received."""
    return [[event.at, event.marks, _text(event.raw)] for _, events in archive.read(run.pk) for event in events]


def _content(body: bytes) -> Any:
    """JSON as JSON when writing it out gives the very bytes again, else as the text or bytes it is."""
    if not body:
        return None
    try:
        value = loads(body)
        spelling = next((name for name, written in spellings(value) if written == body), None)
    except (ValueError, RecursionError):
        return _text(body)
    if spelling is None or deeper_than(value, MAX_DEPTH):
        return _text(body)
    return {"json": value} if spelling == "compact" else {"json": value, "spelling": spelling}


def _text(raw: bytes) -> Any:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}


def address(url: str) -> str:
    """The address a request went to, without anything after the path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else url.partition("?")[0]


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def write(made: Document) -> bytes:
    """Indented JSON with one line an event: a change of one thing is a change of one line in a diff."""
    pieces: list[str] = []
    _write(made, "", pieces)
    return ("".join(pieces) + "\n").encode("utf-8", "backslashreplace")


def _write(value: Any, indent: str, pieces: list[str]) -> None:
    inside = indent + " "
    if isinstance(value, dict) and value:
        for position, (key, each) in enumerate(value.items()):
            pieces.append(f"{',' if position else '{'}\n{inside}{_compact(key)}: ")
            if key == "events" and isinstance(each, list) and each:
                lines = f",\n{inside} ".join(_compact(event) for event in each)
                pieces.append(f"[\n{inside} {lines}\n{inside}]")
            else:
                _write(each, inside, pieces)
        pieces.append(f"\n{indent}}}")
    elif isinstance(value, list) and value:
        for position, each in enumerate(value):
            pieces.append(f"{',' if position else '['}\n{inside}")
            _write(each, inside, pieces)
        pieces.append(f"\n{indent}]")
    else:
        pieces.append(_compact(value))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
