"""The connections page in a real browser: a first connection, tried out, and nobody shut out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.upstream import hostile

KEY = "sk-canary-0123456789abcdefWXYZ"


def test_a_first_connection_is_made_and_tried_out(page: Page) -> None:
    with hostile.in_thread(hostile.json_reply(b'{"data":[{"id":"m-1"},{"id":"m-2"}]}')) as server:
        page.goto("/")
        expect(page.locator("#connection-state")).to_have_text("Sandbox connected")
        page.goto("/connections/")
        page.get_by_role("link", name="A server on this machine").click()
        expect(page.get_by_label("Base URL")).to_have_value("http://127.0.0.1:11434/v1")

        page.get_by_label("Name", exact=True).fill("Mine")
        page.get_by_label("Base URL").fill(server.base_url)
        page.get_by_label("API key").fill(KEY)
        page.get_by_role("button", name="Save and test").click()

        expect(page.get_by_role("heading", name="It works")).to_be_in_viewport()
        assert server.head()["authorization"] == f"Bearer {KEY}"

    expect(page.get_by_text("2 models listed")).to_be_visible()
    expect(page.get_by_text("WXYZ")).to_be_visible()
    assert KEY not in page.content()
    page.goto("/")
    page.locator("#request").get_by_label("Connection", exact=True).select_option(label="Mine")

    expect(page.locator("#connection-state")).to_have_text("Mine connected")
    expect(page.locator("[data-goes-to]")).to_have_text(server.base_url)


@pytest.mark.parametrize("label", ["Name", "Base URL", "API key"])
def test_enter_saves_and_takes_no_key_away(label: str, page: Page) -> None:
    page.goto("/connections/")
    page.get_by_label("Base URL").fill("http://127.0.0.1:9/v1")
    page.get_by_label("API key").fill(KEY)
    page.get_by_label("API key").press("Enter")
    expect(page.get_by_text("WXYZ")).to_be_visible()

    page.get_by_label("Default model").fill("m-1")
    page.get_by_label(label, exact=True).press("Enter")

    expect(page.get_by_role("button", name="Remove key")).to_be_visible()
    expect(page.get_by_text("WXYZ")).to_be_visible()
    expect(page.get_by_label("Default model")).to_have_value("m-1")


def test_long_words_of_a_server_stay_in_their_place(new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    said = b'{"error": {"message": "No: https://example.org/%s"}}' % (b"x" * 300)
    with hostile.in_thread(hostile.json_reply(said, "401 Unauthorized")) as server:
        page.goto("/connections/")
        page.get_by_label("Base URL").fill(server.base_url)
        page.get_by_role("button", name="Save and test").click()
        expect(page.get_by_role("alert")).to_contain_text("The server does not accept the key (401).")

    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


STORED = "() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])"


def test_a_browser_keeps_nothing_of_a_key(page: Page) -> None:
    """Attack 87: neither its storage, nor htmx's, nor the page one comes back to."""
    page.goto("/connections/")
    page.get_by_label("Base URL").fill("http://127.0.0.1:9/v1")
    page.get_by_label("API key").fill(KEY)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("WXYZ")).to_be_visible()
    page.goto("/")
    page.go_back()
    expect(page.get_by_text("WXYZ")).to_be_visible()
    page.go_back()

    expect(page.get_by_label("API key")).to_have_value("")
    assert KEY not in page.content()
    assert KEY not in page.evaluate(STORED)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_everybody_can_use_the_connections_page(
    scheme: str, width: int, new_page: Callable[..., Page], assert_accessible: Callable[..., None]
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 900})

    page.goto("/connections/?preset=openai")
    page.get_by_text("Prices and time limits").click()

    assert_accessible(page)
