"""Runs of visitors, who came by an audience link: started within its limits, and counted in its tokens.

Tokens are taken when a run starts, as many as its request seems to weigh and an answer usually does; more of them
while it goes on, as its answer grows; and when it has ended it has used what upstream reports, or where that reports
nothing, what its texts seem to weigh. So a link is used up while its runs still go on, and not only when they are over.
Each step is one conditional update: however many visitors come at once, no run starts that the limits do not allow.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.api.reading import Slot, normalise_usage
from playground.models import Audience, Run, Visit
from playground.runs.limits import NotStarted, keep_server_limit
from playground.runs.screen import Screen

#: A token is about four letters of English, or one or two of Japanese: four bytes of UTF-8.
BYTES: Final = 4
#: What a picture or another file in a request is taken for.
FILE: Final = 1000
FILES: Final = ("data:", "attachment:")
#: What an answer is taken for before it has come, unless its request allows less; and by how much more it grows.
ANSWER: Final = 500
STEP: Final = 250
#: More than this one run cannot use, whatever upstream reports.
MOST: Final = 10_000_000
#: Runs of one link at once, and starts a minute: of all its visitors, and of one.
AT_ONCE: Final = 32
A_MINUTE: Final = 60
A_MINUTE_EACH: Final = 6

_LIMITS: Final = ("max_output_tokens", "max_completion_tokens", "max_tokens")
_SAID: Final = ("text", "reasoning", "refusal", "tool_calls")


@dataclass(frozen=True, slots=True)
class Visiting:
    """Who starts a run by which link: a hash, never a name; and what he wrote, by blank."""

    audience: Audience
    visitor: str
    said: dict[str, str]


# -- the start ----------------------------------------------------------------------------------------------------


def admit(visiting: Visiting, body: bytes) -> int:
    """Take one run, and the tokens it may need, from what the link has left; how many that were. Part of the
    transaction that makes the run: if anything speaks against it, nothing was taken."""
    taken = _at_first(body)
    here = Audience.objects.filter(pk=visiting.audience.pk)
    left = here.filter(runs__lt=F("run_limit"), tokens__lt=F("token_limit"), tokens__lte=F("token_limit") - taken)
    lasting = left.filter(closed=None, expires__gt=timezone.now())
    # This comes first: until the transaction ends, nobody else starts a run by this link, so that counting counts.
    if not lasting.update(runs=F("runs") + 1, tokens=F("tokens") + taken):
        raise NotStarted(_why_not(here.first()), 409)
    keep_server_limit()
    _keep_in_turn(visiting)
    return taken


def note(visiting: Visiting, run: Run, taken: int) -> None:
    Visit.objects.create(run=run, audience=visiting.audience, said=visiting.said, taken=taken)


def of_visitor(audience: Audience, visitor: str) -> Any:
    """The runs that this visitor started by this link, the newest first."""
    if not visitor:
        return Run.objects.none()
    return Run.objects.filter(visit__audience=audience, visitor=visitor).order_by("-created", "-pk")


def _keep_in_turn(visiting: Visiting) -> None:
    all_of_link = Run.objects.filter(visit__audience=visiting.audience)
    mine = all_of_link.filter(visitor=visiting.visitor)
    a_minute_ago = timezone.now() - timedelta(minutes=1)
    if mine.filter(lease__isnull=False).exists():
        raise NotStarted(_("Your last one is still going on. Wait for its end, or stop it."), 429)
    if mine.count() >= visiting.audience.visitor_limit:
        raise NotStarted(_("You have used all runs that this page has for each visitor."), 409)
    if mine.filter(created__gt=a_minute_ago).count() >= A_MINUTE_EACH:
        raise NotStarted(_("That was quick. Wait a minute, then go on."), 429)
    at_once = all_of_link.filter(lease__isnull=False).count()
    if at_once >= AT_ONCE or all_of_link.filter(created__gt=a_minute_ago).count() >= A_MINUTE:
        raise NotStarted(_("Many people ask at this moment. Try again in a few seconds."), 429)


def _why_not(audience: Audience | None) -> str | Promise:
    if audience is None or audience.closed or audience.expires <= timezone.now():
        return _("This page was closed. Nothing can be sent any more.")
    if audience.runs >= audience.run_limit:
        return _("All runs that this page allows have been used.")
    return _("This page has not enough tokens left for that.")


# -- what it weighs -----------------------------------------------------------------------------------------------


def weigh(value: Any) -> int:
    """Tokens, as good as can be guessed: of every text in a document."""
    if isinstance(value, str):
        if value.startswith(FILES):
            return FILE
        return -(-len(value.encode("utf-8", "replace")) // BYTES)
    if isinstance(value, dict):
        return sum(map(weigh, value.values()))
    return sum(map(weigh, value)) if isinstance(value, list) else 0


class Weight:
    """What a run under way weighs. It is asked for again and again, between the deltas of others: the request is read
    once, and of every text what is new."""

    def __init__(self, run: Run) -> None:
        self._body: bytes | None = bytes(run.request_body)
        self._request = 0
        self._texts: dict[str, tuple[int, int, int]] = {}  # by place: edition, characters and bytes counted

    def so_far(self, screen: Screen) -> int:
        """What it has used, by the look of its request and of what has come; more where upstream says so already, as
        some do with every piece: thinking that is not shown is in that, and in nothing else that comes."""
        if self._body is not None:
            self._request, self._body = _request(self._body), None
        come = sum(map(self._text, screen.reader.slots.values()))
        return max(min(self._request + come, MOST), _reported(screen.reader.usage))

    def _text(self, slot: Slot) -> int:
        text = slot.text
        edition, counted, size = self._texts.get(slot.place, (-1, 0, 0))
        if edition != slot.edition:
            counted = size = 0
        size += len(text[counted:].encode("utf-8", "replace"))
        self._texts[slot.place] = slot.edition, len(text), size
        return FILE if text.startswith(FILES) else -(-size // BYTES)


def used(run: Run, ended: dict[str, Any]) -> int:
    """What a run that has ended has used: as reported, else by the look of it. Where upstream did not answer, or
    answered with an error, it is nothing."""
    if reported := _reported(ended["usage"]):
        return reported
    status = ended["http_status"]
    if (status is None and ended["status"] == Run.Status.FAILED) or (status or 0) >= 400:
        return 0
    summary = ended["summary"] or {}
    return min(_request(bytes(run.request_body)) + sum(weigh(summary.get(name)) for name in _SAID), MOST)


def _reported(usage: dict[str, Any] | None) -> int:
    """What upstream says was used; 0 where it does not say it, or says something strange."""
    total = (normalise_usage(usage) or {}).get("total_tokens")
    return min(total, MOST) if type(total) is int and total > 0 else 0


def _at_first(body: bytes) -> int:
    document = _document(body)
    limits = [document.get(name) for name in _LIMITS]
    answer = min([ANSWER, *(limit for limit in limits if type(limit) is int and limit > 0)])
    return min(weigh(document) + answer, MOST)


def _request(body: bytes) -> int:
    return weigh(_document(body))


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


# -- while it goes on, and its end --------------------------------------------------------------------------------


@transaction.atomic
def take_more(run_id: uuid.UUID, needed: int) -> bool:
    """Take more tokens for a run that has outgrown what it has; whether the link had them. One that needs no more, or
    has been settled meanwhile, may go on."""
    visit = Visit.objects.select_for_update(of=("self",)).filter(run=run_id, run__lease__isnull=False).first()
    if visit is None or needed <= visit.taken:
        return True
    more = needed + STEP - visit.taken
    link = Audience.objects.filter(pk=visit.audience_id, tokens__lte=F("token_limit") - more)
    if not link.update(tokens=F("tokens") + more):
        return False
    Visit.objects.filter(pk=visit.pk).update(taken=F("taken") + more)
    return True


def settle(run: Run, ended: dict[str, Any]) -> None:
    """Part of the transaction that ends a run: what it had taken becomes what it has used."""
    visit = Visit.objects.select_for_update().filter(run=run.pk).first()
    if visit is None:
        return
    real = used(run, ended)
    Visit.objects.filter(pk=visit.pk).update(taken=real)
    Audience.objects.filter(pk=visit.audience_id).update(tokens=F("tokens") + (real - visit.taken))


def homeless(run_ids: list[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these runs of visitors have no open link any more."""
    open_now = Audience.objects.open()
    housed = Visit.objects.filter(run__in=run_ids, audience__in=open_now).values_list("run_id", flat=True)
    return set(run_ids) - set(housed)
