"""Runs that have ended, as recordings that a page plays by itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from playground.models import Run
from playground.runs import archive
from playground.runs.packing import Stored
from playground.runs.parts import Lens
from playground.runs.replay import recording
from playground.sharing import hidden_in_a_room


@require_safe
def run_recording(request: HttpRequest, run_id: uuid.UUID) -> HttpResponseBase:
    """With `?room` as a room that looks on may see it."""
    found: Run = get_object_or_404(Run.objects.for_user(request.user), pk=run_id)
    lens = Lens(get_language() or "en", replay=True)
    if "room" in request.GET:
        lens = lens.for_a_room(hidden_in_a_room(request.user))
    return recording_answer(found, archive.read(found.pk), lens)


def recording_answer(run: Run, pieces: Iterator[tuple[int, list[Stored]]], lens: Lens) -> HttpResponseBase:
    """The same for a run of one's own and for one behind a link."""
    if run.is_live:
        raise Http404
    return StreamingHttpResponse(recording(run, pieces, lens), content_type="application/x-ndjson")
