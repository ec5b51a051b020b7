"""Every hostile string in a real browser: no dialog, no foreign request, no report of the policy, nothing unknown."""

import html
import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from playground import rendering
from tests.browsing import Watcher
from tests.holding import held
from tests.hostile import CORPUS, STRINGS
from tests.serving import Server

ATTRIBUTES = """() => [...new Set([...document.querySelectorAll('[data-hold] *')]
    .flatMap((element) => [...element.attributes].map((attribute) => attribute.name)))]"""
# The list of events keeps the place of rows that are out of sight, and counts its digits: a height and a number on
# boxes of ours, and nothing else.
# Our own forms are htmx's, outside of what came: there it is told to look at nothing, and has addresses of ours only.
HANDLERS = """() => [...document.querySelectorAll(':is(#run, [data-stage-show]) *')].flatMap((element) =>
    [...element.attributes].map(({ name, value }) => [name, value])
    .filter(([name, value]) => /^on|^style$|^srcdoc$|^data-(hx|ws|sse)-|^(ws|sse)-|^_$/.test(name)
        || (/^hx-/.test(name) && name !== 'hx-disable' && (element.closest('[hx-disable], [data-flow]')
            || (/^hx-(get|post|put|patch|delete)$/.test(name) && !/^[/][^/]/.test(value)))))
    .filter(([name, value]) =>
        !(name === 'style' && /^(block-size: [\\d.]+px;)?$/.test(value) && element.matches('[data-event-rows] > *'))
        && !(name === 'style' && /^--digits: \\d+;$/.test(value) && element.matches('[data-event-list]')))
    .map(([name]) => name))"""
KNOWN = {
    "alt", "class", "data-c", "data-copy", "data-copy-name", "data-copyable", "dir", "href", "loading", "rel", "src",
    "start", "tabindex", "target", "type",
}  # fmt: skip
PLACES: dict[str, Callable[[str], str]] = {
    "visible": rendering.visible,
    "prose": rendering.prose,
    "json": lambda text: rendering.pretty_json(json.dumps([text]), readable=True),
    "code": lambda text: rendering.highlight(text, "html"),
    "markdown": rendering.render_markdown,
    "fence": lambda text: rendering.render_markdown(f"```{text}\n{text}\n```"),
    "link": lambda text: rendering.link(text, text),
}


def refuse_dialogs(page: Page) -> list[str]:
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    return dialogs


@pytest.mark.parametrize("place", PLACES)
def test_rendered_text_does_nothing(place: str, page: Page, server: Server) -> None:
    dialogs = refuse_dialogs(page)
    boxes = "".join(f'<div class="output" data-hold hx-disable>{PLACES[place](text)}</div>' for text in STRINGS)

    held(page, server, boxes)
    page.mouse.move(300, 300)
    page.wait_for_load_state("networkidle")

    assert page.locator("[data-hold]").count() == len(STRINGS), "a string broke out of its box"
    assert set(page.evaluate(ATTRIBUTES)) <= KNOWN
    assert dialogs == []


def test_rendered_text_cannot_stand_in_for_a_part_of_the_page(page: Page, server: Server) -> None:
    boxes = "".join(f"<div data-hold>{rendering.render_markdown(text)}</div>" for text in CORPUS["htmx"])

    held(page, server, boxes)

    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))
    assert page.locator("[data-hold] :is([id], [name], [style])").count() == 0


def test_the_policy_bites(new_page: Callable[..., Page], server: Server, console: object) -> None:
    """Were a string to come through after all, the policy would hold it: shown by letting some through."""
    console.expect("Content Security Policy|content security policy|Refused to")  # type: ignore[attr-defined]
    page = new_page()
    dialogs = refuse_dialogs(page)

    held(page, server, "<script>alert(1)</script><img src=x: onerror=alert(1)><style>body{display:none}</style>")
    ran = page.evaluate("""() => {
        document.body.setAttribute("onclick", "window.ran = 1");
        document.body.click();
        return window.ran;
    }""")

    assert dialogs == []
    assert ran is None
    assert page.locator("body").is_visible()


def test_an_attribute_that_acts_would_be_seen(page: Page, server: Server, console: Watcher) -> None:
    console.expect("Content Security Policy|content security policy")
    held(page, server, '<div id="probe"></div>')
    attributes = [
        "onclick",
        "style",
        "srcdoc",
        "data-hx-get",
        "ws-connect",
        "sse-connect",
        "data-sse-swap",
        "hx-on",
        "_",
    ]
    put = """(names) => {
        const ours = '<i hx-get="/mine/" hx-swap="none" hx-disable></i>';
        document.body.innerHTML = `<div id="run"><div data-flow><b></b></div>${ours}</div>`;
        for (const name of names) document.querySelector("b").setAttribute(name, "/there/");
        document.querySelector("i").setAttribute("hx-post", "//elsewhere.example/");
    }"""

    page.evaluate(put, attributes)

    assert page.evaluate(HANDLERS) == [*attributes, "hx-get", "hx-swap", "hx-post"]
    page.evaluate("document.querySelector('i').removeAttribute('hx-disable')")
    assert page.evaluate(HANDLERS) == [*attributes, "hx-post"]


def test_session_titles_are_text_wherever_they_stand(page: Page, server: Server) -> None:
    titles = [html.unescape(text)[:200] for text in STRINGS]
    program = (
        "import json,sys\n"
        "from playground.models import Session, User\n"
        "owner = User.objects.get()\n"
        "titles = json.loads(sys.stdin.read())\n"
        "Session.objects.bulk_create(Session(owner=owner, title=title) for title in titles)\n"
    )
    page.goto("/")
    storable = [text.replace("\x00", "").encode("utf-8", "ignore").decode() for text in titles]
    # The page is read with one kind of line ending, but for those that are shown by their name.
    readable = {*storable, *(text.replace("\r\n", "\n").replace("\r", "\n") for text in storable)}
    server.shell(program, stdin=json.dumps(storable))
    dialogs = refuse_dialogs(page)

    page.goto("/")
    page.wait_for_load_state("networkidle")

    rows, older = page.locator("#session-list .session"), page.locator("#session-list .sessions__older")
    for page_of_rows in range(80, 240, 40):  # the rest of the list comes as one scrolls
        page.evaluate("document.querySelector('#session-list .sessions__older').scrollIntoView()")
        expect(rows.nth(page_of_rows - 1)).to_be_attached()
    expect(older).to_be_attached()
    assert rows.count() >= 200
    shown = page.locator("#session-list bdi[id^=title-]").all_text_contents()
    assert {text for text in shown if text not in ("Untitled", "Unicorn bedtime story")} <= readable
    assert page.locator("#session-list .session :is(img, script, svg, iframe, form, style)").count() == 0
    assert dialogs == []


DRAFT = """
import sys
from playground.models import SANDBOX_ID, Draft, Session, User
session = Session.objects.create(owner=User.objects.get())
Draft.objects.create(session=session, connection_id=SANDBOX_ID, body=sys.stdin.read().encode())
print(session.pk)
"""
FOREIGN = (
    ":is(#run, [data-stage-show]) :is(script:not([type='application/json']), iframe, object, embed, style, svg [href], "
    "img:not([src^='data:image/']), audio:not([src^='data:audio/']))"
)


def echoed(page: Page, server: Server, text: str, *, stream: bool) -> None:
    """Let the sandbox say this text back, as a model that was talked into it would."""
    page.request.get("/")  # makes the owner
    body = json.dumps({"model": "sandbox-echo", "input": text, "stream": stream})
    session = server.shell(DRAFT, stdin=body).strip()
    page.goto(f"/sessions/{session}/")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#run .status").first).to_have_text("Finished", timeout=60_000)


@pytest.mark.parametrize("family", ["markdown", "htmx", "all"])
def test_an_answer_full_of_hostile_text_does_nothing(family: str, page: Page, server: Server) -> None:
    """The other families come from an upstream of their own in test_hostile_upstream.py."""
    strings = STRINGS if family == "all" else CORPUS[family][:8]
    # The form asks back before it sends NUL; half of a surrogate pair cannot be typed.
    text = "\n\n".join(strings).replace("\x00", "").encode("utf-8", "ignore").decode()
    dialogs = refuse_dialogs(page)

    echoed(page, server, text, stream=family != "all")
    for tab in ("Events", "Request", "Response", "Headers", "Code", "Output"):
        page.locator("#run .tabs").get_by_role("link", name=tab).click()
        page.wait_for_load_state("networkidle")
        assert page.locator(FOREIGN).count() == 0
        assert page.evaluate(HANDLERS) == []

    assert dialogs == []
    assert page.locator("#main").count() == 1
    assert page.locator("#session-list .session").count() >= 1


def test_hostile_titles_can_be_opened(page: Page, server: Server) -> None:
    page.goto("/")
    links = page.locator("#session-list .session")
    addresses = [links.nth(n).get_attribute("href") for n in range(0, min(links.count(), 60), 6)]
    dialogs = refuse_dialogs(page)

    for address in addresses:
        assert address
        page.goto(address)
        assert page.locator("#title").count() == 1

    assert dialogs == []
