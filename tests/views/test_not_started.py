"""What is said when a run may not begin: beside what was pressed, and nothing that stood there is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from playground.accounts.owner import local_owner
from playground.models import SANDBOX_ID, Connection, Run
from tests.runs import streams
from tests.runs.finished import finished

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def run(settings: LazySettings) -> Run:
    """It has ended, and no other may begin."""
    settings.RUNS_AT_ONCE_PER_USER = 0
    return finished(local_owner(), streams.whole(["Hi"]), connection=Connection.objects.get(pk=SANDBOX_ID))


@pytest.mark.parametrize(
    ("deed", "form"),
    [("next", {"way": "previous_response_id", "text": "Two"}), ("again", {}), ("try/sandbox", {})],
)
def test_who_goes_on_from_a_run_keeps_it_and_what_was_typed(
    client: Client, run: Run, deed: str, form: dict[str, Any]
) -> None:
    answer = client.post(f"/runs/{run.pk}/{deed}/", form, headers=HTMX)

    assert answer.status_code == 422
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#next-said", "innerHTML")
    assert 'id="next-said"' in client.get(f"/runs/{run.pk}/next/", headers=HTMX).content.decode()
    assert "0 of your runs are still going" in answer.content.decode()
    assert Run.objects.count() == 1


@pytest.mark.parametrize("beside", [True, False])
def test_who_runs_the_form_is_led_back_to_the_run_that_was_there(client: Client, run: Run, beside: bool) -> None:
    form = {"~endpoint": "responses", "~view": "json", "~json": json.dumps({"model": "m", "input": "go"})}
    place = {"~parent": run.pk} if beside else {}
    answer = client.post(f"/sessions/{run.session_id}/runs/", {**form, **place}, headers=HTMX)

    assert answer.status_code == 422
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#run", "innerHTML")
    page = answer.content.decode()
    assert "0 of your runs are still going" in page
    assert ("Back to run 1" in page) == beside
    assert (f'name="~parent" value="{run.pk}"' in page) == beside, "the next run is still held against it"


def test_without_a_script_it_is_a_page_with_a_way_back(client: Client, run: Run) -> None:
    answer = client.post(f"/runs/{run.pk}/again/")

    assert answer.status_code == 429
    assert f'href="/sessions/{run.session_id}/?run={run.pk}#run"' in answer.content.decode()
