"""The page's line to the server in a real browser: asleep, dead without a word, or just quiet. Fault cases 8, 11, 15,
and of 28 what is not in test_bad_networks.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, Route, WebSocketRoute, expect

from tests.browser.relay import Relay, relay
from tests.browser.test_problems import ADD
from tests.browsing import Watcher
from tests.runs import streams
from tests.services import wait_until
from tests.serving import Server
from tests.upstream import hostile

Pages = Callable[..., Page]
PATIENCE = 60_000
TEXTS = ["Once ", "upon ", "a ", "time."]
BODY = b'{"model": "m-1", "input": "Say something", "stream": true}'
WHOLE = "Once upon a time. And then it went on."
BEGUN = hostile.say(hostile.OK_STREAM, streams.opening() + streams.deltas(TEXTS))
REST = hostile.say(streams.deltas([" And then it went on."], len(TEXTS)) + streams.closing(WHOLE, len(TEXTS) + 1))


@pytest.fixture
def upstream() -> Iterator[hostile.Server]:
    with hostile.in_thread(BEGUN, hostile.wait_for_free(), REST) as server:
        yield server


@pytest.fixture
def network(server: Server) -> Iterator[Relay]:
    with relay(server.port) as made:
        yield made


def pressed(page: Page, server: Server, upstream: hostile.Server) -> None:
    """A run under way, whose upstream has fallen silent after a few words, on a page that has its line."""
    heard: list[bytes | str] = []
    page.on("websocket", lambda line: line.on("framereceived", lambda frame: heard.append(frame)))
    begin(page, server, upstream)
    expect(output(page)).to_contain_text("Once upon a time.", timeout=PATIENCE)
    # The words may have come with the page itself, before it had the scripts that make a line.
    wait_until(lambda: page.evaluate("1") and bool(heard), "a line")


def begin(page: Page, server: Server, upstream: hostile.Server) -> None:
    page.request.get("/")  # makes the owner
    said = server.shell(ADD.format(url=upstream.base_url, body=BODY))
    page.goto(f"/sessions/{said.strip().splitlines()[-1]}/")
    page.locator("#request button[data-key=run]").click()


def output(page: Page) -> Locator:
    return page.locator("#run .output").first


def ends_well(page: Page) -> None:
    expect(page.locator("#run .status").first).to_have_text("Finished", timeout=PATIENCE)
    expect(page.locator("#run .output").first).to_have_text(WHOLE)


def test_f8_a_page_that_wakes_after_eight_hours_takes_a_new_line(
    server: Server, upstream: hostile.Server, network: Relay, new_page: Pages
) -> None:
    page = new_page(base_url=network.base_url)
    page.clock.install()
    pressed(page, server, upstream)
    network.fall_silent()
    upstream.free_now()

    page.clock.fast_forward("08:00:00")

    ends_well(page)


def test_f8_a_line_that_is_dead_without_a_word_is_noticed(
    server: Server, upstream: hostile.Server, network: Relay, new_page: Pages
) -> None:
    """No sleep, no event: only that nothing comes any more, not even a beat."""
    page = new_page(base_url=network.base_url)
    page.clock.install()
    pressed(page, server, upstream)
    network.fall_silent()
    upstream.free_now()

    page.clock.fast_forward(31_000)

    ends_well(page)


def test_f8_a_new_line_that_is_never_made_is_given_up_for_another(
    server: Server, upstream: hostile.Server, network: Relay, new_page: Pages, console: Watcher
) -> None:
    """As on a laptop whose network comes back some time after the page does."""
    page = new_page(base_url=network.base_url)
    page.clock.install()
    pressed(page, server, upstream)
    console.expect("closed before the connection is established")
    network.fall_silent(of_new=1)
    upstream.free_now()
    page.clock.fast_forward("08:00:00")
    assert network.swallowed.wait(PATIENCE / 1000)

    page.clock.fast_forward(11_000)

    ends_well(page)


def test_f11_a_closed_tab_stops_nothing_and_a_new_one_shows_all(
    server: Server, upstream: hostile.Server, new_page: Pages
) -> None:
    page = new_page()
    pressed(page, server, upstream)
    address = page.url
    page.close()
    upstream.free_now()

    again = new_page()
    again.goto(address)

    ends_well(again)
    assert len(upstream.requests) == 1


def test_f15_silence_is_counted_on_the_page(server: Server, upstream: hostile.Server, page: Page) -> None:
    page.clock.install()
    pressed(page, server, upstream)
    idle = page.locator("#run [data-idle]")
    expect(idle).to_be_hidden()

    page.clock.run_for(31_000)
    expect(idle).to_contain_text("waiting 3")

    upstream.free_now()
    ends_well(page)
    expect(idle).to_be_hidden()


SILENT = """
window.WebSocket = class {
  static OPEN = 1;
  static CLOSED = 3;
  readyState = 1;
  constructor() {
    window.began ??= Date.now();
    setTimeout(() => this.onopen?.());
  }
  close() {}
  send() {}
};
"""


def test_f28_where_a_websocket_opens_and_says_nothing_the_page_says_so_within_five_seconds_and_asks(
    server: Server, upstream: hostile.Server, page: Page
) -> None:
    def begun() -> bool:
        page.clock.run_for(20)
        return bool(page.evaluate("window.began"))

    page.clock.install(time=0)
    page.clock.pause_at(1)  # nothing but what follows moves its hands
    page.add_init_script(SILENT)
    begin(page, server, upstream)
    wait_until(begun, "a line")

    page.clock.run_for(page.evaluate("began + 5000 - Date.now()"))
    expect(page.locator("#run [data-blocked]")).to_be_visible()

    page.clock.resume()
    upstream.free_now()
    ends_well(page)


def test_f28_an_answer_that_comes_after_the_line_has_opened_is_not_taken(
    server: Server, upstream: hostile.Server, page: Page
) -> None:
    """It tells of a page as it was before: what the line said since would be gone, and is not said again."""
    lines: list[WebSocketRoute] = []
    asked: list[Callable[[], None]] = []
    answered: list[str] = []

    def hold(route: Route) -> None:
        answer = route.fetch()
        asked.append(lambda: route.fulfill(response=answer))

    page.on("response", lambda response: answered.append(response.url) if "?after=" in response.url else None)
    page.route_web_socket("**/ws/**", lambda line: lines.append(line))
    page.route("**?after=*", hold)
    begin(page, server, upstream)
    wait_until(lambda: page.evaluate("1") and bool(asked), "the first question")

    lines[0].connect_to_server().send('{"after": 0}')
    upstream.free_now()
    ends_well(page)
    asked[0]()
    wait_until(lambda: page.evaluate("1") and bool(answered), "the answer")

    ends_well(page)
