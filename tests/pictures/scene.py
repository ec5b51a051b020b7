"""What the pictures show: sessions as somebody has them who shows the playground to others."""

from __future__ import annotations

import json
from typing import Any

from tests import linking
from tests.serving import Server
from tests.visiting import Visitor

WEATHER = {
    "type": "object",
    "properties": {"location": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}},
    "required": ["location", "unit"],
}
TOOL = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Get current weather for a city", "parameters": WEATHER},
}
SHOWCASE = {
    "model": "sandbox-markdown",
    "input": "Show everything that an answer can hold: headings, lists, a table, code, other scripts.",
    "instructions": "You write for engineers. Plain words, no filler.",
    "temperature": 0.7,
    "max_output_tokens": 2000,
    "reasoning": {"effort": "low", "summary": "concise"},
    "metadata": {"project": "demo"},
    "stream": True,
}
#: Name, title, tags, endpoint and body of each session's first run; the newest last, as it stands in the list.
SESSIONS: list[tuple[str, str, str, str, dict[str, Any]]] = [
    ("limit", "Long context, cut at the limit", "", "responses",
     {"model": "sandbox-writer", "input": "Tell me a long story.", "max_output_tokens": 16, "stream": True}),
    ("tone", "Tone: formal or plain?", "", "chat",
     {"model": "sandbox-writer", "messages": [{"role": "user", "content": "Write it plainly."}], "n": 2}),
    ("refused", "A model that is not there", "", "responses", {"model": "no-such-model", "input": "Hello"}),
    ("story", "Unicorn bedtime story", "demo", "responses", linking.ASK),
    ("news", "Positive news, web search", "tools", "responses",
     {"model": "sandbox-writer", "input": "What was a positive news story from today?", "stream": True,
      "tools": [{"type": "web_search_preview"}]}),
    ("thinking", "How much wood would a woodchuck chuck?", "reasoning", "responses",
     {"model": "sandbox-reasoner", "input": "How much wood would a woodchuck chuck?", "stream": True,
      "reasoning": {"effort": "high", "summary": "detailed"}}),
    ("weather", "Weather by tool call", "tools", "chat",
     {"model": "sandbox-writer", "stream": True, "tools": [TOOL],
      "messages": [{"role": "user", "content": "What is the weather like in Boston and Rome today?"}]}),
    ("showcase", "Everything an answer can hold", "demo", "responses", SHOWCASE),
]  # fmt: skip

STEADY = """
import json, sys
from datetime import datetime, timedelta
from django.utils import timezone
from playground.models import Draft, Run, SealedJournal, Session
from playground.runs import archive
from playground.runs.asked import asked
from playground.runs.facts import measure
from playground.runs.packing import Stored, pack, seal
from playground.runs.following import reply_of
from playground.runs.screen import Screen
told = json.load(sys.stdin)
WAIT, STEP = 182_000, 15_000  # microseconds until the first event, and between two
for run in Run.objects.all():
    events = [each for _, piece in archive.read(run.pk) for each in piece]
    events = [Stored(WAIT + STEP * number, each.marks, each.raw) for number, each in enumerate(events)]
    SealedJournal.objects.filter(run=run).update(data=seal([pack(events)]))
    screen = Screen(run.endpoint, reply_of(run), asked(run.endpoint, bytes(run.request_body)))
    screen.advance(events)
    screen.finish()
    run.timings = measure(screen, events[-1].at + STEP if events else WAIT)
    run.save(update_fields=["timings"])
day = timezone.localtime().replace(hour=9, minute=41, second=0, microsecond=0)
for number, (session, title, body, endpoint) in enumerate(told):
    moment = day - timedelta(minutes=7 * number, days=0 if number < 4 else 1)
    Session.objects.filter(pk=session).update(title=title, updated=moment, created=moment)
    for later, run in enumerate(Run.objects.filter(session=session)):
        Run.objects.filter(pk=run.pk).update(created=moment + timedelta(minutes=later))
    Draft.objects.filter(session=session).update(body=body.encode(), endpoint=endpoint, form={})
Session.objects.exclude(pk__in=[each[0] for each in told]).delete()
"""


class Scene:
    """A playground with these sessions; `run` and `session` give an id by its name."""

    def __init__(self, server: Server) -> None:
        self.server = server
        visitor = Visitor(server)
        visitor.get("/", follow_redirects=True)
        self.run: dict[str, str] = {}
        self.session: dict[str, str] = {}
        for name, title, tags, endpoint, body in SESSIONS:
            run, session = linking.finished_run(visitor, body, **{"~endpoint": endpoint})
            visitor.post(f"/sessions/{session}/edit/", {"title": title, "tags": tags})
            self.run[name], self.session[name] = run, session
        warmer = {**SHOWCASE, "temperature": 1.3, "reasoning": {"effort": "high", "summary": "concise"}}
        self.run["again"], _ = linking.finished_run(visitor, warmer, self.session["showcase"])
        told = [
            (self.session[name], title, json.dumps(body), endpoint) for name, title, _, endpoint, body in SESSIONS[::-1]
        ]
        server.shell(STEADY, stdin=json.dumps(told))
        self.share = linking.share(visitor, self.run["showcase"], life="month")

    def workbench(self, name: str, more: str = "") -> str:
        return f"/sessions/{self.session[name]}/?run={self.run[name]}{more}"
