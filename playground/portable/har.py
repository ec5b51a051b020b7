"""A run as an HTTP archive, for the network panels that read such files."""

from __future__ import annotations

import base64
import json
from typing import Any

from playground import VERSION
from playground.models import Run
from playground.portable.discretion import public_request, without_secrets
from playground.portable.document import address, public_headers
from playground.runs import archive


def har(run: Run) -> bytes:
    entry = {
        "startedDateTime": (run.started or run.created).isoformat(),
        "time": run.timings.get("done", 0),
        "request": _request(run),
        "response": without_secrets(run, _response(run)),
        "cache": {},
        "timings": _timings(run),
        "comment": f"status {run.status}, outcome {run.outcome}",
    }
    log = {"version": "1.2", "creator": {"name": "Playground", "version": VERSION}, "entries": [entry]}
    return json.dumps({"log": log}, indent=1).encode()


def _request(run: Run) -> dict[str, Any]:
    body = public_request(run)
    return {
        "method": "POST",
        "url": address(run.url),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(run.request_headers),
        "queryString": [],  # a base URL may have one with a key in it
        "postData": {"mimeType": "application/json", "text": body.decode("utf-8", "replace")},
        "headersSize": -1,
        "bodySize": len(body),
    }


def _response(run: Run) -> dict[str, Any]:
    raw = b"".join(event.raw for _, events in archive.read(run.pk) for event in events)
    headers = public_headers(run)
    named = {name.lower(): value for name, value in headers}
    content: dict[str, Any] = {"size": len(raw), "mimeType": named.get("content-type", "text/event-stream")}
    try:
        content["text"] = raw.decode()
    except UnicodeDecodeError:
        content |= {"text": base64.b64encode(raw).decode(), "encoding": "base64"}
    return {
        "status": run.http_status or 0,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(raw),
    }


def _timings(run: Run) -> dict[str, float]:
    headers = run.timings.get("headers", run.timings.get("first_event", 0))
    return {"send": 0, "wait": headers, "receive": max(0, run.timings.get("done", 0) - headers)}


def _pairs(pairs: Any) -> list[dict[str, str]]:
    return [{"name": str(name), "value": str(value)} for name, value in pairs or []]
