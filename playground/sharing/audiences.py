"""A link for an audience: made, found by its token, closed. Its token is kept as every link's is."""

from __future__ import annotations

import secrets as randomness
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.models import Audience, Connection, Draft, Preset, Session, Share
from playground.runs import chaperone
from playground.search import index_session
from playground.sharing.links import fingerprint
from playground.sharing.open_pages import say_that_links_closed

#: Tells the visitors of one link apart. Bound to the address of the link, like the pass of a share.
VISITOR_COOKIE: Final = "playground_visitor"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a link is to allow. `asks` says what of the preset's request visitors write themselves."""

    preset: Preset
    connection: Connection
    asks: dict[str, Any]
    title: str
    note: str = ""
    scope: str = Share.Scope.SERVER
    shows_request: bool = False
    run_limit: int = 50
    visitor_limit: int = 5
    token_limit: int = 50_000
    minutes: int = 60


@transaction.atomic
def open_audience(terms: Terms) -> tuple[Audience, str]:
    """A new link, its token, which nobody can show again, and a session in which its visitors' runs are kept."""
    token = randomness.token_urlsafe(32)
    preset = terms.preset
    title = _("Visitors of %(title)s") % {"title": terms.title}
    session = Session.objects.create(owner=preset.owner, title=title[:200])
    Draft.objects.create(
        session=session, endpoint=preset.endpoint, connection=terms.connection, body=bytes(preset.body)
    )
    index_session(session)
    made = Audience.objects.create(
        owner=preset.owner,
        token_hash=fingerprint(token),
        scope=terms.scope,
        title=terms.title,
        note=terms.note,
        preset=preset,
        connection=terms.connection,
        endpoint=preset.endpoint,
        body=bytes(preset.body),
        asks=terms.asks,
        shows_request=terms.shows_request,
        session=session,
        run_limit=terms.run_limit,
        visitor_limit=terms.visitor_limit,
        token_limit=terms.token_limit,
        expires=timezone.now() + timedelta(minutes=terms.minutes),
    )
    return made, token


def find_audience(token: str) -> Audience | None:
    """The open link a token belongs to: one look-up, whatever the reason for a no."""
    found = Audience.objects.open().filter(token_hash=fingerprint(token))
    return found.select_related("owner", "session__owner", "connection").first()


def visitor_of(found: Audience, cookie: str) -> str:
    """Who holds this cookie, as the rows know it: a hash that is another one for each link. Nobody, without one."""
    return fingerprint(f"{found.pk.hex} {cookie}") if cookie else ""


def close(audiences: Any) -> int:
    """The kill switch: nothing is started any more, what goes on is stopped, and open pages are told."""
    count = int(audiences.filter(closed=None).update(closed=timezone.now()))
    if count:
        transaction.on_commit(chaperone.look_now)
        transaction.on_commit(say_that_links_closed)
    return count
