"""What belongs to a run, as it is: the text of a slot, the two bodies."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from playground.models import Run
from playground.portable.discretion import public_request
from playground.runs.following import screen_of
from playground.runs.parts import readable


@require_safe
def source(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The text of one slot as upstream wrote it, before anything was made of it."""
    slot = screen_of(_find(request, run_id)).reader.slots.get(request.GET.get("place", ""))
    if slot is None:
        raise Http404
    return HttpResponse(readable(slot.text), content_type="text/plain; charset=utf-8")


@require_safe
def body(request: HttpRequest, run_id: uuid.UUID, name: str) -> HttpResponse:
    """The request as it was sent, secrets dotted out, or the response as it was put together."""
    run = _find(request, run_id)
    if name == "request":
        found = public_request(run)
    elif name == "response":
        found = bytes(run.response_body) or screen_of(run).reader.response_body()
    else:
        raise Http404
    answer = HttpResponse(found, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="run-{run.pk}-{name}.json"'
    return answer


def _find(request: HttpRequest, run_id: uuid.UUID) -> Run:
    found: Run = get_object_or_404(Run.objects.for_user(request.user), pk=run_id)
    return found
