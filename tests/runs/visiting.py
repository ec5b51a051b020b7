"""Visitors of an audience link, as far as runs are concerned."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from playground.models import Audience, Connection, Preset, Run
from playground.runs.starting import begin, carry_out
from playground.runs.visits import Visiting
from tests.runs.playing import SENSE, Playing


class Link:
    """An audience link of the playing person, to one connection."""

    def __init__(self, playing: Playing, connection: Connection, audience: Audience) -> None:
        self.playing = playing
        self.connection = connection
        self.audience = audience

    @classmethod
    async def make(cls, playing: Playing, base_url: str, **limits: Any) -> Link:
        connection = await playing.connect(base_url)

        def make() -> Audience:
            preset = Preset.objects.create(owner=playing.user, name="p", endpoint="responses", body=b"{}")
            terms = {"run_limit": 50, "visitor_limit": 10, "token_limit": 100_000} | limits
            return Audience.objects.create(
                owner=playing.user, session=playing.session, preset=preset, connection=connection,
                token_hash=uuid.uuid4().hex, expires=timezone.now() + timedelta(hours=1), **terms,
            )  # fmt: skip

        return cls(playing, connection, await playing.hub.ask(make))

    def begin(self, visitor: str, run_id: uuid.UUID | None = None, body: dict[str, Any] | None = None) -> Run:
        """In the thread that asks; nothing is carried out."""
        sent = json.dumps(body or SENSE).encode()
        visiting = Visiting(self.audience, visitor, {"prompt": "Hi"})
        holder = self.playing.hub.holder
        return begin(
            run_id or uuid.uuid4(), self.playing.session, self.connection, "responses", sent, holder, visiting=visiting
        )[0]

    async def press(self, visitor: str, run_id: uuid.UUID | None = None, **body: Any) -> uuid.UUID:
        run = await self.playing.hub.ask(lambda: self.begin(visitor, run_id, {**SENSE, **body}))
        carry_out(self.playing.hub, run, self.connection)
        return run.pk

    async def now(self) -> Audience:
        return await self.playing.hub.ask(lambda: Audience.objects.get(pk=self.audience.pk))

    async def taken(self, run_id: uuid.UUID) -> int:
        return await self.playing.hub.ask(lambda: Run.objects.get(pk=run_id).visit.taken)
