"""Attack 64: every address of the site map, for a stranger, its owner, another member and one who was switched off.

A route that is not in the list below fails, so that nobody can add one without saying whose it is.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.test import Client

from playground.consumers import websocket_urlpatterns
from playground.models import (
    SANDBOX_ID,
    Attachment,
    Connection,
    Draft,
    Preset,
    Run,
    SealedJournal,
    Session,
    User,
    Visit,
)
from playground.runs.packing import Stored, pack, seal
from playground.sharing import VISITOR_COOKIE, Terms, Wish, open_audience, share, visitor_of
from tests.gate.test_url_map import ROUTES, path

pytestmark = pytest.mark.django_db


def words(text: str) -> set[str]:
    return set(text.split())


#: What stands at an address belongs to one person: to everybody else it is as if it were not there.
MINE = words(
    "present present_prompts present_run "
    "session session_manage session_edit session_rename session_pin session_archive session_duplicate session_delete "
    "session_forget session_export draft request_change preview preset preset_delete preset_save attachment "
    "run_start run run_state run_stop run_delete run_retry_now run_next run_again run_edit run_try run_source run_body "
    "run_recording run_event_rows run_event run_events run_export run_tab run_link share_new share_look "
    "look_recording look_file look_rows look_event look_panel share_mine share_revoke "
    "mine_recording mine_rows mine_event mine_panel connection connection_delete "
    "audience_new audience_close"
)
#: Everybody's own: what it shows is looked up through whoever asks.
OWN = words(
    "workbench session_list session_new session_several session_restore sessions_export import compare presets "
    "request_part uploads connections connection_new shares shares_revoke new_open schema password_change "
    "password_changed logout audiences_close"
)
#: Whoever runs the server.
SERVERS = {"accounts", "account_deactivate", "account_activate"}
#: Open to anybody, by what they are.
OPEN = {"login", "new", "first_owner", "healthz", "readyz", "metrics", "robots", "csp_report", "set_language"}
#: Open to whoever has the link.
LINKS = {
    "share",
    "share_unlock",
    "share_file",
    "share_fork",
    "share_state",
    "share_rows",
    "share_event",
    "share_panel",
    "share_recording",
}
#: Open to whoever has the link of an audience; those with a run in them, to the visitor who started it.
AUDIENCE = {"audience", "audience_run", "audience_state"}
VISITORS = {"audience_stop", "audience_frames", "audience_source"}
#: In local mode only.
LOCAL = {"connection_take"}
SOCKETS = {
    "ws/runs/<uuid:run_id>/": "mine",
    "ws/runs/<uuid:run_id>/room/": "mine",
    "s/<str:token>/live/": "link",
    "s/<str:token>/open/": "link",
    "a/<str:token>/<uuid:run_id>/live/": "visitor",
    "a/<str:token>/open/": "link",
}

NOT_THERE = (404, 405)
#: A visitor's.
COOKIE = "v" * 43
#: Asked for more than an address here: a file on the disk, a place in an answer, rows that other threads can see.
INCOMPLETE = {"attachment", "run_source", "run_state"}
OTHERWISE = {"run_events": {"format": "sse"}, "run_try": {"what": "sandbox"}}


def test_every_route_is_listed_once() -> None:
    listed = [MINE, OWN, SERVERS, OPEN, LINKS, AUDIENCE, VISITORS, LOCAL]

    assert {name for name, _ in ROUTES} == set().union(*listed)
    assert len(set().union(*listed)) == sum(map(len, listed))
    assert {str(each.pattern) for each in websocket_urlpatterns} == set(SOCKETS)


@pytest.fixture
def browser(settings: Any) -> Iterator[Callable[[User | None], Client]]:
    """Team mode; gives browsers with somebody logged in, or nobody."""
    settings.TEAM = settings.PUBLIC_LINKS = True
    settings.MIDDLEWARE = [name.replace("LocalOwner", "TeamMember") for name in settings.MIDDLEWARE]
    cache.clear()

    def open_browser(user: User | None) -> Client:
        client = Client(headers={"host": "localhost"})
        if user:
            client.force_login(user)
        return client

    yield open_browser
    cache.clear()


@pytest.fixture
def people() -> dict[str, User]:
    names = {"server": True, "owner": False, "member": False, "gone": False}
    return {name: User.objects.create(username=name, is_superuser=high) for name, high in names.items()}


@pytest.fixture
def known(people: dict[str, User]) -> dict[str, Any]:
    """One of everything, the owner's."""
    owner = people["owner"]
    session = Session.objects.create(owner=owner, title="one")
    Draft.objects.create(session=session, connection_id=SANDBOX_ID)
    lab = Connection.objects.create(owner=owner, name="mine", base_url="https://example.org/v1")
    run = Run.objects.create(
        owner=owner, session=session, endpoint="responses", connection=lab, connection_name="mine",
        url="https://example.org/v1/responses", request_body=b'{"input": "canary"}', status=Run.Status.FINISHED,
    )  # fmt: skip
    SealedJournal.objects.create(run=run, data=seal([pack([Stored(1, 0, b"data: {}\n\n")])]))
    file = Attachment.objects.create(owner=owner, name="a.png", media_type="image/png", size=1, sha256="0" * 64)
    preset = Preset.objects.create(owner=owner, name="canary", endpoint="responses", body=b"{}")
    made, token = share(Wish(session, run, scope="anyone"))
    lab_only = {"blanks": [], "given": {}, "prompt": True}
    audience, address = open_audience(Terms(preset, lab, lab_only, "canary", scope="anyone"))
    visited = Run.objects.create(
        owner=owner, session=audience.session, endpoint="responses", connection=lab, connection_name="mine",
        url="https://example.org/v1/responses", request_body=b"{}", status=Run.Status.FINISHED,
        visitor=visitor_of(audience, COOKIE),
    )  # fmt: skip
    Visit.objects.create(run=visited, audience=audience, said={"": "canary"})
    return {
        "audience_id": audience.pk, "audience_token": address, "visited": visited.pk,
        "session_id": session.pk, "run_id": run.pk, "connection_id": lab.pk, "share_id": made.pk, "token": token,
        "attachment_id": file.pk, "preset_id": preset.pk, "account_id": owner.pk, "endpoint": "responses",
        "terms": "run", "tab": "request", "name": "request", "format": "json", "number": 1, "event": 1,
    }  # fmt: skip


Browsers = Callable[[User | None], Client]


def routes(names: set[str]) -> list[Any]:
    return [pytest.param(name, route, id=name) for name, route in ROUTES if name in names]


def asked(client: Client, route: str, known: dict[str, Any]) -> list[Any]:
    return [client.get(path(route, known)), client.post(path(route, known))]


def said(answer: Any) -> bytes:
    """An answer without the address that was asked for and the form's token."""
    return bytes(answer.content.partition(b"<main")[2])


@pytest.mark.parametrize(("name", "route"), routes(MINE))
def test_what_is_mine_is_nobody_elses(
    name: str, route: str, known: dict[str, Any], people: dict[str, User], browser: Browsers
) -> None:
    for who in ("member", "server"):
        foreign = asked(browser(people[who]), route, known)
        made_up = asked(browser(people[who]), route, {**known, **{k: uuid.uuid4() for k in known if k.endswith("_id")}})
        # Whoever runs the server may revoke any link; what is in it is not theirs to see.
        if name in ("share_revoke", "audience_close") and who == "server":
            assert foreign[1].status_code == 302
            continue
        assert {answer.status_code for answer in foreign} <= set(NOT_THERE), who
        assert [said(answer) for answer in foreign] == [said(answer) for answer in made_up]
        assert not any(b"canary" in answer.content for answer in foreign)


@pytest.mark.parametrize(("name", "route"), routes(MINE))
def test_what_is_mine_is_there_for_me(
    name: str, route: str, known: dict[str, Any], people: dict[str, User], browser: Browsers
) -> None:
    answer = browser(people["owner"]).get(path(route, {**known, **OTHERWISE.get(name, {})}))

    assert answer.status_code in ((404,) if name in INCOMPLETE else (200, 302, 405))


@pytest.mark.parametrize(("name", "route"), routes(MINE | OWN | SERVERS | LOCAL))
def test_strangers_and_those_switched_off_are_asked_to_log_in(
    name: str, route: str, known: dict[str, Any], people: dict[str, User], browser: Browsers
) -> None:
    gone = browser(people["gone"])
    User.objects.filter(pk=people["gone"].pk).update(is_active=False)

    for client in (browser(None), gone):
        for answer in asked(client, route, known):
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/login/"), name


#: What a route with words in it would be given by somebody who takes it for a path.
PATHS = ("..%2f..%2f..%2fetc%2fpasswd", "%2fproc%2fself%2fenviron", "..\\..\\etc\\passwd", "file:%2f%2f%2fetc%2fpasswd")
WORDS = {"format", "name", "terms", "tab", "endpoint", "token", "what", "variable"}


def everything(answer: Any) -> bytes:
    async def pieces() -> list[bytes]:
        return [piece async for piece in answer.streaming_content]

    return b"".join(async_to_sync(pieces)()) if answer.streaming and answer.is_async else answer.getvalue()


# `readyz` asks the database in a thread of its own, which does not see what a test has not committed.
@pytest.mark.parametrize("route", [pytest.param(route, id=name) for name, route in ROUTES if name != "readyz"])
def test_no_route_takes_a_path(route: str, known: dict[str, Any], people: dict[str, User], browser: Browsers) -> None:
    """Attack 86: neither in the address nor behind its question mark."""
    client = browser(people["owner"])
    assert "<path:" not in route
    places = [place for place in re.findall(r"<\w+:(\w+)>", route) if place in WORDS]

    for wanted in PATHS:
        for place in places:
            answer = client.get(path(route, {**known, place: "PLACE"}).replace("PLACE", wanted))
            assert answer.status_code in (400, 404, 405), (place, wanted)
        asked_for = "&".join(f"{word}={wanted}" for word in ("path", "file", "name", "next", "run", "tab", "language"))
        content = everything(client.get(f"{path(route, known)}?{asked_for}"))
        assert b"root:" not in content
        assert b"PATH=" not in content


@pytest.mark.parametrize(("name", "route"), routes(SERVERS))
def test_the_server_is_for_whoever_runs_it(
    name: str, route: str, known: dict[str, Any], people: dict[str, User], browser: Browsers
) -> None:
    for who in ("owner", "member"):
        assert {answer.status_code for answer in asked(browser(people[who]), route, known)} <= set(NOT_THERE)
    assert browser(people["server"]).get(path(route, known)).status_code in (200, 405)


@pytest.mark.parametrize(("name", "route"), routes(LINKS - {"share_unlock", "share_fork"}))
def test_a_link_opens_for_whoever_has_it_and_no_longer(
    name: str, route: str, known: dict[str, Any], people: dict[str, User], browser: Browsers
) -> None:
    everybody = [browser(None), *(browser(people[who]) for who in ("owner", "member", "server"))]

    assert [client.get(path(route, known)).status_code for client in everybody] == [200] * 4
    assert browser(None).get(path(route, {**known, "token": "x" * 43})).status_code == 404
    User.objects.filter(pk=people["owner"].pk).update(is_active=False)
    assert [client.get(path(route, known)).status_code for client in everybody[2:]] == [404] * 2


@pytest.mark.parametrize(("name", "route"), routes(LINKS))
def test_nothing_behind_a_link_takes_a_post_but_its_forms(
    name: str, route: str, known: dict[str, Any], people: dict[str, User], browser: Browsers
) -> None:
    answer = browser(people["member"]).post(path(route, known))

    assert answer.status_code == {"share_unlock": 302, "share_fork": 400}.get(name, 405)


# -- an audience --------------------------------------------------------------------------------------------------


OURS = {"Origin": "http://localhost"}


def behind_audience(known: dict[str, Any]) -> dict[str, Any]:
    return {**known, "token": known["audience_token"], "run_id": known["visited"]}


@pytest.mark.parametrize(("name", "route"), routes(AUDIENCE - {"audience_run"}))
def test_an_audience_link_opens_for_whoever_has_it_and_no_longer(
    name: str, route: str, known: dict[str, Any], people: dict[str, User], browser: Browsers
) -> None:
    everybody = [browser(None), *(browser(people[who]) for who in ("owner", "member", "server"))]
    address = path(route, behind_audience(known))

    assert [client.get(address).status_code for client in everybody] == [200] * 4
    User.objects.filter(pk=people["gone"].pk).update(is_active=False)
    assert browser(people["gone"]).get(address).status_code == 200  # a stranger now, as anybody
    assert browser(None).get(path(route, {**known, "token": "x" * 43})).status_code == 404
    User.objects.filter(pk=people["owner"].pk).update(is_active=False)
    assert [client.get(address).status_code for client in everybody[2:]] == [404] * 2


@pytest.mark.parametrize(("name", "route"), routes(VISITORS))
def test_a_visitors_run_is_there_for_his_browser_alone(
    name: str, route: str, known: dict[str, Any], people: dict[str, User], browser: Browsers
) -> None:
    """Not even its owner finds it here: who somebody is says his cookie, and no id and no account."""
    address = path(route, behind_audience(known))
    made_up = path(route, {**behind_audience(known), "run_id": uuid.uuid4()})
    for client in (browser(None), *(browser(people[who]) for who in ("owner", "member", "server"))):
        asked = [
            *(client.get(each) for each in (address, made_up)),
            *(client.post(each, headers=OURS) for each in (address, made_up)),
        ]
        assert {answer.status_code for answer in asked} <= set(NOT_THERE)
        assert [said(answer) for answer in asked[::2]] == [said(answer) for answer in asked[1::2]]

    mine = browser(None)
    mine.cookies[VISITOR_COOKIE] = COOKIE
    answer = mine.post(address, headers=OURS) if name == "audience_stop" else mine.get(address)
    assert answer.status_code == {"audience_stop": 302, "audience_source": 404, "audience_frames": 404}[name]
