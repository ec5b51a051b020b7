"""The request pane over HTTP: drafts, changes to the whole, parts, preview; whose they are and what they never keep."""

import base64
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from playground.accounts.owner import local_owner
from playground.api.endpoints import CHAT, RESPONSES, Endpoint
from playground.models import SANDBOX_ID, Connection, Draft, Session, User
from playground.secrets import Secret
from tests.forms.drawing import sent, written
from tests.forms.test_uploads import png

ASKED = {"model": "m", "input": "hello"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return local_owner()


@pytest.fixture
def mine(client: Client, user: User) -> Client:
    return client


@pytest.fixture
def session(user: User) -> Session:
    made = Session.objects.create(owner=user)
    Draft.objects.create(session=made, connection_id=SANDBOX_ID, body=json.dumps(ASKED).encode())
    return made


def fields(endpoint: Endpoint, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    data: dict[str, Any] = dict(sent(written(endpoint, body)).lists())
    return {**data, "~endpoint": endpoint.slug, "~view": "form", "~connection": str(SANDBOX_ID), **more}


def draft_of(session: Session) -> Draft:
    return Draft.objects.get(session=session)


def test_a_draft_keeps_what_stands_in_the_form(mine: Client, session: Session) -> None:
    answer = mine.post(f"/sessions/{session.pk}/draft/", fields(RESPONSES, {**ASKED, "temperature": None, "zz": [1]}))

    assert answer.status_code == 200
    assert json.loads(bytes(draft_of(session).body)) == {**ASKED, "temperature": None, "zz": [1]}


def test_a_draft_answers_with_what_there_is_to_say(mine: Client, session: Session) -> None:
    answer = mine.post(
        f"/sessions/{session.pk}/draft/", fields(RESPONSES, {**ASKED, "temperature": 3})
    ).content.decode()

    assert '<template data-at="temperature">' in answer
    assert "Send it anyway" in answer


@pytest.mark.parametrize("view", ["form", "json"])
def test_a_long_file_is_shown_short_in_either_view_and_whole_on_demand(
    mine: Client, session: Session, settings: Any, tmp_path: Path, view: str
) -> None:
    settings.UPLOADS = tmp_path / "uploads"
    url = "data:image/png;base64," + base64.b64encode(png(3, 4) + bytes(5000)).decode()
    body = {"model": "m", "input": [{"role": "user", "content": [{"type": "input_image", "image_url": url}]}]}
    data = fields(RESPONSES, body)
    if view == "json":
        data = {"~endpoint": "responses", "~view": "json", "~json": json.dumps(body)}

    answer = mine.post(f"/sessions/{session.pk}/draft/", data).content.decode()

    short = json.loads(bytes(draft_of(session).body))["input"][0]["content"][0]["image_url"]
    assert short.startswith("attachment:")
    assert short in answer, "the page is told what stands there now"
    assert url not in mine.get(f"/sessions/{session.pk}/").content.decode()
    preview = mine.post(f"/sessions/{session.pk}/preview/", data).content.decode()
    assert url[:50] in preview
    assert url not in preview
    assert url in mine.post(f"/sessions/{session.pk}/preview/", {**data, "~whole": "1"}).content.decode()


def test_a_draft_never_keeps_a_secret(mine: Client, session: Session) -> None:
    tool = {"type": "mcp", "server_label": "l", "authorization": "canary-token"}
    domain = {"domain": "example.com", "name": "N", "value": "canary-secret"}
    shell = {
        "type": "code_interpreter",
        "container": {"type": "auto", "network_policy": {"type": "allowlist", "domain_secrets": [domain]}},
    }
    body = {**ASKED, "tools": [tool, shell]}

    for data in (
        fields(RESPONSES, body),
        fields(RESPONSES, body, **{"tools~state": ["absent"]}),
        {"~endpoint": "responses", "~view": "json", "~json": json.dumps(body)},
    ):
        mine.post(f"/sessions/{session.pk}/draft/", data)
        kept = draft_of(session)
        assert b"canary" not in bytes(kept.body)
        assert "canary" not in json.dumps(kept.form)


def test_somebody_elses_session_is_not_found(mine: Client) -> None:
    theirs = Session.objects.create(owner=User.objects.create(username="other"))

    for address in ("draft", "request", "preview"):
        assert mine.post(f"/sessions/{theirs.pk}/{address}/", fields(RESPONSES, ASKED)).status_code == 404
    assert mine.post(f"/sessions/{uuid.uuid4()}/draft/", {}).status_code == 404


def test_somebody_elses_connection_is_not_taken(mine: Client, session: Session) -> None:
    theirs = Connection.objects.create(
        owner=User.objects.create(username="other"),
        name="theirs",
        base_url="https://example.com",
        key=Secret("canary"),
        headers=Secret(""),
    )

    mine.post(f"/sessions/{session.pk}/draft/", fields(RESPONSES, ASKED, **{"~connection": str(theirs.pk)}))
    preview = mine.post(f"/sessions/{session.pk}/preview/", fields(RESPONSES, ASKED, **{"~connection": str(theirs.pk)}))

    assert draft_of(session).connection is None
    assert "example.com" not in preview.content.decode()


def test_the_preview_masks_the_key(mine: Client, session: Session, user: User) -> None:
    own = Connection.objects.create(
        owner=user,
        name="own",
        base_url="https://example.com/v1",
        key=Secret("canary-key"),
        headers=Secret('{"X-Team": "canary-header"}'),
    )

    page = mine.post(
        f"/sessions/{session.pk}/preview/", fields(CHAT, {"model": "m"}, **{"~connection": str(own.pk)})
    ).content.decode()

    assert "POST https://example.com/v1/chat/completions" in page
    assert "Authorization" in page
    assert "X-Team" in page
    assert "canary" not in page


@pytest.mark.parametrize(
    "do",
    [
        "",
        "nonsense",
        "endpoint:nowhere",
        "example:none",
        "fix:",
        "fix:{}",
        'fix:{"operations": [{"do": "exec"}]}',
        "undo",
    ],
)
def test_an_action_that_is_none_is_refused(mine: Client, session: Session, do: str) -> None:
    answer = mine.post(f"/sessions/{session.pk}/request/", fields(RESPONSES, ASKED, **{"~do": do}))

    assert answer.status_code == 400
    assert json.loads(bytes(draft_of(session).body)) == ASKED


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"~do": "add"},
        {"~do": "add", "~address": "temperature", "~at": "temperature"},
        {"~do": "form", "~address": "tools", "~at": "tools"},
        {"~do": "blank", "~address": "tools.[]", "~at": "tools.0"},
        {"~do": "card", "~address": "tools", "~at": "tools"},
        {"~do": "add", "~address": "nowhere.[].:x", "~at": "a"},
        {"~do": "__class__", "~address": "tools", "~at": "tools"},
    ],
)
def test_a_part_that_is_none_is_refused(mine: Client, asked: dict[str, str]) -> None:
    assert mine.post("/request/responses/part/", asked).status_code == 400
    assert mine.post("/request/nowhere/part/", asked).status_code == 400


def test_a_part_escapes_the_name_it_is_given(mine: Client) -> None:
    asked = {"~do": "add", "~address": "tools", "~at": '"><script>', "~option": "function=function"}

    assert "<script>" not in mine.post("/request/responses/part/", asked).content.decode()


def test_switching_there_and_back_loses_nothing(mine: Client, session: Session) -> None:
    body = {
        **ASKED,
        "truncation": "auto",
        "include": ["file_search_call.results"],
        "reasoning": {"effort": "low", "summary": "auto"},
    }
    mine.post(f"/sessions/{session.pk}/request/", fields(RESPONSES, body, **{"~do": "endpoint:chat"}))
    there = json.loads(bytes(draft_of(session).body))
    assert there["reasoning_effort"] == "low"
    mine.post(f"/sessions/{session.pk}/draft/", fields(CHAT, there))

    mine.post(f"/sessions/{session.pk}/request/", fields(CHAT, there, **{"~do": "endpoint:responses"}))

    assert json.loads(bytes(draft_of(session).body)) == body


def test_what_could_be_brought_back_outlives_the_next_keystroke(mine: Client, session: Session) -> None:
    mine.post(f"/sessions/{session.pk}/request/", fields(RESPONSES, {**ASKED, "top_p": 1}, **{"~do": "reset"}))
    mine.post(f"/sessions/{session.pk}/draft/", fields(RESPONSES, {**ASKED, "stream": False}))

    mine.post(f"/sessions/{session.pk}/request/", fields(RESPONSES, {**ASKED, "stream": False}, **{"~do": "undo"}))

    assert json.loads(bytes(draft_of(session).body)) == {**ASKED, "top_p": 1}


def test_a_form_that_cannot_be_sent_comes_back_with_422(mine: Client, session: Session) -> None:
    data = fields(RESPONSES, {**ASKED, "temperature": 9})

    whole = mine.post(f"/sessions/{session.pk}/runs/", data)
    part = mine.post(f"/sessions/{session.pk}/runs/", data, headers={"HX-Request": "true"})

    assert (whole.status_code, part.status_code) == (422, 422)
    assert "<html" in whole.content.decode()
    assert part["HX-Retarget"] == "#request-pane"
    for answer in (whole, part):
        page = answer.content.decode()
        assert "1 parameter needs a look" in page
        assert 'name="temperature" value="9"' in page


def test_keys_that_have_no_control_go_along_with_a_run(mine: Client, session: Session) -> None:
    """Their note has no parameter's name before it. The request is wrong otherwise, so that nothing starts."""
    body = {"zz": {"kept": None}, **ASKED, "temperature": 3}

    answer = mine.post(f"/sessions/{session.pk}/runs/", fields(RESPONSES, body))

    assert answer.status_code == 422
    assert json.loads(bytes(draft_of(session).body)) == body


def test_the_page_shows_its_view_and_endpoint_by_address(mine: Client, session: Session) -> None:
    page = mine.get(f"/sessions/{session.pk}/?view=json&endpoint=chat").content.decode()

    assert 'name="~json"' in page
    assert 'name="~endpoint" value="chat"' in page
    assert "&quot;messages&quot;" in page
