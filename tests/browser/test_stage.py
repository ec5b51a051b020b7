"""The presenter's page in a real browser: by keyboard and clicker, with upstream or network gone, before a room."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.models import SANDBOX_ID
from tests.browser.running import BLOCKED
from tests.browsing import Watcher
from tests.linking import connect, finished_run, new_session
from tests.runs import streams
from tests.serving import Servers
from tests.upstream import hostile
from tests.visiting import Visitor

Pages = Callable[..., Page]
Open = Callable[..., Page]
STORY = {"model": "sandbox-echo", "input": "A story about {{animal}} for {{listener}}, told slowly.", "stream": True}
TELL: dict[str, Any] = {"model": "m", "input": "Tell it", "stream": True}
#: Sent there whichever connection was used last.
SANDBOX = {"~connection": str(SANDBOX_ID)}
SKY = {"model": "sandbox-writer", "input": "Why is the sky blue?", "stream": True}
PACED = {"PLAYGROUND_SANDBOX_FIRST_WAIT": "0.3", "PLAYGROUND_SANDBOX_PACE": "30"}


BUSY = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 600\r\nContent-Length: 2\r\n\r\n{}"
TOLD = ["It ", "was ", "told ", "to ", "its ", "end."]


async def tiring(connection: hostile.Connection) -> None:
    """An upstream that answers once, and from then on breaks off in the middle."""
    whole = streams.whole(TOLD) if connection.server.connections == 1 else streams.opening() + streams.deltas(TOLD[:3])
    connection.writer.write(hostile.OK_STREAM + whole)
    await connection.writer.drain()


@pytest.fixture(scope="module")
def visitor(start_server: Servers) -> Visitor:
    return Visitor(start_server(PACED))


@pytest.fixture(scope="module")
def session(visitor: Visitor) -> str:
    """A story with two blanks, and a question."""
    _, made = finished_run(visitor, STORY, "", **SANDBOX)
    finished_run(visitor, SKY, made, **SANDBOX)
    return made


@pytest.fixture
def on_stage(new_page: Pages, visitor: Visitor) -> Open:
    def open_page(session: str, blocked: bool = False, **options: Any) -> Page:
        page = new_page(**{"base_url": visitor.server.base_url, "viewport": {"width": 1440, "height": 900}, **options})
        if blocked:
            page.add_init_script(BLOCKED)
        page.goto(f"/sessions/{session}/present/")
        return ready(page)

    return open_page


def ready(page: Page) -> Page:
    """Its keys work, and the recording of the prompt is here."""
    expect(page.locator("[data-stage-bar]:not([inert])")).to_be_visible(timeout=20_000)
    return page


def answer(page: Page) -> Locator:
    return page.locator("[data-flow]")


def prompt(page: Page, number: int) -> Locator:
    return page.locator("[data-prompt]").nth(number - 1)


def dot(page: Page, name: str) -> Locator:
    return page.get_by_role("img", name=name)


def test_arrows_clicker_and_numbers_choose_the_prompt_and_a_reload_keeps_it(session: str, on_stage: Open) -> None:
    page = on_stage(session)
    expect(prompt(page, 1)).to_have_attribute("aria-pressed", "true")

    for key, number in (("ArrowRight", 2), ("ArrowRight", 2), ("PageUp", 1), ("PageDown", 2), ("1", 1), ("2", 2)):
        page.keyboard.press(key)
        expect(prompt(page, number)).to_have_attribute("aria-pressed", "true")
        expect(prompt(page, 3 - number)).to_have_attribute("aria-pressed", "false")

    expect(page.locator(".stage__ask:visible")).to_have_text("Why is the sky blue?")
    page.reload()
    expect(prompt(page, 2)).to_have_attribute("aria-pressed", "true")


def test_blanks_are_filled_in_and_run_live_by_keyboard(session: str, on_stage: Open) -> None:
    page = on_stage(session)
    page.get_by_label("animal").fill("a lighthouse")
    page.get_by_label("listener").fill("a board")
    expect(page.locator(".stage__ask:visible")).to_have_text("A story about a lighthouse for a board, told slowly.")

    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()

    expect(answer(page)).to_contain_text("A story about a lighthouse for a board, told slowly.")
    expect(page.get_by_role("button", name="Run")).to_be_visible()
    page.get_by_label("animal").fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(answer(page)).to_contain_text("A story about a lighthouse for a board, told slowly.", timeout=20_000)
    expect(page.locator(".stage__ask:visible")).to_contain_text("a lighthouse")
    covered = "[...document.querySelectorAll('.stage *')].filter(e => getComputedStyle(e).webkitTextSecurity != 'none')"
    assert page.evaluate(f"{covered}.length") == 0, "what is no secret can be read"


def test_an_empty_blank_is_asked_for(session: str, on_stage: Open, console: Watcher) -> None:
    console.expect("status of 422")
    page = on_stage(session)

    page.keyboard.press("Control+Enter")

    expect(page.locator("[data-stage-said]")).to_have_text("Fill in every blank.")
    expect(answer(page)).to_be_empty()


def test_with_the_upstream_gone_in_the_middle_the_recording_plays_and_only_a_dot_says_so(
    visitor: Visitor, on_stage: Open
) -> None:
    """By keyboard alone; the upstream answers once, then breaks off in the middle, then is not there."""
    with hostile.in_thread(tiring) as upstream:
        _, session = finished_run(visitor, TELL, "", **{"~connection": connect(visitor, upstream.base_url)})
        page = on_stage(session)
        page.keyboard.press("Control+Enter")
        expect(dot(page, "The live call failed; this is the recording")).to_be_visible(timeout=20_000)
        expect(answer(page)).to_contain_text("told to its end", timeout=20_000)
        expect(page.locator("[data-run-part=problem]")).to_be_hidden()
    with page.expect_response(lambda said: said.request.method == "POST"):  # it is tried again all the same
        page.keyboard.press("Control+Enter")
    expect(dot(page, "The live call failed; this is the recording")).to_be_visible(timeout=20_000)
    expect(answer(page)).to_contain_text("told to its end", timeout=20_000)


@pytest.mark.parametrize("said", [BUSY, hostile.OK_STREAM, b""])
def test_with_an_upstream_that_makes_the_room_wait_the_recording_plays(
    visitor: Visitor, on_stage: Open, said: bytes
) -> None:
    """Busy, or silent once it has begun to answer, or silent from the beginning."""

    async def hesitating(connection: hostile.Connection) -> None:
        first = connection.server.connections == 1
        connection.writer.write(hostile.OK_STREAM + streams.whole(TOLD) if first else said)
        await connection.writer.drain()
        if not first:
            await connection.server.free.wait()

    with hostile.in_thread(hesitating) as upstream:
        _, session = finished_run(visitor, TELL, "", **{"~connection": connect(visitor, upstream.base_url)})
        page = on_stage(session)
        if said != BUSY:
            page.evaluate("document.querySelector('[data-stage]').dataset.patience = 300")
        with page.expect_response(re.compile("/stop/")):
            page.keyboard.press("Control+Enter")

        expect(dot(page, "The live call failed; this is the recording")).to_be_visible(timeout=20_000)
        expect(answer(page)).to_contain_text("told to its end", timeout=20_000)
        page.goto(f"/sessions/{session}/")
        expect(page.locator("#run .status").first).to_have_text("Stopped")
        upstream.free_now()


def test_f59_without_a_network_the_last_state_stays_and_recordings_play_at_their_own_pace(
    session: str, on_stage: Open, console: Watcher
) -> None:
    console.expect("ERR_INTERNET_DISCONNECTED|WebSocket connection")
    page = on_stage(session)
    page.keyboard.press("2")
    ready(page)
    page.keyboard.press("r")
    expect(answer(page)).not_to_be_empty()
    page.keyboard.press("Space")
    stood = answer(page).inner_text()

    page.context.set_offline(True)
    expect(dot(page, "No connection")).to_be_visible()
    assert answer(page).inner_text() == stood
    page.keyboard.press("Space")
    expect(page.locator("[data-stage-bar]").get_by_role("button", name="Play", exact=True)).to_be_visible(
        timeout=20_000
    )
    assert len(answer(page).inner_text()) > len(stood)
    page.keyboard.press("Control+Enter")  # the call cannot even begin: the recording again
    expect(dot(page, "The live call failed; this is the recording")).to_be_visible()
    expect(answer(page)).not_to_be_empty()

    page.context.set_offline(False)
    expect(dot(page, "No connection")).to_be_hidden()


def test_one_key_shows_parameters_and_numbers_and_is_remembered(session: str, on_stage: Open) -> None:
    page = on_stage(session)
    page.keyboard.press("2")
    parameters = page.locator("[data-asked]:visible .stage__detail")
    expect(parameters).to_be_hidden()

    page.keyboard.press("i")
    expect(parameters).to_contain_text("sandbox-writer")
    expect(page.get_by_role("button", name="Parameters and numbers")).to_have_attribute("aria-pressed", "true")
    page.reload()
    ready(page)
    expect(parameters).to_be_visible()
    page.keyboard.press("i")
    expect(parameters).to_be_hidden()


def test_theme_and_leaving_have_keys_and_leaving_leads_back_to_the_run(visitor: Visitor, new_page: Pages) -> None:
    run, session = finished_run(visitor, SKY, "", **SANDBOX)
    page = new_page(base_url=visitor.server.base_url, viewport={"width": 1440, "height": 900}, color_scheme="light")
    page.goto(f"/runs/{run}/")
    page.get_by_role("link", name="Present").click()
    expect(page.locator("[data-prompt][aria-pressed=true]")).to_contain_text("Why is the sky blue?")
    expect(prompt(page, 1)).to_have_attribute("data-recording", f"/runs/{run}/recording?room")
    ready(page)

    page.wait_for_load_state("networkidle")  # the keys are there when their module is
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark", timeout=20_000)
    page.keyboard.press("Escape")

    expect(page).to_have_url(re.compile(rf"/sessions/{session}/\?run={run}"))


def test_88_what_is_secret_is_hidden_also_while_it_streams(visitor: Visitor, on_stage: Open) -> None:
    key = "sk-live-" + "a1B2" * 6
    said = f"Use {key} and write to ann.other@mail.example.org, then rest a while and say good night to all."
    _, session = finished_run(visitor, {"model": "sandbox-echo", "input": said, "stream": True}, "", **SANDBOX)
    page = on_stage(session)
    page.evaluate(
        """() => {
          window.seen = [];
          const look = () => window.seen.push(document.body.innerText);
          new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )

    page.keyboard.press("Control+Enter")
    expect(answer(page)).to_contain_text("good night to all.", timeout=20_000)
    expect(page.get_by_role("button", name="Run")).to_be_visible()

    seen: list[str] = page.evaluate("window.seen")
    assert len(seen) > 10
    assert "•••" in seen[-1]
    assert not [text for text in seen if "sk-live" in text or "ann.other" in text or "example.org" in text]
    for key_pressed in ("g", "c"):
        page.keyboard.press(key_pressed)
    assert "/present/" in page.url


@pytest.mark.parametrize(
    "typed",
    ["sk-live-" + "a1B2" * 6, "ann.other@mail.example.org", "鍵はBearer abcdef.ghijklm-nop", "Ünal.Öz@straße.example"],
)
def test_88_what_is_typed_into_a_blank_is_dots_when_it_looks_like_a_secret(
    session: str, on_stage: Open, typed: str
) -> None:
    page = on_stage(session)
    box = page.get_by_label("animal")
    shown_as = "getComputedStyle(document.activeElement).webkitTextSecurity"

    box.fill(typed)
    asked = page.locator(".stage__ask:visible")
    expect(asked).to_contain_text("•••")
    assert typed not in asked.inner_text()
    assert page.evaluate(shown_as) == "disc"

    box.fill("a lighthouse")
    expect(asked).to_contain_text("a lighthouse")
    assert page.evaluate(shown_as) == "none"


def test_where_websockets_are_blocked_the_stage_asks(session: str, on_stage: Open) -> None:
    page = on_stage(session, blocked=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/state?room" in request.url else None)
    page.get_by_label("animal").fill("ann.other@mail.example.org")
    page.get_by_label("listener").fill("**a board**")

    page.keyboard.press("Control+Enter")

    expect(page.locator("[data-flow] strong")).to_have_text("a board", timeout=30_000)
    expect(answer(page)).to_contain_text("A story about ••• for")
    expect(page.get_by_role("button", name="Run")).to_be_visible()
    assert asked


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}])
@pytest.mark.parametrize("asked", ["A meeting was held, and all of it was written down. " * 100, "w" * 5000])
def test_a_question_of_pages_leaves_room_for_its_answer(
    visitor: Visitor, on_stage: Open, assert_accessible: Callable[..., None], asked: str, size: Any
) -> None:
    body = {"model": "sandbox-writer", "input": asked, "stream": True}
    _, session = finished_run(visitor, body, "", **SANDBOX)
    page = on_stage(session, viewport=size)

    page.get_by_role("radiogroup").locator("input").last.check()
    page.locator("[data-stage-replay]").click()

    expect(answer(page).locator(".output")).not_to_be_empty()
    top = answer(page).bounding_box()
    assert top
    assert top["y"] < size["height"]
    assert page.locator(".stage__side").evaluate("each => each.scrollWidth <= each.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert_accessible(page)


def test_a_stage_with_nothing_on_it_offers_nothing_to_press_and_can_be_left(visitor: Visitor, new_page: Pages) -> None:
    session = new_session(visitor)
    page = new_page(base_url=visitor.server.base_url)
    page.goto(f"/sessions/{session}/present/")
    expect(page.get_by_role("heading", name="Nothing to present yet")).to_be_visible()
    expect(page.locator("[data-stage-foot]")).to_have_count(0)

    page.wait_for_load_state("networkidle")  # the keys are there when their module is
    page.keyboard.press("Escape")

    expect(page).to_have_url(re.compile(rf"/sessions/{session}/$"))


def test_runs_of_the_stage_are_ordinary_runs_of_the_session(visitor: Visitor, on_stage: Open) -> None:
    _, session = finished_run(visitor, SKY, "", **SANDBOX)
    page = on_stage(session)

    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_role("button", name="Run")).to_be_visible(timeout=30_000)

    page.goto(f"/sessions/{session}/")
    expect(page.get_by_role("heading", name="Run 2 of 2")).to_be_visible()
    expect(page.locator("#run .status")).to_have_text("Finished")


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
        {"locale": "ar", "viewport": {"width": 1920, "height": 1080}},
    ],
)
def test_the_stage_is_accessible_in_every_look(
    session: str, on_stage: Open, assert_accessible: Callable[..., None], options: dict[str, Any]
) -> None:
    page = on_stage(session, **options)
    page.get_by_role("radiogroup").locator("input").last.check()
    page.keyboard.press("i")
    page.locator("[data-stage-replay]").click()
    expect(answer(page)).not_to_be_empty()

    assert_accessible(page)
    assert page.viewport_size
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
