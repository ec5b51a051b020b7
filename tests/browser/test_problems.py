"""What went wrong, in a real browser: one sentence, upstream's own words, and buttons that do what they say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browsing import Watcher
from tests.runs import streams
from tests.services import wait_until
from tests.serving import Server
from tests.upstream import hostile

Pages = Callable[..., Page]
PATIENCE = 30_000
FINISHED = hostile.say(hostile.OK_STREAM, streams.whole(["All ", "well."]))
CHAT = hostile.say(hostile.OK_STREAM, streams.chat(["All ", "well."]))
WRONG = {"error": {"message": "Unsupported parameter: 'temperature' is <b>not</b> supported.", "param": "temperature"}}
BODY = {"model": "m-1", "input": "Say something", "temperature": 1.5, "stream": True}
ADD = """
from playground.models import *; from playground.secrets import Secret
owner = User.objects.first()
row = Connection.objects.create(owner=owner, name="Elsewhere", base_url={url!r}, key=Secret("sk-any-key"))
session = Session.objects.create(owner=owner, title="A problem")
Draft.objects.create(session=session, connection=row, body={body!r})
print(session.pk)
"""


class Elsewhere:
    """Another server, which answers as the test says, one answer after another, the last for ever."""

    def __init__(self) -> None:
        self.steps: list[hostile.Step] = []
        self.asked = 0
        self.server = hostile.Server()

    async def step(self, connection: hostile.Connection) -> None:
        self.asked += 1
        await self.steps[min(self.asked, len(self.steps)) - 1](connection)

    def lines(self) -> list[str]:
        return [request.split(b" HTTP", 1)[0].decode() for request in self.server.requests]

    def body(self) -> dict[str, Any]:
        """Of the newest request."""
        found: dict[str, Any] = json.loads(self.server.body(-1))
        return found


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    made = Elsewhere()
    with hostile.in_thread(made.step) as made.server:
        yield made


Run = Callable[..., Page]


@pytest.fixture
def run(server: Server, elsewhere: Elsewhere, new_page: Pages) -> Run:
    """A page on a session with this request, after Run was pressed, while elsewhere answers with these steps."""

    def press(
        *steps: hostile.Step,
        body: dict[str, Any] | None = None,
        prepare: Callable[[Page], None] = lambda page: None,
        **options: Any,
    ) -> Page:
        page = new_page(**options)
        prepare(page)
        page.request.get("/")  # so that there is somebody
        elsewhere.steps = list(steps)
        sent = json.dumps(body or BODY).encode()
        said = server.shell(ADD.format(url=elsewhere.server.base_url, body=sent))
        page.goto(f"/sessions/{said.strip().splitlines()[-1]}/")
        page.locator("#request button[data-key=run]").click()
        return page

    return press


def reply(status: str, body: bytes = b'{"error": {"message": "No <b>luck</b>."}}', *headers: str) -> hostile.Step:
    return hostile.json_reply(body, status, *headers)


def alert(page: Page) -> Any:
    return page.locator("#run").get_by_role("alert")


def status(page: Page) -> Any:
    return page.locator("#run .status").first


def ends_well(page: Page) -> None:
    expect(status(page)).to_have_text("Finished", timeout=PATIENCE)
    expect(page.locator("#run .output").first).to_contain_text("All well.")
    expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 2")


def test_a_blamed_parameter_is_shown_and_taken_out(run: Run, elsewhere: Elsewhere) -> None:
    page = run(reply("400 Bad Request", json.dumps(WRONG).encode()), FINISHED)
    expect(alert(page)).to_contain_text("The server did not accept the request (400).")
    expect(alert(page)).to_contain_text("is <b>not</b> supported")

    page.get_by_role("link", name="Show temperature").click()
    expect(page.locator('.field[data-parameter="temperature"] :focus')).to_be_visible()
    page.get_by_role("button", name="Remove temperature and run again").click()

    ends_well(page)
    sent = dict(BODY)
    del sent["temperature"]
    assert elsewhere.body() == sent
    expect(page.locator('.field[data-parameter="temperature"]')).to_have_attribute("data-state", "absent")
    expect(page.locator("#request-pane")).to_be_attached()


def test_a_server_without_responses_is_asked_for_chat(run: Run, elsewhere: Elsewhere) -> None:
    body = {key: value for key, value in BODY.items() if key != "temperature"} | {"background": False}
    page = run(reply("404 Not Found", b'{"detail":"Not Found"}'), CHAT, body=body)
    expect(alert(page)).to_contain_text("This server may not have /responses: send it to chat completions?")

    page.get_by_role("button", name="Send it to chat completions").click()

    ends_well(page)
    assert elsewhere.lines()[-1] == "POST /v1/chat/completions"
    assert elsewhere.body()["messages"] == [{"role": "user", "content": "Say something"}]
    expect(page.locator('#request input[name="~endpoint"]')).to_have_value("chat")
    expect(page.locator("#request")).to_contain_text("1 thing has no counterpart here")


def test_run_again_sends_the_very_same(run: Run, elsewhere: Elsewhere) -> None:
    page = run(reply("503 Busy"), FINISHED)
    expect(alert(page)).to_contain_text("The server had an error of its own (503).")

    alert(page).get_by_role("button", name="Run again").click()

    ends_well(page)
    assert elsewhere.server.body(0) == elsewhere.server.body(1)


def test_a_refused_key_leads_to_its_connection_or_to_the_sandbox(run: Run, elsewhere: Elsewhere) -> None:
    page = run(reply("401 Unauthorized"))
    expect(alert(page)).to_contain_text("The server does not accept the key (401).")
    expect(alert(page).get_by_role("link", name="Look at the connection")).to_be_visible()

    alert(page).get_by_role("button", name="Try it on the sandbox").click()
    expect(status(page)).to_have_text("Finished", timeout=PATIENCE)
    expect(page.locator("#request-form [data-connection] option:checked")).to_have_text("Sandbox")
    assert len(elsewhere.server.requests) == 1

    with page.expect_event("load"):  # htmx keeps no pages: it loads the one before anew
        page.go_back()
    alert(page).get_by_role("link", name="Look at the connection").click()
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()


def test_the_wait_of_a_429_counts_down_and_now_ends_it(run: Run, elsewhere: Elsewhere) -> None:
    page = run(reply("429 Too Many Requests", b'{"error": {"message": "Slow down"}}', "Retry-After: 600"), FINISHED)
    wait = page.get_by_role("group", name="The server asks to slow down (429).")
    expect(wait).to_contain_text("Slow down")
    expect(wait).to_contain_text("until try 2 of 3")
    timer = wait.get_by_role("timer")
    before = timer.inner_text()
    expect(timer).not_to_have_text(before)
    page.reload()
    expect(timer).to_be_visible()

    wait.get_by_role("button", name="Try now").click()

    expect(status(page)).to_have_text("Finished", timeout=PATIENCE)
    expect(wait).to_have_count(0)
    assert len(elsewhere.server.requests) == 2


def test_the_wait_of_a_429_can_be_cancelled(run: Run, elsewhere: Elsewhere) -> None:
    page = run(reply("429 Too Many Requests", b"{}", "Retry-After: 600"), FINISHED)

    page.locator("#run").get_by_role("button", name="Cancel").click()

    expect(status(page)).to_have_text("Stopped")
    assert len(elsewhere.server.requests) == 1


def test_what_came_before_a_cut_stays(run: Run) -> None:
    page = run(hostile.say(hostile.OK_STREAM, streams.opening() + streams.deltas(["Half ", "of it"])))

    expect(alert(page)).to_contain_text("The server broke off in the middle of its reply.")
    expect(page.locator("#run .output").first).to_contain_text("Half of it")


TOKEN = '<input type="hidden" name="csrfmiddlewaretoken" value="as in every form of a page that is loaded">'


class Said:
    """The page's line, which keeps its end to itself: what it said of the problem can be said again. The server
    complains when the line is there, else it is not needed."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        self.elsewhere = elsewhere
        self.route: WebSocketRoute | None = None
        self.parts: dict[str, str] = {}

    def watch(self, page: Page) -> None:
        page.route_web_socket("**/ws/runs/**", self._relay)

    async def complain(self, connection: hostile.Connection) -> None:
        await connection.server.free.wait()
        await reply("400 Bad Request", json.dumps(WRONG).encode())(connection)

    def _relay(self, route: WebSocketRoute) -> None:
        upstream = route.connect_to_server()
        if self.route:  # the line of the next run
            return

        def pass_on(text: str | bytes) -> None:
            frame = json.loads(text)
            if frame.pop("end", None):
                self.parts = frame["s"]
            route.send(json.dumps(frame))

        self.route = route
        upstream.on_message(pass_on)
        self.elsewhere.server.free_now()

    def again(self, page: Page, more: str = "") -> None:
        """Until the page has it: its head then has a mark."""
        wait_until(lambda: page.evaluate("true") and bool(self.parts), "the problem")
        assert self.route
        parts = {**self.parts, "problem": self.parts["problem"] + more, "head": '<i id="again"></i>'}
        self.route.send(json.dumps({"s": parts}))
        expect(page.locator("#again")).to_be_attached()


@pytest.mark.parametrize("loaded", [True, False], ids=["on the page as it came", "told"])
def test_a_button_of_a_problem_that_is_said_again_is_still_the_same(
    loaded: bool, run: Run, elsewhere: Elsewhere
) -> None:
    """A run that fails while its page is made is told of on the page and once more by its line; somebody may be
    pressing by then."""
    line = Said(elsewhere)
    page = run(line.complain, prepare=line.watch)
    button = page.get_by_role("button", name="Remove temperature and run again")
    expect(button).to_be_enabled()
    there = button.element_handle()
    if loaded:
        there.evaluate(f"button => button.form.insertAdjacentHTML('afterbegin', {TOKEN!r})")

    line.again(page)

    assert there.evaluate("button => button.isConnected")


@pytest.mark.parametrize("reaches", [True, False], ids=["which reaches us", "which is lost"])
def test_a_button_stays_until_what_it_asked_is_answered(
    reaches: bool, run: Run, elsewhere: Elsewhere, console: Watcher
) -> None:
    line, asked = Said(elsewhere), list[Route]()
    page = run(line.complain, FINISHED, prepare=line.watch)
    page.route("**/try/without/", lambda route: asked.append(route))
    button = page.get_by_role("button", name="Remove temperature and run again")
    button.click()
    expect(button).to_be_disabled()

    line.again(page, "<p>In other words.</p>")

    expect(button).to_be_disabled()
    if reaches:
        asked[0].continue_()
        ends_well(page)
        assert elsewhere.asked == 2
    else:
        console.expect("ERR_FAILED|htmx:(sendError|afterRequest)")
        asked[0].abort()
        expect(alert(page).locator("..")).to_contain_text("In other words.")
        expect(button).to_be_enabled()


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_the_buttons_need_no_script(script: bool, run: Run, elsewhere: Elsewhere) -> None:
    page = run(reply("400 Bad Request", json.dumps(WRONG).encode()), FINISHED, java_script_enabled=script)
    for _ in range(0 if script else 20):
        if alert(page).count():
            break
        page.reload()

    page.get_by_role("button", name="Remove temperature and run again").click()

    for _ in range(0 if script else 20):
        if status(page).inner_text() == "Finished":
            break
        page.reload()
    ends_well(page)
