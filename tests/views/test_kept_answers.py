"""Answers to a tool's calls that were kept to be offered again, and how one gets rid of them."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from playground.accounts.owner import local_owner
from playground.api.calls import Call
from playground.models import CannedOutput, Run, User
from playground.views.run_next import Answer
from tests.runs.finished import finished
from tests.runs.streams import response

CALL = {"type": "function_call", "name": "get_weather", "arguments": "{}", "status": "completed"}
CALLS = [{**CALL, "id": f"fc_{number}", "call_id": f"call_{number}"} for number in (1, 2)]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def owner(db: None) -> User:
    return local_owner()


@pytest.fixture
def run(owner: User) -> Run:
    """It waits for two answers, and two were kept."""
    for text in ("sunny", "rain"):
        CannedOutput.objects.create(owner=owner, tool="get_weather", output=text)
    answer = response("completed", output=CALLS)
    return finished(owner, json.dumps(answer).encode(), body={"model": "m", "input": "go"}, plain=True)


def kept(text: str) -> CannedOutput:
    found: CannedOutput = CannedOutput.objects.get(output=text)
    return found


def test_each_kept_answer_can_be_forgotten(client: Client, run: Run) -> None:
    before = client.get(f"/runs/{run.pk}/next/", headers=HTMX).content.decode()
    assert before.count("Forget sunny") == before.count("Forget rain") == 2, "at both calls of the tool"
    assert '<details class="fold" open>' not in before

    typed = {"forget": kept("sunny").pk, "output:0": "<hail>", "canned:1": "rain", "same": "fog", "choice": "0"}
    after = client.post(f"/runs/{run.pk}/next/", typed, headers=HTMX).content.decode()

    assert [each.output for each in CannedOutput.objects.all()] == ["rain"]
    assert "sunny" not in after
    assert after.count('<details class="fold" open>') == 2, "one may go on tidying up"
    assert "&lt;hail&gt;</textarea>" in after, "what was typed is still there"
    assert 'value="fog"' in after
    assert "Every call needs an answer" not in after
    assert Run.objects.count() == 1, "nothing was sent"


def test_without_a_script_the_run_comes_back(client: Client, run: Run) -> None:
    answer = client.post(f"/runs/{run.pk}/next/", {"forget": kept("sunny").pk, "choice": "0"})

    assert answer.status_code == 302
    assert answer["Location"] == f"/sessions/{run.session_id}/?run={run.pk}#run"
    assert [each.output for each in CannedOutput.objects.all()] == ["rain"]


@pytest.mark.parametrize("number", ["", "-1", "x", "9" * 40, "٣"])
def test_a_number_that_is_none_forgets_nothing(client: Client, run: Run, number: str) -> None:
    assert client.post(f"/runs/{run.pk}/next/", {"forget": number}).status_code == 302

    assert CannedOutput.objects.count() == 2


@pytest.mark.parametrize("name", ["half \ud83d of a pair", "a\0b", "x" * 300], ids=["half", "nul", "long"])
def test_a_tool_of_any_name_is_answered_and_its_answer_kept(client: Client, owner: User, name: str) -> None:
    answer = response("completed", output=[{**CALLS[0], "name": name, "call_id": name}])
    asked = finished(owner, json.dumps(answer).encode(), body={"model": "m", "input": "go"}, plain=True)
    waiting = client.get(f"/runs/{asked.pk}/next/", headers=HTMX)
    assert waiting.status_code == 200
    CannedOutput.objects.create(owner=owner, tool=Answer(Call(name, name, "{}", "function")).tool, output="sunny")

    assert "Forget sunny" in client.get(f"/runs/{asked.pk}/next/", headers=HTMX).content.decode()


def test_somebody_elses_answer_stays(client: Client, run: Run) -> None:
    other = User.objects.create(username="other")
    theirs = CannedOutput.objects.create(owner=other, tool="get_weather", output="snow")

    client.post(f"/runs/{run.pk}/next/", {"forget": theirs.pk})

    assert kept("snow") == theirs
