"""Who keeps a websocket open. Attacks 28, 72, 109."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from django.conf import LazySettings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.urls import path
from django.utils import timezone

from playground.accounts import sockets
from playground.accounts.middleware import SEEN
from playground.accounts.sockets import LOGGED_OUT, SocketGuard
from playground.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    monkeypatch.setattr(sockets, "LOOK_EVERY", 0.01)
    settings.TEAM = True


def sign_in(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[SEEN] = time.time()
    session.save()
    return str(session.session_key)


class Socket:
    """One websocket through the guard, to a consumer that stays as long as it may."""

    def __init__(self, guard: SocketGuard, session_key: str = "", where: str = "/here/") -> None:
        from django.conf import settings

        self.sent: list[dict[str, Any]] = []
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.news = asyncio.Event()
        cookie = f"{settings.SESSION_COOKIE_NAME}={session_key}".encode()
        scope = {"type": "websocket", "path": where, "headers": [(b"cookie", cookie)], "extensions": {}}
        self.task = asyncio.ensure_future(guard(scope, self.incoming.get, self.send))

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.close":
            await self.incoming.put({"type": "websocket.disconnect"})
        self.news.set()

    async def heard(self, count: int = 1) -> list[dict[str, Any]]:
        """What was sent, as soon as there is so much of it."""
        async with asyncio.timeout(30):
            while len(self.sent) < count:
                self.news.clear()
                await self.news.wait()
        return self.sent

    async def leave(self) -> None:
        await self.incoming.put({"type": "websocket.disconnect"})
        await asyncio.wait_for(self.task, 30)


async def consumer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await send({"type": "websocket.accept", "user": scope["user"].username})
    while (await receive())["type"] != "websocket.disconnect":
        pass
    await send({"type": "websocket.send", "text": "a last word"})


def make_guard() -> SocketGuard:
    return SocketGuard(URLRouter([path("here/", consumer)]))  # type: ignore[arg-type]


@database_sync_to_async
def make_user(name: str = "mara", **fields: Any) -> User:
    return User.objects.create_user(name, password="violet-harbour-91", **fields)


async def test_a_member_is_let_in_by_name() -> None:
    user = await make_user()
    socket = Socket(make_guard(), await database_sync_to_async(sign_in)(user))

    assert (await socket.heard())[0] == {"type": "websocket.accept", "user": "mara"}
    await socket.leave()


@pytest.mark.parametrize("session_key", ["", "0123456789abcdefghijklmnopqrstuv"])
async def test_strangers_are_refused(session_key: str) -> None:
    socket = Socket(make_guard(), session_key)

    assert await socket.heard() == [{"type": "websocket.close", "code": 4403}]


async def test_readers_of_a_link_need_no_account() -> None:
    guard = SocketGuard(URLRouter([path("s/<str:token>/open/", consumer)]))  # type: ignore[arg-type]
    socket = Socket(guard, where="/s/abc/open/")

    assert (await socket.heard())[0] == {"type": "websocket.accept", "user": ""}
    await socket.leave()


async def test_a_path_that_is_not_there_is_refused() -> None:
    user = await make_user()
    socket = Socket(make_guard(), await database_sync_to_async(sign_in)(user), "/nowhere/")

    assert await socket.heard() == [{"type": "websocket.close", "code": 4404}]


def deactivate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def delete(user: User) -> None:
    user.delete()


def demote(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_superuser=False)


def change_password(user: User) -> None:
    user.set_password("amber-lantern-47")
    user.save()


def log_out(user: User) -> None:
    Session.objects.all().delete()


def expire(user: User) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def stay_away(user: User) -> None:
    store = SessionStore(Session.objects.get().session_key)
    store[SEEN] = time.time() - 25 * 3600
    store.save()


@pytest.mark.parametrize("loss", [deactivate, delete, demote, change_password, log_out, expire, stay_away])
async def test_who_loses_the_right_loses_the_socket(loss: Any) -> None:
    user = await make_user(is_superuser=True)
    socket = Socket(make_guard(), await database_sync_to_async(sign_in)(user))
    await socket.heard()

    await database_sync_to_async(loss)(user)

    assert (await socket.heard(2))[1] == {"type": "websocket.close", "code": LOGGED_OUT}
    await asyncio.wait_for(socket.task, 30)
    assert len(socket.sent) == 2  # whatever the consumer says afterwards stays inside


async def test_others_stay() -> None:
    mara, momo = await make_user("mara"), await make_user("momo")
    guard = make_guard()
    stays = Socket(guard, await database_sync_to_async(sign_in)(mara))
    goes = Socket(guard, await database_sync_to_async(sign_in)(momo))
    await asyncio.gather(stays.heard(), goes.heard())

    await database_sync_to_async(deactivate)(momo)
    await goes.heard(2)

    assert len(stays.sent) == 1
    await stays.leave()
    assert not guard.guarded


async def test_a_database_that_is_away_for_a_moment_closes_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    asked = asyncio.Event()

    def away(here: Any) -> Any:
        loop.call_soon_threadsafe(asked.set)
        raise OperationalError

    loop = asyncio.get_running_loop()
    user = await make_user()
    socket = Socket(make_guard(), await database_sync_to_async(sign_in)(user))
    await socket.heard()
    monkeypatch.setattr(sockets, "still_welcome", away)

    await asyncio.wait_for(asked.wait(), 30)

    assert len(socket.sent) == 1
    await socket.leave()


async def test_an_account_has_so_many_sockets_and_no_more(settings: LazySettings) -> None:
    settings.SOCKETS_PER_USER = 2
    user = await make_user()
    key = await database_sync_to_async(sign_in)(user)
    guard = make_guard()
    first, second = Socket(guard, key), Socket(guard, key)
    await asyncio.gather(first.heard(), second.heard())

    assert await Socket(guard, key).heard() == [{"type": "websocket.close", "code": 4429}]
    await first.leave()
    third = Socket(guard, key)
    assert (await third.heard())[0]["type"] == "websocket.accept"
    await asyncio.gather(second.leave(), third.leave())
    assert not guard.open_by_user


async def test_local_mode_has_one_owner(settings: LazySettings) -> None:
    settings.TEAM = False
    socket = Socket(make_guard())

    assert (await socket.heard())[0] == {"type": "websocket.accept", "user": "owner"}
    await socket.leave()
