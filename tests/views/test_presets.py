"""Requests under a name, with blanks."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground.models import SANDBOX_ID, Audience, Connection, Draft, Preset, Run, Session, User

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def owner(client: Client) -> User:
    client.get("/")
    Session.objects.all().delete()
    return User.objects.get()


def session(owner: User, body: Any = None, form: Any = None) -> Session:
    made = Session.objects.create(owner=owner, title="Mine")
    sent = json.dumps(body or {"model": "m", "input": "Tell me about {{topic}}"}).encode()
    Draft.objects.create(session=made, endpoint="responses", connection_id=SANDBOX_ID, body=sent, form=form or {})
    return made


def preset(owner: User, name: str = "Story", **body: Any) -> Preset:
    sent = {"model": "m", "input": "Tell {{who}} about {{topic}}", **body}
    return Preset.objects.create(
        owner=owner, name=name, endpoint="responses", connection_id=SANDBOX_ID, body=json.dumps(sent).encode()
    )


def test_the_request_of_a_session_is_kept_under_a_name(client: Client, owner: User) -> None:
    made = session(owner, form={"extra": '{"user": "{{who}}"}'})

    answer = client.post(f"/sessions/{made.pk}/preset/", {"name": "  A  story "}, follow=True)

    kept = Preset.objects.get()
    assert (kept.name, kept.endpoint, kept.connection_id) == ("A story", "responses", SANDBOX_ID)
    assert json.loads(bytes(kept.body))["user"] == "{{who}}"
    assert ">topic</bdi>" in answer.content.decode()
    assert ">who</bdi>" in answer.content.decode()


def test_another_of_the_same_name_is_replaced_only_when_that_was_said(client: Client, owner: User) -> None:
    made, before = session(owner), preset(owner)
    address = f"/sessions/{made.pk}/preset/"

    refused = client.post(address, {"name": "Story"})
    assert refused.status_code == 422
    assert "There is a preset of that name already." in refused.content.decode()
    client.post(address, {"name": "Story", "replace": "1"})

    assert Preset.objects.get().pk == before.pk
    assert json.loads(bytes(Preset.objects.get().body))["input"] == "Tell me about {{topic}}"


def test_without_a_name_or_with_broken_json_nothing_is_kept(client: Client, owner: User) -> None:
    made = session(owner)

    assert client.post(f"/sessions/{made.pk}/preset/", {"name": " "}).status_code == 422
    Draft.objects.update(body=b'{"model"', form={"view": "json"})
    broken = client.post(f"/sessions/{made.pk}/preset/", {"name": "x"})

    assert "broken JSON" in broken.content.decode()
    assert not Preset.objects.exists()


def test_filling_in_the_blanks_opens_a_new_session_and_runs_nothing(client: Client, owner: User) -> None:
    kept = preset(owner)

    answer = client.post(f"/presets/{kept.pk}/", {"blank.who": 'a "child"', "blank.topic": "{{who}}"})

    made = Session.objects.get()
    assert answer["Location"] == f"/sessions/{made.pk}/#request"
    assert made.title == "Story"
    assert json.loads(bytes(made.draft.body))["input"] == 'Tell a "child" about {{who}}'
    assert not Run.objects.exists()


def test_a_link_fills_in_blanks_and_does_nothing_else(client: Client, owner: User) -> None:
    kept = preset(owner)

    page = client.get(f"/presets/{kept.pk}/?topic=uni%3Ccorns%3E&other=x").content.decode()

    assert "uni&lt;corns&gt;</textarea>" in page
    assert not Session.objects.exists()


def carried_by(client: Client, kept: Preset) -> str:
    found = re.search(r"/new#([\w-]+)", client.get(f"/presets/{kept.pk}/").content.decode())
    assert found
    return found[1]


def test_a_preset_travels_as_a_link_whose_reader_fills_in_the_blanks(client: Client, owner: User) -> None:
    carried = carried_by(client, preset(owner))
    Preset.objects.all().delete()

    asked = client.post("/new/open/", {"request": carried})
    assert asked.status_code == 200
    assert [each in asked.content.decode() for each in (">who</bdi>", ">topic</bdi>")] == [True, True]
    short = client.post("/new/open/", {"request": carried, "blank.who": "me", "blank.topic": " "})
    assert short.status_code == 422
    assert "Fill in every blank." in short.content.decode()
    assert ">\nme</textarea>" in short.content.decode()
    assert not Session.objects.exists()

    filled = client.post("/new/open/", {"request": carried, "blank.who": "me", "blank.topic": '"}, {{who}}'})

    assert "Tell me about &quot;}, {{who}}</textarea>" in filled.content.decode()
    assert not Session.objects.exists()


def test_what_only_looks_like_a_blank_can_be_left_as_it_is(client: Client, owner: User) -> None:
    carried = carried_by(client, preset(owner))

    opened = client.post("/new/open/", {"request": carried, "as_it_is": "1"})

    assert "Tell {{who}} about {{topic}}</textarea>" in opened.content.decode()


def test_a_preset_too_long_for_a_link_offers_none(client: Client, owner: User) -> None:
    kept = preset(owner, instructions="".join(uuid.uuid4().hex for _ in range(600)))

    assert "/new#" not in client.get(f"/presets/{kept.pk}/").content.decode()


def test_the_form_of_a_link_takes_no_other_fields(client: Client, owner: User) -> None:
    """Attack 70."""
    form = {"request": carried_by(client, preset(owner)), "blank.who": "me", "blank.topic": "x"}

    for field in ("owner", "id", "blank.other", "connection"):
        assert client.post("/new/open/", {**form, field: "1"}).status_code == 400, field


def test_every_blank_wants_something(client: Client, owner: User) -> None:
    kept = preset(owner)

    answer = client.post(f"/presets/{kept.pk}/", {"blank.who": " ", "blank.topic": "x"})

    assert answer.status_code == 422
    assert "Fill in every blank." in answer.content.decode()
    assert not Session.objects.exists()


def test_a_preset_without_blanks_needs_one_click(client: Client, owner: User) -> None:
    kept = preset(owner, input="Hello")

    assert client.post(f"/presets/{kept.pk}/").status_code == 302


def test_a_blank_cannot_be_taken_for_a_field_of_ours(client: Client, owner: User) -> None:
    kept = preset(owner, input="{{name}} {{owner}} {{csrfmiddlewaretoken}}")
    values = {"blank.name": "a", "blank.owner": "b", "blank.csrfmiddlewaretoken": "c"}

    client.post(f"/presets/{kept.pk}/", values)

    assert json.loads(bytes(Draft.objects.get().body))["input"] == "a b c"
    assert client.post(f"/presets/{kept.pk}/", {**values, "owner": "2"}).status_code == 400


def test_a_connection_that_is_gone_gives_way_to_the_sandbox_and_that_is_said(client: Client, owner: User) -> None:
    stranger = User.objects.create(username="somebody-else")
    kept = preset(owner, input="Hello")
    kept.connection = Connection.objects.create(owner=stranger, name="theirs", base_url="https://example.org")
    kept.save()

    page = client.get(f"/presets/{kept.pk}/").content.decode()
    client.post(f"/presets/{kept.pk}/")

    assert "Its connection is gone or no longer yours" in page
    assert "theirs" not in page
    assert Draft.objects.get().connection_id == SANDBOX_ID


def test_a_secret_is_not_kept(client: Client, owner: User) -> None:
    tool = {"type": "mcp", "server_label": "s", "server_url": "https://example.org", "authorization": "mcp-token-123"}
    made = session(owner)
    Draft.objects.update(body=json.dumps({"model": "m", "input": "x", "tools": [tool]}).encode())

    client.post(f"/sessions/{made.pk}/preset/", {"name": "x"})

    assert b"mcp-token-123" not in bytes(Preset.objects.get().body)


def test_the_list_and_the_way_out_of_it(client: Client, owner: User) -> None:
    assert "No preset yet" in client.get("/presets/").content.decode()
    kept = preset(owner, "<b>Story</b>")

    listed = client.get("/presets/", headers=HTMX).content.decode()
    assert "&lt;b&gt;Story&lt;/b&gt;" in listed
    assert "2 blanks" in listed
    assert "No preset yet" in client.post(f"/presets/{kept.pk}/delete/", headers=HTMX).content.decode()
    assert not Preset.objects.exists()


def test_that_an_audience_loses_its_preset_is_said(client: Client, owner: User) -> None:
    kept, made = preset(owner), session(owner)
    limits = {"run_limit": 9, "token_limit": 9, "expires": timezone.now() + timedelta(days=1)}
    about = {"owner": owner, "preset": kept, "session": made, "connection_id": SANDBOX_ID}
    Audience.objects.create(token_hash="h", **about, **limits)

    assert "Its audience link closes with it." in client.get(f"/presets/{kept.pk}/").content.decode()


def test_nobody_elses_preset_is_there(client: Client, owner: User) -> None:
    stranger = User.objects.create(username="somebody-else")
    theirs = preset(stranger, "Not yours")

    assert client.get(f"/presets/{theirs.pk}/").status_code == 404
    assert client.post(f"/presets/{theirs.pk}/", {"blank.who": "x", "blank.topic": "y"}).status_code == 404
    assert client.post(f"/presets/{theirs.pk}/delete/").status_code == 404
    assert "Not yours" not in client.get("/presets/").content.decode()
    assert Preset.objects.count() == 1
