"""Links in a real browser: made, opened by somebody else, forked and run, watched live, revoked while open."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from playground.api.examples import EXAMPLES
from tests.browser.running import BLOCKED
from tests.browsing import Watcher
from tests.hostile import STRINGS
from tests.linking import PUBLIC, QUICK, finished_run, new_session, share, start_run
from tests.serving import Server, Servers
from tests.visiting import PASSWORD, Visitor, become_owner, make_member, start_team

#: Minutes of an answer, at a pace that leaves a busy machine time for other things: paragraphs, lists, code, tables.
WALK = "\n".join(
    f"Mile {mile}: the road went on past the mill.\n\n- a cart\n- a **boy** with a letter\n\n1. slowed\n\n2. stopped\n"
    f"\n```\nmile = {mile}\n```\n\n| seen | by |\n|---|---|\n| a gate | noon |\n"
    for mile in range(1, 200)
)
LONG = {"model": "sandbox-echo", "input": WALK, "stream": True}
EXPIRE = """
from django.utils import timezone
from playground.models import Share
share = Share.objects.order_by("-created").first()
share.expires = timezone.now()
share.save()
"""
Pages = Callable[..., Page]


@pytest.fixture(scope="module")
def team(start_server: Servers) -> Server:
    return start_team(start_server, None, **PUBLIC)


@pytest.fixture(scope="module")
def olga(team: Server) -> Visitor:
    return become_owner(team)


@pytest.fixture(scope="module")
def mara(olga: Visitor) -> Visitor:
    return make_member(olga, "mara")


@pytest.fixture
def going(olga: Visitor) -> Iterator[str]:
    run, _ = start_run(olga, LONG)
    yield run
    olga.post(f"/runs/{run}/stop/")


def signed_in(new_page: Pages, visitor: Visitor, **options: object) -> Page:
    page = new_page(base_url=visitor.server.base_url, **options)
    jar = visitor.http.cookies.jar
    page.context.add_cookies(
        [{"name": each.name, "value": each.value or "", "url": visitor.server.base_url} for each in jar]
    )
    return page


def make_link(page: Page) -> str:
    page.get_by_role("button", name="Make the link").click()
    address = page.get_by_label("The link", exact=True)
    expect(address).to_be_focused()
    return address.input_value()


def test_share_open_fork_and_run(server: Server, new_page: Pages, assert_accessible: Callable[..., None]) -> None:
    maker, reader = new_page(), new_page()
    maker.goto("/")
    maker.get_by_role("button", name="Run", exact=False).first.click()
    expect(maker.locator("#run .status").first).to_have_text("Finished", timeout=30_000)

    maker.get_by_role("link", name="Share").click()
    dialog = maker.get_by_role("dialog", name="Share this run")
    expect(dialog).to_contain_text("Nobody else can reach this playground")
    expect(dialog.locator("#share-look")).to_contain_text("unicorn")
    assert_accessible(maker, "#share-dialog")
    address = make_link(maker)
    expect(maker.get_by_text("As a code to scan")).to_have_count(0)  # no phone reaches this machine's loopback

    reader.goto(address)
    expect(reader.get_by_role("heading", level=1)).to_have_text("Unicorn bedtime story")
    expect(reader.locator(".output")).to_contain_text("unicorn")
    assert_accessible(reader)
    reader.get_by_role("link", name="Events").click()
    expect(reader.locator("[data-run-panel=other]")).to_contain_text("response.completed")
    reader.get_by_role("link", name="Python · openai").click()
    expect(reader.locator("#code pre")).to_contain_text("from openai import OpenAI")
    reader.get_by_role("button", name="Fork into my sessions").click()

    expect(reader).to_have_url(re.compile(r"/sessions/[0-9a-f-]+/#request"))
    expect(reader.locator("#run")).to_contain_text("No run yet")
    expect(reader.locator("#request textarea[name='input']").first).to_have_value(re.compile("three sentence bedtime"))
    reader.get_by_role("button", name="Run", exact=False).first.click()
    expect(reader.locator("#run .status").first).to_have_text("Finished", timeout=30_000)


def test_the_dialog_shows_what_would_be_left_out(olga: Visitor, new_page: Pages) -> None:
    key = "sk-live-" + "a1B2" * 6
    run, _ = finished_run(olga, {"model": "sandbox-echo", "input": f"use {key}, ask ann@example.com", "stream": True})
    page = signed_in(new_page, olga)
    page.goto(f"/runs/{run}/")
    page.get_by_role("link", name="Share").click()
    look = page.locator("#share-look")

    expect(look).to_contain_text("2 things to look at")
    expect(look.locator(".output")).to_have_text("use •••, ask ann@example.com")
    page.get_by_label("Passphrase").fill("kept while looking")
    look.get_by_label("A mail address").check()
    expect(look.locator(".output")).to_have_text("use •••, ask •••")
    look.get_by_label("A key").uncheck()
    expect(look.locator(".output")).to_have_text(f"use {key}, ask •••")
    page.get_by_label("Answer, events and timings").uncheck()
    expect(look).to_contain_text("Only the request was shared.")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as a file").click()
    file = Path(saved.value.path()).read_text()
    assert f"use {key}, ask •••" in file, "the choices of this moment"
    assert '"status"' not in file
    expect(page.get_by_label("Passphrase")).to_have_value("kept while looking")
    with page.expect_response("**/share/"):  # the look comes again, and finds its place
        page.get_by_role("dialog").get_by_text("1 hour").click()
    assert "/s/" in make_link(page)


def test_a_look_that_comes_after_the_dialog_was_closed_is_no_error(olga: Visitor, new_page: Pages) -> None:
    run, _ = finished_run(olga)
    page = signed_in(new_page, olga)
    page.goto(f"/runs/{run}/")
    page.get_by_role("link", name="Share").click()
    dialog = page.locator("#share-dialog")
    held: list[Route] = []
    page.route("**/share/", lambda route: held.append(route))
    with page.expect_request("**/share/"):
        dialog.get_by_text("1 hour").click()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    held[0].continue_()
    expect(dialog).to_be_empty()
    page.unroute("**/share/")
    page.get_by_role("link", name="Share").click()

    expect(dialog.get_by_text("1 hour")).to_be_visible()  # and the console had nothing to say


def test_without_a_script_the_dialog_is_a_page(olga: Visitor, new_page: Pages) -> None:
    run, _ = finished_run(olga)
    page = signed_in(new_page, olga, java_script_enabled=False)
    page.goto(f"/runs/{run}/share/")

    page.get_by_label("Anyone with the link").check()
    page.get_by_label("Answer, events and timings").uncheck()
    page.get_by_label("Passphrase").fill("open sesame")
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("#share-look")).to_contain_text("Only the request was shared.")
    expect(page.get_by_text("Type it once more")).to_be_visible()
    page.get_by_label("Passphrase").fill("open sesame")
    page.get_by_role("button", name="Make the link").click()
    address = page.get_by_label("The link", exact=True).input_value()

    reader = new_page(base_url=olga.server.base_url, java_script_enabled=False)
    reader.goto(address)
    reader.get_by_label("Passphrase").fill("open sesame")
    reader.get_by_role("button", name="Open").click()
    expect(reader.locator("main")).to_contain_text("Tell me a three sentence")
    reader.get_by_role("link", name="Request", exact=True).click()
    expect(reader.locator("[data-run-panel=other]")).to_contain_text("sandbox-writer")
    assert [cookie["name"] for cookie in reader.context.cookies()] == ["playground_pass"]


def test_two_readers_watch_the_same_run(olga: Visitor, going: str, new_page: Pages) -> None:
    path = share(olga, going, scope="anyone")
    first, second = (new_page(base_url=olga.server.base_url) for _ in range(2))
    for page in (first, second):
        page.goto(path)
        expect(page.locator(".status")).to_have_text("Streaming")
        expect(page.get_by_text("under way, read only")).to_be_visible()
    first.get_by_role("link", name="Events").click()
    expect(first.locator("[data-event-list]")).to_be_visible()
    first.get_by_role("link", name="Output").click()
    expect(first.locator("[data-flow]")).to_contain_text("Mile 3")

    olga.post(f"/runs/{going}/stop/")

    for page in (first, second):
        expect(page.locator(".status")).to_have_text("Stopped")
        expect(page.get_by_role("button", name="Stop")).to_have_count(0)
        # The status is told at once; that the page is whole, when the last of the text has become blocks.
        expect(page.locator("[data-run]:not([data-live]) [data-text]")).to_be_empty()
    shown = [page.locator("[data-blocks]").inner_html() for page in (first, second)]
    assert "Mile 3" in shown[0]
    assert shown[0] == shown[1]
    first.reload()
    expect(first.get_by_text("a frozen copy, read only")).to_be_visible()
    assert first.locator("[data-blocks]").inner_html() == shown[1]


def test_revoking_closes_the_pages_that_are_open(olga: Visitor, going: str, new_page: Pages, console: Watcher) -> None:
    console.expect("status of 404")
    done, _ = finished_run(olga)
    live, frozen = (new_page(base_url=olga.server.base_url) for _ in range(2))
    live.goto(share(olga, going, scope="anyone"))
    frozen.goto(share(olga, done, scope="anyone"))
    expect(live.locator(".status")).to_have_text("Streaming")
    with frozen.expect_websocket():
        frozen.reload()

    mine = signed_in(new_page, olga)
    mine.goto("/links/")
    mine.get_by_role("button", name="Revoke all").click()

    for page in (live, frozen):
        expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing behind this link")
        assert "unicorn" not in page.content()
    expect(mine.locator("tbody tr").first).to_contain_text("revoked")


def test_where_websockets_are_blocked_the_pages_that_are_open_close_as_well(
    olga: Visitor, going: str, new_page: Pages, console: Watcher
) -> None:
    console.expect("status of 404")
    done, _ = finished_run(olga)
    pages = [new_page(base_url=olga.server.base_url) for _ in range(2)]
    for page, run in zip(pages, (going, done), strict=True):
        page.add_init_script(BLOCKED)
        with page.expect_response("**/state?after=*", timeout=20_000):
            page.goto(share(olga, run, scope="anyone"))
    expect(pages[0].locator("[data-blocked]")).to_contain_text("asks every second")
    expect(pages[0].locator("[data-blocked]")).to_be_visible()

    olga.post("/links/revoke/")

    for page in pages:
        expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing behind this link")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_title_that_is_one_long_word_breaks(olga: Visitor, new_page: Pages, width: int) -> None:
    run, _ = finished_run(olga, {"model": "sandbox-writer", "input": "w" * 5000, "stream": True})
    path = share(olga, run)
    page = signed_in(new_page, olga, viewport={"width": width, "height": 900})

    for address in ("/links/", path):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.evaluate("[...document.querySelectorAll('.scroll')].every(e => e.scrollWidth <= e.clientWidth)")


def test_a_passphrase_is_asked_for_and_an_expiry_closes_the_page_that_is_open(
    olga: Visitor, new_page: Pages, console: Watcher, assert_accessible: Callable[..., None]
) -> None:
    console.expect("status of (404|422)")
    run, _ = finished_run(olga)
    reader = new_page(base_url=olga.server.base_url)

    reader.goto(share(olga, run, scope="anyone", life="hour", passphrase="open sesame"))
    assert "unicorn" not in reader.content()
    assert_accessible(reader)
    reader.get_by_label("Passphrase").fill("open barley")
    reader.get_by_role("button", name="Open").click()
    expect(reader.get_by_role("alert")).to_have_text("That is not the passphrase.")
    reader.get_by_label("Passphrase").fill("open sesame")
    with reader.expect_websocket():
        reader.get_by_role("button", name="Open").click()
    expect(reader.locator(".output")).to_contain_text("unicorn")

    olga.server.shell(EXPIRE)

    expect(reader.get_by_role("heading", level=1)).to_have_text("There is nothing behind this link")
    assert "unicorn" not in reader.content()


def test_every_documented_example_travels_to_another_playground_unchanged(
    start_server: Servers, new_page: Pages
) -> None:
    """Run here, saved as a file, opened there: what is saved there is the same file, byte for byte."""
    here = Visitor(start_server(QUICK))
    here.get("/")
    session = new_session(here)
    for example in EXAMPLES:
        body = example.body("sandbox-reasoner" if example.wants == "reasoning" else "sandbox-writer")
        finished_run(here, body, session, **{"~endpoint": example.endpoint})
    there = new_page(base_url=start_server({}).base_url)
    file = here.get(f"/sessions/{session}/export.json").content

    there.goto("/import/")
    there.get_by_label("Or a file of sessions").set_input_files(
        {"name": "examples.json", "mimeType": "application/json", "buffer": file}
    )
    there.get_by_role("button", name="Import").click()

    expect(there).to_have_url(re.compile(r"/sessions/[0-9a-f-]+/#request"))
    expect(there.locator("#run .status").first).to_have_text("Finished")
    opened = there.url.partition("#")[0]
    assert there.request.get(opened + "export.json").body() == file
    told = json.loads(file)["sessions"][0]["runs"]
    failed = [example.slug for example, run in zip(EXAMPLES, told, strict=True) if run["status"] == "failed"]
    assert failed == ["multi-turn"], "only the one that follows a response which nobody has"
    assert all(run["events"] for run in told)


def test_a_live_page_of_a_restarted_server_comes_back(start_server: Servers, new_page: Pages, console: Watcher) -> None:
    """F60: the maker's server dies under a reader, who sees no error page and is told how the run ended."""
    console.expect("WebSocket connection|ERR_CONNECTION|status of 404")
    first = start_team(start_server, None, **PUBLIC)
    owner = become_owner(first)
    run, _ = start_run(owner, LONG)
    page = new_page(base_url=first.base_url)
    with page.expect_websocket() as socket:
        page.goto(share(owner, run, scope="anyone"))
    socket.value.wait_for_event("framereceived")
    expect(page.locator(".status")).to_have_text("Streaming")
    expect(page.locator(".output")).to_contain_text("went on past the mill")

    first.kill()
    expect(page.get_by_text("The connection to the playground is interrupted")).to_be_visible()
    start_server(
        {"PLAYGROUND_MODE": "team", "PLAYGROUND_URL": first.base_url, **PUBLIC}, data=first.data, port=first.port
    )

    expect(page.locator(".status")).to_have_text("Interrupted", timeout=60_000)
    expect(page.locator(".output")).to_contain_text("went on past the mill")
    expect(page.get_by_text("The connection to the playground is interrupted")).to_be_hidden()


def test_a_request_link_survives_a_log_in(olga: Visitor, mara: Visitor, new_page: Pages) -> None:
    run, _ = finished_run(olga)
    maker, reader = signed_in(new_page, olga), new_page(base_url=olga.server.base_url)
    maker.goto(f"/runs/{run}/")
    maker.get_by_role("link", name="Link", exact=True).click()
    address = maker.get_by_label("The link", exact=True).input_value()
    carried = address.partition("#")[2]
    asked: list[str] = []
    reader.on("request", lambda request: asked.append(request.url))

    reader.goto(address)
    reader.get_by_role("link", name="Sign in").click()
    reader.get_by_label("Name").fill("mara")
    reader.get_by_label("Password").fill(PASSWORD)
    reader.get_by_role("button", name="Sign in").click()

    expect(reader).to_have_url(address)
    expect(reader.locator("#request textarea[name='input']").first).to_have_value(re.compile("three sentence bedtime"))
    expect(reader.locator("#run")).to_contain_text("No run yet")
    assert carried
    assert not [url for url in asked if carried[:40] in url.partition("#")[0]]
    assert carried[:40] not in olga.server.output()
    assert reader.evaluate("sessionStorage.getItem('request-link')") is None


def lighthouse_link(maker: Visitor) -> str:
    """The request of a run of theirs, as a link."""
    run, _ = finished_run(maker, {"model": "sandbox-echo", "input": "a lighthouse at dusk"})
    found: list[str] = re.findall(r'value="(http[^"]+/new#[\w-]+)"', maker.get(f"/runs/{run}/link/").text)
    return found[0]


def test_a_request_link_is_the_address_until_something_is_done(olga: Visitor, mara: Visitor, new_page: Pages) -> None:
    """Nothing is kept of a link that was only looked at: a reload, and another language, read it again."""
    address = lighthouse_link(olga)
    page = signed_in(new_page, mara)
    box, rows = page.locator("#request textarea[name='input']").first, page.locator(".session")
    mine = page.request.get(f"{olga.server.base_url}/").url
    page.goto(mine)
    before = rows.count()

    page.goto(address)
    expect(box).to_have_value("a lighthouse at dusk")
    page.reload()
    expect(box).to_have_value("a lighthouse at dusk")
    page.locator("[data-menu]").click()
    page.get_by_role("button", name="Italiano").click()
    expect(page.locator("html")).to_have_attribute("lang", "it")
    expect(page).to_have_url(address)
    expect(rows).to_have_count(before)

    box.fill("a lighthouse at dawn")

    expect(page).to_have_url(re.compile(r"/sessions/[0-9a-f-]+/$"))
    expect(rows).to_have_count(before + 1)
    expect(page.locator(".session[aria-current]")).to_contain_text("a lighthouse at dusk")
    expect(page.locator("#title")).to_have_value("a lighthouse at dusk")
    expect(box).to_be_focused()
    page.locator("#title").fill("Lighthouses")
    page.locator("#title").press("Enter")
    expect(page.locator(".session[aria-current]")).to_contain_text("Lighthouses")
    page.reload()
    expect(box).to_have_value("a lighthouse at dawn")
    expect(page.locator("#title")).to_have_value("Lighthouses")


def test_the_request_of_a_link_runs_at_once(olga: Visitor, mara: Visitor, new_page: Pages) -> None:
    address = lighthouse_link(olga)
    page = signed_in(new_page, mara)
    page.goto(address)
    expect(page.locator("#request textarea[name='input']").first).to_have_value("a lighthouse at dusk")

    page.keyboard.press("Control+Enter")

    expect(page.locator("#run .status").first).to_have_text("Finished")
    expect(page).to_have_url(re.compile(r"/sessions/[0-9a-f-]+/\?run="))
    page.go_back()
    expect(page).to_have_url(re.compile(r"/sessions/[0-9a-f-]+/$"))
    expect(page.locator("#request textarea[name='input']").first).to_have_value("a lighthouse at dusk")


def test_an_empty_request_link_says_so(olga: Visitor, new_page: Pages) -> None:
    page = new_page(base_url=olga.server.base_url)
    page.goto("/new")

    expect(page.get_by_text("There is no request in this address")).to_be_visible()


def test_a_hostile_answer_does_nothing_to_its_reader(start_server: Servers, new_page: Pages) -> None:
    """Attacks 49 to 51: as an answer, as a prompt, as a title; on a page that needs no cookie."""
    olga = become_owner(start_team(start_server, None, **PUBLIC, **QUICK))
    said = "\n\n".join(text.replace("\0", "") for text in STRINGS)
    plain = said.encode("utf-8", "replace").decode()
    run, session = finished_run(olga, {"model": "sandbox-echo", "input": plain, "stream": True})
    olga.post(f"/sessions/{session}/title/", {"title": "<img src=x onerror=alert(1)></title><script>alert(1)</script>"})
    path = share(olga, run, scope="anyone")
    page = new_page(base_url=olga.server.base_url)
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.goto(path)
    for tab in ("Events", "Request", "Response", "Output"):
        page.get_by_role("link", name=tab).first.click()
        page.wait_for_load_state("networkidle")
    page.mouse.move(300, 300)

    assert dialogs == []
    assert page.locator("main :is(iframe, object, embed, script, style)").count() == 0
    assert page.context.cookies() == []
    links = page.locator("main [data-flow] a").evaluate_all("all => all.map((a) => [a.protocol, a.rel])")
    assert {protocol for protocol, _ in links} <= {"http:", "https:", "mailto:", ":"}  # the last: no address at all
    assert all("noopener" in rel and "noreferrer" in rel for _, rel in links)


@pytest.fixture(scope="module")
def first_of_many(olga: Visitor) -> str:
    """The first run of a session of six."""
    first, session = finished_run(olga)
    for _ in range(5):
        finished_run(olga, session=session)
    return first


@pytest.mark.parametrize(
    "options", [{"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}, {"locale": "ar"}]
)
def test_pages_of_links_are_accessible_in_every_look(
    olga: Visitor,
    first_of_many: str,
    new_page: Pages,
    assert_accessible: Callable[..., None],
    options: dict[str, object],
) -> None:
    first = first_of_many
    whole, guarded = (
        share(olga, first, scope="anyone", what="session"),
        share(olga, first, scope="anyone", passphrase="x"),
    )
    stranger, member = new_page(base_url=olga.server.base_url, **options), signed_in(new_page, olga, **options)

    for page, paths in (
        (stranger, (whole, guarded, "/new#x")),
        (
            member,
            (f"/runs/{first}/share/", "/links/", "/links/?who=all", whole, whole + "fork/", f"/runs/{first}/link/"),
        ),
    ):
        for path in paths:
            page.goto(path)
            if "viewport" in options:  # a wide page in another language has nothing more for axe than the site map
                assert_accessible(page)
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, path
            shown = page.locator(".runs [aria-current]")
            if shown.count():
                expect(shown).to_be_in_viewport()
