"""The run that stands beside the form: what is written now is held against what it sent, control by control."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from playground.api import documents, paths
from playground.api.findings import HINT, Finding, Fix, Operation
from playground.api.reading import Malformed, parse
from playground.comparing import Difference, differences
from playground.forms.places import control_at
from playground.forms.prepared import Prepared, Told
from playground.models import Run, Session

CODE: Final = "differs"
#: Longer requests are compared on a page of their own, not at each pause in typing.
LARGEST: Final = 500_000
MOST: Final = 40
LONGEST: Final = 60  # characters of a value in a sentence
LONGEST_BACK: Final = 4_000  # of one that a click puts back


def parent_of(request: HttpRequest, session: Session) -> Run | None:
    """The run that a new one is made from; `Http404` where the form names one that is not of this session."""
    found = run_beside(request, session)
    if found is None and request.POST.get("~parent"):
        raise Http404
    return found


def run_beside(request: HttpRequest, session: Session) -> Run | None:
    """The run that the page shows, by its own word; the latest one while it says nothing."""
    mine = Run.objects.for_user(request.user).filter(session=session)
    wanted = request.POST.get("~parent", request.GET.get("run", ""))
    if not wanted:
        return None if request.POST else mine.last()
    try:
        return mine.filter(pk=uuid.UUID(wanted)).first()
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Beside:
    """What is told of the differences from that run. `position`: which run of the session it is, from 1."""

    position: int = 0
    told: tuple[Told, ...] = ()


NOTHING: Final = Beside()


def position_of(run: Run) -> int:
    """Which run of its session it is, from 1."""
    return Run.objects.filter(session_id=run.session_id, created__lt=run.created).count() + 1


def held_against(request: HttpRequest, session: Session, prepared: Prepared) -> Beside:
    """A remark at each control that says something else than the run beside it."""
    run = run_beside(request, session)
    if run is None or run.endpoint != prepared.endpoint.slug or prepared.written.broken:
        return NOTHING
    if max(prepared.size, len(bytes(run.request_body))) > LARGEST:
        return NOTHING
    try:
        # What cannot be sent yet is compared all the same, as far as it goes.
        before, after = parse(bytes(run.request_body)), parse(prepared.sent or documents.write(prepared.body))
    except Malformed:
        return NOTHING
    position = position_of(run)
    found = differences(before, after)[:MOST]
    return Beside(position, tuple(_told(prepared, each, before, position) for each in found))


def _told(prepared: Prepared, difference: Difference, before: Any, position: int) -> Told:
    written, steps = prepared.written, paths.parse(difference.path)
    values: dict[str, Any] = {"number": position}
    sentence = _("Run %(number)s did not send this.")
    if difference.before is not None:
        sentence = _("Run %(number)s sent %(value)s.")
        values["value"] = _short(difference.before)
    control, fix = written.endpoint.control_of(steps), _back(difference, before)
    finding = Finding(HINT, CODE, difference.path, control, sentence, values, fix)
    return Told(finding, control_at(written.endpoint, written.sheet, steps, written.reading))


def _short(document: str) -> str:
    """JSON in one line, as long as a sentence bears."""
    line = json.dumps(json.loads(document), ensure_ascii=False)
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _back(difference: Difference, before: Any) -> Fix | None:
    """One click to what the run sent, where that is a value of its own and not a place among others in a list."""
    steps = paths.parse(difference.path)
    if not all(isinstance(step, str) for step in steps) or len(difference.before or "") > LONGEST_BACK:
        return None
    if difference.before is None:
        return Fix(_("Put it back"), (Operation("remove", difference.path),))
    return Fix(_("Put it back"), (Operation("set", difference.path, paths.get(before, steps)),))
