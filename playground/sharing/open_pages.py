"""The pages of this process that show a link, so that they can be closed with it.

The database decides, and is asked twice a second for all open pages together; a hint through the channel layer only
makes it sooner. So a lost hint, another process and an expiry are the same case.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import DatabaseError
from django.db.models import Q

from playground.models import Audience, Run, Share
from playground.runs import chaperone
from playground.runs.frames import message
from playground.runs.hub import hub

LOOK_EVERY: Final = 0.5
BEAT_EVERY: Final = 20.0
GROUP: Final = "shares"
CLOSED: Final = {"type": "shares.closed"}

log = logging.getLogger(__name__)


@dataclass(eq=False)
class OpenPage:
    """A page that was opened by a link. `close` says that the link is closed, or makes the page ask anew and so find
    what stands there now: perhaps nothing."""

    link: Share | Audience
    say: Callable[[str], None]
    close: Callable[[], Any]
    until: uuid.UUID | None = None  # a run whose end changes what the link shows


class OpenPages:
    def __init__(self) -> None:
        self.pages: set[OpenPage] = set()
        self._closed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def enter(self, page: OpenPage) -> None:
        self.pages.add(page)
        if not self._tasks:
            self._tasks = [hub().start(self._look_after(), "links"), hub().start(self._listen(), "closed links")]

    def leave(self, page: OpenPage) -> None:
        self.pages.discard(page)

    async def _look_after(self) -> None:
        loop = asyncio.get_running_loop()
        beat_at = loop.time() + BEAT_EVERY
        try:
            while self.pages:
                try:
                    await asyncio.wait_for(self._closed.wait(), LOOK_EVERY)
                except TimeoutError:
                    pass
                self._closed.clear()
                try:
                    await self._look()
                except DatabaseError:
                    log.warning("could not look whether links are still open; trying again")
                if loop.time() > beat_at:
                    beat_at = loop.time() + BEAT_EVERY
                    self._say(message({"beat": 1}))
        finally:
            for task in self._tasks[1:]:
                task.cancel()
            self._tasks = []

    async def _look(self) -> None:
        here = list(self.pages)
        closed, ended = await hub().ask(
            lambda: (_closed(page.link for page in here), _ended({page.until for page in here if page.until}))
        )
        if any(isinstance(link, Audience) for link in closed):
            await chaperone.end_homeless(hub())  # what goes on behind it ends before its pages hear the last of it
        for page in here:
            if page in self.pages and (page.link in closed or page.until in ended):
                self.pages.discard(page)
                await page.close()

    async def _listen(self) -> None:
        """Hear of links closed here or in another process. Without the channel layer we look, which is soon enough."""
        layer = get_channel_layer()
        if layer is None:
            return
        try:
            channel = await layer.new_channel()
            await layer.group_add(GROUP, channel)
            try:
                while True:
                    await layer.receive(channel)
                    self._closed.set()
            finally:
                await layer.group_discard(GROUP, channel)
        except Exception:
            log.warning("hints about closed links do not arrive", exc_info=True)

    def _say(self, text: str) -> None:
        for page in list(self.pages):
            page.say(text)


def _closed(links: Iterable[Share | Audience]) -> set[Share | Audience]:
    """Which of these are closed; one question for each kind there is."""
    of_kind: dict[type[Share | Audience], set[Share | Audience]] = {}
    for link in links:
        of_kind.setdefault(type(link), set()).add(link)
    closed: set[Share | Audience] = set()
    for kind, all_of_it in of_kind.items():
        still_open = set(
            kind.objects.open().filter(pk__in=[link.pk for link in all_of_it]).values_list("pk", flat=True)
        )
        closed |= {link for link in all_of_it if link.pk not in still_open}
    return closed


def _ended(runs: set[uuid.UUID]) -> set[uuid.UUID]:
    if not runs:
        return set()
    live = Q(status__in=Run.LIVE) | Q(lease__isnull=False)
    return runs - set(Run.objects.filter(live, pk__in=runs).values_list("pk", flat=True))


_all: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, OpenPages] = weakref.WeakKeyDictionary()


def open_pages() -> OpenPages:
    """Those of this event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _all:
        _all[loop] = OpenPages()
    return _all[loop]


def say_that_links_closed() -> None:
    """To every process that shows some. Only a hint: nothing waits for it, and losing it costs half a second."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(GROUP, CLOSED)
    except Exception:
        log.info("could not say that links were closed", exc_info=True)
