"""Runs and links as people make them: over HTTP, on a running server, with the sandbox as upstream."""

from __future__ import annotations

import html
import json
import re
import uuid
from typing import Any

import httpx

from tests.services import wait_until
from tests.visiting import Visitor

ASK = {"model": "sandbox-writer", "input": "Tell me a three sentence bedtime story about a unicorn.", "stream": True}
#: As fast as the sandbox can.
QUICK = {"PLAYGROUND_SANDBOX_PACE": "0", "PLAYGROUND_SANDBOX_FIRST_WAIT": "0"}
PUBLIC = {"PLAYGROUND_PUBLIC_LINKS": "on"}


def new_session(visitor: Visitor) -> str:
    answer = visitor.post("/sessions/new/")
    assert answer.status_code == 302, answer.text
    return str(re.findall(r"[0-9a-f-]{36}", answer.headers["location"])[0])


def connect(visitor: Visitor, base_url: str) -> str:
    """A connection to there: its id."""
    limits = {"connect_timeout": "10", "idle_timeout": "600", "total_timeout": "3600"}
    answer = visitor.post("/connections/new/", {"name": "lab", "base_url": base_url, "key": "k" * 20, **limits})
    assert answer.status_code == 302, answer.text
    return str(re.findall(r"[0-9a-f-]{36}", answer.headers["location"])[0])


def start_run(visitor: Visitor, body: dict[str, Any] | None = None, session: str = "", **form: str) -> tuple[str, str]:
    """A run under way: its id and its session's."""
    session = session or new_session(visitor)
    run = str(uuid.uuid4())
    fields = {"~endpoint": "responses", "~view": "json", "~json": json.dumps(body or ASK), "run": run, **form}
    answer = visitor.post(f"/sessions/{session}/runs/", fields)
    assert answer.status_code == 302, answer.text
    return run, session


def finished_run(
    visitor: Visitor, body: dict[str, Any] | None = None, session: str = "", **form: str
) -> tuple[str, str]:
    run, session = start_run(visitor, body, session, **form)

    def ended() -> bool:
        return any("end" in json.loads(frame) for frame in visitor.get(f"/runs/{run}/state").json()["frames"])

    wait_until(ended, "the end of the run")
    return run, session


def share(visitor: Visitor, run: str, **wishes: Any) -> str:
    """The path of a new link. It shows request and answer unless told otherwise."""
    form = {"what": "run", "answer": "on", "scope": "server", "life": "month", **wishes}
    looked = visitor.post(f"/runs/{run}/share/", {**form, "do": "look"}).text
    seen = re.findall(r'name="seen" value="([\w]+)"', looked)
    answer = visitor.post(f"/runs/{run}/share/", {**form, "seen": seen, "do": "make"})
    assert answer.status_code == 200, answer.text
    found = re.search(r'id="share-address" value="https?://[^/"]+(/s/[\w-]+/)"', html.unescape(answer.text))
    assert found, answer.text
    return found[1]


def make_preset(visitor: Visitor, body: dict[str, Any], name: str = "Stories", connection: str = "") -> str:
    """The path of a preset that keeps this request."""
    session = new_session(visitor)
    form = {"~endpoint": "responses", "~view": "json", "~json": json.dumps(body)}
    answer = visitor.post(
        f"/sessions/{session}/draft/", {**form, **({"~connection": connection} if connection else {})}
    )
    assert answer.status_code == 200, answer.text
    kept = visitor.post(f"/sessions/{session}/preset/", {"name": name, "replace": "1"})
    assert kept.status_code == 302, kept.text
    return kept.headers["location"]


LIMITS = {"runs": "50", "each": "5", "tokens": "50000", "minutes": "60"}
SANDBOX = str(uuid.UUID(int=1))


def open_audience(visitor: Visitor, preset: str, **wishes: str) -> str:
    """The path of a new audience link. Visitors write the prompt unless told otherwise."""
    form = {
        "title": "Stories",
        "note": "",
        "connection": SANDBOX,
        "scope": "anyone",
        "prompt": "on",
        **LIMITS,
        **wishes,
    }
    answer = visitor.post(
        f"{preset}audience/", {name: value for name, value in form.items() if value or name == "note"}
    )
    assert answer.status_code == 200, answer.text
    found = re.search(r'id="share-address" value="https?://[^/"]+(/a/[\w-]+/)"', html.unescape(answer.text))
    assert found, answer.text
    return found[1]


def send(guest: Visitor, link: str, run: str = "", **words: str) -> httpx.Response:
    """What the form of an audience's page sends: it has no token, and its visitor no account."""
    data = {"run": run or str(uuid.uuid4()), **(words or {"prompt": "Tell me a story."})}
    return guest.http.post(f"{link}run/", data=data)


def sent(guest: Visitor, link: str, **words: str) -> str:
    """The id of a run that was started."""
    answer = send(guest, link, **words)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"].rpartition("run=")[2]


def ended(guest: Visitor, link: str, run: str) -> None:
    over = re.compile(r"status--(ok|bad|plain|warn)")
    wait_until(lambda: bool(over.search(guest.get(f"{link}{run}/state").text)), "the end of the run")
