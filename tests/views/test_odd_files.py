"""A file is refused with a reason, or every page of what came in can be opened: there is no third."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.models import Run, Session, Tag, User
from playground.views.run_pane import PANELS

pytestmark = pytest.mark.django_db

MOMENT = "2026-08-01T12:00:00+00:00"
DELTA = 'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
FAILED = {"code": "rate_limited", "detail": "slow", "param": "input", "facts": {"status": 429, "reason": "x"}}
CALL = {"id": "c", "name": "look", "arguments": "{}", "arguments_json": {}}
SUMMARY = {
    "text": "Hi", "refusal": None, "reasoning": "hm", "tool_calls": [CALL],
    "choices": [{"index": 0, "text": "Hi"}, {"index": 1, "text": "Ho"}], "usage": {"input_tokens": 3},
}  # fmt: skip
RUN = {
    "parent": None,
    "follows": None,
    "created": MOMENT,
    "endpoint": "chat",
    "model": "m",
    "connection": {"name": "Mine", "base_url": "https://host/v1/chat/completions"},
    "request": {"json": {"model": "m", "messages": [{"role": "user", "content": "x"}]}},
    "status": "failed",
    "outcome": "error",
    "problem": FAILED,
    "http_status": 200,
    "response_headers": [["openai-processing-ms", "12"]],
    "response": {"json": {"choices": [{"index": 0, "message": {"content": "Hi"}}]}},
    "prices": {"in": "1.5", "out": "2"},
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 1}},
    "summary": SUMMARY,
    "timings": {"headers": 1.5, "first_text": 2, "done": 3, "tokens_per_second": 9.5, "longest_gap": 1},
    "attempts": [{"at": MOMENT, "status": 429, "problem": FAILED, "wait_ms": 10, "until": 1.5}, {"status": 200}],
    "started": MOMENT,
    "finished": MOMENT,
    "version": "1",
    "events": [[1000, 0, DELTA], [2000, 0, {"base64": "ZGF0YTogW0RPTkVdCgo="}]],
}
SESSION = {
    "title": "Odd",
    "tags": ["a", "b"],
    "pinned": True,
    "archived": MOMENT,
    "draft": {"endpoint": "responses", "request": {"json": {"model": "m"}}},
    "created": MOMENT,
    "runs": [{"endpoint": "chat", "request": None, "timings": {"done": 5}, "usage": {"prompt_tokens": 1}}, RUN],
}
DOCUMENT: dict[str, Any] = {"format": "playground-sessions", "schema_version": 1, "sessions": [SESSION]}

DEEP: Any = 1
for _ in range(700):
    DEEP = [DEEP]
ODD: list[Any] = [
    None, True, -1, 7, 0.5, 1e308, 10**400, float("nan"), float("inf"), "", "NaN", "http://[", "a\0\ud800",
    "0001-01-01", "9999-12-31T23:59:59-12:00", [], [1], [[]], ["a", "a\0"], {}, {"a": [1]}, {"param": 1}, DEEP,
]  # fmt: skip


def places(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inside:
        yield (*steps, step)
        yield from places(each, (*steps, step))


PLACES = list(places(DOCUMENT))


def with_odd(steps: tuple[Any, ...], odd: Any) -> bytes:
    changed: Any = copy.deepcopy(DOCUMENT)
    parent = changed
    for step in steps[:-1]:
        parent = parent[step]
    parent[steps[-1]] = odd
    return json.dumps(changed).encode()


@pytest.fixture
def owner(client: Client) -> User:
    client.get("/")
    Session.objects.all().delete()
    return User.objects.get()


def upload(client: Client, data: bytes) -> Any:
    return client.post("/import/", {"text": "", "file": SimpleUploadedFile("x.json", data)})


def open_every_page(client: Client, session: Session) -> None:
    runs: list[Run] = list(session.runs.all())
    run = runs[-1] if runs else None
    addresses = [f"/sessions/{session.pk}/", f"/sessions/{session.pk}/present/"]
    if run:
        addresses += [f"/runs/{run.pk}/{tab}/" for tab in PANELS]
        addresses += [f"/runs/{run.pk}/{page}" for page in ("next/", "share/", "link/", "events.har", "rows/")]
        addresses += [f"/runs/{run.pk}/{name}.json" for name in ("request", "response", "export")]
    if run and len(runs) > 1:
        addresses += [f"/compare/?a={runs[0].pk}&b={run.pk}&by={by}" for by in ("words", "json")]
    for address in addresses:
        assert client.get(address, follow=True).status_code == 200, address
    assert client.get(f"/sessions/{session.pk}/export.md").status_code == 200
    again = upload(client, client.get(f"/sessions/{session.pk}/export.json").content)
    assert again.status_code == 302, again.content.decode()


def test_the_file_that_the_odd_ones_are_made_from_is_a_good_one(client: Client, owner: User) -> None:
    assert upload(client, json.dumps(DOCUMENT).encode()).status_code == 302

    open_every_page(client, Session.objects.get())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.sampled_from(PLACES), st.sampled_from(ODD))
def test_an_odd_file_is_refused_or_all_of_it_can_be_shown(
    client: Client, owner: User, steps: tuple[Any, ...], odd: Any
) -> None:
    Session.objects.all().delete()

    answer = upload(client, with_odd(steps, odd))

    if answer.status_code == 422:
        assert not Session.objects.exists()
    else:
        assert answer.status_code == 302
        open_every_page(client, Session.objects.get())


@pytest.mark.parametrize(
    ("steps", "odd", "reason"),
    [
        (("timings", "done"), float("nan"), "not JSON"),
        (("timings", "done"), float("inf"), "not JSON"),
        (("timings", "done"), -1, "sessions/0/runs/1/timings/done"),
        (("timings", "done"), 10**400, "sessions/0/runs/1/timings/done"),
        (("attempts",), [1], "sessions/0/runs/1/attempts/0"),
        (("problem", "code"), [], "sessions/0/runs/1/problem/code"),
        (("problem", "facts"), {"param": "x"}, "sessions/0/runs/1/problem/facts"),
        (("problem", "facts", "reason"), [], "sessions/0/runs/1/problem/facts/reason"),
        (("summary", "tool_calls"), [1], "sessions/0/runs/1/summary/tool_calls/0"),
        (("summary", "text"), 1, "sessions/0/runs/1/summary/text"),
        (("summary", "choices", 0, "index"), [], "sessions/0/runs/1/summary/choices/0/index"),
        (("events", 0, 1), 9, "sessions/0/runs/1/events/0"),
        (("parent",), 2, "sessions/0/runs/1/parent"),
        (("parent",), 1, "sessions/0/runs/1/parent"),
        (("parent",), 0.0, "sessions/0/runs/1/parent"),
        (("follows",), 10**9, "sessions/0/runs/1/follows"),
        (("prices", "in"), "a lot", "sessions/0/runs/1/prices/in"),
        (("connection", "base_url"), "http://[", "address"),
        (("created",), "0001-01-01", "date"),
        (("usage",), {"deep": DEEP}, "too deeply"),
        (("events", 1), [1.0, 0, ""], "sessions/0/runs/1/events/1"),
    ],
)
def test_what_no_page_could_show_is_refused_with_its_place(
    client: Client, owner: User, steps: tuple[Any, ...], odd: Any, reason: str
) -> None:
    answer = upload(client, with_odd(("sessions", 0, "runs", 1, *steps), odd))

    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not Session.objects.exists()


def test_the_same_tag_twice_is_one(client: Client, owner: User) -> None:
    upload(client, with_odd(("sessions", 0, "tags"), ["a", "a\0", "\0", "b"]))

    assert [tag.name for tag in Tag.objects.all()] == ["a", "b"]


def test_a_body_that_only_looks_like_json_travels_too(client: Client, owner: User) -> None:
    """NaN is no JSON, so a file that says NaN is refused; a request that said it is kept as a text."""
    made = Session.objects.create(owner=owner)
    deep, flat = b"[" * 700 + b" " + b"]" * 700, b"[" * 700 + b"]" * 700
    for body in (b'{"temperature":NaN}', b'{"temperature":1e999}', deep, flat):
        Run.objects.create(owner=owner, session=made, endpoint="chat", request_body=body, status="finished")
    file = client.get(f"/sessions/{made.pk}/export.json").content
    Session.objects.all().delete()

    assert upload(client, file).status_code == 302

    assert [bytes(run.request_body) for run in Run.objects.all()] == [
        b'{"temperature":NaN}',
        b'{"temperature":1e999}',
        deep,
        flat,
    ]
    assert client.get(f"/sessions/{Session.objects.get().pk}/export.json").content == file


def test_what_still_cannot_be_shown_is_refused_as_well(
    client: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last net: a page of ours that cannot bear what no schema thought of."""

    def fails(run: Run) -> None:
        raise LookupError(run.model)

    monkeypatch.setattr("playground.views.portable.next_of", fails)

    answer = upload(client, json.dumps(DOCUMENT).encode())

    assert answer.status_code == 422
    assert "what it tells of run 1 cannot be shown" in answer.content.decode()
    assert not Session.objects.exists()
