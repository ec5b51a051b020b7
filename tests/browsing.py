"""A real browser, with a watcher that no error on its console escapes and a check for accessibility."""

import contextlib
import gzip
import os
import re
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    WebError,
    sync_playwright,
)

from tests.services import Unavailable

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
LOCAL = {"127.0.0.1", "localhost", "[::1]", "::1"}


def chromium() -> str:
    """The browser to drive: $CHROME, else the first of the usual names that is on PATH."""
    chosen = os.environ.get("CHROME")
    if chosen:
        return chosen
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise Unavailable("No Chromium: install Debian's package chromium, or set CHROME to a browser's path.")
    return found


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Chromium for one test module.

    Playwright's sync API leaves a running event loop in this thread, in which Django refuses the ORM: hence module
    scope, and the exception from that rule only while the browser lives.
    """
    flags = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    with sync_playwright() as playwright:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        try:
            launched = playwright.chromium.launch(executable_path=chromium(), args=flags)
            try:
                yield launched
            finally:
                launched.close()
        finally:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Watcher:
    """Collects what nobody would see: console errors, uncaught exceptions, CSP reports, requests to other hosts."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.expected: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self.on_console)
        context.on("weberror", self.on_error)
        context.on("request", self.on_request)
        context.on("page", lambda page: page.on("crash", lambda _: self.complaints.append("the page crashed")))

    def expect(self, pattern: str) -> None:
        """Let complaints that match this pattern pass, in this test: it provokes them."""
        self.expected.append(pattern)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            where = message.location
            self.complaints.append(
                f"console {message.type}: {message.text} ({where.get('url')}:{where.get('lineNumber')})"
            )

    def on_error(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")

    def on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in LOCAL:
            self.complaints.append(f"request to another host: {request.url}")

    def unexpected(self) -> list[str]:
        return [said for said in self.complaints if not any(re.search(pattern, said) for pattern in self.expected)]


#: A browser without a screen makes up moves of a pointer now and then, which are no sign of a person.
NOBODY = """
for (const sign of ["pointermove", "focusin"]) {
  addEventListener(sign, (event) => event.stopImmediatePropagation(), { capture: true });
}
"""


def first_visit(page: Page, address: str) -> list[tuple[str, int]]:
    """Every request of a first visit until the page is quiet: its path, and the gzipped size of what it brought."""
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    page.add_init_script(NOBODY)
    page.goto(address, wait_until="networkidle")
    return [(urlsplit(response.url).path, weight(response)) for response in responses]


def weight(response: Response) -> int:
    if 300 <= response.status < 400:  # a redirect has no body to ask for
        return 0
    return len(gzip.compress(response.body(), compresslevel=6, mtime=0))


def serious(page: Page, context: str | None = None, both: bool = False) -> list[str]:
    """What axe finds serious or critical, one line each. `both`: in the dark too, where nothing but colours differs."""
    found = _found(page, context)
    if both:
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # or colours would be on their way
        found += _found(page, context, runOnly=["color-contrast"])
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    return [describe(one) for one in found if one["impact"] in ("serious", "critical")]


def _found(page: Page, context: str | None, **options: Any) -> list[dict[str, Any]]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # Of what is right axe would write down each element, which costs more than looking at it.
    options = {"resultTypes": ["violations"], "preload": False, **options}
    look = "([place, options]) => axe.run(place ?? document, options).then((found) => found.violations)"
    found: list[dict[str, Any]] = page.evaluate(look, [context, options])
    return found


def describe(violation: dict[str, Any]) -> str:
    places = "; ".join(
        " ".join(map(str, node["target"])) + " " + node.get("failureSummary", "") for node in violation["nodes"]
    )
    return f"{violation['id']} ({violation['impact']}): {violation['help']} at {places}"
