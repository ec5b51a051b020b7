"""Exactly what Run would send."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from playground.runs.preview import envelope
from playground.views.pane import Pane
from playground.views.request import chosen_connection, find_session, read_request

# A data URL, or base64 alone, that is longer than anyone reads.
_LONG = re.compile(r"(data:[a-z0-9.+/-]+;base64,)?([A-Za-z0-9+/]{64})[A-Za-z0-9+/]{900,}(={0,2})")


@require_POST
def preview(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    session = find_session(request, session_id)
    prepared = read_request(request, session)
    connection = chosen_connection(request, session)
    sent = prepared.sent
    context: dict[str, Any] = {
        "pane": Pane(request, session, prepared, connection),
        "envelope": envelope(connection, prepared.endpoint.slug, sent) if connection and sent is not None else None,
        "size": len(sent) if sent is not None else 0,
    }
    if sent is not None:
        whole = sent.decode()
        short = whole if "~whole" in request.POST else shortened(whole)
        context |= {"text": short, "is_short": short != whole}
    return render(request, "request/_preview.html", context)


def shortened(text: str) -> str:
    """The body with its long files told in a few words."""
    return _LONG.sub(lambda found: f"{found[1] or ''}{found[2]}…({len(found[0]):,})", text)
