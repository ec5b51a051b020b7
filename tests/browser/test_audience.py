"""An audience's link in a real browser: made, used by people who do not see each other, closed under their eyes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from tests.browser.test_sharing import Pages, signed_in
from tests.browsing import Watcher
from tests.hostile import STRINGS
from tests.linking import PUBLIC, QUICK, make_preset, open_audience
from tests.serving import Server, Servers
from tests.visiting import Visitor, become_owner, start_team

STORY = {
    "model": "sandbox-writer", "instructions": "canary-instructions", "input": "Tell {{who}} about {{topic}}.",
    "stream": True,
}  # fmt: skip
LONG = {"model": "sandbox-long", "input": "x", "stream": True}
MANY = "100000"
#: Leaves a busy machine time for everything else.
PACE = {"PLAYGROUND_SANDBOX_PACE": "25"}


@pytest.fixture(scope="module")
def team(start_server: Servers) -> Server:
    return start_team(start_server, None, **PUBLIC, **PACE)


@pytest.fixture(scope="module")
def olga(team: Server) -> Visitor:
    return become_owner(team)


@pytest.fixture
def long(olga: Visitor) -> Iterator[str]:
    yield open_audience(olga, make_preset(olga, LONG, "Long"), title="A long story", tokens="10000000")
    olga.post("/links/audience/close/")


def finished(page: Page) -> None:
    expect(page.locator(".visit__run .status")).to_have_text("Finished", timeout=30_000)


def asked_for_a_link(olga: Visitor, owner: Page, name: str) -> tuple[Locator, Locator]:
    """The dialog in which a link to a new preset is made, and the look in it."""
    make_preset(olga, STORY, name)
    owner.goto("/")
    owner.get_by_role("link", name="Presets").click()
    dialog = owner.get_by_role("dialog")
    dialog.get_by_role("link", name=name).click()
    dialog.get_by_role("link", name="Make an audience link").click()
    return dialog, dialog.locator("#audience-look")


def test_what_is_typed_while_the_look_is_on_its_way_stays(olga: Visitor, new_page: Pages) -> None:
    owner = signed_in(new_page, olga)
    dialog, look = asked_for_a_link(olga, owner, "Slow stories")
    expect(look.get_by_label("Who")).to_be_visible()
    held: list[Route] = []
    owner.route("**/audience/", lambda route: held.append(route))

    dialog.get_by_role("checkbox", name="who").uncheck()
    mine = dialog.get_by_label("Your value for who")
    mine.press_sequentially("a child")
    assert len(held) == 1
    held[0].continue_()
    expect(look.get_by_label("Who")).to_have_count(0)

    expect(mine).to_have_value("a child")
    expect(mine).to_be_focused()


def test_a_preset_becomes_a_page_for_people_who_do_not_see_each_other(
    olga: Visitor, new_page: Pages, assert_accessible: Callable[..., None], console: Watcher
) -> None:
    console.expect("htmx:(afterRequest|sendAbort)")  # a look that is asked for before the one before it has come
    owner = signed_in(new_page, olga)
    dialog, look = asked_for_a_link(olga, owner, "Bedtime stories")
    expect(look.get_by_label("Topic")).to_be_visible()
    dialog.get_by_label("Anyone with the link").check()
    dialog.get_by_role("checkbox", name="who").uncheck()
    dialog.get_by_label("Your value for who").fill("a child")
    dialog.get_by_label("Title of the page").fill("Stories for everybody")
    dialog.get_by_label("A word to the visitors").fill("What shall it be about?")
    dialog.get_by_label("Title of the page").focus()
    expect(look).to_contain_text("What shall it be about?")
    expect(look.get_by_label("Who")).to_have_count(0)
    assert_accessible(owner, "#side")
    dialog.get_by_role("button", name="Make the link").click()
    address = dialog.get_by_label("The link", exact=True)
    expect(address).to_be_focused()
    link = address.input_value()
    dialog.get_by_text("As a code to scan").click()
    expect(dialog.get_by_role("img", name="The link as a code to scan")).to_be_visible()
    with owner.expect_download() as download:
        dialog.get_by_role("link", name="Save as a picture").click()
    assert download.value.suggested_filename == "link.png"

    ann, bob = (new_page(base_url=olga.server.base_url) for _ in range(2))
    for page, topic in ((ann, "a lighthouse"), (bob, "a submarine")):
        page.goto(link)
        assert page.context.cookies() == []
        expect(page.get_by_role("heading", level=1)).to_have_text("Stories for everybody")
        page.get_by_label("Topic").fill(topic)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        finished(page)
        expect(page.get_by_role("button", name="Run")).to_be_visible()
        expect(page.locator(".visit__run .output")).not_to_be_empty()
        expect(page.locator(".visit__run .turn")).to_have_text(re.compile(rf"\s*Topic\s*{topic}\s*"))
        assert [(each["name"], each["httpOnly"], each["sameSite"]) for each in page.context.cookies()] == [
            ("playground_visitor", True, "Lax")
        ]
    ann.get_by_label("Topic").fill("a second lighthouse")
    ann.get_by_role("button", name="Run").click()
    expect(ann.get_by_role("navigation", name="What you have sent").get_by_role("link")).to_have_count(2)
    finished(ann)
    assert_accessible(ann)
    ann.get_by_role("link", name="a lighthouse").click()
    expect(ann.locator(".visit__run .turn")).to_contain_text("a lighthouse")

    for page, foreign in ((ann, "submarine"), (bob, "lighthouse")):
        page.reload()
        for word in (foreign, "canary-instructions", "sandbox-writer", "Sandbox"):
            assert word not in page.content(), word
    owner.goto("/links/")
    row = owner.get_by_role("row", name="Stories for everybody")
    expect(row).to_contain_text("3 of 50")
    row.get_by_role("link", name="Stories for everybody").click()
    expect(owner.locator("#run")).to_contain_text("Run 3 of 3")
    expect(owner.locator("#run .pane__head")).to_contain_text("visitor 1")


def test_the_kill_switch_ends_what_streams_and_the_page_says_so(
    olga: Visitor, long: str, new_page: Pages, console: Watcher
) -> None:
    console.expect("status of 404")
    busy, idle = (new_page(base_url=olga.server.base_url) for _ in range(2))
    with idle.expect_websocket():
        idle.goto(long)
    busy.goto(long)
    busy.get_by_label("Your prompt").fill(MANY)
    busy.get_by_role("button", name="Run").click()
    expect(busy.locator(".visit__run .status")).to_have_text("Streaming")
    expect(busy.locator(".visit__run .output")).to_contain_text("went on past")

    owner = signed_in(new_page, olga)
    owner.goto("/links/")
    owner.get_by_role("button", name="Close A long story").click()

    for page in (busy, idle):
        expect(page.get_by_role("alert").filter(has_text="This page was closed")).to_be_visible()
        expect(page.get_by_label("Your prompt")).to_be_hidden()
        expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    expect(busy.locator(".visit__run .status")).to_have_text("Stopped")
    expect(busy.locator(".visit__run .output")).to_contain_text("went on past")
    expect(busy.locator(".visit__run")).to_contain_text("This page was closed meanwhile.")
    busy.reload()
    expect(busy.get_by_role("heading", level=1)).to_have_text("There is nothing behind this link")
    expect(owner.get_by_role("row", name="A long story")).to_contain_text("closed")


def test_what_is_wrong_is_said_beside_what_was_written(olga: Visitor, new_page: Pages, console: Watcher) -> None:
    console.expect("status of 422")
    page = new_page(base_url=olga.server.base_url)
    page.goto(open_audience(olga, make_preset(olga, STORY), each="1"))
    page.get_by_label("Your prompt").fill("   ")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert").filter(has_text="Write something first.")).to_be_visible()

    page.get_by_label("Your prompt").fill("a lighthouse")
    page.get_by_role("button", name="Run").click()
    finished(page)

    expect(page.get_by_text("You have used all runs that this page has for each visitor.")).to_be_visible()
    expect(page.get_by_role("button", name="Run")).to_have_count(0)


def test_without_a_script_it_is_a_form_and_a_page(olga: Visitor, long: str, new_page: Pages) -> None:
    page = new_page(base_url=olga.server.base_url, java_script_enabled=False)
    page.goto(long)
    page.get_by_label("Your prompt").fill(MANY)
    page.get_by_role("button", name="Run").click()

    expect(page).to_have_url(re.compile(r"\?run=[0-9a-f-]{36}$"))
    expect(page.locator(".visit__run .turn")).to_contain_text(MANY)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A long story")
    page.goto(long)
    expect(page.locator(".visit__run")).to_contain_text("Stopped. What came until then stays.")


def test_hostile_words_do_nothing(start_server: Servers, new_page: Pages) -> None:
    """Attacks 41 to 51: as title and note, as prompt, as answer, in the list of what was sent."""
    olga = become_owner(start_team(start_server, None, **PUBLIC, **QUICK))
    said = "\n\n".join(text.replace("\0", "") for text in STRINGS).encode("utf-8", "replace").decode()[:3900]
    evil = "<img src=x onerror=alert(1)></title><script>alert(1)</script>"
    preset = make_preset(olga, {"model": "sandbox-echo", "input": "{{topic}}", "stream": True}, evil)
    link = open_audience(olga, preset, title=evil, note=said[:480], shows="on")
    page = new_page(base_url=olga.server.base_url)
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.goto(link)
    for words in (said, evil):
        page.get_by_label("Your prompt").fill(words)
        page.get_by_role("button", name="Run").click()
        expect(page.locator(".visit__run .turn")).to_contain_text(words[:20])
        finished(page)
    page.reload()
    page.mouse.move(300, 300)

    assert dialogs == []
    assert page.locator("main :is(iframe, object, embed, script, style)").count() == 0
    assert page.title().startswith(evil[:20])


@pytest.mark.parametrize(
    "options", [{"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}, {"locale": "ar"}]
)
def test_its_pages_are_accessible_in_every_look(
    olga: Visitor, new_page: Pages, assert_accessible: Callable[..., None], options: dict[str, object]
) -> None:
    preset = make_preset(olga, STORY, "unbroken" * 12)
    note = "word " * 90
    blanks = {"prompt": "", "fill.topic": "on", "given.who": "a child", "shows": "on", "note": note}
    link = open_audience(olga, preset, title="unbroken" * 12, **blanks)
    stranger, member = new_page(base_url=olga.server.base_url, **options), signed_in(new_page, olga, **options)
    stranger.goto(link)
    for words in ("x" * 400, "a lighthouse"):
        stranger.locator("textarea").fill(words)
        stranger.locator(".visit__go button").click()
        expect(stranger.locator(".visit__run .turn")).to_contain_text(words)
        expect(stranger.locator(".visit__run .status--ok")).to_be_visible(timeout=30_000)
    stranger.locator("summary").click()
    for page, path in (
        (stranger, ""),
        (member, f"{preset}audience/"),
        (member, "/links/"),
        (member, "/links/?who=all"),
    ):
        if path:
            page.goto(path)
        if "viewport" in options:  # a wide page in another language has nothing more for axe than the site map
            assert_accessible(page)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, path
