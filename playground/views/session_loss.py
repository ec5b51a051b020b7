"""What goes when sessions go: what is deleted, what can be undone, and what cannot."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from playground import sharing
from playground.models import Audience, Run, Session, Share
from playground.runs.forgetting import sweep
from playground.runs.stopping import stop


@dataclass(frozen=True, slots=True)
class Loss:
    """What deleting these sessions would end at once, and what Undo would not bring back."""

    links: int = 0
    running: list[uuid.UUID] = field(default_factory=list)

    @classmethod
    def of(cls, sessions: Iterable[Session]) -> Loss:
        ids = [each.pk for each in sessions]
        running = Run.objects.filter(session__in=ids, status__in=Run.LIVE).values_list("pk", flat=True)
        return cls(links_to(ids).count() + audiences_of(ids).count(), list(running))

    def __bool__(self) -> bool:
        return bool(self.links or self.running)


def links_to(sessions: list[uuid.UUID]) -> QuerySet[Share]:
    """The links that are open now."""
    lasting = Q(expires=None) | Q(expires__gt=timezone.now())
    return Share.objects.filter(lasting, session__in=sessions, revoked=None)


def audiences_of(sessions: list[uuid.UUID]) -> QuerySet[Audience]:
    return Audience.objects.filter(session__in=sessions, closed=None, expires__gt=timezone.now())


def throw_away(user: Any, ids: list[uuid.UUID]) -> datetime:
    """Delete so that it can be undone. Links close for good: nobody should wonder who can see what came back."""
    moment = timezone.now()
    with transaction.atomic():
        found = Session.objects.for_user(user).filter(pk__in=ids)
        known = list(found.values_list("pk", flat=True))
        running = Loss.of(found).running
        sharing.close(audiences_of(known))
        found.update(deleted=moment)
        sharing.revoke(links_to(known))
    for run_id in running:
        stop(run_id)
    sweep()
    return moment
