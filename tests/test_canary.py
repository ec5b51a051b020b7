"""A key is used for everything there is, then looked for everywhere it could turn up: attacks 78 to 84, and 63, 85, 89.

A real server with a log at DEBUG and folders of its own, and an upstream that says the key back in every way it can:
in its text, in errors, in headers, in a cookie, in a list of models, in half a line.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from playground.views.run_pane import PANELS
from tests.environment import ROOT
from tests.gate.test_url_map import ROUTES, path
from tests.linking import finished_run, share
from tests.runs import streams
from tests.serving import Server, Servers
from tests.upstream import hostile
from tests.visiting import Visitor

KEY = "sk-canary-7Hq2mVx9TzR4cWb8LkP3uYdE"
VALUE = "header-canary-Zu5yN8eGdQ1sJx4w"
MOST = -4  # what the page may show of a key: its last four characters
BODY = {"model": "m-1", "input": "well", "stream": True, "metadata": {"team": "blue"}}


async def echo(connection: hostile.Connection) -> None:
    """What is asked decides how the key comes back."""
    request = connection.request
    said = f"{KEY} and {VALUE}"
    if request.startswith(b"GET"):
        models = json.dumps({"data": [{"id": "m-1"}, {"id": f"model-{KEY}"}]}).encode()
        return await hostile.json_reply(models, "200 OK", f"Set-Cookie: upstream={KEY}")(connection)
    if b'"refuse"' in request:
        body = json.dumps({"error": {"message": f"Bad key {said}", "param": f"x{KEY}"}}).encode()
        return await hostile.json_reply(body, f"401 {KEY}", f"X-Echo: {said}")(connection)
    if b'"page"' in request:
        html = f"<html><title>{said}</title><body>{said}</body></html>".encode()
        head = b"HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(html)
        return await hostile.say(head + html)(connection)
    if b'"cut"' in request:
        begun = streams.opening() + streams.deltas(["Half "]) + f"data: {said}\n\ndata: {KEY[:-3]}".encode()
        return await hostile.say(hostile.OK_STREAM, begun)(connection)
    head = hostile.OK_STREAM.replace(b"\r\n\r\n", f"\r\nSet-Cookie: upstream={KEY}\r\nX-Echo: {VALUE}\r\n\r\n".encode())
    return await hostile.say(head, streams.whole([f"You sent {said}. ", "All well."]))(connection)


@dataclass
class Seen:
    """Everything that left the server, by where."""

    server: Server
    requests: list[bytes] = field(default_factory=list)
    places: dict[str, bytes] = field(default_factory=dict)

    def note(self, place: str, what: bytes) -> None:
        self.places[f"{len(self.places)} {place}"] = what

    def answer(self, answer: httpx.Response) -> None:
        answer.read()
        self.note(f"{answer.request.method} {answer.request.url}", str(answer.headers.raw).encode() + answer.content)


@pytest.fixture(scope="module")
def seen(start_server: Servers, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    scratch = tmp_path_factory.mktemp("scratch")
    server = start_server(
        {"PLAYGROUND_LOG_LEVEL": "DEBUG", "PLAYGROUND_ACCESS_LOG": "on", "TMPDIR": str(scratch)}, anew=True
    )
    with hostile.in_thread(echo) as upstream:
        found = Seen(server, upstream.requests)
        everything(found, upstream.base_url)
    for folder in (server.data, scratch):  # while it serves: the write-ahead log is gone afterwards
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                found.note(f"file {file.name}", file.read_bytes())
    found.note("processes", b"\0".join(Path(f"/proc/{server.process.pid}/cmdline").read_bytes().split()))
    server.stop()
    found.note("log", server.log.read_bytes())
    return found


def everything(seen: Seen, base_url: str) -> None:
    visitor = Visitor(seen.server)
    visitor.http.event_hooks["response"].append(seen.answer)
    visitor.get("/", follow_redirects=True)
    connection = make_connection(visitor, base_url)
    runs = {word: run_of(visitor, connection, word) for word in ("well", "refuse", "page", "cut")}
    run, session = runs["well"]
    for each, _ in runs.values():
        watch(seen, visitor, each)
        look_at_all_of(visitor, each)
        visitor.post(f"/runs/{each}/again/")
    link = share(visitor, run)
    for page in (link, f"{link}1/events/", f"{link}1/request/", f"{link}1/response/", f"{link}1/rows/"):
        visitor.get(page)
    known = {
        "session_id": session, "run_id": run, "connection_id": connection, "token": link.split("/")[2],
        "endpoint": "responses", "format": "json", "name": "request", "tab": "code", "terms": "run", "number": 1,
    }  # fmt: skip
    for _name, route in ROUTES:
        visitor.get(path(route, known))
    for what in ("md", "json"):
        visitor.get(f"/sessions/{session}/export.{what}")
    visitor.get(f"/compare/?a={run}&b={runs['cut'][0]}")
    form = {"~endpoint": "responses", "~view": "json", "~json": json.dumps(BODY), "~connection": connection}
    visitor.post(f"/sessions/{session}/preview/", form)
    visitor.post(f"/sessions/{session}/draft/", form)
    # A key that is none comes back with its form, and a changed address drops the one that is there.
    visitor.post(f"/connections/{connection}/", fields(base_url, key=f"{KEY}\u2028x"))
    visitor.post(f"/connections/{connection}/", fields("http://127.0.0.1:9/v1", key=""))


def make_connection(visitor: Visitor, base_url: str) -> str:
    made = visitor.post("/connections/new/", fields(base_url, then="test"), follow_redirects=True)
    assert "It works" in made.text
    assert KEY[MOST:] in made.text
    return str(re.findall(r"/connections/([0-9a-f-]{36})/", str(made.url))[0])


def fields(base_url: str, **given: Any) -> dict[str, Any]:
    return {
        "name": "Lab", "base_url": base_url, "key": KEY, "profile": "", "default_model": "", "price_in": "",
        "price_cached": "", "price_out": "", "connect_timeout": "10", "idle_timeout": "60", "total_timeout": "600",
        "header_name": ["X-Lab"], "header_value": [VALUE], "header_was": [""], "then": "save", **given,
    }  # fmt: skip


def run_of(visitor: Visitor, connection: str, word: str) -> tuple[str, str]:
    return finished_run(visitor, {**BODY, "input": word}, **{"~connection": connection})


def watch(seen: Seen, visitor: Visitor, run: str) -> None:
    """Every frame of the run, until it says that it has ended."""
    server = seen.server
    with connect(
        f"{server.websocket_url}/ws/runs/{run}/",
        origin=Origin(server.base_url),
        additional_headers={"Cookie": visitor.cookies},
        proxy=None,
        max_size=None,
    ) as line:
        line.send('{"after": 0}')
        frame: dict[str, Any] = {}
        while "end" not in frame:
            text = line.recv(timeout=60)
            seen.note(f"frame of {run}", str(text).encode())
            frame = json.loads(text)


def look_at_all_of(visitor: Visitor, run: str) -> None:
    visitor.get(f"/runs/{run}/", follow_redirects=True)
    for tab in PANELS:
        visitor.get(f"/runs/{run}/{tab}/")
    code = visitor.get(f"/runs/{run}/code/").text
    for query in sorted(set(re.findall(r"language=[\w-]+", code))):
        visitor.get(f"/runs/{run}/code/?{query}")
    for file in ("events.sse", "events.jsonl", "events.har", "request.json", "response.json", "export.json", "rows/"):
        visitor.get(f"/runs/{run}/{file}")
    for number in range(1, 10):
        visitor.get(f"/runs/{run}/events/{number}/")


def spellings(secret: str) -> dict[str, bytes]:
    """The secret, and what it may hide behind."""
    plain = secret.encode()
    bare = [base64.b64encode(b"x" * shift + plain)[shift and 4 : -4] for shift in range(3)]
    return {
        "plain": plain,
        "all but what may be shown": plain[:MOST],
        "quoted": quote(secret, safe="").encode(),
        "hex": plain.hex().encode(),
        "backwards": plain[::-1],
        **{f"base64 {shift}": each for shift, each in enumerate(bare)},
    }


def test_the_key_went_out_and_was_said_back(seen: Seen) -> None:
    """Else the rest of this file would find nothing either."""
    assert all(KEY.encode() in request and VALUE.encode() in request for request in seen.requests)
    assert len(seen.requests) >= 9
    assert any(b"\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2" in what for what in seen.places.values()), "it was masked"
    kinds = ("frame", "log", "file playground.sqlite3", "file playground.sqlite3-wal", "GET", "POST")
    assert all(any(f" {kind}" in place for place in seen.places) for kind in kinds)


@pytest.mark.parametrize("secret", [KEY, VALUE], ids=["key", "header"])
def test_it_is_nowhere(seen: Seen, secret: str) -> None:
    found = [
        (place, how)
        for place, what in seen.places.items()
        for how, spelled in spellings(secret).items()
        if spelled in what
    ]

    assert found == []


def test_a_cookie_or_token_of_ours_is_never_sent_upstream(seen: Seen) -> None:
    """Attacks 82 and 89: the headers are those of the connection, and the body is what the preview showed."""
    for request in seen.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        names = {line.split(b":")[0].lower() for line in head.split(b"\r\n")[1:]}
        assert names <= {b"host", b"accept", b"accept-encoding", b"authorization", b"content-type", b"content-length",
                         b"user-agent", b"x-lab", b"connection"}  # fmt: skip
        assert not body or json.loads(body).keys() == BODY.keys()


FAILS = """
import logging
from playground.models import Connection
def send(key, headers):
    opened = {"Authorization": f"Bearer {key}", **headers}
    raise RuntimeError(f"cannot send {opened}")
row = Connection.objects.exclude(key=None).get(name="Lab")
try:
    send(row.key.reveal(), {"X-Lab": "x"})
except RuntimeError:
    logging.getLogger("anything").exception("it failed with %s", row.key.reveal())
"""


def test_a_traceback_in_the_log_does_not_hold_it(seen: Seen, start_server: Servers) -> None:
    """Attack 80. A key that was loaded is known to the log, whoever writes there."""
    server = start_server()
    visitor = Visitor(server)
    visitor.post("/connections/new/", fields("http://127.0.0.1:9/v1"))
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", FAILS]

    done = subprocess.run(command, cwd=ROOT, env=server.environment, capture_output=True)

    assert done.returncode == 0, done.stderr
    assert b"RuntimeError: cannot send" in done.stderr
    assert not any(spelled in done.stdout + done.stderr for spelled in spellings(KEY).values())


def test_the_key_that_opens_the_database_lies_outside_it_and_is_for_its_owner_only(seen: Seen) -> None:
    """Attack 84."""
    keys = [file for file in Path(seen.server.data).iterdir() if "key" in file.name]

    assert keys
    for file in keys:
        assert file.stat().st_mode & 0o077 == 0
        databases = [what for place, what in seen.places.items() if "sqlite3" in place]
        assert not any(file.read_bytes().strip() in what for what in databases)
