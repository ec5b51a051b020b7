"""The presenter's page: what it offers, what it runs, and what nobody in the room must read. Attack case 88."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import pytest

from tests.linking import QUICK, connect, finished_run, new_session
from tests.services import wait_until
from tests.serving import Server, Servers
from tests.visiting import Visitor

KEY = "sk-live-" + "a1B2" * 6
MAIL = "ann@example.org"
HOST = "lab.internal:8443"
STORY = {"model": "sandbox-echo", "input": "A story about {{animal}} for {{listener}}.", "stream": True}


@pytest.fixture(scope="module")
def server(start_server: Servers) -> Server:
    return start_server(QUICK)


@pytest.fixture(scope="module")
def visitor(server: Server) -> Visitor:
    return Visitor(server)


def present_run(visitor: Visitor, session: str, prompt: str, **values: str) -> Any:
    form = {"prompt": prompt, "run": str(uuid.uuid4()), **{f"blank.{name}": value for name, value in values.items()}}
    return visitor.post(f"/sessions/{session}/present/run/", form)


def ended(visitor: Visitor, run: str) -> None:
    wait_until(lambda: "status--ok" in visitor.get(f"/runs/{run}/state").text, "the end of the run")


def told(visitor: Visitor, path: str) -> str:
    """All text of a page or of a recording."""
    answer = visitor.get(path)
    assert answer.status_code == 200, path
    return answer.text


def test_each_request_of_the_session_is_a_prompt_once(visitor: Visitor) -> None:
    first, session = finished_run(visitor, STORY)
    finished_run(visitor, STORY, session)
    finished_run(visitor, {"model": "sandbox-echo", "input": "A story about a fox for a child."}, session)

    page = told(visitor, f"/sessions/{session}/present/")

    assert page.count('class="prompt"') == 2  # the third has no `stream`: it is another request
    assert f'data-prompt="r-{first}"' in page
    assert "2 blanks to fill in" in page


def test_what_is_filled_in_is_run_and_becomes_the_recording_of_its_prompt(visitor: Visitor) -> None:
    first, session = finished_run(visitor, STORY)

    begun = present_run(visitor, session, f"r-{first}", animal="a lighthouse", listener="a board").json()
    ended(visitor, begun["run"])

    page = told(visitor, f"/sessions/{session}/present/")
    assert page.count('class="prompt"') == 1
    assert begun["recording"] in page
    assert "a lighthouse" in page
    assert "A story about a lighthouse for a board." in told(visitor, f"/runs/{begun['run']}/export.json")
    assert "Run 2 of 2" in told(visitor, f"/sessions/{session}/")


def test_a_blank_that_is_empty_and_a_field_that_is_not_ours_run_nothing(visitor: Visitor) -> None:
    first, session = finished_run(visitor, STORY)

    empty = present_run(visitor, session, f"r-{first}", animal="a fox", listener=" ")
    odd = present_run(visitor, session, f"r-{first}", animal="a fox", listener="x", owner="1")
    none = present_run(visitor, session, f"r-{uuid.uuid4()}")

    assert (empty.status_code, odd.status_code, none.status_code) == (422, 400, 404)
    assert empty.json() == {"sentence": "Fill in every blank."}
    assert "Run 1 of 1" in told(visitor, f"/sessions/{session}/")


def test_the_same_run_twice_is_one(visitor: Visitor) -> None:
    first, session = finished_run(visitor)
    form = {"prompt": f"r-{first}", "run": str(uuid.uuid4())}

    answers = [visitor.post(f"/sessions/{session}/present/run/", form).json()["run"] for _ in range(2)]

    assert answers == [form["run"]] * 2
    assert "Run 2 of 2" in told(visitor, f"/sessions/{session}/")


def test_a_prompt_whose_connection_is_gone_says_so(visitor: Visitor) -> None:
    lab = connect(visitor, "http://127.0.0.1:9/v1")
    form: dict[str, str] = {"~connection": lab}
    failed, session = finished_run(visitor, {"model": "m", "input": "Only there"}, **form)
    visitor.post(f"/connections/{lab}/delete/")

    answer = present_run(visitor, session, f"r-{failed}")

    assert answer.status_code == 409
    assert "connection" in answer.json()["sentence"]


def test_chosen_prompts_are_remembered_and_presets_can_be_among_them(visitor: Visitor) -> None:
    first, session = finished_run(visitor)
    finished_run(visitor, STORY, session)
    visitor.post(f"/sessions/{session}/preset/", {"name": "Kept request"})
    page = told(visitor, f"/sessions/{session}/present/")
    preset = "p-" + page.partition('value="p-')[2].partition('"')[0]
    assert f'data-prompt="{preset}"' not in page

    answer = visitor.post(f"/sessions/{session}/present/prompts/", {"prompt": [f"r-{first}", preset, "r-nothing"]})

    page = told(visitor, f"/sessions/{session}/present/")
    assert answer.status_code == 302
    assert page.count('class="prompt"') == 2
    assert f'data-prompt="{preset}"' in page
    begun = present_run(visitor, session, preset, animal="a fox", listener="all")
    assert begun.status_code == 200


def test_prompts_are_shown_in_the_order_they_were_put_in(visitor: Visitor) -> None:
    first, session = finished_run(visitor)
    second, _ = finished_run(visitor, STORY, session)
    ids = [f"r-{first}", f"r-{second}"]

    def shown(**form: object) -> list[str]:
        answer = visitor.post(f"/sessions/{session}/present/prompts/", {"prompt": ids, **form})
        return re.findall(r'data-prompt="([^"]+)"', told(visitor, answer.headers["location"]))

    assert shown() == ids
    assert shown(later=ids[0]) == ids[::-1]
    assert shown(earlier=ids[1]) == ids[::-1]
    assert shown(earlier=ids[0]) == ids, "the first one stays the first"
    assert shown(later="r-nothing") == ids


def test_a_session_without_runs_says_what_to_do(visitor: Visitor) -> None:
    page = told(visitor, f"/sessions/{new_session(visitor)}/present/")

    assert "Nothing to present yet" in page


def test_88_nothing_on_the_page_or_in_its_recordings_is_a_key_a_host_or_a_mail_address(visitor: Visitor) -> None:
    connect(visitor, f"http://{HOST}/v1")
    said = f"Use {KEY} at http://{HOST}/v1 and write to {MAIL}, please"
    body = {"model": "sandbox-echo", "input": said, "instructions": f"Ask {MAIL}", "stream": True}
    run, session = finished_run(visitor, {**body, "metadata": {"to": MAIL}})
    visitor.post(f"/sessions/{session}/title/", {"title": f"Demo for {MAIL}"})

    page = told(visitor, f"/sessions/{session}/present/?run={run}")
    recording = told(visitor, f"/runs/{run}/recording?room")
    asked_for = str(visitor.get(f"/runs/{run}/state?room&after=0").json())  # where websockets are blocked

    for text in (page, recording, asked_for):
        assert "•••" in text
        assert not [secret for secret in (KEY, MAIL, "lab.internal") if secret in text]
    assert MAIL in told(visitor, f"/runs/{run}/recording")
    assert MAIL in told(visitor, f"/runs/{run}/state?after=0")
    assert json.loads(recording.splitlines()[-1])[1]["end"] == "finished"
    links = {"/connections/", "/links/", "/presets/", "/accounts/"}
    assert not [link for link in links if f'href="{link}' in page]


def test_88_what_was_filled_in_comes_back_without_what_a_room_must_not_read(visitor: Visitor) -> None:
    connect(visitor, f"http://{HOST}/v1")
    first, session = finished_run(visitor, STORY)

    begun = present_run(visitor, session, f"r-{first}", animal=f"{MAIL} at {HOST}", listener="a board").json()
    ended(visitor, begun["run"])

    assert begun["values"] == {"animal": "••• at •••", "listener": "a board"}
    assert f"A story about {MAIL} at {HOST} for a board." in told(visitor, f"/runs/{begun['run']}/export.json")
