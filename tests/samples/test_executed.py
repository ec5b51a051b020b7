"""Samples as people use them: run as they are, against the sandbox. Each has to send exactly its request, and to show
the answer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route

from playground.api.endpoints import ENDPOINTS
from playground.samples.languages import LANGUAGES
from playground.samples.request import KEY, Request
from tests.environment import without_ours
from tests.serving import Server

#: Quotes of every language, a here-document's end, what turns a line around.
PROMPT = 'It\'s "quoted" `$(id)` ${HOME} \\n\nEND_OF_BODY\n\u202e</script> 😀 é'
MESSAGES = [{"role": "system", "content": "Say it."}, {"role": "user", "content": PROMPT}]

#: `verbosity` is a field that the openai package has no name for in Responses: it goes along beside the named ones.
BODIES: dict[str, dict[str, Any]] = {
    "responses": {"model": "sandbox-echo", "input": PROMPT, "metadata": {"'": '"'}, "verbosity": "low"},
    "chat": {"model": "sandbox-echo", "messages": MESSAGES, "stop": None},
}


@contextmanager
def noting(address: str) -> Iterator[tuple[str, list[bytes]]]:
    """A server between a sample and the sandbox: it keeps the bodies that pass through, and changes nothing."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name: self.headers[name] for name in ("Authorization", "Content-Type") if name in self.headers}
            reply = httpx.post(address + self.path, content=bodies[-1], headers=headers, timeout=60, trust_env=False)
            self.send_response(reply.status_code)
            self.send_header("Content-Type", reply.headers["Content-Type"])
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", bodies
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def noted(server: Server) -> Iterator[tuple[str, list[bytes]]]:
    with noting(server.base_url) as found:
        yield found


@pytest.fixture(params=[(endpoint, stream) for endpoint in ENDPOINTS for stream in (False, True)], ids=str)
def sample(request: pytest.FixtureRequest, noted: tuple[str, list[bytes]]) -> Iterator[Callable[[str], str]]:
    """Writes the request in a language. In the end, exactly this request has arrived, once."""
    endpoint, stream = request.param
    address, bodies = noted
    base = f"{address}/sandbox/v1"
    body = {**BODIES[endpoint], **({"stream": True} if stream else {})}
    asked = Request(endpoint, base, base + ENDPOINTS[endpoint].path, json.dumps(body).encode())

    yield lambda language: LANGUAGES[language].write(asked)

    assert [json.loads(each) for each in bodies] == [body]


def said_by(command: list[str], folder: Path) -> str:
    environment = {**without_ours(dict(os.environ)), KEY: "sk-anything", "NO_PROXY": "127.0.0.1", "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def pieced(said: str) -> str:
    """The words that stand piece by piece in the events a sample has shown."""
    lines = [line.removeprefix("data:").strip() for line in said.splitlines()]
    choices = [choice for line in lines if line.startswith("{") for choice in json.loads(line).get("choices", ())]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


@pytest.mark.parametrize("language", ["python-openai", "python-httpx"])
def test_a_python_sample_runs_as_it_is(language: str, sample: Callable[[str], str], tmp_path: Path) -> None:
    script = tmp_path / "sample.py"
    script.write_text(sample(language), encoding="utf-8")

    said = said_by([sys.executable, str(script)], tmp_path)

    assert "END_OF_BODY" in said or "END_OF_BODY" in pieced(said)


def test_a_curl_sample_runs_as_it_is(sample: Callable[[str], str], tmp_path: Path) -> None:
    assert shutil.which("curl"), "The samples are run by the real curl: install it."
    script = tmp_path / "sample.sh"
    script.write_text(sample("curl"), encoding="utf-8")

    said = said_by(["bash", str(script)], tmp_path)

    assert "END_OF_BODY" in said or "END_OF_BODY" in pieced(said)
    assert [each.name for each in tmp_path.iterdir()] == ["sample.sh"]


#: What Node has and a page has not. The sample itself stays letter by letter what it is.
NODE = """async ([key, sample]) => {
  let said = "";
  const process = { env: { OPENAI_API_KEY: key }, stdout: { write: (text) => void (said += text) } };
  const console = { log: (value) => void (said += JSON.stringify(value)) };
  const AsyncFunction = (async () => {}).constructor;
  await new AsyncFunction("process", "console", sample)(process, console);
  return said;
}"""


def test_a_fetch_sample_runs_as_it_is(
    sample: Callable[[str], str], noted: tuple[str, list[bytes]], new_page: Callable[..., Page]
) -> None:
    """In Chromium, with its own fetch. It goes on to the sandbox as from Node: web pages are not let in there."""
    address, _bodies = noted
    page = new_page(base_url=address)

    def carry(route: Route) -> None:
        asked = route.request
        if asked.method == "GET":
            return route.fulfill(body="<!doctype html><title>Blank</title>", content_type="text/html")
        headers = {name: asked.headers[name] for name in ("authorization", "content-type")}
        reply = httpx.post(asked.url, content=asked.post_data_buffer, headers=headers, timeout=60, trust_env=False)
        return route.fulfill(status=reply.status_code, headers=dict(reply.headers), body=reply.content)

    page.route("**/*", carry)
    page.goto("/")

    said = page.evaluate(NODE, ["sk-anything", sample("javascript-fetch")])

    assert "END_OF_BODY" in said or "END_OF_BODY" in pieced(said)
