"""Files out, files in, and requests from what people paste."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from playground.api.examples import EXAMPLES
from playground.forms.attachments import token
from playground.models import SANDBOX_ID, Connection, Draft, Run, SealedJournal, Session, Tag, User
from playground.portable.opening import LARGEST
from playground.runs.packing import Stored, pack, seal
from playground.samples import links
from playground.search import matching
from playground.uploads import store
from playground.views import portable
from playground.views.portable import file_name

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
KEY = "sk-canary0123456789abcdefghij"


@pytest.fixture
def owner(client: Client) -> User:
    client.get("/")
    Session.objects.all().delete()
    return User.objects.get()


def session(owner: User, title: str = "One", prompt: str = "Tell me") -> Session:
    made = Session.objects.create(owner=owner, title=title)
    Tag.objects.create(session=made, name="demo")
    run = Run.objects.create(
        owner=owner,
        session=made,
        endpoint="responses",
        connection_id=SANDBOX_ID,
        connection_name="Sandbox",
        url="sandbox:/responses",
        model="m",
        request_body=json.dumps({"model": "m", "input": prompt}).encode(),
        request_headers=[["Authorization", "Bearer •••"]],
        status="finished",
        outcome="completed",
        summary={"text": "An answer"},
        response_headers=[["Set-Cookie", "secret=1"], ["Content-Type", "text/event-stream"]],
    )
    SealedJournal.objects.create(run=run, data=seal([pack([Stored(5, 0, b"data: {}\n\n")])]))
    return made


def upload(client: Client, data: bytes, name: str = "x.json", **options: Any) -> Any:
    return client.post("/import/", {"text": "", "file": SimpleUploadedFile(name, data)}, **options)


# -- out


def test_a_session_as_json_and_as_markdown(client: Client, owner: User) -> None:
    made = session(owner, "Ünicorn")

    as_json = client.get(f"/sessions/{made.pk}/export.json")
    as_markdown = client.get(f"/sessions/{made.pk}/export.md")

    assert json.loads(as_json.content)["sessions"][0]["title"] == "Ünicorn"
    assert as_json["Content-Disposition"] == "attachment; filename*=utf-8''%C3%9Cnicorn.json"
    assert as_markdown.content.decode().startswith("# Ünicorn\n")
    assert as_markdown["Content-Type"] == "text/markdown; charset=utf-8"
    assert client.get(f"/sessions/{made.pk}/export.exe").status_code == 404


def test_several_sessions_are_one_file(client: Client, owner: User) -> None:
    chosen = [str(session(owner, name).pk) for name in ("a", "b")]
    session(owner, "c")

    answer = client.post("/sessions/export.json", {"session": chosen})

    assert sorted(each["title"] for each in json.loads(answer.content)["sessions"]) == ["a", "b"]
    assert client.post("/sessions/export.json").status_code == 404
    assert client.post("/sessions/export.json", {"session": chosen, "owner": "2"}).status_code == 400


def test_one_run_alone_as_json_and_as_har(client: Client, owner: User) -> None:
    run = session(owner).runs.get()

    har = client.get(f"/runs/{run.pk}/events.har")
    alone = client.get(f"/runs/{run.pk}/export.json")

    assert json.loads(har.content)["log"]["entries"][0]["response"]["content"]["text"] == "data: {}\n\n"
    assert len(json.loads(alone.content)["sessions"][0]["runs"]) == 1
    assert alone["Content-Disposition"] == 'attachment; filename="One.json"'
    assert client.get(f"/runs/{run.pk}/export.pickle").status_code == 404


def test_no_file_has_a_header_that_may_be_a_secret(client: Client, owner: User) -> None:
    """Attack 85."""
    made = session(owner)
    addresses = [f"/sessions/{made.pk}/export.{ending}" for ending in ("json", "md")]
    addresses.append(f"/runs/{made.runs.get().pk}/events.har")

    for address in addresses:
        assert b"secret=1" not in client.get(address).content


def test_what_no_playground_would_open_is_not_written(
    client: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portable, "LARGEST", 100)
    made = session(owner)

    answer = client.get(f"/sessions/{made.pk}/export.json")

    assert answer.status_code == 413
    assert "larger than 50 MB" in answer.content.decode()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "etc passwd.json"),
        ("C:\\x", "C x.json"),
        ('a"b\r\nSet-Cookie: x=1', "a b Set-Cookie x=1.json"),
        ("\x00\u202egnp.exe", "gnp.exe.json"),
        ("...", "session.json"),
        ("", "session.json"),
        ("一角獣", "一角獣.json"),
        ("x" * 5000, "x" * 80 + ".json"),
        (".htaccess", "htaccess.json"),
    ],
)
def test_a_title_becomes_a_harmless_file_name(title: str, name: str) -> None:
    assert file_name(title, "json") == name


def test_no_line_starts_a_formula(client: Client, owner: User) -> None:
    """Attack 58. Whatever stands inside a code block is no cell."""
    made = session(owner, "=cmd|'/c calc'!A1", prompt="+1")
    Run.objects.update(model="@SUM(A1)", connection_name="-2 | x", summary={"tool_calls": [{"name": "=1"}]})

    lines = client.get(f"/sessions/{made.pk}/export.md").content.decode().splitlines()

    outside = [line for line in lines if line[:1] not in ("`", " ", "{", "}")]
    assert outside[0] == r"# \=cmd\|'/c calc'\!A1"
    assert not [line for line in outside if line.startswith(("=", "+", "-", "@"))]
    assert [line for line in outside if r"· -2 \| x" in line]


# -- files in


def test_a_file_comes_back_as_it_left(client: Client, owner: User) -> None:
    made = session(owner, "Travels", prompt="a unicorn")
    file = client.get(f"/sessions/{made.pk}/export.json").content
    Session.objects.all().delete()

    answer = upload(client, file)

    back = Session.objects.get()
    assert answer["Location"] == f"/sessions/{back.pk}/#request"
    assert client.get(f"/sessions/{back.pk}/export.json").content == file
    assert [found.pk for found in matching(Session.objects.all(), "unicorn answer demo")] == [back.pk]
    assert json.loads(bytes(back.draft.body))["input"] == "a unicorn"
    assert back.runs.get().connection is None
    assert Connection.objects.count() == 1


def test_nothing_of_a_session_stays_behind(client: Client, owner: User) -> None:
    """Pinned, archived, what its runs cost, and what stands in the form where that is not the last request."""
    made = session(owner)
    Session.objects.update(pinned=True, archived=timezone.now())
    prices = {"in": "1.250000", "cached": "0.125000", "out": "10.000000"}
    Run.objects.update(prices=prices, usage={"input_tokens": 100, "output_tokens": 10})
    Draft.objects.create(session=made, endpoint="chat", connection_id=SANDBOX_ID, body=b'{"model": "not run yet"}')
    file = client.get(f"/sessions/{made.pk}/export.json").content
    Session.objects.all().delete()

    upload(client, file)

    back = Session.objects.get()
    assert (back.pinned, back.archived is None) == (True, False)
    assert (back.draft.endpoint, bytes(back.draft.body)) == ("chat", b'{"model": "not run yet"}')
    assert back.runs.get().prices == prices
    assert "Cost" in client.get(f"/runs/{back.runs.get().pk}/numbers/").content.decode()
    assert client.get(f"/sessions/{back.pk}/export.json").content == file


def test_a_session_that_never_ran_brings_its_request(client: Client, owner: User) -> None:
    used_last = Connection.objects.create(owner=owner, name="Mine", base_url="https://host/v1")
    body = b'{\n  "model": "m",\n  "input": "Not yet"\n}'
    made = Session.objects.create(owner=owner, title="Plan")
    Draft.objects.create(session=made, endpoint="responses", connection=used_last, body=body)
    file = client.get(f"/sessions/{made.pk}/export.json").content
    Session.objects.exclude(pk=made.pk).delete()

    upload(client, file)

    back = Session.objects.exclude(pk=made.pk).get()
    assert (bytes(back.draft.body), back.draft.connection) == (body, used_last)
    assert client.get(f"/sessions/{back.pk}/export.json").content == file


def test_what_stands_in_the_form_leaves_without_its_secrets_and_with_its_files(client: Client, owner: User) -> None:
    """Attack 85. An upload of this server can be found nowhere else, so it goes along as itself."""
    picture = SimpleUploadedFile("p.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "image/png")
    part = {"type": "input_image", "image_url": token(store(owner, "p.png", picture).pk)}
    tool = {"type": "mcp", "server_label": "s", "server_url": "https://example.org", "authorization": "mcp-token-123"}
    made = Session.objects.create(owner=owner)
    body = {"model": "m", "input": [{"role": "user", "content": [part]}], "tools": [tool]}
    Draft.objects.create(session=made, endpoint="responses", body=json.dumps(body).encode())

    file = client.get(f"/sessions/{made.pk}/export.json").content

    assert b"mcp-token-123" not in file
    assert b"data:image/png;base64," in file
    assert b"attachment:" not in file


def test_a_file_of_the_first_version_can_be_read(client: Client, owner: User) -> None:
    run = {"endpoint": "chat", "request": {"json": {"model": "m"}}, "parent": None}
    old = {"format": "playground-sessions", "schema_version": 1, "sessions": [{"title": "Old", "runs": [run]}]}

    upload(client, json.dumps(old).encode())

    back = Session.objects.get()
    assert (back.pinned, back.archived) == (False, None)
    assert bytes(back.draft.body) == b'{"model":"m"}'


def test_every_documented_example_makes_the_round_trip(client: Client, owner: User) -> None:
    made = Session.objects.create(owner=owner, title="Examples")
    for example in EXAMPLES:
        body = json.dumps(example.body("m"), ensure_ascii=False, indent=2).encode()
        Run.objects.create(owner=owner, session=made, endpoint=example.endpoint, request_body=body, status="finished")
    file = client.get(f"/sessions/{made.pk}/export.json").content

    upload(client, file)

    bodies = [
        [bytes(run.request_body) for run in each.runs.all()] for each in Session.objects.order_by("created", "pk")
    ]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]


def test_a_pasted_file_is_taken_in_too(client: Client, owner: User) -> None:
    file = client.get(f"/sessions/{session(owner).pk}/export.json").content.decode()

    client.post("/import/", {"text": file})

    assert Session.objects.count() == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x80\x04\x95pickle", "neither sessions of a playground nor a request"),
        (b"PK\x03\x04", "neither sessions of a playground nor a request"),
        (b'{"format": "playground-sessions", "schema_version": 1, "sessions": [', "not JSON"),
        (b'{"format": "playground-sessions", "schema_version": 99, "sessions": []}', "newer playground"),
        (b'{"format": "playground-sessions", "schema_version": 1, "sessions": []}', "holds no sessions"),
        (b'{"format": "playground-sessions", "schema_version": 1, "sessions": [{"runs": 1}]}', "damaged at sessions/0"),
        (b'{"some": "json"}', "neither sessions of a playground nor a request"),
        (b"", "neither sessions of a playground nor a request"),
    ],
)
def test_a_file_that_is_none_is_refused_whole_with_a_reason(
    client: Client, owner: User, data: bytes, reason: str
) -> None:
    """Attack 120."""
    for headers in ({}, HTMX):
        answer = upload(client, data, headers=headers)
        assert answer.status_code == 422
        assert reason in answer.content.decode()
    assert not Session.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(client: Client, owner: User) -> None:
    """Attack 120."""
    answer = upload(client, b" " * (LARGEST + 1))

    assert answer.status_code == 422
    assert "larger than 50 MB" in answer.content.decode()


def test_an_address_inside_a_file_is_only_text_and_a_run_from_it_needs_a_connection(
    client: Client, owner: User
) -> None:
    """Attack 21: whatever the file says of where its runs went, nothing goes there."""
    made = session(owner)
    file = json.loads(client.get(f"/sessions/{made.pk}/export.json").content)
    file["sessions"][0]["runs"][0]["connection"] = {"name": "Sandbox", "base_url": "http://169.254.169.254/latest"}
    before = list(Connection.objects.values_list("pk", flat=True))

    where = upload(client, json.dumps(file).encode(), headers=HTMX)["HX-Redirect"]
    run = Run.objects.get(session=where.split("/")[2])
    assert list(Connection.objects.values_list("pk", flat=True)) == before
    assert run.connection is None

    assert client.get(where).status_code == 200
    again = client.post(f"/runs/{run.pk}/again/", headers=HTMX)
    assert "The connection of this run is gone. Choose another in the form." in again.content.decode()
    assert set(Run.objects.values_list("pk", flat=True)) == {run.pk, made.runs.get().pk}, "nothing was begun"
    for key in ("id", "key", "api_key", "headers"):
        file["sessions"][0]["runs"][0]["connection"] = {"name": "x", "base_url": "http://10.0.0.5/v1", key: "1"}
        assert upload(client, json.dumps(file).encode()).status_code == 422, key


def test_fields_that_are_ours_to_set_are_refused(client: Client, owner: User) -> None:
    """Attack 70."""
    assert client.post("/import/", {"text": "{}", "owner": "2", "session_id": "x"}).status_code == 400


# -- pasted


def pasted(client: Client, text: str) -> tuple[Session, dict[str, Any]]:
    answer = client.post("/import/", {"text": text}, headers=HTMX)
    assert answer.status_code == 200, answer.content.decode()
    found = Session.objects.get(pk=answer["HX-Redirect"].split("/")[2])
    return found, Draft.objects.get(session=found).form["imported"]


def test_a_curl_command_becomes_a_draft_and_never_runs(client: Client, owner: User) -> None:
    command = (
        f"curl https://api.example.org/v1/responses -H 'Authorization: Bearer {KEY}' --retry 3 "
        """-d '{"model": "m", "input": "Hello there"}'"""
    )

    made, told = pasted(client, command)

    assert json.loads(bytes(made.draft.body)) == {"model": "m", "input": "Hello there"}
    assert made.title == "Hello there"
    assert told["key_dropped"]
    assert told["left_out"] == ["--retry"]
    assert told["address"] == "https://api.example.org/v1"
    page = client.get(f"/sessions/{made.pk}/").content.decode()
    for words in ("A key was in it and was dropped", "--retry", "to which you have no connection", "Nothing has run"):
        assert words in page
    assert not Run.objects.exists()
    assert KEY not in page
    assert KEY not in json.dumps(list(Draft.objects.values_list("form", flat=True)))


def test_a_form_without_a_file_is_read_as_browsers_send_it(client: Client, owner: User) -> None:
    """A file that nobody chose comes as a part with an empty name, which is no file."""
    parts = {"text": 'name="text"\r\n\r\n{"model": "m", "input": "Hi"}', "file": 'name="file"; filename=""\r\n\r\n'}
    body = "".join(f"--edge\r\nContent-Disposition: form-data; {part}\r\n" for part in parts.values()) + "--edge--\r\n"

    answer = client.generic("POST", "/import/", body, content_type="multipart/form-data; boundary=edge")

    assert answer.status_code == 302
    assert Session.objects.get().draft.endpoint == "responses"


def test_it_uses_the_connection_to_where_it_went(client: Client, owner: User) -> None:
    lab = Connection.objects.create(owner=owner, name="Lab", base_url="https://API.example.org/v1/")
    body = """-d '{"model": "m", "messages": []}'"""

    made, told = pasted(client, f"curl https://api.example.org/v1/chat/completions {body}")
    sandbox, _told = pasted(client, f"curl http://testserver/sandbox/v1/chat/completions {body}")

    assert (made.draft.endpoint, made.draft.connection, told["address"]) == ("chat", lab, "")
    assert sandbox.draft.connection_id == SANDBOX_ID


def test_somebody_elses_connection_is_not_used(client: Client, owner: User) -> None:
    stranger = User.objects.create(username="somebody-else")
    Connection.objects.create(owner=stranger, name="Theirs", base_url="https://api.example.org/v1")

    made, told = pasted(client, """curl https://api.example.org/v1/responses -d '{"model": "m", "input": "x"}'""")

    assert made.draft.connection_id == SANDBOX_ID
    assert told["address"]


@pytest.mark.parametrize(
    "text",
    [
        '{"model": "m", "input": "Hi"}',
        'client.responses.create(model="m", input="Hi")',
        'await client.responses.create({ model: "m", input: "Hi" });',
        """http POST https://api.example.org/v1/responses --raw '{"model": "m", "input": "Hi"}'""",
    ],
)
def test_whatever_people_paste_is_the_same_request(client: Client, owner: User, text: str) -> None:
    made, _told = pasted(client, text)

    assert json.loads(bytes(made.draft.body)) == {"model": "m", "input": "Hi"}


def test_a_request_link_is_read_too(client: Client, owner: User) -> None:
    link = f"http://other.example/new#{links.fragment('chat', {'model': 'm', 'messages': []})}"

    made, told = pasted(client, link)

    assert (made.draft.endpoint, told["source"]) == ("chat", "link")


def test_a_share_link_leads_to_its_page(client: Client, owner: User) -> None:
    """That page says what would be taken over, and takes it. A link to elsewhere leads nowhere."""
    ours = client.post("/import/", {"text": " http://testserver/s/some-token_1/?run=2 \n"})
    theirs = client.post("/import/", {"text": "https://elsewhere.example/s/some-token_1/"})

    assert (ours.status_code, ours["Location"]) == (302, "/s/some-token_1/")
    assert theirs.status_code == 422
    assert "another playground" in theirs.content.decode()
    assert not Session.objects.exists()


def test_a_secret_in_the_body_is_dropped_and_that_is_said(client: Client, owner: User) -> None:
    tool = {"type": "mcp", "server_label": "s", "server_url": "https://example.org", "authorization": "mcp-token-123"}

    made, told = pasted(client, json.dumps({"model": "m", "input": "x", "tools": [tool]}))

    assert told["key_dropped"]
    assert b"mcp-token-123" not in bytes(made.draft.body)


def test_what_cannot_be_read_is_said_and_stays_to_be_mended(client: Client, owner: User) -> None:
    answer = client.post("/import/", {"text": "<b>no request</b>"})

    assert answer.status_code == 422
    assert "Nothing was imported" in answer.content.decode()
    assert "&lt;b&gt;no request&lt;/b&gt;</textarea>" in answer.content.decode()
    assert not Session.objects.exists()


def test_the_note_goes_with_the_first_change(client: Client, owner: User) -> None:
    made, _told = pasted(client, '{"model": "m", "input": "Hi"}')

    client.post(f"/sessions/{made.pk}/draft/", {"~endpoint": "responses", "~view": "json", "~json": '{"model": "m"}'})

    assert "Nothing has run" not in client.get(f"/sessions/{made.pk}/").content.decode()


def test_nobody_elses_sessions_or_runs_leave(client: Client, owner: User) -> None:
    """Attack 68."""
    stranger = User.objects.create(username="somebody-else")
    theirs = session(stranger, "Not yours")

    assert client.get(f"/sessions/{theirs.pk}/export.json").status_code == 404
    assert client.get(f"/runs/{theirs.runs.get().pk}/export.json").status_code == 404
    assert client.post("/sessions/export.json", {"session": str(theirs.pk)}).status_code == 404
    mine = session(owner, "mine")
    both = client.post("/sessions/export.md", {"session": [str(theirs.pk), str(mine.pk)]}).content
    assert b"Not yours" not in both
