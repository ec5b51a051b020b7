"""Audience links in the list of links: what they have used of their limits, and the kill switch."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from playground import sharing
from playground.models import Audience, Run, Share, Visit
from playground.views.posted import posted

MOST: Final = 200


@dataclass(frozen=True)
class Row:
    audience: Audience
    is_open: bool
    going: int  # runs under way
    visitors: int

    @property
    def who(self) -> str | Promise:
        return who_words(self.audience.scope)

    @property
    def state(self) -> tuple[str | Promise, str]:
        """A word, and the tone of its dot."""
        link = self.audience
        if link.closed is None and link.expires <= timezone.now():
            return _("expired"), ""
        if not self.is_open:
            return _("closed"), ""
        if self.going:
            return _("in use now"), "live"
        return (_("used up"), "warn") if link.is_used_up else (_("open"), "ok")


def audience_rows(request: HttpRequest, *, everybodys: bool) -> list[Row]:
    found = visible_to(request) if everybodys else Audience.objects.for_user(request.user)
    links = list(found.defer("body").select_related("owner", "session").order_by("-created")[:MOST])
    open_now = set(Audience.objects.open().filter(pk__in=[link.pk for link in links]).values_list("pk", flat=True))
    visits = Visit.objects.filter(audience__in=links)
    going = dict(_counted(visits.filter(run__status__in=Run.LIVE), "run"))
    visitors = dict(_counted(visits, "run__visitor"))
    return [Row(link, link.pk in open_now, going.get(link.pk, 0), visitors.get(link.pk, 0)) for link in links]


def _counted(visits: QuerySet[Visit], what: str) -> Any:
    return visits.values_list("audience").annotate(count=Count(what, distinct=True)).order_by()


@require_POST
def audience_close(request: HttpRequest, audience_id: uuid.UUID) -> HttpResponse:
    """The kill switch of one link: mine, or anybody's for whoever runs the server."""
    posted(request)
    found = get_object_or_404(visible_to(request), pk=audience_id)
    sharing.close(Audience.objects.filter(pk=found.pk))
    return back(everybodys=found.owner_id != request.user.pk)


@require_POST
def audiences_close(request: HttpRequest) -> HttpResponse:
    """All of mine, with one click."""
    posted(request)
    sharing.close(Audience.objects.for_user(request.user))
    return back()


def visible_to(request: HttpRequest) -> QuerySet[Audience]:
    return Audience.objects.all() if sees_all(request) else Audience.objects.for_user(request.user)


def sees_all(request: HttpRequest) -> bool:
    return settings.TEAM and bool(getattr(request.user, "is_superuser", False))


def back(*, everybodys: bool = False) -> HttpResponse:
    return redirect(reverse("shares") + ("?who=all" if everybodys else ""))


def who_words(scope: str) -> str | Promise:
    if scope == Share.Scope.ANYONE:
        return _("anyone with the link")
    return _("people of this server") if settings.TEAM else _("you, on this machine")
