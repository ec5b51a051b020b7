"""Deleted sessions are kept for a while, so that they can be brought back; then they go for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from playground.models import Run, Session

#: How long a deleted session can be brought back.
KEPT: Final = timedelta(days=7)


def sweep() -> None:
    """Remove what nobody can bring back any more, everybody's. One at a time: others are to write in between."""
    gone = Session.objects.filter(deleted__lt=timezone.now() - KEPT).exclude(runs__status__in=Run.LIVE)
    for pk in list(gone.values_list("pk", flat=True)):
        Session.objects.filter(pk=pk, deleted__lt=timezone.now() - KEPT).delete()
