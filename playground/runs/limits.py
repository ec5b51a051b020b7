"""How many runs one person, and one server, may have going."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from playground.data_folder import has_room
from playground.models import Lease, Run, User


class NotStarted(Exception):
    """The run was not begun and nothing was sent; `sentence` says why."""

    def __init__(self, sentence: str | Promise, status: int) -> None:
        super().__init__(str(status))
        self.sentence = sentence
        self.status = status


def keep_limits(user: User) -> int:
    """Visitors have limits of their own: a room full of them does not keep the owner of their link from working.
    Nothing is taken from anybody's tokens."""
    User.objects.select_for_update().get(pk=user.pk)  # one start of one person at a time, so that counting counts
    keep_server_limit()
    mine = Run.objects.filter(owner=user, visitor="")
    going = settings.RUNS_AT_ONCE_PER_USER
    if Lease.objects.filter(run__in=mine).count() >= going:
        said = ngettext(
            "%(count)s of your runs is still going. Wait for it to end, or stop it.",
            "%(count)s of your runs are still going. Wait for one to end, or stop one.",
            going,
        )
        raise NotStarted(said % {"count": going}, 429)
    started = settings.RUNS_A_MINUTE_PER_USER
    if mine.filter(created__gt=timezone.now() - timedelta(minutes=1)).count() >= started:
        said = ngettext(
            "You started %(count)s run within a minute. Wait a moment.",
            "You started %(count)s runs within a minute. Wait a moment.",
            started,
        )
        raise NotStarted(said % {"count": started}, 429)
    return 0


def keep_server_limit() -> None:
    if not has_room(settings.DATA):
        raise NotStarted(_("The disk of this server is nearly full, so no run is begun."), 507)
    if Lease.objects.count() >= settings.RUNS_AT_ONCE:
        raise NotStarted(_("The server carries out as many runs as it may. Try again when some have ended."), 503)
