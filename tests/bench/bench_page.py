"""How smooth the page is while a run streams, with a hundred thousand events, and with a very long answer.

Everything is read from Chromium's own trace (DevTools protocol): frames drawn, and tasks of the page's main thread.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests import browsing, serving
from tests.registry import table

RATE = 200.0
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
MANY = int(os.environ.get("BENCH_EVENTS", "100000"))
LONG = 200_000  # characters of Markdown
WIDE: Any = {"width": 1440, "height": 900}
TRACED = [
    "disabled-by-default-devtools.timeline",
    "devtools.timeline",
    "disabled-by-default-devtools.timeline.frame",
    "toplevel",
]
SECTION = (
    "## Part {n}\n\nA paragraph with **weight**, *slant*, `code` and a [link](https://example.com/{n}), long enough to "
    "take more than one line of the page when it is read.\n\n- one thing\n- another thing\n\n"
    "| field | meaning |\n|---|---|\n| `event` | its name |\n| `data` | its document |\n\n"
    '```python\ndef part(n: int) -> str:\n    return f"part {{n}}"\n```\n\n'
)
PREPARE = """
import json, sys
from playground.models import *
from playground.runs.packing import Stored, pack, seal
from playground.secrets import Secret
port, many = json.loads(sys.stdin.read())
owner = User.objects.get()
def session(title, model):
    url = f"http://127.0.0.1:{port}/v1"
    link = Connection.objects.create(owner=owner, name=title, base_url=url, key=Secret("k"), headers=Secret(""))
    made = Session.objects.create(owner=owner, title=title)
    body = json.dumps({"model": model, "input": "go", "stream": True}).encode()
    Draft.objects.create(session=made, connection=link, body=body)
    return made, body
paced, _ = session("paced", "paced")
long, _ = session("long", "long")
many_in, body = session("many", "many")
run = Run.objects.create(
    owner=owner, session=many_in, endpoint="responses", url="http://127.0.0.1/v1/responses", request_body=body,
    status="finished", outcome="completed", http_status=200, last_number=many, timings={"done": many * 5.0})
def raw(number):
    kind = "response.reasoning_text.delta" if number < many // 10 else "response.output_text.delta"
    data = {"type": kind, "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": f"word {number} "}
    return f"event: {kind}\\ndata: {json.dumps(data)}\\n\\n".encode()
pieces = (pack([Stored(n * 5000, 0, raw(n)) for n in range(at, min(at + 500, many))]) for at in range(0, many, 500))
SealedJournal.objects.create(run=run, data=seal(pieces))
print(json.dumps({"paced": str(paced.pk), "long": str(long.pk), "many": f"{many_in.pk}/?run={run.pk}"}))
"""


def events(text: str, size: int) -> Iterator[bytes]:
    """A whole stream that says this text in pieces of so many characters."""

    def event(kind: str, **fields: Any) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()

    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    yield event("response.created", response={"id": "resp_1", "status": "in_progress", "output": []})
    yield event("response.output_item.added", output_index=0, item=item)
    for start in range(0, len(text), size):
        yield event("response.output_text.delta", delta=text[start : start + size], **place)
    yield event("response.output_text.done", text=text, **place)
    done = {**item, "status": "completed", "content": [{"type": "output_text", "text": text, "annotations": []}]}
    yield event("response.output_item.done", output_index=0, item=done)
    yield event("response.completed", response={"id": "resp_1", "status": "completed", "output": [done]})


class Upstream(BaseHTTPRequestHandler):
    """`paced` says a word at a time, so many a second; `long` says a long answer as fast as it is read."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        words, rate = self.answer(str(asked.get("model")))
        begun = time.monotonic()
        for number, event in enumerate(words):
            if rate:
                time.sleep(max(0.0, begun + number / rate - time.monotonic()))
            self.wfile.write(event)
        self.close_connection = True

    def answer(self, model: str) -> tuple[Iterator[bytes], float]:
        if model == "long":
            whole = "".join(SECTION.format(n=n) for n in range(LONG // len(SECTION) + 1))
            return events(whole, 40), 2_000.0
        return events("word and more " * int(RATE * SECONDS * 1.5), 14), RATE

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def upstream() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


class Trace:
    """What Chromium saw while something was done."""

    def __init__(self, browser: Browser, page: Page, what: Callable[[], None]) -> None:
        browser.start_tracing(page=page, categories=TRACED)
        begun = time.monotonic()
        what()
        self.seconds = time.monotonic() - begun
        found = json.loads(browser.stop_tracing())["traceEvents"]
        threads = {(each["pid"], each["tid"]) for each in found if _is_main(each)}
        pages = {each["pid"] for each in found if each["name"] in ("DrawFrame", "BeginFrame")}
        self.frames = sum(each["name"] == "DrawFrame" for each in found)
        ours = [each for each in found if each["name"] == "RunTask" and each["pid"] in pages and "dur" in each]
        ours = [each for each in ours if (each["pid"], each["tid"]) in threads]
        self.tasks = [each["dur"] / 1000 for each in ours]
        self.work = [each.get("tdur", 0) / 1000 for each in ours]  # computing alone: a busy machine adds nothing to it

    @property
    def rate(self) -> float:
        return float(self.frames / self.seconds)

    @property
    def longest(self) -> str:
        """Of the clock, and of the processor's time in it."""
        return f"{max(self.tasks, default=0.0):.0f} ms ({max(self.work, default=0.0):.0f})"


def _is_main(event: dict[str, Any]) -> bool:
    return bool(event["name"] == "thread_name" and event["args"].get("name") == "CrRendererMain")


def begin(page: Page, address: str) -> None:
    page.goto(address)
    page.mouse.move(300, 500)
    page.locator("#request-form[data-ready]").wait_for(state="attached")
    page.keyboard.press("Control+Enter")
    page.locator("[data-run][data-live] [data-place]").first.wait_for()


def show_stream(browser: Browser, page: Page, address: str) -> None:
    rows = []
    for name, tab in (("the output open", "output"), ("the list of events open", "events")):
        begin(page, address)
        page.locator(f"[data-tab={tab}]").click()
        page.wait_for_timeout(500)
        trace = Trace(browser, page, lambda: page.wait_for_timeout(SECONDS * 1000))
        shown = int(page.locator("[data-events]").inner_text().replace(",", ""))
        rows += [
            (f"{name}: frames a second", f"{trace.rate:.1f}"),
            (f"{name}: longest task", trace.longest),
            (f"{name}: events shown at the end", f"{shown:,}"),
        ]
        page.locator("[data-run]:not([data-live])").wait_for(timeout=60_000)
    table(f"Streaming at {RATE:.0f} tokens a second:", rows)


def show_many(browser: Browser, page: Page, address: str) -> None:
    begun = time.monotonic()
    page.goto(address)
    loaded = time.monotonic() - begun
    begun = time.monotonic()
    page.locator("[data-tab=events]").click()
    page.locator("[data-event-rows] details").first.wait_for()
    first = time.monotonic() - begun
    page.locator("[data-event-rows] > div").nth(MANY // 100 - 1).wait_for(state="attached")
    page.locator("[data-chart]:not([hidden])").wait_for()
    whole = time.monotonic() - begun

    def scroll() -> None:
        page.evaluate(
            """async () => {
                const box = document.querySelector("#run .pane__body");
                const end = performance.now() + 4000;
                while (performance.now() < end) {
                    box.scrollTop += 60;
                    await new Promise(requestAnimationFrame);
                }
            }"""
        )

    page.mouse.move(1200, 600)
    trace = Trace(browser, page, scroll)
    begun = time.monotonic()
    page.evaluate("document.querySelector('#run .pane__body').scrollTop = 1e9")
    page.locator(f"[data-event-rows] details[data-number='{MANY}']").wait_for()
    jump = time.monotonic() - begun
    nodes = page.evaluate("document.querySelectorAll('[data-event-rows] *').length")
    table(
        f"A run of {MANY:,} events:",
        [
            ("its page, until loaded", f"{loaded:.2f} s"),
            ("the list, until its first rows are there", f"{first:.2f} s"),
            ("… until all of it can be scrolled and the time line is drawn", f"{whole:.2f} s"),
            ("scrolling: frames a second", f"{trace.rate:.1f}"),
            ("scrolling: longest task", trace.longest),
            ("jump to the last event", f"{jump:.2f} s"),
            ("elements on the page for them", f"{nodes:,}"),
        ],
    )


def show_long(browser: Browser, page: Page, address: str) -> None:
    begin(page, address)
    ended = page.locator("[data-run]:not([data-live])")
    trace = Trace(browser, page, lambda: ended.wait_for(timeout=120_000))
    # Until all text has become blocks; asked in a way that costs the page nothing itself.
    settled = Trace(browser, page, lambda: page.locator("#run [data-text]:not(:empty)").wait_for(state="detached"))
    table(
        f"An answer of {LONG // 1000} kB of Markdown:",
        [
            ("longest task", trace.longest),
            ("longest task when it has ended", settled.longest),
            ("tasks over 50 ms, by the clock", f"{sum(each > 50 for each in trace.tasks + settled.tasks)}"),
            ("tasks over 50 ms, of computing", f"{sum(each > 50 for each in trace.work + settled.work)}"),
            ("frames a second", f"{trace.rate:.1f}"),
            ("streaming took", f"{trace.seconds:.1f} s"),
        ],
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, upstream() as port:
        template = Path(folder) / "template"
        serving.manage(serving.surroundings(template), "migrate", "--verbosity", "0")
        with serving.servers(template, Path(folder)) as start, browsing.browser() as browser:
            server = start()
            page = browser.new_context(viewport=WIDE, base_url=server.base_url).new_page()
            page.goto("/")
            told = json.loads(server.shell(PREPARE, stdin=json.dumps([port, MANY])).splitlines()[-1])
            show_stream(browser, page, f"/sessions/{told['paced']}/")
            show_many(browser, page, f"/sessions/{told['many']}")
            show_long(browser, page, f"/sessions/{told['long']}/")
