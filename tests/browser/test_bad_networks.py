"""Networks that block, pages that sleep, versions that meet, forms that crash. Fault cases 28, 30, 55 and 58."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.running import BLOCKED, ended, run, written
from tests.browsing import Watcher
from tests.services import wait_until
from tests.serving import Server

PATIENCE = 60_000
MARKDOWN = {"model": "sandbox-markdown", "input": "Show", "stream": True}


def test_f28_where_websockets_are_blocked_the_page_says_so_and_asks_until_all_is_there(
    page: Page, server: Server
) -> None:
    page.add_init_script(BLOCKED)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "?after=" in request.url else None)

    run(page, server, MARKDOWN)
    expect(page.locator("#run [data-blocked]")).to_be_visible(timeout=PATIENCE)
    ended(page)

    expect(page.locator("#run .output table")).to_be_visible()  # as it would look had it been told
    expect(page.locator("#run .output")).to_contain_text("HTML is shown, not run")
    expect(page.locator("#run [data-blocked]")).to_be_hidden()
    assert asked
    assert len(asked) < 60, "one question at a time"


def test_f30_a_page_that_slept_gets_what_it_missed_at_once(page: Page, server: Server) -> None:
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: frames.append(str(data))))
    run(page, server, MARKDOWN)
    expect(page.locator("#run .output").first).to_be_visible()

    pk = page.locator("#run [data-run]").get_attribute("data-run") or ""

    page.evaluate("document.dispatchEvent(new Event('freeze'))")  # as a browser says it; this one never freezes a page
    state = page.context.request  # somebody else's eyes: the page itself asks nothing
    wait_until(lambda: '\\"end\\"' in state.get(f"/runs/{pk}/state").text(), "the end of the run")
    page.evaluate("0")  # whatever came is heard
    heard = len(frames)
    assert not any('"end"' in frame for frame in frames)
    page.evaluate("document.dispatchEvent(new Event('resume'))")
    ended(page)

    expect(page.locator("#run .output")).to_contain_text("HTML is shown, not run")
    assert len(frames) - heard <= 8, "a snapshot, not all that was said meanwhile"


def test_f55_a_page_of_another_version_is_told_and_its_draft_is_kept(page: Page, server: Server) -> None:
    def newer(route: WebSocketRoute) -> None:
        upstream = route.connect_to_server()

        def pass_on(text: str | bytes) -> None:
            frame: dict[str, Any] = json.loads(text)
            if "hello" in frame:
                frame["hello"] = "99.0"
                route.send(json.dumps({"news": [1], "u": [["future", "0/text/0", {}]]}))
            route.send(json.dumps(frame))

        upstream.on_message(pass_on)

    page.route_web_socket("**/ws/runs/**", newer)
    run(page, server, {"model": "sandbox-echo", "input": "One two three", "stream": True})
    ended(page)
    expect(page.locator("#run .output")).to_have_text("One two three")

    page.locator("#request textarea[name='input']").first.fill("A draft that stays")
    expect(page.locator('#request-form[data-saved="yes"]')).to_be_attached(timeout=PATIENCE)
    expect(page.locator("#run [data-newer]")).to_contain_text("The playground was updated.")
    expect(page.locator("#run [data-newer]")).to_be_visible()
    page.get_by_role("link", name="Load this page again").click()

    expect(page.locator("#request textarea[name='input']").first).to_have_value("A draft that stays", timeout=PATIENCE)


def test_f58_a_draft_survives_a_crash_of_the_browser_and_of_the_server(
    page: Page, server: Server, start_server: Any, console: Watcher
) -> None:
    console.expect("ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_SOCKET_NOT_CONNECTED")
    written(page, server, {"model": "sandbox-echo", "input": "One", "stream": True})
    address = page.url
    box = page.locator("#request textarea[name='input']").first

    box.fill("What was being written")
    expect(page.locator('#request-form[data-saved="yes"]')).to_be_attached(timeout=PATIENCE)
    server.kill()
    again = start_server(data=server.data, port=server.port)
    other = page.context.new_page()  # the first one never said goodbye
    other.goto(address)

    expect(other.locator("#request textarea[name='input']").first).to_have_value(
        "What was being written", timeout=PATIENCE
    )
    assert again.port == server.port


def test_f58_what_is_typed_leaves_within_a_second_however_long_somebody_types(page: Page, server: Server) -> None:
    page.clock.install()
    written(page, server, {"model": "sandbox-echo", "input": "One", "stream": True})
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 60"))  # the hands move by what follows alone
    box = page.locator("#request textarea[name='input']").first
    box.focus()

    with page.expect_request("**/draft/") as sent:
        for _ in range(10):
            page.keyboard.press("x")
            page.clock.run_for(100)

    assert "xxx" in (sent.value.post_data or "")


def test_f58_a_draft_never_keeps_a_secret(page: Page, server: Server) -> None:
    canary = "canary-5b1f7e"
    tool = {"type": "mcp", "server_label": "desk", "server_url": "https://mcp.example", "authorization": ""}
    written(page, server, {"model": "sandbox-echo", "input": "One", "tools": [tool]})
    secret = page.locator(
        "#request [data-parameter='tools[].authorization'], #request [data-parameter$='authorization']"
    )
    secret.first.evaluate(
        "row => { for (let e = row; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true }"
    )

    secret.first.locator("input:not([type=radio])").first.fill(canary)
    expect(page.locator('#request-form[data-saved="yes"]')).to_be_attached(timeout=PATIENCE)

    files = [each for each in server.data.rglob("*") if each.is_file()]
    assert not [each.name for each in files if canary.encode() in each.read_bytes()]
    page.reload()
    assert canary not in page.content()
