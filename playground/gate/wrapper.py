"""The gate itself: decides, answers what it refuses, and puts the headers on everything else."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import Any

from django.conf import settings

from playground import metrics
from playground.gate.answers import refuse
from playground.gate.callers import SocketCount, household, settle, without_forwarding
from playground.gate.headers import dressing
from playground.gate.judge import Asked, Refusal, judge, says_same_origin
from playground.gate.policy import Policy, largest_body
from playground.gate.start_token import carries_token, needs_token, open_door
from playground.logs import Seldom

log = logging.getLogger(__name__)
_noted = Seldom(60)


class UnknownDoor(Exception):
    """The server speaks of a kind of connection that the gate does not know, and so does not let in."""


class Gate:
    """Stands before every door. Websocket message sizes and rates are kept by the server, which sees the frames."""

    def __init__(self, doors: Any, policy: Policy | None = None) -> None:
        self.doors = doors
        self.sockets = SocketCount()
        self._policy = policy

    @cached_property
    def policy(self) -> Policy:
        return self._policy or Policy.from_settings()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.doors(scope, receive, send)
        elif scope["type"] in ("http", "websocket"):
            await self.at_gate(settle(scope, self.policy), receive, dressing(send, self.policy))
        else:
            raise UnknownDoor(scope["type"])

    async def at_gate(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        refusal = judge(scope, self.policy) or _too_large(scope) or self.too_many(scope)
        if refusal is None and needs_token(scope, self.policy):
            if carries_token(scope):
                await open_door(scope, send, self.policy)
                return
            refusal = Refusal.TOKEN
        if refusal is not None:
            metrics.refused.labels(refusal.reason).inc()
            if _noted.allows():
                log.info("refused (%s): %s %s", refusal.reason, scope.get("method", "socket"), scope["path"])
            await refuse(scope, receive, send, refusal)
        elif scope["type"] == "websocket":
            await self.let_socket_in(self.inside(scope), receive, send)
        else:
            await self.let_in(self.inside(scope), receive, send)

    def inside(self, scope: dict[str, Any]) -> dict[str, Any]:
        """The scope as the doors see it."""
        asked = Asked(scope)
        scope = without_forwarding(scope)
        if says_same_origin(asked):
            kept = [pair for pair in scope["headers"] if pair[0] != b"origin"]
            scope["headers"] = [*kept, (b"origin", self.policy.origin(asked.host).encode())]
        return scope

    def too_many(self, scope: dict[str, Any]) -> Refusal | None:
        if scope["type"] != "websocket":
            return None
        from_here = self.sockets.by_address[household(scope)]
        full = self.sockets.all >= settings.SOCKETS or from_here >= settings.SOCKETS_PER_ADDRESS
        return Refusal.TOO_MANY if full else None

    async def let_socket_in(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        address = household(scope)
        self.sockets.enter(address)
        metrics.sockets.inc()
        try:
            await self.doors(scope, receive, send)
        finally:
            metrics.sockets.dec()
            self.sockets.leave(address)

    async def let_in(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """An error in a door becomes a 500 with our headers on it, as long as nothing was sent."""
        started = False

        async def note(message: dict[str, Any]) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                metrics.count_answer(scope["method"], message["status"])
            await send(message)

        try:
            await self.doors(scope, receive, note)
        except Exception:
            if started:
                raise
            log.exception("an error in a door")
            await note({"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"text/plain")]})
            await note({"type": "http.response.body", "body": b"Something broke on our side.\n"})


def _too_large(scope: dict[str, Any]) -> Refusal | None:
    """Daphne's channel already refuses these before they reach the disk; other servers may not."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return Refusal.TOO_LARGE if length.isdigit() and int(length[:20]) > largest_body(scope["path"]) else None
