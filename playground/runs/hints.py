"""What processes tell each other about runs: "run R is at N", and "try again now". Never what came.

Only hints, through the channel layer: it may drop them, and then a look at the database is a second later. What piles
up while one hint travels goes into the next one, and with a single process nothing travels at all.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import TYPE_CHECKING, Any, Final

from channels.layers import InMemoryChannelLayer, get_channel_layer

if TYPE_CHECKING:
    from playground.runs.hub import Hub

logger = logging.getLogger(__name__)

GROUP: Final = "runs"
#: How long to wait before a layer that failed is used again.
PAUSE: Final = 1.0


class Hints:
    """Those of one event loop. They begin to travel with the first that is said or waited for."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._news: dict[str, int] = {}  # run -> the newest number
        self._retries: list[str] = []
        self._said = asyncio.Event()
        self._layer = get_channel_layer()
        self._alone = self._layer is None or isinstance(self._layer, InMemoryChannelLayer)
        self._speaking = self._listening = False

    def is_at(self, run_id: uuid.UUID, number: int) -> None:
        if not self._alone:
            self._news[run_id.hex] = number
            self._speak()

    def retry(self, run_id: uuid.UUID) -> None:
        """Somebody does not want to wait for the next try of a run that another process carries out."""
        if not self._alone:
            self._retries.append(run_id.hex)
            self._speak()

    def listen(self) -> None:
        """From now on hints of others are heard."""
        if not self._alone and not self._listening:
            self._listening = True
            self._hub.spawn(self._hear(), "hints heard")

    def _speak(self) -> None:
        self._said.set()
        if not self._speaking:
            self._speaking = True
            self._hub.spawn(self._tell(), "hints told")

    async def _tell(self) -> None:
        while True:
            await self._said.wait()
            self._said.clear()
            news, self._news, retries, self._retries = self._news, {}, self._retries, []
            try:
                await self._layer.group_send(GROUP, {"type": "runs.hint", "at": news, "retry": retries})
            except Exception as error:  # noqa: BLE001  whatever a layer raises, it was only a hint
                logger.info("hints about runs are not told: %s", type(error).__name__)
                await asyncio.sleep(PAUSE)

    async def _hear(self) -> None:
        while True:
            try:
                channel = await self._layer.new_channel()
                await self._layer.group_add(GROUP, channel)
                while True:
                    self._take(await self._layer.receive(channel))
            except Exception as error:  # noqa: BLE001
                logger.info("hints about runs are not heard: %s", type(error).__name__)
                await asyncio.sleep(PAUSE)

    def _take(self, hint: dict[str, Any]) -> None:
        for run in hint.get("at", {}):
            follower = self._hub.followers.get(uuid.UUID(run))
            if follower:
                follower.hint()
        for run in hint.get("retry", []):
            owner = self._hub.owners.get(uuid.UUID(run))
            if owner:
                owner.retry_now()
