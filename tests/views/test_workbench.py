"""The workbench's own views: sessions are found through their owner, and the first visit has something to run."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from playground.models import Draft, Session, User
from playground.views.sessions import first_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client: Client) -> User:
    client.get("/")  # local mode makes its one owner at the first visit
    return User.objects.get()


@pytest.fixture
def foreign() -> Session:
    stranger = User.objects.create(username="somebody-else")
    return Session.objects.create(owner=stranger, title="Not yours")


def test_the_first_visit_opens_an_example_that_visibly_streams(client: Client) -> None:
    answer = client.get("/", follow=True)

    assert answer.status_code == 200
    draft = Draft.objects.get()
    assert json.loads(bytes(draft.body))["stream"] is True
    assert draft.connection
    assert draft.connection.is_sandbox


def test_the_example_is_made_once(client: Client, owner: User) -> None:
    client.get("/")

    assert first_session(owner) == Session.objects.get()


def test_the_start_leads_to_the_newest_session(client: Client, owner: User) -> None:
    newer = Session.objects.create(owner=owner, updated=timezone.now() + timedelta(minutes=1))

    assert client.get("/")["Location"] == f"/sessions/{newer.pk}/"


def test_a_session_of_somebody_else_is_not_there(client: Client, owner: User, foreign: Session) -> None:
    assert client.get(f"/sessions/{foreign.pk}/").status_code == 404
    assert client.post(f"/sessions/{foreign.pk}/title/", {"title": "mine now"}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.title == "Not yours"


def test_a_run_that_is_not_of_this_session_is_not_there(client: Client, owner: User) -> None:
    address = f"/sessions/{Session.objects.get().pk}/"

    assert client.get(address, {"run": "0" * 32}).status_code == 404
    assert client.get(address, {"run": "<script>"}).status_code == 404


def test_a_new_session_keeps_endpoint_and_connection(client: Client, owner: User) -> None:
    Draft.objects.update(endpoint="chat")

    answer = client.post("/sessions/new/")

    started = Draft.objects.select_related("connection").get(session_id=answer["Location"].split("/")[2])
    assert started.endpoint == "chat"
    assert started.connection
    assert started.connection.is_sandbox


def test_a_title_is_one_line_that_every_database_can_hold(client: Client, owner: User) -> None:
    session = Session.objects.get()

    client.post(f"/sessions/{session.pk}/title/", {"title": "  a\x00\n b  " + "x" * 300})

    session.refresh_from_db()
    assert session.title.startswith("a\u2400 b xxx")
    assert len(session.title) == 200
