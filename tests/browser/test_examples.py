"""The documented examples, walked as a newcomer walks them: click the example, press Run, read what came back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.api.examples import EXAMPLES
from tests.browser.running import new_session
from tests.linking import QUICK
from tests.serving import Server, Servers

WIDE = {"width": 1440, "height": 900}
PATIENCE = 60_000  # milliseconds until a run must have ended: a bound against hanging
LANGUAGES = [("en", "ltr"), ("ja", "ltr"), ("it", "ltr"), ("ar", "rtl")]


@pytest.fixture(scope="module")
def server(start_server: Servers) -> Server:
    return start_server(QUICK)


@pytest.fixture
def choose(new_page: Callable[..., Page]) -> Callable[..., Page]:
    """A workbench whose form holds this example and nothing else."""

    def chosen(slug: str, **options: object) -> Page:
        page = new_page(viewport=WIDE, **options)
        page.goto(new_session(page))
        endpoint = page.locator(f'[data-change="endpoint:{"chat" if slug.startswith("chat-") else "responses"}"]')
        endpoint.click()
        expect(endpoint).to_have_attribute("aria-current", "true")
        take(page, slug)
        return page

    return chosen


def take(page: Page, slug: str) -> None:
    """Click the example, and see its request in the form."""
    page.locator(".examples > summary").click()
    with page.expect_response("**/request/"):
        page.locator(f'[data-change="example:{slug}"]').click()
    expect(page.locator(".examples")).not_to_have_attribute("open", "")
    expect(page.locator("#request-form[data-ready]")).to_be_attached()


def run(page: Page) -> Locator:
    """Press Run and give back the run once it has ended well."""
    before = page.locator("[data-run]").get_attribute("data-run") if page.locator("[data-run]").count() else ""
    page.locator("#request [data-key=run]").click()
    return ended(page, before or "")


def ended(page: Page, before: str = "") -> Locator:
    expect(page.locator(f'[data-run]:not([data-live]):not([data-run="{before}"])')).to_be_attached(timeout=PATIENCE)
    shown = page.locator("#run")
    expect(shown.locator(".facts .status--ok")).to_be_visible()
    return shown


def answer(run: Locator) -> Locator:
    return run.locator(".output").last


# -- Responses


def test_text(choose: Callable[..., Page]) -> None:
    page = choose("text")

    shown = run(page)

    expect(answer(shown)).to_contain_text("unicorn")
    expect(shown.locator("[data-events]")).to_have_text("1")  # not a stream: one body


def test_image(choose: Callable[..., Page]) -> None:
    page = choose("image")
    expect(page.locator("#request").get_by_text("input_image").first).to_be_attached()

    expect(answer(run(page))).to_contain_text("An image")


def test_file(choose: Callable[..., Page]) -> None:
    expect(answer(run(choose("file")))).to_contain_text("A file")


def test_web_search(choose: Callable[..., Page]) -> None:
    shown = run(choose("web-search"))

    expect(shown.locator("article.card").first).to_contain_text("Web search")
    expect(answer(shown)).not_to_be_empty()
    expect(shown.locator(".sources a").first).to_be_visible()


def test_streaming(choose: Callable[..., Page]) -> None:
    shown = run(choose("streaming"))

    expect(answer(shown)).to_contain_text("unicorn")
    assert int(shown.locator("[data-events]").inner_text()) > 10


def test_functions_are_called_and_answered(choose: Callable[..., Page]) -> None:
    page = choose("functions")
    shown = run(page)
    call = shown.locator("article.card--call")
    expect(call).to_contain_text("get_current_weather")
    expect(call).to_contain_text("Boston")

    before = page.locator("[data-run]").get_attribute("data-run") or ""
    page.locator("#next-turn textarea").fill('{"temperature": 7}')
    page.get_by_role("button", name="Send the answers").click()

    expect(answer(ended(page, before))).to_contain_text('{"temperature": 7}')


def test_reasoning(choose: Callable[..., Page]) -> None:
    shown = run(choose("reasoning"))

    expect(shown.get_by_text(re.compile(r"Thought · \d+ tokens"))).to_be_visible()
    expect(answer(shown)).not_to_be_empty()


def test_structured_output(choose: Callable[..., Page]) -> None:
    shown = run(choose("structured-output"))

    expect(answer(shown)).to_contain_text("languages")
    expect(shown.locator(".verdict--ok")).to_be_visible()


def test_a_second_turn_goes_on_from_the_answer_before(choose: Callable[..., Page]) -> None:
    page = choose("text")
    run(page)

    take(page, "multi-turn")
    expect(page.get_by_label("previous_response_id", exact=True)).to_have_value(re.compile("^resp_.+"))

    expect(answer(run(page))).not_to_be_empty()


# -- Chat completions


def test_chat_text(choose: Callable[..., Page]) -> None:
    expect(answer(run(choose("chat-text")))).to_contain_text("sandbox")


def test_chat_image(choose: Callable[..., Page]) -> None:
    expect(answer(run(choose("chat-image")))).to_contain_text("detail high")  # the sandbox looks at no picture


def test_chat_streaming_reports_its_usage(choose: Callable[..., Page]) -> None:
    shown = run(choose("chat-streaming"))

    expect(answer(shown)).to_contain_text("sandbox")
    expect(shown.locator(".facts")).to_contain_text("tokens")


def test_chat_with_several_turns(choose: Callable[..., Page]) -> None:
    page = choose("chat-multi-turn")
    expect(page.locator("#request .message")).to_have_count(4)

    expect(answer(run(page))).not_to_be_empty()


def test_chat_with_tools(choose: Callable[..., Page]) -> None:
    page = choose("chat-tools")
    shown = run(page)
    expect(shown.locator("article.card--call")).to_contain_text("Boston")

    before = page.locator("[data-run]").get_attribute("data-run") or ""
    page.locator("#next-turn textarea").fill("Cold and clear.")
    page.get_by_role("button", name="Send the answers").click()

    expect(answer(ended(page, before))).to_contain_text("Cold and clear.")


def test_chat_structured_output(choose: Callable[..., Page]) -> None:
    shown = run(choose("chat-structured-output"))

    expect(answer(shown)).to_contain_text("confidence")
    expect(shown.locator(".verdict--ok")).to_be_visible()


def test_chat_reasoning(choose: Callable[..., Page]) -> None:
    shown = run(choose("chat-reasoning"))
    expect(answer(shown)).not_to_be_empty()

    shown.locator("[data-tab=numbers]").click()
    expect(shown.get_by_role("row", name=re.compile("reasoning"))).to_contain_text("512")  # this endpoint shows no more


# -- for all


@pytest.mark.parametrize(("language", "direction"), LANGUAGES)
def test_the_first_example_in_the_language_of_the_reader(
    language: str, direction: str, choose: Callable[..., Page]
) -> None:
    page = choose("text", locale=language)
    expect(page.locator("html")).to_have_attribute("dir", direction)

    shown = run(page)

    status = {"en": "Finished", "ja": "完了", "it": "Finita", "ar": "اكتمل"}[language]
    expect(shown.locator(".facts .status")).to_have_text(status)
    expect(answer(shown)).to_contain_text("unicorn")
    assert answer(shown).evaluate("element => getComputedStyle(element).direction") == "ltr", (
        "English, whatever the page"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_documented_example_is_left_out() -> None:
    walked = set(re.findall(r'(?:choose\(|take\(page, )"([\w-]+)"', Path(__file__).read_text(encoding="utf-8")))

    assert walked == {example.slug for example in EXAMPLES}


def test_the_keyboard_goes_on_in_the_form_after_an_example_was_chosen(choose: Callable[..., Page]) -> None:
    page = choose("image")

    expect(page.locator("#request .pane__body")).to_be_focused()


def test_two_clicks_in_quick_succession_are_done_one_after_the_other(choose: Callable[..., Page]) -> None:
    page = choose("image")

    page.evaluate(
        """() => {
            const press = (change) => document.querySelector(`[data-change="${change}"]`).click();
            ["view:json", "example:text"].forEach(press);
        }"""
    )

    expect(page.locator("#request [data-editor]")).to_contain_text("unicorn")
