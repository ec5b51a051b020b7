"""A run played again in its pane: the same page at the end, any pace, any moment, by hand and by key."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing import Watcher
from tests.linking import finished_run, share, start_run
from tests.serving import Servers
from tests.visiting import Visitor

Pages = Callable[..., Page]
#: The page is there before the first word is, and the words come one by one.
PACED = {"PLAYGROUND_SANDBOX_FIRST_WAIT": "3", "PLAYGROUND_SANDBOX_PACE": "25"}
ASKED = {
    "markdown": {"model": "sandbox-markdown", "input": "Show me everything.", "stream": True},
    "thinking": {"model": "sandbox-reasoner", "input": "Why?", "stream": True, "reasoning": {"summary": "auto"}},
    "every kind of item": {"model": "sandbox-parade", "input": "go", "stream": True},
    "cut off": {"model": "sandbox-cut", "input": "go", "stream": True},
}
#: All that a run shows of itself.
SHOWN = "[data-flow], [data-run-part=head], [data-run-part=remarks], [data-run-part=problem]"


@pytest.fixture(scope="module")
def visitor(start_server: Servers) -> Visitor:
    return Visitor(start_server(PACED))


@pytest.fixture(scope="module")
def told(visitor: Visitor) -> tuple[str, str]:
    """A story that was told in some seconds: its run and its session."""
    return finished_run(visitor)


@pytest.fixture
def open_at(new_page: Pages, visitor: Visitor) -> Callable[..., Page]:
    def open_page(path: str, **options: Any) -> Page:
        page = new_page(**{"base_url": visitor.server.base_url, "viewport": {"width": 1440, "height": 900}, **options})
        page.goto(path)
        return page

    return open_page


def html_of(page: Page) -> list[str]:
    """What stands there; but for the token against forged forms, which is another each time a page is loaded."""
    shown: list[str] = page.locator(SHOWN).evaluate_all("all => all.map((each) => each.innerHTML)")
    return [re.sub(r'<input type="hidden" name="csrfmiddlewaretoken" [^>]*>', "", each) for each in shown]


def hand(page: Page) -> Locator:
    return page.get_by_role("slider", name="Moment of the run")


def begun(page: Page) -> None:
    """The recording has begun to come: what stood there before is gone."""
    expect(page.locator("[data-flow]")).not_to_contain_text("on its toes")


def moment(page: Page) -> float:
    """Where the hand is, in milliseconds."""
    return float(hand(page).input_value())


def replay(page: Page) -> None:
    page.get_by_role("button", name="Replay", exact=True).click()
    expect(page.get_by_role("group", name="Replay")).to_be_visible()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def test_at_its_end_a_replay_is_byte_equal_to_the_live_page_and_to_the_loaded_one(
    visitor: Visitor, open_at: Callable[..., Page]
) -> None:
    pages: dict[str, Page] = {}
    for name, body in ASKED.items():  # told beside each other: each takes its time
        run, session = start_run(visitor, body)
        pages[name] = open_at(f"/sessions/{session}/?run={run}")
        expect(pages[name].locator("[data-run]")).to_have_attribute("data-live", "")

    for name, page in pages.items():
        expect(page.locator("[data-run]")).not_to_have_attribute("data-live", "", timeout=60_000)
        live = html_of(page)
        page.reload()
        loaded = html_of(page)
        replay(page)
        page.get_by_role("radio", name="at once").check()
        expect(button(page, "Play")).to_be_visible()

        assert html_of(page) == live, name
        assert html_of(page) == loaded, name


def test_a_replay_comes_word_by_word_and_asks_nobody_meanwhile(told: tuple[str, str], open_at: Any) -> None:
    run, session = told
    page = open_at(f"/sessions/{session}/?run={run}")
    whole = page.locator("[data-flow]").inner_text()
    replay(page)
    expect(page.locator("#run .status")).to_have_text("Streaming")
    expect(page.locator("[data-flow] .tail")).to_contain_text("unicorn", timeout=20_000)
    assert len(page.locator("[data-flow]").inner_text()) < len(whole)
    page.context.set_offline(True)

    expect(page.locator("#run .status")).to_have_text("Finished", timeout=30_000)
    assert page.locator("[data-flow]").inner_text() == whole
    button(page, "Play").click()
    expect(page.locator("[data-flow]")).not_to_have_text(re.compile("unicorn"))


def test_the_pace_pause_and_hand_do_what_they_say(told: tuple[str, str], open_at: Any) -> None:
    run, session = told
    page = open_at(f"/sessions/{session}/?run={run}")
    replay(page)
    begun(page)
    button(page, "Pause").click()
    stood, text = moment(page), page.locator("[data-flow]").inner_text()

    hand(page).fill("0")
    assert page.locator("[data-flow]").inner_text() == ""
    hand(page).evaluate("(hand) => { hand.value = hand.max * 0.9; hand.dispatchEvent(new Event('input')) }")
    expect(page.locator("[data-flow]")).to_contain_text("unicorn")
    late = moment(page)
    assert late > stood
    assert len(page.locator("[data-flow]").inner_text()) > len(text)
    assert moment(page) == late

    page.get_by_role("radio", name="10×").check()
    button(page, "Play").click()
    expect(page.locator("#run .status")).to_have_text("Finished")
    expect(button(page, "Play")).to_be_visible()


def test_space_and_arrows_work_the_replay_and_escape_ends_it(told: tuple[str, str], open_at: Any) -> None:
    run, session = told
    page = open_at(f"/sessions/{session}/?run={run}")
    before = html_of(page)
    page.get_by_role("button", name="Replay", exact=True).focus()
    page.keyboard.press("Enter")
    expect(button(page, "Pause")).to_be_focused()

    page.keyboard.press("Space")
    expect(button(page, "Play")).to_be_focused()
    stood = moment(page)
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert moment(page) > stood
    hand(page).focus()
    page.keyboard.press("Space")
    expect(button(page, "Pause")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("group", name="Replay")).to_be_hidden()
    expect(page.get_by_role("button", name="Replay", exact=True)).to_be_focused()
    assert html_of(page) == before
    assert "replay" not in page.url


def test_right_to_left_time_runs_the_other_way(told: tuple[str, str], open_at: Any) -> None:
    run, session = told
    page = open_at(f"/sessions/{session}/?run={run}&replay=1", locale="ar")
    expect(page.locator("[data-replay]")).to_be_visible()
    page.locator("[data-replay-play]").click()
    stood = float(page.locator("[data-replay-hand]").input_value())

    page.keyboard.press("ArrowLeft")

    assert float(page.locator("[data-replay-hand]").input_value()) > stood


def test_a_reload_goes_on_replaying_at_the_same_pace_and_the_tabs_stay(told: tuple[str, str], open_at: Any) -> None:
    run, session = told
    page = open_at(f"/sessions/{session}/?run={run}")
    replay(page)
    page.get_by_role("radio", name="2×").check()
    page.get_by_role("link", name="Events").click()
    expect(page.locator("[data-event-list]")).to_be_visible()
    assert "tab=events" in page.url
    assert "replay=2" in page.url

    page.reload()

    expect(page.get_by_role("group", name="Replay")).to_be_visible()
    expect(page.get_by_role("radio", name="2×")).to_be_checked()
    expect(page.locator("[data-event-list]")).to_be_visible()
    page.get_by_role("link", name="Output").click()
    expect(page.locator("#run .status")).to_have_text("Finished", timeout=30_000)


def test_a_recording_that_does_not_come_is_said_and_changes_nothing(
    told: tuple[str, str], open_at: Any, console: Watcher
) -> None:
    console.expect("ERR_INTERNET_DISCONNECTED")
    run, session = told
    page = open_at(f"/sessions/{session}/?run={run}")
    before = html_of(page)
    with page.expect_request("**/scrubber.js"):  # its modules are there, the recording is not
        page.route("**/recording", lambda route: route.abort("internetdisconnected"))
        page.get_by_role("button", name="Replay", exact=True).click()

    expect(page.locator("#said")).to_have_text("The recording of this run did not come. Try again.")
    expect(page.locator("[data-replay]")).to_be_hidden()
    assert html_of(page) == before


def test_a_reader_of_a_link_replays_the_frozen_copy(told: tuple[str, str], visitor: Visitor, open_at: Any) -> None:
    run, _ = told
    page = open_at(share(visitor, run))
    before = html_of(page)

    replay(page)
    expect(page.locator(".status")).to_have_text("Running")
    page.get_by_role("radio", name="at once").check()

    expect(page.locator(".status")).to_have_text("Finished")
    assert html_of(page) == before


@pytest.mark.parametrize(
    "options", [{"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}, {"locale": "ar"}]
)
def test_the_bar_of_a_replay_is_accessible_in_every_look(
    told: tuple[str, str], open_at: Any, assert_accessible: Callable[..., None], options: dict[str, Any]
) -> None:
    run, session = told
    page = open_at(f"/sessions/{session}/?run={run}&replay=0#run", **options)
    expect(page.locator("[data-replay]")).to_be_visible()

    assert_accessible(page, "#run")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
