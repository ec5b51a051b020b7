"""A session goes out as a file and comes back as it was; a broken file changes nothing."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.models import Connection, Run, SealedJournal, Session, Tag, User
from playground.portable.document import document, whole_session, write
from playground.portable.har import har
from playground.portable.markdown import fenced, markdown
from playground.portable.opening import Refused, check, take_in
from playground.runs import archive
from playground.runs.packing import Stored, pack, seal

pytestmark = pytest.mark.django_db

EVENTS = [
    Stored(1000, 0, b'data: {"a":"\xe6\x97\xa5"}\n\n'),
    Stored(2000, 3, b"garbage \xff\xfe\r\n"),
    Stored(3000, 1, b": ping\n\n"),
]


@pytest.fixture
def owner() -> User:
    return User.objects.create(username="owner")


def saved_session(owner: User, **about: Any) -> Session:
    session = Session.objects.create(owner=owner, title="Ünicorn =1+1")
    Tag.objects.create(session=session, name="demo")
    for position, body in enumerate((b'{"model":"m","input":"x"}', b'{ "model" : "odd" }', b"\xff\x00 not json")):
        parent = session.runs.last()
        run = Run.objects.create(
            owner=owner, session=session, parent=parent, endpoint="responses", connection_name="Sandbox",
            url="https://user:pass@host/v1/responses?key=sk-1", model=f"m{position}", request_body=body,
            status="finished", outcome="completed", response_headers=[["x-request-id", "r"], ["Set-Cookie", "s=1"]],
            response_body=b'{"id":"resp","output":[]}', summary={"text": "\ud800 ok ```", "usage": {"total_tokens": 3}},
            timings={"done": 12.5}, **about,
        )  # fmt: skip
        SealedJournal.objects.create(run=run, data=seal([pack(EVENTS)]))
    return session


def exported(session: Session) -> bytes:
    return write(document([whole_session(session, None)]))


def test_a_session_comes_back_exactly_as_it_went(owner: User) -> None:
    file = exported(saved_session(owner))

    (again,) = take_in(owner, file)

    assert exported(again) == file
    first, second, third = again.runs.all()
    assert [bytes(run.request_body) for run in (first, second, third)] == [
        b'{"model":"m","input":"x"}',
        b'{ "model" : "odd" }',
        b"\xff\x00 not json",
    ]
    assert (second.parent, third.parent) == (first, second)
    assert first.summary["text"] == "\ud800 ok ```"


def test_a_long_run_comes_back_with_every_event(owner: User) -> None:
    """A file of the largest size has hundreds of thousands of them."""
    session = saved_session(owner)
    long = [Stored(number * 1000, number % 6, b'data: {"delta":"%d"}\n\n' % number) for number in range(3_000)]
    SealedJournal.objects.filter(run__session=session).update(data=seal([pack(long)]))

    (again,) = take_in(owner, exported(session))

    for run in again.runs.all():
        assert [event for _, piece in archive.read(run.pk) for event in piece] == long


def test_the_file_has_no_secret_and_reads_line_by_line(owner: User) -> None:
    """Attack 85."""
    file = exported(saved_session(owner)).decode()

    for secret in ("pass", "sk-1", "s=1"):
        assert secret not in file
    assert '"model": "m0"' in file
    assert sum(1 for line in file.splitlines() if line.strip().startswith("[1000,")) == 3


def test_an_import_makes_no_connection_and_belongs_to_the_importer(owner: User) -> None:
    """Attack 21."""
    other = User.objects.create(username="other")
    before = Connection.objects.count()

    (session,) = take_in(other, exported(saved_session(owner)))

    assert Connection.objects.count() == before
    assert session.owner == other
    assert {(run.owner, run.connection) for run in session.runs.all()} == {(other, None)}


def test_a_run_may_stand_before_the_one_it_came_from(owner: User) -> None:
    made = json.loads(exported(saved_session(owner)))
    made["sessions"][0]["runs"][0] |= {"parent": 2, "follows": 1}

    (again,) = take_in(owner, json.dumps(made).encode())

    first, second, third = again.runs.all()
    assert (first.parent, first.follows) == (third, second)


def test_a_run_that_was_under_way_is_interrupted_where_it_arrives(owner: User) -> None:
    file = exported(saved_session(owner)).replace(b'"status": "finished"', b'"status": "running"')

    (session,) = take_in(owner, file)

    assert {run.status for run in session.runs.all()} == {"interrupted"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: b"PK\x03\x04", "not JSON"),
        (lambda d: b"[" * 100_000, "not JSON"),
        (lambda d: b"{}", "no sessions"),
        (lambda d: b'"x"', "no sessions"),
        (lambda d: json.dumps({**d, "schema_version": 99}).encode(), "newer"),
        (lambda d: json.dumps({**d, "schema_version": "1"}).encode(), "schema_version"),
        (lambda d: json.dumps({**d, "sessions": [{"runs": [{"endpoint": "x"}]}]}).encode(), "sessions/0/runs/0"),
        (lambda d: json.dumps({**d, "sessions": [{"runs": [], "owner": 1}]}).encode(), "sessions/0"),
        (lambda d: json.dumps({**d, "sessions": [{"runs": [], "created": "yesterday"}]}).encode(), "date"),
        (lambda d: b" " * (50 << 20) + b"{}", "50 MB"),
    ],
)
def test_a_broken_file_is_refused_whole(owner: User, change: Any, reason: str) -> None:
    """Attack 120: what is good in it is not kept either."""
    session = saved_session(owner)
    good = json.loads(exported(session))
    good["sessions"].insert(0, json.loads(exported(session))["sessions"][0])
    before = (Session.objects.count(), Run.objects.count())

    with pytest.raises(Refused) as refused:
        take_in(owner, change(good))

    assert reason in str(refused.value.reason)
    assert (Session.objects.count(), Run.objects.count()) == before


@settings(max_examples=100, deadline=None)
@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_any_document_is_taken_or_refused(value: Any) -> None:
    made = {"format": "playground-sessions", "schema_version": 1, "sessions": value}
    for each in (made, {**made, "sessions": [value]}, {**made, "sessions": [{"runs": [value]}]}):
        with suppress(Refused):
            assert check(json.dumps(each).encode())["sessions"] == each["sessions"]


def test_markdown_cannot_be_broken_out_of(owner: User) -> None:
    text = markdown(saved_session(owner))

    assert text.startswith("# Ünicorn =1+1\n")
    assert "````\n\\ud800 ok ```\n````" in text or "````\n\ud800 ok ```\n````" in text
    assert fenced("a\n```\nb").startswith("````\n")


def test_no_cell_of_the_table_is_a_formula_or_a_second_cell(owner: User) -> None:
    """Attack 58: the names of counts are upstream's, or of whoever wrote the file."""
    session = saved_session(owner)
    counts = {
        '=HYPERLINK("https://evil.example")': 1,
        "+1|2": 2,
        "-3\n| new | row |": 3,
        "@a\u202eb": 4,
        "plain_tokens": -5,
    }
    Run.objects.update(summary={"usage": counts}, timings={"done": 12.5})

    table = [line for line in markdown(session).splitlines() if line.startswith("|")]

    assert table[:8] == [
        "| | |",
        "|---|---|",
        r"""| '=HYPERLINK("https://evil.example") | 1 |""",
        r"| '+1\|2 | 2 |",
        r"| '-3 \| new \| row \| | 3 |",
        r"| '@a\\u202eb | 4 |",
        r"| plain\_tokens | -5 |",
        "| done | 12 ms |",
    ]


def test_a_har_has_the_received_bytes_and_no_cookie(owner: User) -> None:
    run = saved_session(owner).runs.first()
    assert run

    entry = json.loads(har(run))["log"]["entries"][0]

    assert entry["response"]["content"]["encoding"] == "base64"
    assert entry["response"]["content"]["size"] == sum(len(event.raw) for event in EVENTS)
    assert "Set-Cookie" not in json.dumps(entry)


def test_a_har_says_where_to_and_nothing_behind_the_path(owner: User) -> None:
    """Attack 85."""
    run = saved_session(owner).runs.first()
    assert run

    request = json.loads(har(run))["log"]["entries"][0]["request"]

    assert (request["url"], request["queryString"]) == ("https://host/v1/responses", [])
    assert b"sk-1" not in har(run)


def test_a_secret_in_a_request_stays_here_wherever_it_is_repeated(owner: User) -> None:
    session = saved_session(owner)
    run = session.runs.first()
    assert run
    tool = {"type": "mcp", "server_label": "s", "server_url": "https://example.org", "authorization": "mcp-token-123"}
    run.request_body = json.dumps({"model": "m", "input": "hi", "tools": [tool]}).encode()
    run.response_body = run.request_body
    run.summary = {"text": "You sent mcp-token-123."}
    run.save()

    for file in (exported(session), har(run), markdown(session).encode("utf-8", "replace")):
        assert b"mcp-token-123" not in file
        assert b"example.org" in file
    (taken,) = take_in(owner, exported(session))
    first = taken.runs.first()
    assert first
    assert json.loads(bytes(first.request_body))["tools"][0]["authorization"] == "••••"
