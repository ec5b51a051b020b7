"""A new run: made once, however often its form arrives, within limits that one person and one server have."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground import VERSION, lifecycle, search
from playground.api.endpoints import ENDPOINTS
from playground.models import Connection, Run, Session
from playground.runs import background, leases, visits
from playground.runs.costs import prices_of
from playground.runs.limits import NotStarted, keep_limits
from playground.runs.owner import Owner
from playground.runs.visits import Visiting
from playground.secrets import Secret
from playground.titles import title_of
from playground.upstream import door

if TYPE_CHECKING:
    from playground.runs.hub import Hub

logger = logging.getLogger(__name__)


#: The sandbox wants a key as any API does, and takes every one.
SANDBOX_KEY: Final = Secret("sandbox")


class NotYours(Exception):
    """The id belongs to somebody else's run: to this person it is no id at all."""


def begin(
    run_id: uuid.UUID,
    session: Session,
    connection: Connection,
    endpoint: str,
    body: bytes,
    holder: str,
    parent: Run | None = None,
    follows: Run | None = None,
    visiting: Visiting | None = None,
) -> tuple[Run, bool]:
    """The run, and whether it is new: the browser makes the id, so a second click or a resent form changes nothing.
    One of a visitor keeps within the limits of the link it came by instead of its owner's."""
    visitor = visiting.visitor if visiting else ""
    known = _known(run_id, session, visitor)
    if known:
        return known, False
    if lifecycle.is_draining():
        raise NotStarted(_("The server is being restarted. Try again in a moment."), 503)
    target, wishes = target_of(connection), background.wishes_in(body, endpoint)
    try:
        with transaction.atomic():
            taken = visits.admit(visiting, body) if visiting else keep_limits(session.owner)
            run = Run.objects.create(
                id=run_id,
                owner=session.owner,
                session=session,
                parent=parent,
                follows=follows,
                endpoint=endpoint,
                connection=connection,
                connection_name=connection.name,
                url=target.url(ENDPOINTS[endpoint].path),
                model=_model(body),
                request_body=body,
                request_headers=[list(pair) for pair in door.request_headers(target, body, wishes.stream is True)],
                prices=prices_of(connection),
                version=VERSION,
                visitor=visitor,
            )
            if visiting:
                visits.note(visiting, run, taken)
            leases.grant(run_id, holder)
            Session.objects.filter(pk=session.pk).update(updated=timezone.now())
            _name(session, body)
            search.index_run(run)
    except IntegrityError:
        known = _known(run_id, session, visitor)
        if known is None:
            raise
        return known, False
    return run, True


def _name(session: Session, body: bytes) -> None:
    """A session without a title is called after what is asked in it first."""
    title = "" if session.title else title_of(body)
    if title and Session.objects.filter(pk=session.pk, title="").update(title=title):
        session.title = title
        search.index_session(session)


def _known(run_id: uuid.UUID, session: Session, visitor: str) -> Run | None:
    run = Run.objects.filter(pk=run_id).first()
    if run is not None and (run.owner_id, run.session_id, run.visitor) != (session.owner_id, session.pk, visitor):
        raise NotYours
    return run


def carry_out(hub: Hub, run: Run, connection: Connection) -> None:
    """Begin the work on a run whose first lease is ours. Whoever began it keeps it as it was then: a page that is made
    of it must not find it ended in the middle, with the answer it read before that."""
    if run.pk not in hub.owners:
        Owner(hub, copy(run), target_of(connection), ENDPOINTS[run.endpoint].path, fence=1)


def target_of(connection: Connection) -> door.Target:
    return door.Target(
        base_url=connection.base_url,
        key=connection.key or (SANDBOX_KEY if connection.is_sandbox else None),
        headers={name: Secret(value) for name, value in _headers(connection).items()},
        connect_timeout=connection.connect_timeout,
        idle_timeout=connection.idle_timeout,
        total_timeout=connection.total_timeout,
    )


def _headers(connection: Connection) -> Mapping[str, str]:
    try:
        found: Any = json.loads(connection.headers.reveal() or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _model(body: bytes) -> str:
    """The model's name, for lists, as text that any database takes. The body stays as it is, even if it is no JSON."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    model = document.get("model") if isinstance(document, dict) else None
    return search.clean(model[:200]) if isinstance(model, str) else ""
