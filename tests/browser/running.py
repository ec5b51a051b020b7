"""Runs on the page of a real browser: begun with a body, as a person would with the JSON view and Run."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import APIResponse, Page, expect

from tests.serving import Server

DRAFT = """
import json, sys
from playground.models import SANDBOX_ID, Connection, Draft, Session, User
from playground.secrets import Secret
endpoint, body, url = json.loads(sys.stdin.read())
owner = User.objects.get()
link = Connection.objects.filter(pk=SANDBOX_ID).first()
if url:
    link = Connection.objects.create(owner=owner, name="test", base_url=url, key=Secret("k"), headers=Secret(""))
session = Session.objects.create(owner=owner)
Draft.objects.create(session=session, connection=link, endpoint=endpoint, body=body.encode())
print(session.pk)
"""
#: What a network does that lets no websocket through: nothing opens, and after a while it is given up.
BLOCKED = """
window.WebSocket = class {
  static OPEN = 1;
  static CLOSED = 3;
  readyState = 0;
  constructor() {
    setTimeout(() => {
      this.readyState = 3;
      this.onclose?.({ code: 1006 });
    }, 50);
  }
  close() {}
  send() {}
};
"""


def new_session(page: Page) -> str:
    """The address of one. What needs no page is asked for without one, here and below: it is ten times as quick."""
    page.request.get("/")  # makes the owner, and the token
    return post(page, "/sessions/new/").url.split("?")[0]


def post(page: Page, address: str, form: dict[str, Any] | None = None) -> APIResponse:
    """Send what a form on this page would."""
    cookies = page.context.cookies()
    token = next(str(cookie.get("value")) for cookie in cookies if str(cookie.get("name")).endswith("_csrf"))
    answer = page.request.post(address, form=form, headers={"X-CSRFToken": token})
    assert answer.ok, answer.text()
    return answer


def written(page: Page, server: Server, body: dict[str, Any], endpoint: str = "responses", url: str = "") -> None:
    """Open a session of its own with this request in the form; at the sandbox unless `url` names a server."""
    page.request.get("/")  # makes the owner
    given = json.dumps([endpoint, json.dumps(body), url])
    session = server.shell(DRAFT, stdin=given).strip()
    page.goto(f"/sessions/{session}/")
    for place in (300, 310):  # the form's modules come at the first sign of a person
        page.mouse.move(place, place)
    expect(page.locator("#request-form[data-ready]")).to_be_attached(timeout=60_000)


def run(page: Page, server: Server, body: dict[str, Any], endpoint: str = "responses", url: str = "") -> None:
    written(page, server, body, endpoint, url)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#run [data-run]")).to_be_attached(timeout=60_000)


def ended(page: Page, word: str = "Finished") -> None:
    expect(page.locator("#run [data-run]:not([data-live])")).to_be_attached(timeout=60_000)
    expect(page.locator("#run .status").first).to_have_text(word)


def show(page: Page, tab: str) -> None:
    page.locator("#run .tabs").get_by_role("link", name=tab).click()
    expect(page.locator("#run .tabs [aria-current]")).to_contain_text(tab)
    panel = "output" if tab == "Output" else "other"
    expect(page.locator(f"#run [data-run-panel={panel}]")).to_be_visible(timeout=60_000)
