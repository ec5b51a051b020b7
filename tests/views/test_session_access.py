"""Who may do what with sessions, presets and comparisons: attack cases 64 and 67 to 70, on a team's server.

Every address is asked as nobody, as the owner of the thing, as another member, as the owner of the server and by an
account that was deactivated. What is not yours is not there: 404, the same as for an id that nobody has.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from tests.serving import Server, Servers
from tests.visiting import Visitor, become_owner, make_member, start_team

NAMES = r"session|preset|compare|import|run_export"
"""The families of addresses this file answers for; each of their names must stand in one of the tables below."""

FILE = {
    "format": "playground-sessions",
    "schema_version": 1,
    "sessions": [{"title": "Private plans", "tags": ["hidden"], "runs": []}],
}
RUN = {
    "endpoint": "responses",
    "model": "m",
    "request": {"json": {"model": "m", "input": "Private words"}},
    "status": "finished",
    "summary": {"text": "A private answer"},
}


@dataclass
class Things:
    """One of everything, Mara's."""

    session: str
    run: str
    preset: str


@pytest.fixture(scope="module")
def team(start_server: Servers) -> Server:
    return start_team(start_server)


@pytest.fixture(scope="module")
def people(team: Server) -> dict[str, Visitor]:
    chief = become_owner(team)
    found = {"chief": chief, "mara": make_member(chief, "mara"), "niko": make_member(chief, "niko")}
    found["gone"] = make_member(chief, "gone")
    page = chief.get("/accounts/").text
    ids = [int(each) for each in re.findall(r"/accounts/(\d+)/deactivate/", page)]
    assert chief.post(f"/accounts/{max(ids)}/deactivate/").status_code == 302
    return {**found, "nobody": Visitor(team)}


@pytest.fixture
def things(people: dict[str, Visitor]) -> Things:
    made = json.loads(json.dumps(FILE))
    made["sessions"][0]["runs"] = [RUN]
    mara = people["mara"]
    answer = mara.post("/import/", {"text": json.dumps(made)})
    session = answer.headers["location"].split("/")[2]
    run = re.search(r'data-run="([\w-]{36})"', mara.get(f"/sessions/{session}/").text)
    saved = mara.post(f"/sessions/{session}/preset/", {"name": f"Private preset {uuid.uuid4()}"})
    assert run
    return Things(session, run[1], saved.headers["location"].split("/")[2])


LOOKS = {
    "session": "/sessions/{session}/",
    "session_manage": "/sessions/{session}/manage/",
    "session_export": "/sessions/{session}/export.json",
    "run_export": "/runs/{run}/export.json",
    "preset": "/presets/{preset}/",
    "compare": "/compare/?a={run}",
}
DEEDS: dict[str, tuple[str, dict[str, Any]]] = {
    "session_rename": ("/sessions/{session}/title/", {"title": "Stolen"}),
    "session_edit": ("/sessions/{session}/edit/", {"title": "Stolen", "tags": "stolen"}),
    "session_pin": ("/sessions/{session}/pin/", {"pinned": "1"}),
    "session_archive": ("/sessions/{session}/archive/", {"archived": "1"}),
    "session_duplicate": ("/sessions/{session}/duplicate/", {}),
    "session_several": ("/sessions/several/", {"do": "archive", "session": "{session}"}),
    "sessions_export": ("/sessions/export.json", {"session": "{session}"}),
    "preset_save": ("/sessions/{session}/preset/", {"name": "Stolen", "replace": "1"}),
    "preset": ("/presets/{preset}/", {}),
    "preset_delete": ("/presets/{preset}/delete/", {}),
    "session_delete": ("/sessions/{session}/delete/", {"sure": "1"}),
    "session_restore": ("/sessions/restore/", {"session": "{session}"}),
    "session_forget": ("/sessions/{session}/forget/", {}),
}
#: Ask about nobody's things in particular: what they show is the asker's own.
OWN = {"session_list": "/sessions/list/", "presets": "/presets/", "import": "/import/", "compare": "/compare/"}
MAKES = {"session_new": "/sessions/new/", "import": "/import/"}


def filled(value: Any, things: Things) -> Any:
    if isinstance(value, dict):
        return {key: filled(each, things) for key, each in value.items()}
    return value.format(**vars(things))


def test_no_address_of_these_families_is_forgotten() -> None:
    from tests.gate.test_url_map import ROUTES

    of_others = {"set_language", "session_audience", "session_present"}
    ours = {name for name, _route in ROUTES if re.match(NAMES, name)} - of_others

    assert ours <= {*LOOKS, *DEEDS, *OWN, *MAKES}


@pytest.mark.parametrize("name", LOOKS)
def test_only_its_owner_sees_it(name: str, people: dict[str, Visitor], things: Things) -> None:
    """Attacks 64 and 68."""
    path = filled(LOOKS[name], things)

    assert people["mara"].get(path).status_code == 200
    for stranger in ("niko", "chief"):
        answer = people[stranger].get(path)
        assert answer.status_code == 404, stranger
        assert "rivate" not in answer.text
    for outside in ("nobody", "gone"):
        answer = people[outside].get(path)
        assert answer.status_code == 302, outside
        assert answer.headers["location"].startswith("/login/")


@pytest.mark.parametrize("name", DEEDS)
def test_only_its_owner_does_anything_with_it(name: str, people: dict[str, Visitor], things: Things) -> None:
    """Attacks 64 and 67."""
    path, form = (filled(each, things) for each in DEEDS[name])
    mara = people["mara"]
    if name in ("session_restore", "session_forget"):
        mara.post(f"/sessions/{things.session}/delete/")
    before = state(mara, things)

    for stranger in ("niko", "chief"):
        answer = people[stranger].post(path, form)
        assert answer.status_code == 404, stranger
        assert "rivate" not in answer.text
    for outside in ("nobody", "gone"):
        answer = people[outside].post(path, form)
        assert answer.status_code == 302, outside
        assert answer.headers["location"].startswith("/login/")
    assert state(mara, things) == before
    assert mara.post(path, form).status_code in (200, 302)


def state(mara: Visitor, things: Things) -> tuple[Any, ...]:
    """What Mara has, as far as anybody could have changed it."""
    paths = (f"/sessions/{things.session}/export.json", "/sessions/list/", "/sessions/list/?where=deleted")
    answers = [mara.get(path, headers={"HX-Request": "true"}) for path in paths]
    plain = [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", each.text) for each in answers if each.is_success]
    return [each.status_code for each in answers], plain, mara.get(f"/presets/{things.preset}/").status_code


@pytest.mark.parametrize("name", OWN)
def test_what_is_ones_own_shows_nothing_of_others(name: str, people: dict[str, Visitor], things: Things) -> None:
    for person in ("niko", "chief"):
        answer = people[person].get(OWN[name], headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert "rivate" not in answer.text
    for outside in ("nobody", "gone"):
        assert people[outside].get(OWN[name]).status_code == 302


@pytest.mark.parametrize("name", MAKES)
def test_what_is_made_is_its_makers_whatever_the_form_says(name: str, people: dict[str, Visitor]) -> None:
    """Attack 70."""
    for field in ("owner", "id", "session_id", "created", "public"):
        assert people["niko"].post(MAKES[name], {"text": "{}", field: "1"}).status_code == 400, field
    for outside in ("nobody", "gone"):
        assert people[outside].post(MAKES[name]).status_code == 302


def test_a_run_of_mine_is_not_compared_with_one_of_theirs(people: dict[str, Visitor], things: Things) -> None:
    """Attack 69: the parent is mine, the child is theirs."""
    niko = people["niko"]
    made = json.loads(json.dumps(FILE))
    made["sessions"][0] |= {"title": "Niko's", "runs": [{**RUN, "summary": {"text": "x"}}]}
    session = niko.post("/import/", {"text": json.dumps(made)}).headers["location"].split("/")[2]
    mine = re.search(r'data-run="([\w-]{36})"', niko.get(f"/sessions/{session}/").text)
    assert mine

    for query in (
        f"a={mine[1]}&b={things.run}",
        f"a={things.run}&b={mine[1]}",
        f"a={mine[1]}&with=/runs/{things.run}/",
    ):
        assert niko.get(f"/compare/?{query}").status_code == 404
    assert niko.get(f"/sessions/{session}/?run={things.run}").status_code == 404


@pytest.mark.parametrize("of", ["niko", "chief", "mara"])
def test_a_run_is_made_from_no_run_of_another_session(of: str, people: dict[str, Visitor], things: Things) -> None:
    """Attack 69: the session is mine, the parent somebody else's, or nobody's, or mine of another session."""
    mine = people[of]
    session = mine.post("/sessions/new/").headers["location"].split("/")[2]
    form = {"~endpoint": "responses", "~view": "json", "~json": '{"model": "sandbox-writer", "input": "x"}'}

    for parent in (things.run, str(uuid.uuid4()), "x"):
        assert mine.post(f"/sessions/{session}/runs/", {**form, "~parent": parent}).status_code == 404, parent

    looked = mine.get(f"/sessions/{session}/").text
    assert "No run yet" in looked
    assert "Private words" not in mine.post(f"/sessions/{session}/draft/", {**form, "~parent": things.run}).text


def test_a_file_cannot_choose_whose_its_sessions_are(people: dict[str, Visitor], things: Things) -> None:
    """Attack 70."""
    for extra in ({"owner": "mara"}, {"id": things.session}):
        made = json.loads(json.dumps(FILE))
        made["sessions"][0] |= extra
        assert people["niko"].post("/import/", {"text": json.dumps(made)}).status_code == 422
