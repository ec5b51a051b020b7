"""A request that was written and not sent can be brought back after another took its place in the form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from playground.accounts.owner import local_owner
from playground.api import documents
from playground.models import SANDBOX_ID, Connection, Draft, Run
from tests.runs import streams
from tests.runs.finished import SENSE, finished

pytestmark = pytest.mark.django_db
OFFER = "Bring it back"


@pytest.fixture
def run() -> Run:
    sandbox = Connection.objects.get(pk=SANDBOX_ID)
    return finished(local_owner(), streams.whole(["Hi"]), body=documents.write(SENSE), connection=sandbox)


def write(run: Run, body: dict[str, Any]) -> None:
    Draft.objects.create(session=run.session, endpoint="responses", body=json.dumps(body, indent=2).encode())


def test_the_request_of_a_run_takes_the_place_of_another_and_gives_it_back(client: Client, run: Run) -> None:
    write(run, {"model": "m", "input": "Something long and new"})

    page = client.post(f"/runs/{run.pk}/edit/", follow=True).content.decode()
    assert OFFER in page
    assert "Something long and new" not in page

    form = {"~endpoint": "responses", "~view": "json", "~json": json.dumps(SENSE), "~do": "undo"}
    client.post(f"/sessions/{run.session_id}/request/", form)
    assert "Something long and new" in client.get(f"/sessions/{run.session_id}/").content.decode()


@pytest.mark.parametrize("sent", [True, False])
def test_what_was_sent_is_with_its_run_and_not_offered(client: Client, run: Run, sent: bool) -> None:
    if sent:
        write(run, SENSE)

    assert OFFER not in client.post(f"/runs/{run.pk}/edit/", follow=True).content.decode()
