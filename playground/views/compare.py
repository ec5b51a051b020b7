"""Any two runs of one person, side by side."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.models import Run
from playground.views import versus
from playground.views.session_filter import uuid_of
from playground.views.versus import BY, Side

#: How many runs are offered, of the same session and of others. Any other can be named by its link.
OFFERED: Final = 200
ELSEWHERE: Final = 40

_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    id: uuid.UUID
    name: str


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """`?a=` and `?b=` name the runs; without b it is the run before a in its session."""
    runs = Run.objects.for_user(request.user).filter(session__deleted=None).select_related("session")
    first = _asked(runs, request.GET.get("a", "")) or runs.order_by("created", "id").last()
    if first is None:
        return render(request, "compare/page.html", {"here": "workbench", "first": None})
    # The run one comes from is the newer one, and stands on the right as the later.
    second = _asked(runs, _last_id(request.GET.get("with", "")) or request.GET.get("b", ""))
    swapped = second is None
    second = second or _neighbour(runs, first)
    context: dict[str, Any] = {"here": "workbench", "first": first, "groups": _groups(runs, first, second)}
    if second is not None:
        one, two = (second, first) if swapped else (first, second)
        context |= _told(request, Side(one, "A"), Side(two, "B"))
    return render(request, "compare/page.html", context)


def _told(request: HttpRequest, one: Side, two: Side) -> dict[str, Any]:
    by = request.GET.get("by", "words")
    by = by if by in BY else "words"
    whole = request.GET.get("all") == "1"
    rows = versus.parameters(one, two, whole)
    return {
        "one": one,
        "two": two,
        "tapes": [(one, one.pegs(two)), (two, two.pegs(one))],
        "rows": rows,
        "different": sum(not row.same for row in rows),
        "same": len(versus.same(one, two)),
        "neither": versus.neither(one, two),
        "whole": whole,
        "by": by,
        "ways": BY.items(),
        "outputs": versus.outputs(one, two, by),
        "numbers": versus.numbers(one, two),
        "one_session": one.run.session_id == two.run.session_id,
    }


def _asked(runs: QuerySet[Run], text: str) -> Run | None:
    """The run that an address names, which must be there."""
    if not text:
        return None
    found = runs.filter(pk=uuid_of(text) or uuid.UUID(int=0)).first()
    if found is None:
        raise Http404
    return found


def _last_id(text: str) -> str:
    """The run in a pasted link: `/sessions/…/?run=…`, `/runs/…/`, or the bare id."""
    found = _ID.findall(text)
    return found[-1] if found else ""


def _neighbour(runs: QuerySet[Run], run: Run) -> Run | None:
    """The run before it in its session, else the one after it, else the newest of another."""
    there = list(runs.filter(session=run.session_id).only("pk", "session__title").order_by("created", "id"))
    place = next(position for position, each in enumerate(there) if each.pk == run.pk)
    if len(there) > 1:
        beside = there[place - 1] if place else there[1]
        return runs.filter(pk=beside.pk).first()
    return runs.exclude(session=run.session_id).order_by("created", "id").last()


def _groups(runs: QuerySet[Run], first: Run, second: Run | None) -> list[tuple[str, list[Choice]]]:
    """What can be chosen: the runs of the sessions concerned, and the newest of the others."""
    light = runs.only("pk", "created", "model", "endpoint", "session__title")
    groups = []
    sessions = dict.fromkeys(run.session_id for run in (first, second) if run)
    for session in sessions:
        there = list(light.filter(session=session).order_by("created", "id"))
        named = [Choice(run.pk, _name(number, run)) for number, run in enumerate(there, 1)]
        groups.append((str(there[0].session), named[-OFFERED:]))
    others = light.exclude(session__in=sessions).order_by("-created", "-id")[:ELSEWHERE]
    groups.append((_("Other sessions"), [Choice(run.pk, f"{run.session} · {_when(run)}") for run in others]))
    return [(name, choices) for name, choices in groups if choices]


def _name(number: int, run: Run) -> str:
    about = {"number": number, "when": _when(run), "model": run.model or run.endpoint}
    return _("Run %(number)s · %(when)s · %(model)s") % about


def _when(run: Run) -> str:
    return formats.date_format(timezone.localtime(run.created), "SHORT_DATETIME_FORMAT")
