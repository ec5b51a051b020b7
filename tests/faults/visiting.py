"""A person at a real server: presses Run and Stop over HTTP and watches over real websockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
import uuid
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from tests.runs.playing import SENSE, Page
from tests.serving import Server

WAIT = 120.0

ADD = """
from playground.models import *; from playground.secrets import Secret
row = Connection.objects.create(name="test", base_url={url!r}, shared=True, key=Secret({key!r}), headers=Secret(""))
print(row.pk)
"""


async def until(ready: Any, what: str) -> Any:
    """Ask again, patiently, until there is an answer."""
    deadline = time.monotonic() + WAIT
    while not (found := await ready()):
        assert time.monotonic() < deadline, f"{what} did not happen"
        await asyncio.sleep(0.05)
    return found


class Visitor:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.client = httpx.AsyncClient(
            base_url=server.base_url, headers={"Origin": server.base_url}, trust_env=False, timeout=120
        )
        self.session = ""
        self.watching: list[asyncio.Task[None]] = []

    async def visit(self) -> None:
        page = await self.client.get("/", follow_redirects=True)
        found = re.search(r"/sessions/([0-9a-f-]{36})/runs/", page.text)
        token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
        assert found
        assert token
        self.session, self.token = found[1], token[1]

    async def connection(self, url: str, key: str = "") -> str:
        if not self.session:
            await self.visit()  # once a page has come, the database is set up
        said = await asyncio.to_thread(self.server.shell, ADD.format(url=url, key=key))
        return said.strip().splitlines()[-1]

    async def press(
        self, connection: str, body: dict[str, Any] = SENSE, run_id: str = "", expect: int = 200, plain: bool = False
    ) -> tuple[str, httpx.Response]:
        """`plain`: as a browser without scripts sends the form."""
        if not self.session:
            await self.visit()
        run_id = run_id or str(uuid.uuid4())
        form = {"run": run_id, "~endpoint": "responses", "~view": "json", "~json": json.dumps(body)}
        answer = await self.client.post(
            f"/sessions/{self.session}/runs/",
            data={**form, "~connection": connection},
            headers={"X-CSRFToken": self.token, **({} if plain else {"HX-Request": "true"})},
        )
        assert answer.status_code == expect, answer.text[:1000]
        return run_id, answer

    async def stop(self, run_id: str) -> None:
        answer = await self.client.post(f"/runs/{run_id}/stop/", headers={"X-CSRFToken": self.token, "HX-Request": "1"})
        assert answer.status_code == 204

    async def text(self, path: str) -> str:
        answer = await self.client.get(path)
        answer.raise_for_status()
        return answer.text

    async def events(self, run_id: str) -> list[dict[str, Any]]:
        """Every stored event, numbered from 1 without holes."""
        found = [json.loads(line) for line in (await self.text(f"/runs/{run_id}/events.jsonl")).splitlines()]
        assert [event["number"] for event in found] == list(range(1, len(found) + 1))
        return found

    def watch(self, run_id: str, page: Page | None = None, comes_back: bool = False) -> Page:
        """A page that looks at a run until its socket ends; or until the run has ended, if it comes back."""
        page = page or Page()
        self.watching.append(asyncio.create_task(self._watch(run_id, page, comes_back)))
        return page

    async def _watch(self, run_id: str, page: Page, comes_back: bool) -> None:
        while True:
            with contextlib.suppress(InvalidHandshake, OSError):
                await self._look(run_id, page)
            if page.end or not comes_back:
                return
            await asyncio.sleep(0.05)

    async def _look(self, run_id: str, page: Page) -> None:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())}
        url = f"{self.server.websocket_url}/ws/runs/{run_id}/"
        async with connect(
            url,
            origin=Origin(self.server.base_url),
            additional_headers=headers,
            max_size=None,
            open_timeout=WAIT,
            proxy=None,
        ) as line:
            page.line = line
            page.lines += 1
            try:
                await self._listen(page)
            except ConnectionClosed as closed:
                page.closed = closed.rcvd.code if closed.rcvd else 1006

    @staticmethod
    async def _listen(page: Page) -> None:
        """`heard` begins anew with every line: the server counts what it sent on this one."""
        page.heard = []
        await page.line.send(json.dumps({"after": page.at}))
        while not page.end:
            text = await page.line.recv()
            assert isinstance(text, str)
            page.hear(text)
            if page.reads:
                await page.acknowledge()

    async def leave(self) -> None:
        for task in self.watching:
            task.cancel()
        await asyncio.gather(*self.watching, return_exceptions=True)
        await self.client.aclose()


def text_of(events: list[dict[str, Any]]) -> str:
    """What the deltas among stored events add up to."""
    texts = []
    for event in events:
        with contextlib.suppress(ValueError):
            document = json.loads(event["data"])
            if document.get("type") == "response.output_text.delta":
                texts.append(document["delta"])
    return "".join(texts)
