"""The first visit, from one click to what stands in the database: on the sandbox, and on another server by its URL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browsing import Watcher
from tests.serving import Server, Servers

Pages = Callable[..., Page]
PATIENCE = 60_000
PACE = {"PLAYGROUND_SANDBOX_PACE": "6"}
"""So that there is time to do something while an answer comes."""
TWICE = {"PLAYGROUND_SANDBOX_PACE": "40"}
"""Time enough to press twice."""


@dataclass(frozen=True)
class Visit:
    page: Page
    server: Server


@pytest.fixture(params=["sandbox", "another server"])
def visit(request: pytest.FixtureRequest, start_server: Servers, new_page: Pages) -> Visit:
    """A first visitor before anything was pressed; on the built-in sandbox, or with another server's base URL."""
    server = start_server(TWICE if request.param == "quick sandbox" else PACE)
    page = new_page(base_url=server.base_url)
    if request.param == "another server":
        connect(page, start_server(PACE))
    page.goto("/")
    if request.param == "another server":
        page.locator("#request-form [data-connection]").select_option("Elsewhere")
    return Visit(page, server)


def connect(page: Page, other: Server) -> None:
    page.goto("/connections/")
    page.get_by_label("Name", exact=True).fill("Elsewhere")
    page.get_by_label("Base URL").fill(f"{other.base_url}/sandbox/v1")
    page.get_by_label("API key").fill("sk-any-key-will-do")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()


def rows(server: Server) -> list[dict[str, Any]]:
    with sqlite3.connect(f"file:{server.data}/playground.sqlite3?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        found = database.execute(
            "SELECT r.*, s.data IS NOT NULL AS sealed FROM playground_run r"
            " LEFT JOIN playground_sealedjournal s ON s.run_id = r.id ORDER BY r.created"
        )
        return [dict(row) for row in found]


def status(page: Page) -> Any:
    return page.locator("#run .status").first


def test_a_first_visitor_runs_the_example_reloads_in_the_middle_and_stops_another(visit: Visit) -> None:
    page = visit.page
    output = page.locator("#run .output").first

    page.locator("#run").get_by_role("button", name="Run").click()
    expect(status(page)).to_have_text("Streaming", timeout=PATIENCE)
    expect(output).not_to_be_empty()
    page.reload()
    expect(status(page)).to_have_text("Streaming")
    expect(output).not_to_be_empty()
    before = output.inner_text()
    expect(output).not_to_have_text(before)
    expect(status(page)).to_have_text("Finished", timeout=PATIENCE)
    whole = output.inner_text()

    page.locator("#request").get_by_role("button", name="Run").click()
    expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 2")
    expect(output).not_to_be_empty(timeout=PATIENCE)
    page.get_by_role("button", name="Stop").click()
    expect(status(page)).to_have_text("Stopped")
    part = output.inner_text()
    expect(page.locator("#run #next-turn")).to_be_visible()  # which is written last of all

    first, second = rows(visit.server)
    assert (first["status"], first["outcome"], second["status"]) == ("finished", "completed", "stopped")
    assert "unicorn" in json.loads(first["request_body"])["input"]
    assert said(first) == whole.split()
    assert said(second) == part.split()
    assert said(second) < said(first)
    assert first["sealed"]
    assert second["sealed"]


def said(row: dict[str, Any]) -> list[str]:
    """The words that are stored. Their spaces are the page's own business."""
    text: str = json.loads(row["summary"])["text"]
    return text.split()


@pytest.mark.parametrize("visit", ["quick sandbox"], indirect=True)
def test_f14_run_pressed_twice_is_one_run(visit: Visit, console: Watcher) -> None:
    """And pressed once more because the answer was lost on its way: the same run, not a second one."""
    console.expect("ERR_FAILED|htmx:")
    page = visit.page
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/runs/") else None)
    button = page.locator("#request").get_by_role("button", name="Run")

    button.dblclick()
    expect(status(page)).to_have_text("Finished", timeout=PATIENCE)
    assert len(rows(visit.server)) == 1

    page.route("**/runs/", answer_is_lost)
    page.locator("#run .pane__body").hover()
    button.click()
    expect(page.locator("#notice")).to_contain_text("does not answer")
    page.unroute("**/runs/")
    button.click()
    expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 2")
    expect(status(page)).to_have_text("Finished", timeout=PATIENCE)

    assert len(rows(visit.server)) == 2
    assert len({form_of(request)["run"] for request in asked[1:]}) == 1


def answer_is_lost(route: Route) -> None:
    route.fetch()
    route.abort()


def form_of(request: Request) -> dict[str, str]:
    body = request.post_data or ""
    return dict(pair.split("=", 1) for pair in body.split("&"))
