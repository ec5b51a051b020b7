"""The front doors: pages, websocket, static files, sandbox. The gate stands before all of them."""

# ruff: noqa: E402  what follows the set-up may import models

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()  # sets Django up

from channels.routing import URLRouter
from django.conf import settings

from playground import lifecycle
from playground.accounts.sockets import SocketGuard
from playground.consumers import websocket_urlpatterns
from playground.gate import Gate
from playground.sandbox.asgi import application as sandbox
from playground.static_files import StaticFiles

SANDBOX = "/sandbox/v1"


class Doors:
    """Sends each connection to its application."""

    def __init__(self) -> None:
        self.static = StaticFiles()
        self.sockets = SocketGuard(URLRouter(websocket_urlpatterns))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            await self.sockets(scope, receive, send)
        elif scope["path"].startswith(settings.STATIC_ROUTE):
            await self.static(scope, receive, send)
        elif scope["path"].startswith(SANDBOX + "/"):
            inner = {**scope, "path": scope["path"].removeprefix(SANDBOX), "root_path": SANDBOX}
            await sandbox(inner, receive, send)
        else:
            await pages(scope, receive, send)


async def _lifespan(receive: Any, send: Any) -> None:
    """For servers that announce their start and end this way; `manage.py serve` calls the hooks itself."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await lifecycle.start()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await lifecycle.drain(settings.DRAIN_SECONDS)
            await lifecycle.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


application = Gate(Doors())
