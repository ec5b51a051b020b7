"""Who is at the other end of a websocket, and whether they may still be.

The guard stands before every consumer: it puts the user on the scope, refuses strangers, and closes the sockets of
those who logged out, were deactivated, lost a right or changed their password, whatever the consumer is doing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.sessions import CookieMiddleware, SessionMiddleware
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from playground.accounts.middleware import SEEN
from playground.accounts.owner import local_owner
from playground.gate.answers import refuse_socket
from playground.models import User

LOGGED_OUT = 4401
"""The close code that says: log in again. Our own range; the page goes to the log-in."""

BY_LINK = ("/s/", "/a/")
"""Sockets of shared pages and of an audience's: their readers may have no account, the consumer asks for the link
instead. They lie under the page's own address, so that what a browser may show for that address (a passphrase it gave,
which visitor it is) comes along."""

LOOK_EVERY = 3.0  # seconds; nobody may watch on for more than five after losing the right to

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Guarded:
    """An open socket of a member."""

    user: User
    session_key: str
    send: Any
    gone: bool = False

    async def pass_on(self, message: dict[str, Any]) -> None:
        if not self.gone:
            await self.send(message)

    async def end(self) -> None:
        self.gone = True
        await self.send({"type": "websocket.close", "code": LOGGED_OUT})


class SocketGuard:
    """An ASGI wrapper around the websocket routes."""

    def __init__(self, routes: Any) -> None:
        self.routes = routes
        self.open_by_user: Counter[int] = Counter()
        self.guarded: set[Guarded] = set()
        self.looking: asyncio.Task[None] | None = None
        self.team = CookieMiddleware(SessionMiddleware(self.team_member))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if settings.TEAM:
            await self.team(scope, receive, send)
        else:
            user = await database_sync_to_async(local_owner)()
            await self.let_in({**scope, "user": user}, receive, send, user)

    async def team_member(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        user = await get_user(scope)
        if not user.is_authenticated or _is_idle(scope["session"]):
            if scope["path"].startswith(BY_LINK):
                await self.to_consumer({**scope, "user": AnonymousUser()}, receive, send)
            else:
                await refuse_socket(scope, receive, send, 403)
            return
        guarded = Guarded(user, scope["session"].session_key, send)
        self.guarded.add(guarded)
        self.looking = self.looking or asyncio.ensure_future(self.keep_looking())
        try:
            await self.let_in({**scope, "user": user}, receive, guarded.pass_on, user)
        finally:
            self.guarded.discard(guarded)

    async def let_in(self, scope: dict[str, Any], receive: Any, send: Any, user: User) -> None:
        if self.open_by_user[user.pk] >= settings.SOCKETS_PER_USER:
            await refuse_socket(scope, receive, send, 429)
            return
        with self.counted(user):
            await self.to_consumer(scope, receive, send)

    async def to_consumer(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        try:
            await self.routes(scope, receive, send)
        except ValueError as problem:
            if "No route found" not in str(problem):
                raise
            await refuse_socket(scope, receive, send, 404)

    @contextlib.contextmanager
    def counted(self, user: User) -> Iterator[None]:
        self.open_by_user[user.pk] += 1
        try:
            yield
        finally:
            self.open_by_user[user.pk] -= 1
            if not self.open_by_user[user.pk]:
                del self.open_by_user[user.pk]

    async def keep_looking(self) -> None:
        """Look after all open sockets together: one question to the database, however many there are."""
        while self.guarded:
            await asyncio.sleep(LOOK_EVERY)
            here = list(self.guarded)
            try:
                welcome = await database_sync_to_async(still_welcome)(here)
            except DatabaseError:
                log.warning("could not look whether open websockets may stay open")
                continue
            for guarded in here:
                if guarded not in welcome and not guarded.gone:
                    await guarded.end()
        self.looking = None


def still_welcome(sockets: list[Guarded]) -> set[Guarded]:
    """Those whose session still lives, whose account is active, and whose rights are as they were."""
    keys = {socket.session_key for socket in sockets}
    sessions = {row.session_key: row for row in Session.objects.filter(session_key__in=keys)}
    users = User.objects.filter(is_active=True).in_bulk({socket.user.pk for socket in sockets})
    now = timezone.now()

    def welcome(socket: Guarded) -> bool:
        row, user = sessions.get(socket.session_key), users.get(socket.user.pk)
        if row is None or user is None or row.expire_date <= now or user.is_superuser != socket.user.is_superuser:
            return False
        kept = row.get_decoded()
        same_password = constant_time_compare(kept.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        return kept.get(SESSION_KEY) == str(user.pk) and same_password and not _is_idle(kept)

    return {socket for socket in sockets if welcome(socket)}


def _is_idle(session: Any) -> bool:
    seen = session.get(SEEN)
    return seen is not None and time.time() - seen > settings.SESSION_IDLE
