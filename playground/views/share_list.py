"""The list of links: where they lead, who may open them, how often that happened; and closing them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from playground import VERSION, sharing
from playground.models import Share
from playground.views.audience_list import audience_rows, back, sees_all, who_words
from playground.views.posted import posted
from playground.views.share_pane import SharedPage, event_answer, panel_answer, recording_of, rows_answer

MOST: Final = 500


@dataclass(frozen=True)
class Row:
    share: Share

    @property
    def who(self) -> str | Promise:
        return who_words(self.share.scope)

    @property
    def what(self) -> str | Promise:
        return _("one run") if self.share.run_id else _("a session")

    @property
    def source(self) -> str:
        """The run or the session of which it is a copy, if that is still there."""
        session = self.share.session
        if session is None or session.deleted:
            return ""
        return reverse("run", args=[self.share.run_id]) if self.share.run_id else reverse("session", args=[session.pk])

    @property
    def is_open(self) -> bool:
        owner, session = self.share.owner, self.share.session
        return self.share.is_open and owner.is_active and not (session and session.deleted)

    @property
    def is_soon(self) -> bool:
        """It closes within a day, so that the hour matters."""
        return bool(self.share.expires and self.share.expires - timezone.now() < timedelta(days=1))

    @property
    def state(self) -> tuple[str | Promise, str]:
        """A word, and the tone of its dot."""
        share = self.share
        if share.revoked:
            return _("revoked"), ""
        if not share.is_open:
            return _("expired"), ""
        if not self.is_open:
            return _("closed"), ""
        if share.live and share.run and share.run.is_live:
            return _("streaming now"), "live"
        if self.is_soon:
            return _("expires within a day"), "warn"
        return _("open"), "ok"


@require_safe
def shares(request: HttpRequest) -> HttpResponse:
    """Mine; whoever owns the server may look at everybody's."""
    everybodys = sees_all(request) and request.GET.get("who") == "all"
    found = visible_to(request) if everybodys else Share.objects.for_user(request.user)
    rows = [Row(each) for each in found.select_related("owner", "session", "run").order_by("-created")[:MOST]]
    audiences = audience_rows(request, everybodys=everybodys)
    context = {
        "here": "shares",
        "rows": rows,
        "open": sum(row.is_open for row in rows if row.share.owner_id == request.user.pk),
        "everybodys": everybodys,
        "sees_all": sees_all(request),
        "most": MOST if len(rows) == MOST else 0,
        "audiences": audiences,
        "open_audiences": sum(row.is_open for row in audiences if row.audience.owner_id == request.user.pk),
    }
    return render(request, "shares/list.html", context)


@require_POST
def share_revoke(request: HttpRequest, share_id: uuid.UUID) -> HttpResponse:
    posted(request)
    found = get_object_or_404(visible_to(request), pk=share_id)
    sharing.revoke(Share.objects.filter(pk=found.pk))
    return back(everybodys=found.owner_id != request.user.pk)


@require_POST
def shares_revoke(request: HttpRequest) -> HttpResponse:
    """All of mine, with one click."""
    posted(request)
    sharing.revoke(Share.objects.for_user(request.user))
    return back()


def visible_to(request: HttpRequest) -> QuerySet[Any]:
    found = Share.objects.all() if sees_all(request) else Share.objects.for_user(request.user)
    return found.defer("snapshot", "run__request_body", "run__response_body")


# -- what a link shows, for its owner -----------------------------------------------------------------------------


def by_owner(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The page behind a link of mine: nobody knows its address any more, but I may look at what it shows."""

    @require_safe
    @wraps(view)
    def checked(request: HttpRequest, share_id: uuid.UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = get_object_or_404(Share.objects.for_user(request.user).select_related("session"), pk=share_id)
        here = reverse("share_mine", args=[share_id])
        return view(request, SharedPage(request, sharing.contents(found), here, here), *args, **kwargs)

    return checked


@by_owner
def share_mine(request: HttpRequest, page: SharedPage) -> HttpResponse:
    context = {"page": page, "shown": page.shown, "mine": True, "version": VERSION, "here": "shares"}
    return render(request, "shares/page.html", context)


@by_owner
def mine_panel(request: HttpRequest, page: SharedPage, number: int, tab: str) -> HttpResponse:
    return panel_answer(page.at(number), tab)


@by_owner
def mine_recording(request: HttpRequest, page: SharedPage, number: int) -> HttpResponseBase:
    return recording_of(page.at(number))


@by_owner
def mine_rows(request: HttpRequest, page: SharedPage, number: int) -> HttpResponse:
    return rows_answer(page.at(number))


@by_owner
def mine_event(request: HttpRequest, page: SharedPage, number: int, event: int) -> HttpResponse:
    return event_answer(page.at(number), event)
