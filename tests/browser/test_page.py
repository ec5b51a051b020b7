"""The page itself: panes, keys, light and dark, copying, following, in a real browser."""

import re
from collections.abc import Callable

import pytest
from django.utils import translation
from playwright.sync_api import Page, Route, expect

from playground.runs.facts import grouped
from playground.templatetags.plurals import WORDS, plurals
from tests.browsing import Watcher
from tests.holding import held
from tests.linking import QUICK, finished_run
from tests.services import wait_until
from tests.serving import Server, Servers
from tests.visiting import Visitor

WIDE = {"width": 1440, "height": 900}


def width_of(page: Page, pane: str) -> float:
    box = page.locator(f"#{pane}").bounding_box()
    assert box
    return box["width"]


NOON = 1_800_000_000_000  # between two keys lie a second and a half at most, which a busy machine may take


@pytest.fixture(scope="module")
def slow(start_server: Servers) -> Server:
    """Its answers last longer than a busy machine takes to press Stop."""
    return start_server({"PLAYGROUND_SANDBOX_PACE": "2"})


def opened(new_page: Callable[..., Page], path: str = "/", **options: object) -> Page:
    page = new_page(viewport=WIDE, **options)
    page.goto(path)
    return page


def test_the_edge_of_a_pane_can_be_moved_and_is_remembered(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)
    edge = page.locator("[data-sash=sessions]").bounding_box()
    assert edge
    before = width_of(page, "sessions")

    page.mouse.move(edge["x"] + 4, 300)
    page.mouse.down()
    page.mouse.move(edge["x"] + 64, 300, steps=4)
    page.mouse.up()
    assert width_of(page, "sessions") == pytest.approx(before + 60, abs=2)

    page.reload()
    expect(page.locator("#main[data-ready]")).to_be_attached()
    assert width_of(page, "sessions") == pytest.approx(before + 60, abs=2)


def test_the_edge_of_a_pane_answers_to_the_arrow_keys(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)
    edge = page.get_by_role("separator", name="Width of the request pane")
    expect(page.locator("#main[data-ready]")).to_be_attached()
    before, told = width_of(page, "request"), edge.get_attribute("aria-valuenow")

    edge.focus()
    page.keyboard.press("ArrowRight")

    assert width_of(page, "request") == pytest.approx(before + 16, abs=1)
    assert edge.get_attribute("aria-valuenow") != told


def test_right_to_left_the_edge_moves_the_other_way(new_page: Callable[..., Page]) -> None:
    page = opened(new_page, locale="ar")
    expect(page.locator("#main[data-ready]")).to_be_attached()
    before = width_of(page, "sessions")

    page.locator("[data-sash=sessions]").focus()
    page.keyboard.press("ArrowLeft")

    assert width_of(page, "sessions") == pytest.approx(before + 16, abs=1)


def test_a_pane_cannot_be_moved_away(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)
    expect(page.locator("#main[data-ready]")).to_be_attached()

    page.locator("[data-sash=request]").focus()
    for _ in range(60):
        page.keyboard.press("ArrowRight")

    assert width_of(page, "run") >= 300
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]


def test_on_a_narrow_screen_tabs_choose_the_pane(new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto("/")
    tabs = page.get_by_role("navigation", name="Panes")

    expect(tabs.get_by_role("link", name="Request")).to_have_attribute("aria-current", "true")
    tabs.get_by_role("link", name="Run").click()

    expect(page.locator("#run")).to_be_visible()
    expect(page.locator("#request")).to_be_hidden()
    expect(tabs.get_by_role("link", name="Run")).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(page.locator("#request")).to_be_visible()


def test_on_a_screen_of_middle_width_sessions_open_over_the_request_and_escape_closes_them(
    new_page: Callable[..., Page],
) -> None:
    page = new_page(viewport={"width": 1000, "height": 844})
    page.goto("/")
    expect(page.locator("#sessions")).to_be_hidden()

    page.locator("#request").get_by_role("link", name="Sessions").click()
    expect(page.locator("#sessions")).to_be_visible()
    expect(page.locator("#request")).to_be_visible()

    page.keyboard.press("Escape")
    expect(page.locator("#sessions")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 820, 1280, 1440])
def test_the_page_never_scrolls_sideways(width: int, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": width, "height": 844})

    page.goto("/")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture(scope="module")
def second_of_three(start_server: Servers) -> str:
    """The address of a run. On a server of its own: elsewhere the newest session is one whose form is shown."""
    visitor = Visitor(start_server(QUICK))
    _, session = finished_run(visitor)
    run, _ = finished_run(visitor, None, session)
    finished_run(visitor, None, session)
    return f"{visitor.server.base_url}/sessions/{session}/?run={run}#run"


@pytest.mark.parametrize("language", ["en", "ar", "it", "ja"])
def test_what_can_be_done_with_a_run_fits_a_phone(
    language: str, new_page: Callable[..., Page], second_of_three: str
) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, locale=language, base_url=second_of_three)

    page.goto(second_of_three)

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    share = page.locator("#run a[href*='/share/']").bounding_box()
    assert share
    assert share["x"] >= 0
    assert share["x"] + share["width"] <= 390


def test_light_or_dark_is_kept_and_arrives_with_the_page(new_page: Callable[..., Page]) -> None:
    page = opened(new_page, color_scheme="light")
    root = page.locator("html")

    page.get_by_role("button", name="Light or dark").click()
    expect(root).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"

    page.get_by_label("Menu").click()
    page.get_by_role("button", name="system").click()
    expect(root).not_to_have_attribute("data-theme", "dark")
    page.reload()
    assert root.get_attribute("data-theme") is None


def test_a_theme_cookie_that_is_none_is_not_repeated(new_page: Callable[..., Page], server: Server) -> None:
    page = new_page()
    page.context.add_cookies([{"name": "theme", "value": "x%22onload%3D1", "url": server.base_url}])

    page.goto("/")

    assert page.locator("html").get_attribute("data-theme") is None


def test_a_page_says_in_which_zone_its_reader_is(new_page: Callable[..., Page]) -> None:
    page = opened(new_page, timezone_id="Asia/Tokyo")
    page.wait_for_load_state("networkidle")

    assert {str(each.get("name")): each.get("value") for each in page.context.cookies()}["zone"] == "Asia/Tokyo"


def test_a_language_is_chosen_in_its_own_words(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)

    page.get_by_label("Menu").click()
    page.get_by_role("button", name="العربيّة").click()

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "ar")


def test_the_question_mark_lists_the_keys_and_escape_closes_the_list(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)

    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()

    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_escape_closes_the_menu_and_gives_the_focus_back(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)
    menu = page.get_by_label("Menu")
    menu.click()

    page.keyboard.press("Escape")

    expect(page.locator("[data-menu]")).not_to_have_attribute("open", "")
    expect(menu).to_be_focused()


def test_a_click_elsewhere_closes_the_menu(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)
    page.get_by_label("Menu").click()

    page.locator("#run").click(position={"x": 200, "y": 400})

    expect(page.locator("[data-menu]")).not_to_have_attribute("open", "")


def test_g_and_a_letter_goes_to_a_page_or_pane(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)
    page.clock.set_fixed_time(NOON)

    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.locator("#run .pane__body")).to_be_focused()

    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/connections/")


def test_the_slash_finds_a_parameter_and_types_nothing(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)

    page.keyboard.press("/")

    box = page.locator("[data-find]")
    expect(box).to_be_focused()
    expect(box).to_have_value("")


def test_keys_of_another_script_are_known_by_their_place(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)
    page.clock.set_fixed_time(NOON)
    typed = "(init) => document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, ...init }))"

    page.evaluate(typed, {"key": "ل", "code": "KeyG"})
    page.evaluate(typed, {"key": "خ", "code": "KeyO"})
    expect(page.locator("#run .pane__body")).to_be_focused()
    page.evaluate(typed, {"key": "ظ", "code": "Slash"})
    expect(page.locator("[data-find]")).to_be_focused()
    page.evaluate(typed, {"key": "؟", "code": "Slash", "shiftKey": True})
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


@pytest.mark.parametrize(("platform", "label"), [("MacIntel", "⌘ ↵"), ("Linux x86_64", "Ctrl ↵")])
def test_the_key_beside_run_is_the_one_on_the_keyboard(
    new_page: Callable[..., Page], platform: str, label: str
) -> None:
    page = new_page(viewport=WIDE)
    page.add_init_script(f"Object.defineProperty(navigator, 'platform', {{ get: () => '{platform}' }})")

    page.goto("/")

    expect(page.locator("#request [data-key=run]")).to_have_text(f"Run {label}", use_inner_text=True)


def test_keys_typed_into_a_box_are_text(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)
    title = page.get_by_label("Session title")

    title.fill("")
    title.press_sequentially("g?c/")

    expect(title).to_have_value("g?c/")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_a_new_title_is_kept_and_shown_in_the_list(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)
    title = page.get_by_label("Session title")

    with page.expect_response("**/title/"):
        title.fill("A better name")
        title.press("Enter")

    expect(page.locator(".session[aria-current]")).to_contain_text("A better name")
    page.reload()
    expect(title).to_have_value("A better name")
    assert page.title().startswith("A better name")


def test_a_server_that_does_not_answer_is_said_until_it_does(new_page: Callable[..., Page], console: Watcher) -> None:
    console.expect("ERR_INTERNET_DISCONNECTED|htmx:")
    page = new_page(viewport=WIDE)
    title, notice = page.get_by_label("Session title"), page.locator("#notice")
    with page.expect_event("requestfinished", lambda request: request.url.endswith("/notice.js")):
        page.goto("/")  # the browser may make up a move of the pointer, and the page be awake at once
        page.mouse.move(300, 300)
    page.wait_for_load_state("networkidle")
    expect(notice).to_be_hidden()

    page.context.set_offline(True)
    title.fill("While offline")
    title.press("Enter")
    expect(notice).to_contain_text("does not answer")

    page.context.set_offline(False)
    title.fill("Online again")
    title.press("Enter")
    expect(notice).to_be_hidden()


def test_a_new_session_stands_first(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)

    page.get_by_role("button", name="New session").click()

    expect(page.locator(".session").first).to_have_attribute("aria-current", "page")
    expect(page.get_by_label("Session title")).to_have_value("")


def test_the_focus_stays_where_run_was_when_it_becomes_stop_and_run_again(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)
    held = page.locator(":focus")
    page.locator("#f-input textarea").fill("A story, please.")

    page.locator("#request").get_by_role("button", name="Run").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#run .status").first).to_have_text("Finished", timeout=20_000)

    expect(held).to_have_attribute("data-key", "run")


def test_enter_with_control_or_command_runs_and_stops(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)

    page.locator("#f-input textarea").fill("A story, please.")
    page.keyboard.press("Meta+Enter")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    page.keyboard.press("Control+Enter")

    expect(stop).to_be_hidden()
    expect(page.locator("#run .status").first).to_be_visible()


def test_the_focus_stays_in_a_panel_that_is_written_anew_at_the_end(
    new_page: Callable[..., Page], slow: Server
) -> None:
    page = opened(new_page, base_url=slow.base_url)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#run .status").first).to_have_text("Streaming")
    page.locator("#run .tabs").get_by_role("link", name="Response").click()
    panel = page.locator("#run [data-run-panel=other]")
    panel.locator("[data-panel-link]").first.focus()

    held: list[Route] = []
    page.route("**/response/", lambda route: held.append(route))
    with page.expect_request("**/response/"):
        page.keyboard.press("Escape")
    expect(page.locator("#next-turn")).to_be_visible()
    held[0].continue_()

    expect(panel).to_contain_text("Assembled from what came")
    expect(panel.locator(":focus")).to_be_visible()


CODE = """
<div class="code" data-copyable>
  <button type="button" data-copy data-copy-name="py">Copy</button><pre>x = 1</pre>
</div>"""


def test_copying_says_what_was_copied(new_page: Callable[..., Page], server: Server) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    held(page, server, CODE)

    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_role("status")).to_have_text("Copied: py")
    assert page.evaluate("navigator.clipboard.readText()") == "x = 1"


LOG = """
<div class="pane__body" tabindex="0" data-follow>
  <div id="log"></div>
  <button type="button" class="jump btn" data-follow-jump hidden>Jump</button>
</div>"""
WRITE = """(lines) => document.getElementById("log").append(
  ...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })))"""


def test_a_stream_is_followed_only_while_the_reader_is_at_its_end(
    new_page: Callable[..., Page], server: Server
) -> None:
    page = new_page()
    held(page, server, LOG)
    box, jump = page.locator("[data-follow]"), page.get_by_role("button", name="Jump")
    box.evaluate("(box) => box.style.setProperty('block-size', '200px')")
    at_end = "(box) => box.scrollHeight - box.scrollTop - box.clientHeight < 2"

    page.evaluate(WRITE, [f"line {n}" for n in range(40)])
    wait_until(lambda: box.evaluate("(box) => box.scrollTop") > 100, "the box")
    expect(jump).to_be_hidden()

    box.evaluate("(box) => (box.scrollTop = 0)")
    page.evaluate(WRITE, ["one more"])
    expect(jump).to_be_visible()
    assert box.evaluate("(box) => box.scrollTop") == 0

    jump.click()
    expect(jump).to_be_hidden()
    assert box.evaluate(at_end)


@pytest.mark.parametrize("width", [390, 1440])
def test_an_error_page_is_a_page_of_ours(
    width: int, new_page: Callable[..., Page], console: Watcher, assert_accessible: Callable[..., None]
) -> None:
    console.expect("status of 404")
    page = new_page(viewport={"width": width, "height": 844})

    answer = page.goto("/nowhere/")

    assert answer
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing at this address")
    expect(page.get_by_role("link", name="To the workbench")).to_be_visible()
    assert_accessible(page, both=True)


def test_open_menus_and_dialogs_are_open_to_everybody(
    new_page: Callable[..., Page], assert_accessible: Callable[..., None]
) -> None:
    page = opened(new_page)

    page.get_by_label("Menu").click()
    assert_accessible(page, "[data-menu][open]")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert_accessible(page, "dialog[open]")


def test_a_run_says_how_long_it_goes_on_and_is_read_aloud_in_sentences(new_page: Callable[..., Page]) -> None:
    page = opened(new_page)
    page.locator("#f-input textarea").fill("A story of a unicorn, please.")

    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-elapsed]")).to_contain_text("s so far", timeout=20_000)
    expect(page.locator("#run .status").first).to_have_text("Finished", timeout=30_000)

    expect(page.locator("[data-elapsed]")).to_be_hidden()
    said = page.get_by_role("log").locator("p")
    expect(said.last).to_contain_text(re.compile("Finished, .*in all"))
    sentences = said.all_inner_texts()[:-1]
    assert sentences
    assert all(re.search(r"[.!?]$|^(Waiting|Running|Streaming)$", each) for each in sentences), sentences


RUN_OF_TEXT = """
<div id="held-run"><div data-aloud></div><div data-place="t"><div class="output"></div></div>
<div data-place="r"><div class="problem"><div data-text></div></div></div><div data-place="other"></div></div>"""


def test_sentences_are_read_aloud_when_they_end(new_page: Callable[..., Page], server: Server) -> None:
    page = new_page()
    page.clock.install()
    held(page, server, RUN_OF_TEXT)

    def read(place: str, come: str) -> list[str]:
        page.evaluate(
            """async ([place, come]) => {
                const main = document.querySelector("script[type=module]").src;
                const { Aloud } = await import(main.replace("main.js", "run/aloud.js"));
                document.querySelector("[data-aloud]").replaceChildren();
                new Aloud(document.getElementById("held-run")).hear([["delta", place, come]]);
            }""",
            [place, come],
        )
        page.clock.run_for(2_000)
        return page.locator("[data-aloud] p").all_inner_texts()

    assert read("t", "One. Two") == ["One."]
    assert read("t", "3.14 is") == []
    assert read("t", "彼女は言った。「はい。」次は") == ["彼女は言った。「はい。」"]
    assert read("t", "本当？はい！まだ") == ["本当？はい！"]
    assert read("t", "あ" * 401) == ["あ" * 401], "long, and no end of a sentence"
    assert read("t", "word " * 81 + "wo") == [("word " * 81).strip()], "cut where a word ends"
    assert read("r", "I cannot. No") == ["I cannot."], "a refusal"
    assert read("other", "One. Two") == [], "no part of the answer"


@pytest.mark.parametrize("pane", ["request", "run"])
def test_everything_is_in_reach_at_twice_the_size(pane: str, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 720, "height": 450})  # 1440 by 900 at 200 %

    page.goto(f"/#{pane}")

    expect(page.locator(f"#{pane} .pane__body")).to_be_in_viewport(ratio=0.5)
    expect(
        page.locator("#request [data-key=run]" if pane == "request" else "#run .pane__head").first
    ).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [390, 720])
def test_on_a_narrow_screen_run_leads_to_the_answer_and_stop_is_there(
    width: int, new_page: Callable[..., Page], slow: Server
) -> None:
    page = new_page(viewport={"width": width, "height": 450}, base_url=slow.base_url)
    page.goto("/")
    page.locator("#request").get_by_label("input", exact=True).first.fill("A story of a unicorn, please.")

    page.get_by_role("button", name="Run").click()
    expect(page.locator("#run .output").first).to_contain_text(" ")
    expect(page).to_have_url(re.compile(r"[?]run=[0-9a-f-]{36}#run$"))
    expect(page.get_by_role("navigation", name="Panes").get_by_role("link", name="Run")).to_have_attribute(
        "aria-current", "true"
    )
    expect(page.locator(":focus")).to_have_attribute("data-key", "stop")
    page.reload()
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_in_viewport()
    stop.click()
    expect(page.locator("#run .status").first).to_have_text("Stopped")

    title = page.locator("#run .pane__title")
    before = title.inner_text()
    page.keyboard.press("Control+Enter")
    expect(title).not_to_have_text(before)
    expect(stop).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#run .status").first).to_have_text("Stopped")
    page.set_viewport_size({"width": width, "height": 844})
    expect(page.locator("#run [data-key=run]")).to_be_in_viewport()


def test_nothing_moves_for_those_who_asked_for_it(new_page: Callable[..., Page]) -> None:
    page = opened(new_page, reduced_motion="reduce")

    moving = """() => [...document.querySelectorAll("*")].map((each) => getComputedStyle(each)).filter(
        ({ animationName, transitionProperty, transitionDuration }) =>
            animationName !== "none" || (transitionProperty !== "none" && transitionDuration !== "0s"),
    ).length"""
    assert page.evaluate(moving) == 0


@pytest.mark.parametrize("language", ["it", "ar"])
def test_scripts_write_numbers_and_plurals_as_the_server_does(new_page: Callable[..., Page], language: str) -> None:
    page = new_page(locale=language)
    page.goto("/")
    module = "document.querySelector('script[type=module]').src.replace('main.js', 'numbers.js')"

    with translation.override(language):
        forms = plurals("about tokens")
        there = [
            grouped(1234),
            grouped(12345.5),
            *(WORDS["about tokens"](n) % {"count": n} for n in (0, 1, 2, 7, 11, 100)),
        ]

    here = page.evaluate(
        f"""async (forms) => {{
            const {{ grouped, counted }} = await import({module});
            return [grouped(1234), grouped(12345.5), ...[0, 1, 2, 7, 11, 100].map((n) => counted(forms, n))];
        }}""",
        forms,
    )
    assert here == there
