"""The sessions pane in a real browser: found, managed, deleted and brought back, by mouse and by keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing import Watcher
from tests.serving import Server

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

FILL = """
import json, sys
from datetime import timedelta
from django.utils import timezone
from playground.models import SANDBOX_ID, Draft, Preset, Run, Session, Tag, User
from playground.search import index_run, index_session
owner = User.objects.get()
Session.objects.all().delete()
Preset.objects.all().delete()
for number, each in enumerate(json.loads(sys.stdin.read())):
    moment = timezone.now() - timedelta(hours=each.get("ago", number))
    made = Session.objects.create(owner=owner, title=each["title"], updated=moment)
    Draft.objects.create(session=made, connection_id=SANDBOX_ID, body=b'{"model": "sandbox-echo", "input": "Hello"}')
    for name in each.get("tags", []):
        Tag.objects.create(session=made, name=name)
    for answer in each.get("answers", []):
        body = json.dumps({"model": "sandbox-writer", "input": each.get("prompt", "")}).encode()
        run = Run.objects.create(
            owner=owner, session=made, endpoint="responses", model="sandbox-writer", request_body=body,
            status="finished", outcome="completed", summary={"text": answer}, timings={"done": 1000.0},
        )
        index_run(run)
    index_session(made)
"""

PRESET = """
from playground.models import Preset, User
body = b'{"model": "sandbox-writer", "input": "A story about {{topic}}"}'
Preset.objects.create(owner=User.objects.get(), name="Story about anything", endpoint="responses", body=body)
"""
STORY = {
    "title": "Bedtime",
    "tags": ["demo"],
    "prompt": "一角獣の寝物語を三文で",
    "answers": ["むかしむかし。", "昔々。"],
}
OTHERS: list[dict[str, Any]] = [{"title": "Weather", "tags": ["tools"]}, {"title": "Invoice"}, {"title": "Receipt"}]


@pytest.fixture
def fill(server: Server, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """A page on a playground with these sessions and no others; without any there is the example."""

    def filled(*sessions: dict[str, Any], path: str = "/", **options: Any) -> Page:
        page = new_page(**{"viewport": WIDE, **options})
        page.request.get("/")  # makes the owner
        server.shell(FILL, stdin=json.dumps(sessions))
        page.goto(path)
        awaken(page)
        return page

    return filled


def awaken(page: Page) -> None:
    """The modules of the panes are fetched at the first sign of a person."""
    page.mouse.move(300, 5)
    expect(page.locator("#several button").first).to_be_disabled()


def titles(page: Page) -> Locator:
    return page.locator("#session-list .session strong")


def manage(page: Page, title: str) -> Locator:
    row = page.locator(".session-row", has_text=title)
    row.hover()
    row.get_by_role("link", name=f"Manage {title}").click()
    dialog = page.get_by_role("dialog", name=title)
    expect(dialog).to_be_visible()
    return dialog


# -- looking


def test_a_session_is_found_while_one_types_in_japanese_too(fill: Callable[..., Page]) -> None:
    page = fill(STORY, *OTHERS)
    box = page.get_by_label("Search sessions")

    for words in ("bed", "demo", "寝物語", "物語", "むかし"):
        box.fill(words)
        expect(titles(page)).to_have_text(["Bedtime"])
    expect(page.locator("#session-list mark")).to_have_text("むかし")
    expect(page.locator("#said")).to_have_text(re.compile("1 session"))
    expect(box).to_be_focused()
    box.fill("nothing like it")
    expect(page.get_by_text("No session matches.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(titles(page)).to_have_count(4)
    expect(box).to_have_value("")
    expect(box).to_be_focused()


def test_what_was_looked_for_stays_when_a_session_is_opened(fill: Callable[..., Page]) -> None:
    page = fill(STORY, *OTHERS)
    page.get_by_role("radio", name="demo").check(force=True)
    expect(titles(page)).to_have_text(["Bedtime"])

    titles(page).first.click()

    expect(page.get_by_label("Session title")).to_have_value("Bedtime")
    expect(page).to_have_url(re.compile(r"\?tag=demo"))
    expect(titles(page)).to_have_text(["Bedtime"])
    page.get_by_role("link", name="Earlier run").click()  # this address knows nothing of the search
    expect(titles(page)).to_have_text(["Bedtime"])
    expect(page.get_by_role("radio", name="demo")).to_be_checked()


def test_filters_are_folded_until_they_are_wanted(fill: Callable[..., Page]) -> None:
    page = fill(STORY, *OTHERS)
    filters = page.locator("details.filters")
    expect(filters).not_to_have_attribute("open", "")

    filters.locator("summary").click()
    page.get_by_label("Status").select_option("finished")

    expect(titles(page)).to_have_text(["Bedtime"])
    page.get_by_label("Status").select_option("failed")
    expect(titles(page)).to_have_count(0)


def test_older_sessions_come_as_one_scrolls_and_the_place_is_kept(fill: Callable[..., Page]) -> None:
    page = fill(*({"title": f"Session {number}", "ago": number} for number in range(120)))
    body = page.locator("#sessions .pane__body")
    expect(titles(page)).to_have_count(40)

    for rows in (80, 120):
        body.evaluate("element => element.scrollTo(0, element.scrollHeight)")
        expect(titles(page)).to_have_count(rows)
    page.locator(".session-row", has_text="Session 90").locator(".session").click()

    expect(page.get_by_label("Session title")).to_have_value("Session 90")
    expect(titles(page)).to_have_count(120)
    expect(page.locator(".session[aria-current]")).to_be_in_viewport()


# -- managing


def test_a_session_is_renamed_tagged_pinned_and_archived_in_one_dialog(fill: Callable[..., Page]) -> None:
    page = fill(STORY, *OTHERS)
    dialog = manage(page, "Invoice")

    dialog.get_by_label("Title").fill("Invoices")
    dialog.get_by_label("Tags").fill("paper, demo")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(titles(page).filter(has_text="Invoices")).to_be_visible()
    expect(page.get_by_role("radio", name="paper")).to_be_attached()

    dialog = page.get_by_role("dialog", name="Invoices")
    dialog.get_by_role("button", name="Pin to the top").click()
    expect(page.locator("#session-list h3").first).to_have_text("Pinned")
    dialog.get_by_role("button", name="Archive").click()
    expect(titles(page).filter(has_text="Invoices")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_open_session_is_renamed_wherever_its_name_stands(fill: Callable[..., Page]) -> None:
    page = fill(STORY)
    titles(page).filter(has_text="Bedtime").click()
    awaken(page)

    page.get_by_role("link", name="Manage this session").click()
    dialog = page.get_by_role("dialog", name="Bedtime")
    dialog.get_by_label("Title", exact=True).fill("Night")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#title")).to_have_value("Night")
    expect(page).to_have_title("Night · Playground")
    page.keyboard.press("Escape")

    with page.expect_response("**/title/"):
        page.locator("#title").fill("Day")
        page.locator("#title").press("Enter")
    expect(page.locator(".session[aria-current] strong")).to_have_text("Day")


def test_what_is_deleted_can_be_brought_back_at_once(fill: Callable[..., Page]) -> None:
    page = fill(STORY, *OTHERS)

    manage(page, "Weather").get_by_role("button", name="Delete this session").click()

    undo = page.get_by_role("button", name="Undo")
    expect(page.get_by_text("“Weather” was deleted.")).to_be_visible()
    expect(undo).to_be_focused()
    expect(titles(page).filter(has_text="Weather")).to_have_count(0)
    undo.press("Enter")
    expect(titles(page).filter(has_text="Weather")).to_be_visible()
    expect(page.get_by_text("was deleted.")).to_have_count(0)


def test_deleting_the_open_session_leads_to_the_next(fill: Callable[..., Page]) -> None:
    page = fill(STORY, *OTHERS)
    titles(page).filter(has_text="Weather").click()
    awaken(page)

    page.get_by_role("link", name="Manage this session").click()
    page.get_by_role("button", name="Delete this session").click()

    expect(page.get_by_label("Session title")).not_to_have_value("Weather")
    page.get_by_role("button", name="Undo").click()
    expect(titles(page).filter(has_text="Weather")).to_be_visible()


def test_several_are_chosen_and_deleted_together(fill: Callable[..., Page]) -> None:
    page = fill(STORY, *OTHERS)

    page.get_by_label("Choose several").check(force=True)
    page.get_by_label("Choose Weather").check()
    page.get_by_label("Choose Receipt").check()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#several").get_by_role("button", name="JSON").click()
    assert download.value.suggested_filename == "Sessions.json"
    page.locator("#several").get_by_role("button", name="Delete").click()

    expect(page.get_by_text("2 sessions were deleted.")).to_be_visible()
    expect(titles(page).filter(has_text="Weather")).to_have_count(0)


def test_the_first_run_names_the_session_and_moves_it_up(fill: Callable[..., Page]) -> None:
    page = fill(STORY, {"title": ""})
    titles(page).filter(has_text="Untitled").click()
    awaken(page)

    page.keyboard.press("Control+Enter")

    expect(page.get_by_label("Session title")).to_have_value("Hello")
    expect(titles(page).first).to_have_text("Hello")
    expect(page.locator(".session[aria-current]")).to_contain_text("1 run")


# -- in, out, presets, comparing


def test_a_pasted_command_opens_as_a_draft_and_a_bad_one_is_said(fill: Callable[..., Page], console: Watcher) -> None:
    console.expect("status of 422")
    page = fill()
    page.get_by_role("link", name="Import a file or curl").click()
    dialog = page.get_by_role("dialog", name="Import a file or curl")

    dialog.get_by_label("Paste a request").fill("rm -rf")
    dialog.get_by_role("button", name="Import").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect(page.locator(".htmx-added, .htmx-settling, .htmx-swapping")).to_have_count(0)  # an autofocus comes last
    expect(dialog.get_by_role("alert")).to_be_focused()
    expect(dialog.get_by_label("Paste a request")).to_have_value("rm -rf")
    dialog.get_by_label("Paste a request").fill(
        """curl https://api.example.org/v1/responses -H "Authorization: Bearer sk-aaaaaaaaaaaaaaaaaaaa" """
        """-d '{"model": "m", "input": "Pasted words"}'"""
    )
    dialog.get_by_role("button", name="Import").click()

    expect(page.get_by_label("Session title")).to_have_value("Pasted words")
    expect(page.get_by_text("A key was in it and was dropped.")).to_be_visible()
    expect(page.get_by_role("heading", name="No run yet")).to_be_visible()


def test_a_session_leaves_as_a_file_and_comes_back(fill: Callable[..., Page]) -> None:
    page = fill(STORY)
    dialog = manage(page, "Bedtime")
    with page.expect_download() as download:
        dialog.get_by_role("link", name="JSON").click()
    assert download.value.suggested_filename == "Bedtime.json"
    file = download.value.path()
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Import a file or curl").click()
    page.get_by_label("Or a file of sessions").set_input_files(str(file))
    page.get_by_role("button", name="Import").click()

    expect(titles(page).filter(has_text="Bedtime")).to_have_count(2)
    expect(page.get_by_text("Run 2 of 2")).to_be_visible()


def test_a_preset_is_saved_and_filled_in(fill: Callable[..., Page]) -> None:
    page = fill()
    awaken(page)
    with page.expect_response("**/draft/"):
        page.get_by_label("input", exact=True).fill("Tell me about {{topic}}")

    page.get_by_role("link", name="Manage this session").click()
    page.get_by_label("Save the request as a preset").fill("Tell me")
    page.get_by_role("button", name="Save as a preset").click()
    preset = page.get_by_role("dialog", name="Tell me")
    expect(preset.get_by_label("topic")).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Presets").click()
    page.get_by_role("dialog", name="Presets").get_by_role("link", name="Tell me").click()
    preset.get_by_label("topic").fill("owls")
    preset.get_by_role("button", name="Use it").click()

    expect(page.get_by_label("input", exact=True)).to_have_value("Tell me about owls")
    expect(page.get_by_label("Session title")).to_have_value("Tell me")
    expect(page.get_by_role("heading", name="No run yet")).to_be_visible()


def test_a_preset_as_a_link_asks_for_its_blanks(
    fill: Callable[..., Page], new_page: Callable[..., Page], assert_accessible: Callable[..., None], server: Server
) -> None:
    page = fill({"title": "Story"}, path="/")
    server.shell(PRESET)
    page.goto("/presets/")
    page.get_by_role("link", name="Story about anything").click()
    page.get_by_text("As a link, for somebody else").click()
    address = page.get_by_label("The link", exact=True).input_value()

    reader = new_page(viewport=PHONE)
    reader.goto(address)
    expect(reader.get_by_label("topic")).to_be_focused()
    assert_accessible(reader)
    reader.get_by_label("topic").fill("unicorns")
    reader.get_by_role("button", name="Use it").click()

    expect(reader.locator("#request textarea[name='input']").first).to_have_value("A story about unicorns")
    expect(reader).to_have_url(address)


def test_two_runs_are_compared_by_keyboard(fill: Callable[..., Page], assert_accessible: Callable[..., None]) -> None:
    page = fill(STORY)
    page.goto("/compare/")
    expect(page.get_by_role("heading", name="Two runs of one session")).to_be_visible()
    expect(page.locator("ins")).to_have_count(1)

    page.get_by_role("link", name="Swap A and B").press("Enter")
    expect(page.get_by_role("combobox", name="Run A").locator("option:checked")).to_contain_text("Run 2")
    page.get_by_role("link", name="JSON", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Response body")).to_be_visible()
    assert_accessible(page)


# -- for everybody


def test_everything_can_be_done_by_keyboard(fill: Callable[..., Page]) -> None:
    page = fill(STORY, *OTHERS)
    page.get_by_label("Search sessions").focus()
    page.keyboard.type("weather")
    expect(titles(page)).to_have_text(["Weather"])

    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.session__more')"):
            break
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Weather")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null"), "the focus is inside"
    page.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="Manage Weather")).to_be_focused()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing(
    fill: Callable[..., Page], assert_accessible: Callable[..., None], viewport: dict[str, int]
) -> None:
    page = fill(STORY, *OTHERS, path="/?q=e#sessions", viewport=viewport)
    page.locator("details.filters summary").click()
    page.get_by_label("Choose several").check(force=True)
    assert_accessible(page, "#sessions", both=True)

    page.get_by_label("Choose several").uncheck(force=True)
    manage(page, "Weather")
    assert_accessible(page, "dialog[open]", both=True)
    page.keyboard.press("Escape")
    for opener in ("Import a file or curl", "Presets"):
        page.get_by_role("link", name=opener).click()
        expect(page.get_by_role("dialog", name=opener)).to_be_visible()
        assert_accessible(page, "dialog[open]", both=True)
        page.keyboard.press("Escape")
    if viewport is PHONE:  # on a wide screen they are looked at with the whole site map
        for path in ("/compare/", "/presets/", "/import/"):
            page.goto(path)
            assert_accessible(page)


def test_right_to_left_nothing_overflows(fill: Callable[..., Page]) -> None:
    long = {"title": "A title that goes on and on " * 7, "prompt": "x" * 300, "answers": ["y" * 300, "z" * 300]}
    page = fill(long, path="/#sessions", locale="ar", viewport=PHONE)

    for path in ("/#sessions", "/compare/", "/presets/", "/import/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_without_a_script_it_is_links_and_forms(fill: Callable[..., Page], new_page: Callable[..., Page]) -> None:
    fill(STORY, *OTHERS)
    page = new_page(java_script_enabled=False, viewport=WIDE)

    page.goto("/")
    page.get_by_label("Search sessions").fill("weather")
    page.get_by_label("Search sessions").press("Enter")
    expect(titles(page)).to_have_text(["Weather"])
    page.locator(".session-row").hover()
    page.get_by_role("link", name="Manage Weather").click()
    expect(page.get_by_role("heading", name="Weather")).to_be_visible()
    page.get_by_role("button", name="Delete this session").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Session title")).to_have_value("Weather")
