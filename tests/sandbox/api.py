"""A caller of the sandbox in this process: plain ASGI, no sockets, every request on a loop of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.sandbox.asgi import Sandbox

KEY = "sk-test"


@dataclass(frozen=True)
class Event:
    """One server-sent event; `data` is parsed unless it is not JSON."""

    name: str
    data: Any


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    chunks: Sequence[bytes]

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The error of the API's envelope."""
        document = self.json()
        assert set(document) == {"error"}, document
        error: dict[str, Any] = document["error"]
        assert set(error) == {"message", "type", "param", "code"}, error
        assert isinstance(error["message"], str)
        assert error["message"]
        return error

    @property
    def text(self) -> str:
        """The text of a Response or of a completion's first choice."""
        document = self.json()
        if document["object"] == "response":
            parts = [part for item in document["output"] if item["type"] == "message" for part in item["content"]]
            return "".join(part["text"] for part in parts if part["type"] == "output_text")
        text: str = document["choices"][0]["message"]["content"]
        return text

    @property
    def events(self) -> list[Event]:
        """The body read as server-sent events, comments left out."""
        events = []
        for block in self.body.decode().split("\n\n"):
            lines = [line.partition(":") for line in block.split("\n") if line and not line.startswith(":")]
            fields = {name: value.strip() for name, _, value in lines}
            if "data" in fields:
                data = fields["data"] if fields["data"] == "[DONE]" else json.loads(fields["data"])
                events.append(Event(fields.get("event", ""), data))
        return events


class Api:
    """The sandbox as its callers see it."""

    def __init__(self, box: Sandbox, key: str | None = KEY) -> None:
        self.box, self.key = box, key

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        patience: float = 30.0,
    ) -> Answer:
        return asyncio.run(asyncio.wait_for(self.acall(method, path, body, raw, headers), patience))

    async def acall(
        self,
        method: str,
        path: str,
        body: Any = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        leave_after: int | None = None,
    ) -> Answer:
        """One request. With `leave_after` the caller goes away when that many pieces of the body have come."""
        sent: list[dict[str, Any]] = []
        gone = asyncio.Event()
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        asked = [{"type": "http.request", "body": content, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if asked:
                return asked.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)
            if leave_after is not None and len(sent) > leave_after:
                gone.set()
                await asyncio.sleep(0)

        path, _, query = path.partition("?")
        given = {"content-type": "application/json", **({"authorization": f"Bearer {self.key}"} if self.key else {})}
        pairs = [(name.encode(), value.encode()) for name, value in {**given, **(headers or {})}.items()]
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": pairs}
        await self.box(scope, receive, send)
        start, chunks = sent[0], [message.get("body", b"") for message in sent[1:]]
        received = {name.decode(): value.decode() for name, value in start["headers"]}
        assert received["x-request-id"].startswith("req_"), "every reply names its request"
        return Answer(start["status"], received, b"".join(chunks), chunks)

    def get(self, path: str, **more: Any) -> Answer:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.call("POST", path, body, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        return self.call("DELETE", path, **more)

    def respond(self, input: Any = "Say hello.", headers: Any = None, **fields: Any) -> Answer:
        """POST /responses."""
        return self.post("/responses", {"model": "sandbox-writer", "input": input, **fields}, headers=headers)

    def complete(self, said: Any = "Say hello.", headers: Any = None, **fields: Any) -> Answer:
        """POST /chat/completions."""
        messages = [{"role": "user", "content": said}] if isinstance(said, str) else said
        return self.post(
            "/chat/completions", {"model": "sandbox-writer", "messages": messages, **fields}, headers=headers
        )


def refused(answer: Answer, param: str | None = None, code: str | None = None, status: int = 400) -> dict[str, Any]:
    """Assert the API's error, and give it back."""
    assert answer.status == status, (answer.status, answer.body[:500])
    error = answer.error
    if param is not None:
        assert (error["param"] or "").startswith(param), error
    if code is not None:
        assert error["code"] == code, error
    return error
