"""Who may come in: one ASGI wrapper before pages, websockets, static files and the sandbox."""

from playground.gate.wrapper import Gate

__all__ = ["Gate"]
