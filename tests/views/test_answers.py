"""The form that answers the calls of a run: which box or button each of them has."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from playground.accounts.owner import local_owner
from playground.models import Run, User
from tests.runs.finished import finished
from tests.runs.streams import response

HTMX = {"HX-Request": "true"}
APPROVAL = {"type": "mcp_approval_request", "server_label": "notes", "name": "look_up", "arguments": "{}"}


@pytest.fixture
def owner(db: None) -> User:
    return local_owner()


def waiting(owner: User, *items: dict[str, Any]) -> Run:
    output = [{"id": f"it_{at}", "call_id": f"call_{at}", **item} for at, item in enumerate(items)]
    answer = json.dumps(response("completed", output=output)).encode()
    return finished(owner, answer, body={"model": "m", "input": "go"}, plain=True)


def foot(client: Client, run: Run) -> str:
    return client.get(f"/runs/{run.pk}/next/", headers=HTMX).content.decode()


def test_a_call_that_asks_for_approval_has_two_buttons(client: Client, owner: User) -> None:
    shown = foot(client, waiting(owner, APPROVAL))

    assert shown.count('<button type="submit" class="btn btn--small" name="output:0"') == 2
    assert "<textarea" not in shown
    assert "Keep these answers" not in shown


def test_several_calls_are_decided_one_by_one_and_no_text_for_all_allows_one(client: Client, owner: User) -> None:
    run = waiting(owner, APPROVAL, APPROVAL, {"type": "local_shell_call", "status": "completed", "action": {}})
    shown = foot(client, run)
    assert shown.count('type="radio"') == 4
    assert shown.count("<textarea") == 1

    typed = {"output:0": "deny", "output:1": "yes", "output:2": "", "same": "approve", "way": "items"}
    refused = client.post(f"/runs/{run.pk}/next/", typed, headers=HTMX)

    assert refused.status_code == 422
    assert 'value="deny" checked' in refused.content.decode()
    assert refused.content.decode().count("waits for an answer") == 1, "the shell took the text for all"


def test_checks_that_an_answer_confirms_are_named(client: Client, owner: User) -> None:
    checks = [{"id": "sc_1", "message": "An <odd> domain"}]

    shown = foot(client, waiting(owner, {"type": "computer_call", "pending_safety_checks": checks}))

    assert "An answer confirms these safety checks" in shown
    assert "An &lt;odd&gt; domain" in shown
    assert "computer_screenshot" in shown


def test_the_older_call_of_chat_has_a_box(client: Client, owner: User) -> None:
    message = {"role": "assistant", "content": None, "function_call": {"name": "weather", "arguments": "{}"}}
    answer = {"choices": [{"index": 0, "finish_reason": "function_call", "message": message}]}
    run = finished(owner, json.dumps(answer).encode(), endpoint="chat", body={"model": "m"}, plain=True)

    assert "What weather gives back" in foot(client, run)
