"""The doormen: they check, subscribe, pass updates on, stop. They neither read events nor make HTML.

    /ws/runs/<id>/      a run, for its owner
    /ws/runs/<id>/room/ the same for a room that looks on
    /s/<token>/live/    the same run, for whoever holds a link to it
    /s/<token>/open/    a page that shows a frozen link, and only wants to know when the link is closed
    /a/<token>/<id>/live/   a visitor's own run, for the browser that started it
    /a/<token>/open/        an audience's page, that wants to know the same

A run never depends on a socket: what happens here can end a page's view of a run, and nothing else.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs

import msgspec
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http.cookie import parse_cookie
from django.urls import path

from playground import sharing
from playground.models import Audience, Run, Share
from playground.runs import keeper, visits
from playground.runs.frames import message
from playground.runs.hub import hub
from playground.runs.outlet import Outlet
from playground.runs.parts import Lens
from playground.runs.watch import Watcher
from playground.sharing import misses
from playground.sharing.open_pages import OpenPage, open_pages

#: The run is not there, or not for this person: the same answer to both.
NOT_FOUND: Final = 4404
#: The page is to be loaded again: what stands there now is something else, or asks for something first.
AGAIN: Final = 4401

LANGUAGES: Final = frozenset(code for code, _ in settings.LANGUAGES)
#: How long a page may still hear of its run when its link was closed.
LAST_WORDS: Final = 3.0
_NOT_UNDERSTOOD: Final = message({"error": "not understood"})
_CLOSED: Final = message({"closed": 1})

Link = TypeVar("Link", Share, Audience)


class FromBrowser(msgspec.Struct, forbid_unknown_fields=True):
    """All a page may say: from where on it wants to see, and how many frames it has read."""

    after: int | None = None
    ack: int | None = None


_decode = msgspec.json.Decoder(FromBrowser).decode


class RunConsumer(AsyncWebsocketConsumer):
    channel_layer_alias = None  # announcements are the hub's business: one subscription, not one per socket
    watcher: Watcher | None = None

    async def connect(self) -> None:
        self.say = Outlet(self.base_send)
        await self.accept()
        self.run_id = await self.find_run()
        if self.run_id is None:
            await self.close(NOT_FOUND)

    async def find_run(self) -> uuid.UUID | None:
        """The run this person may watch. A share decides this differently, and nothing else."""
        user, run_id = self.scope["user"], self.scope["url_route"]["kwargs"]["run_id"]
        runs = Run.objects.for_user(user).filter(pk=run_id)
        return run_id if await hub().ask(runs.exists) else None

    def lens(self) -> Lens:
        asked = parse_qs(self.scope["query_string"].decode("latin-1")).get("lang", [""])[0]
        return Lens(asked if asked in LANGUAGES else settings.LANGUAGE_CODE[:2])

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            said = _decode(text_data or bytes_data or b"")
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            self.tell(_NOT_UNDERSTOOD)
            return
        if said.after is not None:
            await self.begin(said.after)
        if said.ack is not None and self.watcher:
            self.watcher.acknowledge(said.ack)

    def tell(self, text: str) -> None:
        """Something that is no part of a run. The page acknowledges it all the same, so it is counted where that is."""
        (self.watcher.say if self.watcher else self.say)(text)

    async def begin(self, after: int) -> None:
        """Show the run from there on. Asked again on the same socket, it starts anew."""
        if self.run_id is None:
            return
        if self.watcher:
            hub().leave(self.watcher)
        self.watcher = Watcher(self.lens(), self.say)
        if not await hub().watch(self.run_id, self.watcher, after):
            await self.close(NOT_FOUND)

    async def disconnect(self, code: int) -> None:
        if self.watcher:
            hub().leave(self.watcher)

    async def dispatch(self, received: dict[str, Any]) -> None:
        """Without Channels' look at old database connections, which costs a thread's turn for every frame."""
        handler = {
            "websocket.connect": self.websocket_connect,
            "websocket.receive": self.websocket_receive,
            "websocket.disconnect": self.websocket_disconnect,
        }[received["type"]]
        try:
            await handler(received)
        except StopConsumer:
            raise
        except BaseException:
            await self.disconnect(1011)  # the socket ends with it, and Channels would not say so
            raise


class RoomConsumer(RunConsumer):
    """A run on the presenter's page: many look on."""

    async def find_run(self) -> uuid.UUID | None:
        self.hidden = await hub().ask(lambda: sharing.hidden_in_a_room(self.scope["user"]))
        return await super().find_run()

    def lens(self) -> Lens:
        return super().lens().for_a_room(self.hidden)


class LinkConsumer(RunConsumer):
    """A page that was opened by a link: let in by the link alone, and closed with it."""

    page: OpenPage | None = None
    no = AGAIN

    async def connect(self) -> None:
        self.run_id = None
        self.say = Outlet(self.base_send)
        await self.accept()
        self.page = await hub().ask(self.find_page)
        if self.page is None:
            await self.close(self.no)
        else:
            open_pages().enter(self.page)

    def find_page(self) -> OpenPage | None:
        """The same as the page asks, in the same words of a no."""
        found = self.find_link(sharing.find)
        if found is None or not sharing.is_pass_for(found, self.cookie(sharing.PASS_COOKIE)):
            return None
        return OpenPage(
            found, self.tell, self.again, found.run_id if found.live and not sharing.streams(found) else None
        )

    def find_link(self, find: Callable[[str], Link | None]) -> Link | None:
        client = (self.scope.get("client") or [""])[0]
        if misses.misses_too_often(client):
            return None
        found = find(self.scope["url_route"]["kwargs"]["token"])
        if found is None:
            misses.missed(client)
            return None
        if sharing.is_public(found) or self.scope["user"].is_authenticated:
            return found
        self.no = AGAIN
        return None

    def cookie(self, name: str) -> str:
        header = b"; ".join(value for name, value in self.scope["headers"] if name == b"cookie")
        return parse_cookie(header.decode("latin-1")).get(name, "")

    async def again(self) -> None:
        await self.close(AGAIN)

    async def begin(self, after: int) -> None:
        """What is frozen does not change: there is nothing to tell."""

    async def disconnect(self, code: int) -> None:
        if self.page:
            open_pages().leave(self.page)
        await super().disconnect(code)


class LiveLinkConsumer(LinkConsumer):
    """The run under way behind a link, as its readers may see it."""

    def find_page(self) -> OpenPage | None:
        page = super().find_page()
        found = page.link if page else None
        if not isinstance(found, Share) or found.run is None or not sharing.streams(found):
            return None
        self.run_id = found.run_id
        self.hidden = tuple(sorted(sharing.hidden_while_live(found, found.run)))
        return page

    def lens(self) -> Lens:
        return super().lens()._replace(guest=True, hidden=self.hidden)

    async def begin(self, after: int) -> None:
        await RunConsumer.begin(self, after)


class AudienceConsumer(LinkConsumer):
    """A page for an audience. When its link is closed it says so and keeps what it shows: it does not ask anew."""

    no = NOT_FOUND
    is_there = True

    def find_page(self) -> OpenPage | None:
        found = self.find_link(sharing.find_audience)
        return OpenPage(found, self.tell, self.again) if found else None

    async def again(self) -> None:
        self.tell(_CLOSED)  # at once
        hub().spawn(self.close_soon(), "a closed link")

    async def close_soon(self) -> None:
        """A run that ended with its link has a moment to say so."""
        await asyncio.sleep(LAST_WORDS)
        if self.is_there:
            await self.close(NOT_FOUND)

    async def disconnect(self, code: int) -> None:
        self.is_there = False
        await super().disconnect(code)


class VisitorConsumer(AudienceConsumer):
    """A visitor's own run, for the browser that started it and for no other."""

    def find_page(self) -> OpenPage | None:
        page = super().find_page()
        if page is None or not isinstance(page.link, Audience):
            return None
        visitor = sharing.visitor_of(page.link, self.cookie(sharing.VISITOR_COOKIE))
        wanted = self.scope["url_route"]["kwargs"]["run_id"]
        if not visits.of_visitor(page.link, visitor).filter(pk=wanted).exists():
            return None
        self.run_id = wanted
        return page

    def lens(self) -> Lens:
        return super().lens()._replace(guest=True, visitor=True)

    async def begin(self, after: int) -> None:
        await RunConsumer.begin(self, after)


websocket_urlpatterns = [
    path("ws/runs/<uuid:run_id>/", RunConsumer.as_asgi()),
    path("ws/runs/<uuid:run_id>/room/", RoomConsumer.as_asgi()),
    path("s/<str:token>/live/", LiveLinkConsumer.as_asgi()),
    path("s/<str:token>/open/", LinkConsumer.as_asgi()),
    path("a/<str:token>/<uuid:run_id>/live/", VisitorConsumer.as_asgi()),
    path("a/<str:token>/open/", AudienceConsumer.as_asgi()),
]

__all__ = ["RunConsumer", "keeper", "websocket_urlpatterns"]
