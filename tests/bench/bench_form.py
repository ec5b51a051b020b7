"""How long the request form takes: all controls of an endpoint, the pane around them, a change of one control.

Each figure is the clock's median, and after it the processor's time alone: on a busy machine only the second says
something about the form.
"""

from __future__ import annotations

import gzip
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests import serving
from tests.registry import table

TIMES = 300
ASKED: dict[str, Any] = {"model": "sandbox-writer", "stream": True, "temperature": 0.7, "metadata": {"team": "docs"}}
#: What any machine can be told by: sixty rows with a box each, in a loop of a plain template.
YARDSTICK = """
{% for name, kind, help in rows %}<div class="f"><label for="id_{{ name }}">{{ name }}</label>
{% if kind == "textarea" %}<textarea id="id_{{ name }}" name="{{ name }}" rows="2"></textarea>
{% elif kind == "select" %}<select name="{{ name }}">
{% for each in options %}<option>{{ each }}</option>{% endfor %}</select>
{% else %}<input id="id_{{ name }}" name="{{ name }}" type="{{ kind }}">{% endif %}
<small>{{ help }}</small></div>{% endfor %}"""
FUNCTION = {"name": "get_weather", "description": "d", "parameters": {"type": "object", "properties": {"city": {}}}}


def bodies() -> dict[str, dict[str, Any]]:
    """Typical requests: some parameters set, a tool, a conversation."""
    messages = [{"role": ("user", "assistant")[number % 2], "content": f"message {number}"} for number in range(6)]
    return {
        "responses": {**ASKED, "input": messages, "tools": [{"type": "function", **FUNCTION}], "text": {}},
        "chat": {**ASKED, "messages": messages, "tools": [{"type": "function", "function": FUNCTION}], "n": 2},
    }


def main() -> None:
    import django

    with tempfile.TemporaryDirectory() as folder:
        data = migrated(Path(folder))
        os.environ |= {"DJANGO_SETTINGS_MODULE": "playground.settings", "PLAYGROUND_DATA": str(data)}
        django.setup()
        table("All controls of an endpoint, in the server (goal: 4 ms)", list(drawing()))
        with serving.servers(data, Path(folder)) as start:
            table("Over HTTP (goal of a change: 15 ms)", answering(start()))


def drawing() -> Iterator[tuple[str, str]]:
    """From what is written to HTML: the controls alone, then the whole request pane that holds them."""
    from django.template.loader import render_to_string
    from django.test import RequestFactory

    from playground.accounts.owner import local_owner
    from playground.api.endpoints import ENDPOINTS
    from playground.forms.drawn import draw
    from playground.forms.prepared import Prepared, prepare_written
    from playground.forms.written import Written
    from playground.models import SANDBOX_ID, Connection, Session
    from playground.views.pane import Pane, hint
    from tests.forms.drawing import html_of

    request = RequestFactory().get("/")
    request.user = local_owner()
    session = Session.objects.create(owner=request.user)
    sandbox = Connection.objects.get(pk=SANDBOX_ID)

    def controls(prepared: Prepared) -> str:
        return html_of(draw(prepared, hint))

    def whole(prepared: Prepared) -> str:
        return render_to_string(
            "request/_pane.html", {"pane": Pane(request, session, prepared, sandbox), "session": session}
        )

    yield "sixty rows of a plain template, to compare", timed(yardstick())
    for slug, endpoint in ENDPOINTS.items():
        new = {"stream": True}
        for name, body in (("a new request", new), ("a typical one", bodies()[slug])):
            prepared = prepare_written(Written(endpoint, body))
            yield f"{slug}, {name}", timed(partial(controls, prepared))
            yield f"{slug}, {name}, with its pane", timed(partial(whole, prepared))
        yield f"{slug}, the check of a typical one", timed(partial(prepare_written, Written(endpoint, bodies()[slug])))
        html = html_of(draw(prepare_written(Written(endpoint, new)), hint))
        yield f"{slug}, gzipped", f"{len(gzip.compress(html.encode())) / 1024:.1f} kB"


def yardstick() -> Callable[[], str]:
    from django.template import engines

    kinds = ("text", "number", "checkbox", "select", "textarea", "range")
    rows = [(f"field_{number}", kinds[number % 6], f"What parameter number {number} is for.") for number in range(60)]
    template = engines["django"].from_string(YARDSTICK)
    return lambda: template.render({"rows": rows, "options": ("auto", "default", "flex", "priority")})


def answering(server: serving.Server) -> list[tuple[str, str]]:
    from tests.forms.submitting import pairs_of

    client = server.client(follow_redirects=True)
    page = client.get("/")
    session = str(page.url).rsplit("/sessions/", 1)[1].strip("/")
    pairs = dict(pairs_of(page.text.partition('id="request-form"')[2].partition("</form>")[0]))
    headers = {"X-CSRFToken": pairs["csrfmiddlewaretoken"], "HX-Request": "true"}

    def change() -> httpx.Response:
        return client.post(
            f"/sessions/{session}/draft/",
            data={**pairs, "temperature~state": "value", "temperature": "1"},
            headers=headers,
        )

    def part() -> httpx.Response:
        asked = {"~do": "add", "~address": "tools", "~at": "tools", "~option": "function=function"}
        return client.post("/request/responses/part/", data=asked, headers=headers)

    def whole() -> httpx.Response:
        return client.post(f"/sessions/{session}/request/", data={**pairs, "~do": "draw"}, headers=headers)

    asked = [
        ("the page", lambda: client.get(f"/sessions/{session}/")),
        ("a control changed", change),
        ("a card added", part),
        ("the pane drawn anew", whole),
    ]
    for name, ask in asked:
        assert ask().status_code == 200, name  # type: ignore[no-untyped-call]
    used = partial(busy, psutil.Process(server.process.pid))
    return [(name, timed(ask, 100, used)) for name, ask in asked]


def busy(process: psutil.Process) -> float:
    """The seconds a processor has worked for this process."""
    times = process.cpu_times()
    return float(times.user + times.system)


def timed(act: Callable[[], Any], times: int = TIMES, used: Callable[[], float] = time.process_time) -> str:
    act()
    taken = []
    before = used()
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    processor = (used() - before) / times * 1000
    return f"{statistics.median(taken):6.2f} ms, processor {processor:5.2f} ms"


def migrated(folder: Path) -> Path:
    data = folder / "migrated"
    serving.manage(serving.surroundings(data), "migrate", "--verbosity", "0")
    return data
