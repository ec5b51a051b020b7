"""Ask an ASGI application in this process, and see everything it answers."""

from typing import Any

Headers = list[tuple[bytes, bytes]]


async def ask(application: Any, **changes: Any) -> list[dict[str, Any]]:
    """The messages it sends to a plain request of ours, changed as told."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application({**plain(), **changes}, receive, send)
    return sent


def plain() -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "scheme": "http",
        "root_path": "",
        "client": ["127.0.0.1", 50000],
        "server": ["127.0.0.1", 8000],
        "headers": [(b"host", b"127.0.0.1:8000")],
    }


async def answer_ok(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"ok"})
