"""The first page is light: what it loads at once, and that nobody is shut out of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests import browsing
from tests.serving import Server

BYTES = 60_000
REQUESTS = 8


def test_the_first_visit_costs_little(page: Page, server: Server) -> None:
    visit = browsing.first_visit(page, server.base_url)

    assert sum(weight for _, weight in visit) <= BYTES, visit
    assert len(visit) <= REQUESTS, visit


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_everybody_can_use_the_first_page(
    width: int, new_page: Callable[..., Page], assert_accessible: Callable[..., None]
) -> None:
    page = new_page(viewport={"width": width, "height": 900})

    page.goto("/")

    assert_accessible(page, both=True)


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ja", "ltr"), ("it", "ltr"), ("ar", "rtl")])
def test_the_page_runs_in_the_direction_of_its_language(
    language: str, direction: str, new_page: Callable[..., Page]
) -> None:
    page = new_page(locale=language)

    page.goto("/")

    root = page.locator("html")
    assert (root.get_attribute("lang"), root.get_attribute("dir")) == (language, direction)
