"""An audience's link, as visitors and its owner meet it on a running server: attacks 18, 65 to 71 and 90 to 94."""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.linking import (
    PUBLIC,
    ended,
    make_preset,
    open_audience,
    send,
    sent,
    start_run,
)
from tests.runs.playing import Page
from tests.services import wait_until
from tests.serving import Server, Servers
from tests.views.test_live_shares import WAIT, Reader, closing_code, joined
from tests.visiting import Visitor, become_owner, make_member, start_team

STORY = {
    "model": "sandbox-echo", "instructions": "canary-instructions", "input": "Tell me about {{topic}}", "stream": True,
}  # fmt: skip
LONG = {"model": "sandbox-long", "input": "x", "stream": True}
MANY = "100000"  # what sandbox-long is told: so many words
#: Answers begin at once, and come at a pace any machine keeps up with.
SOON = {"PLAYGROUND_SANDBOX_FIRST_WAIT": "0", "PLAYGROUND_SANDBOX_PACE": "20"}
GONE = 4404
NOBODY = "/a/" + "x" * 43 + "/"


@pytest.fixture(scope="module")
def team(start_server: Servers) -> Server:
    return start_team(start_server, None, **PUBLIC, **SOON)


@pytest.fixture(scope="module")
def olga(team: Server) -> Visitor:
    return become_owner(team)


@pytest.fixture(scope="module")
def mara(olga: Visitor) -> Visitor:
    return make_member(olga, "mara")


@pytest.fixture(scope="module")
def preset(mara: Visitor) -> str:
    return make_preset(mara, STORY)


@pytest.fixture
def link(mara: Visitor, preset: str) -> str:
    return open_audience(mara, preset)


@pytest.fixture
def guest(team: Server) -> Visitor:
    return Visitor(team)


@pytest.fixture
def other(team: Server) -> Visitor:
    return Visitor(team)


@pytest.fixture
def slow(mara: Visitor) -> Iterator[str]:
    """A link whose answers go on for as long as a test needs them."""
    yield open_audience(mara, make_preset(mara, LONG, "Long"), tokens="10000000")
    mara.post("/links/audience/close/")


def to_the_end(reader: Reader, ready: Callable[[Page], bool] = lambda _: True) -> None:
    """Listen without a word: what came while the test did something else is more than may be answered in a second."""
    while not (reader.page.end and ready(reader.page)):
        reader.page.hear(str(reader.socket.recv(timeout=WAIT)))


def rows(team: Server, question: str) -> Any:
    """What stands in the database."""
    told = team.shell(f"import json; from playground.models import *; print(json.dumps({question}, default=str))")
    return json.loads(told)


# -- opening and sending ------------------------------------------------------------------------------------------


def test_a_visitor_needs_no_account_and_no_cookie_before_he_sends_something(link: str, guest: Visitor) -> None:
    page = guest.get(link)

    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert page.headers["x-robots-tag"] == "noindex"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in page.text
    assert "/login/" not in page.text


def test_a_run_is_sent_in_the_owners_request_and_comes_back(
    team: Server, link: str, guest: Visitor, mara: Visitor
) -> None:
    answer = send(guest, link, prompt="Hello\r\nthere")
    run = answer.headers["location"].rpartition("run=")[2]
    ended(guest, link, run)

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("playground_visitor=")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", f"Path={link}"))
    assert "Hello\nthere" in guest.get(answer.headers["location"]).text
    assert json.loads(mara.get(f"/runs/{run}/request.json").text) == {**STORY, "input": "Hello\nthere"}
    secret = cookie.partition("=")[2].partition(";")[0]
    kept = rows(team, f"list(Run.objects.filter(pk='{run}').values('visitor', 'visit__said'))")
    assert len(kept[0]["visitor"]) == 64
    assert secret not in json.dumps(kept)


def test_pressed_twice_it_is_one_run(link: str, guest: Visitor, team: Server) -> None:
    run = str(uuid.uuid4())

    first = send(guest, link, run)
    again = send(guest, link, run)

    assert first.headers["location"] == again.headers["location"]
    assert rows(team, f"Run.objects.filter(pk='{run}').count()") == 1


def test_blanks_are_the_form_and_their_words_are_only_words(mara: Visitor, preset: str, guest: Visitor) -> None:
    """Neither a blank again, nor a file of the owner's, nor another parameter."""
    file = mara.http.post(
        "/uploads/", files={"file": ("a.txt", b"canary-file", "text/plain")}, headers={"X-CSRFToken": mara.csrf_token}
    )
    token = file.headers["x-token"]
    whole = make_preset(mara, {**STORY, "input": "{{topic}}"}, "Whole")
    for kept, around in ((preset, "Tell me about "), (whole, "")):
        link = open_audience(mara, kept, **{"prompt": "", "fill.topic": "on"})
        for words in ("{{who}} {{topic}}", '", "model": "x', f"see {token}"):
            run = sent(guest, link, **{"blank.topic": words})
            assert json.loads(mara.get(f"/runs/{run}/request.json").text) == {**STORY, "input": around + words}
            ended(guest, link, run)
    assert send(guest, open_audience(mara, whole), prompt=token).status_code == 422


FOREIGN = [
    "model",
    "base_url",
    "api_key",
    "api_base",
    "headers",
    "connection",
    "~connection",
    "temperature",
    "instructions",
    "owner",
    "visitor",
    "session",
    "audience",
    "blank.topic",
    "blank.model",
    "created",
    "~json",
]


def test_attacks_18_and_70_no_other_field_is_taken(link: str, guest: Visitor, team: Server) -> None:
    answers = [guest.http.post(f"{link}run/", data={"prompt": "x", field: "y"}) for field in FOREIGN]

    assert [answer.status_code for answer in answers] == [400] * len(FOREIGN)
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert "5 runs left for you" in guest.get(link).text
    assert rows(team, "Audience.objects.order_by('-created').first().runs") == 0


def test_what_is_empty_or_too_long_is_not_sent(link: str, guest: Visitor) -> None:
    empty = send(guest, link, prompt=" \n")
    long = send(guest, link, prompt="long " * 801)
    huge = send(guest, link, prompt="x" * 300_000)
    part = guest.http.post(f"{link}run/", data={"prompt": ""}, headers={"HX-Request": "true"})

    assert (empty.status_code, "Write something first." in empty.text) == (422, True)
    assert (long.status_code, "4000 characters at most" in long.text) == (422, True)
    assert long.text.count("long ") > 700, "what was written is still there"
    assert huge.status_code == 413
    assert (part.status_code, "<html" in part.text) == (422, False)


def test_a_form_of_another_page_or_of_none_sends_nothing(link: str, guest: Visitor, slow: str) -> None:
    run = sent(guest, slow, prompt=MANY)
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert guest.http.post(f"{link}run/", data={"prompt": "x"}, headers=headers).status_code == 403
    del guest.http.headers["Origin"]
    assert guest.http.post(f"{link}run/", data={"prompt": "x"}).status_code == 403
    assert guest.http.post(f"{slow}{run}/stop/").status_code == 403
    assert "status--live" in guest.get(f"{slow}{run}/state").text


# -- whose it is --------------------------------------------------------------------------------------------------


def test_visitors_see_their_own_runs_and_nobody_elses(link: str, guest: Visitor, other: Visitor) -> None:
    """Attacks 66 and 69: an id of somebody else's run is no id at all, in whichever place."""
    mine, theirs = sent(guest, link, prompt="canary-mine"), sent(other, link, prompt="canary-theirs")
    ended(guest, link, mine)
    ended(other, link, theirs)

    assert "canary-mine" in guest.get(link).text
    for address in (link, f"{link}?run={theirs}", f"{link}?run={uuid.uuid4()}"):
        assert "canary-theirs" not in guest.get(address).text
    for part in ("state", "source/?place=0/text/0"):
        assert guest.get(f"{link}{mine}/{part}").status_code == 200
        foreign, made_up = (guest.get(f"{link}{run}/{part}") for run in (theirs, uuid.uuid4()))
        assert (foreign.status_code, foreign.text) == (404, made_up.text)
    assert send(guest, link, theirs).status_code == 404
    assert guest.http.post(f"{link}{theirs}/stop/").status_code == 404


def test_a_cookie_of_one_link_is_nobody_at_another(link: str, mara: Visitor, preset: str, guest: Visitor) -> None:
    run = sent(guest, link, prompt="canary-here")
    ended(guest, link, run)
    second = open_audience(mara, preset)
    secret = guest.http.cookies.get("playground_visitor", path=link)

    answer = Visitor(guest.server).http.get(second, headers={"Cookie": f"playground_visitor={secret}"})

    assert answer.status_code == 200
    assert "canary-here" not in answer.text
    assert guest.get(f"{second}{run}/state").status_code == 404


def test_a_visitor_stops_his_own_run(slow: str, guest: Visitor) -> None:
    run = sent(guest, slow, prompt=MANY)

    assert guest.http.post(f"{slow}{run}/stop/").status_code == 302
    ended(guest, slow, run)

    assert "Stopped. What came until then stays." in guest.get(slow).text


def test_the_owner_finds_the_runs_in_a_session_of_hers(
    link: str, guest: Visitor, other: Visitor, mara: Visitor, olga: Visitor, team: Server
) -> None:
    word = f"zebra{uuid.uuid4().hex[:8]}"
    first, second = sent(guest, link, prompt=f"about a {word}"), sent(other, link, prompt="x")
    ended(guest, link, first)
    ended(other, link, second)
    session = rows(team, f"str(Run.objects.get(pk='{first}').session_id)")

    page = mara.get(f"/sessions/{session}/?run={second}").text
    assert "Visitors of Stories" in page
    assert "visitor 2" in page
    assert session in mara.get(f"/sessions/list/?q={word}", headers={"HX-Request": "true"}).text
    assert session in mara.get("/sessions/list/?who=visitors", headers={"HX-Request": "true"}).text
    exported = mara.get(f"/sessions/{session}/export.json").text
    assert word in exported
    assert rows(team, f"Run.objects.get(pk='{first}').visitor") not in exported
    assert olga.get(f"/sessions/{session}/").status_code == 404
    assert mara.post(f"/runs/{first}/delete/").status_code in (200, 204, 302)
    assert "What you have sent" not in guest.get(link).text


# -- what is never shown ------------------------------------------------------------------------------------------


def test_nothing_of_the_connection_nor_of_the_instructions_is_shown(mara: Visitor, guest: Visitor) -> None:
    made = mara.post(
        "/connections/new/",
        {"name": "canary-lab", "base_url": "https://canary-host.invalid:8443/v1", "key": "sk-canary-" + "x9" * 12,
         "connect_timeout": 5, "idle_timeout": 10, "total_timeout": 20},
    )  # fmt: skip
    assert made.status_code == 302, made.text
    lab = re.findall(
        r'<option value="([0-9a-f-]{36})">canary-lab', mara.get(make_preset(mara, STORY) + "audience/").text
    )[0]
    preset = make_preset(mara, {**STORY, "model": "canary-model", "temperature": 0.123}, "Lab", lab)
    link = open_audience(mara, preset, connection=lab)
    run = sent(guest, link, prompt="x")
    ended(guest, link, run)

    shown = guest.get(link).text + guest.get(f"{link}{run}/state").text
    with joined(guest.server, f"{link}{run}/live/", guest.cookies) as socket:
        reader = Reader(socket)
        to_the_end(reader)
    shown += json.dumps(reader.page.heard)

    assert "The answer could not be had. Whoever made this page can see why." in shown
    assert "canary" not in shown
    assert "0.123" not in shown
    assert "canary-host.invalid" in mara.get(f"/runs/{run}/", follow_redirects=True).text, "its owner is told"


def test_instructions_are_shown_where_the_owner_ticked_it(mara: Visitor, preset: str, guest: Visitor) -> None:
    hidden, told = (
        open_audience(mara, preset, **{"prompt": "", "fill.topic": "on", **more}) for more in ({}, {"shows": "on"})
    )

    assert "canary-instructions" not in guest.get(hidden).text
    assert "canary-instructions" in guest.get(told).text
    assert "Tell me about …" in guest.get(told).text


# -- who may open it ----------------------------------------------------------------------------------------------


def test_people_of_the_server_log_in_first(team: Server, mara: Visitor, preset: str, guest: Visitor) -> None:
    link = open_audience(mara, preset, scope="server")
    nina = Visitor(team)
    assert nina.sign_in("mara").status_code == 302

    assert guest.get(link).headers["location"] == f"/login/?next={link}"
    assert send(guest, link).headers["location"].startswith("/login/")
    with joined(team, f"{link}open/") as socket:
        assert closing_code(socket) == 4401
    assert nina.get(link).status_code == 200
    ended(nina, link, sent(nina, link))


def test_without_leave_no_link_opens_without_an_account(start_server: Servers) -> None:
    team = start_team(start_server)
    owner = become_owner(team)
    preset = make_preset(owner, STORY)

    page = owner.get(f"{preset}audience/").text
    link = open_audience(owner, preset, scope="anyone")

    assert "this server does not allow it" in page
    assert Visitor(team).get(link).headers["location"].startswith("/login/")


def test_closed_expired_and_unknown_are_the_same_page(
    team: Server, mara: Visitor, preset: str, guest: Visitor, link: str
) -> None:
    run = sent(guest, link)
    ended(guest, link, run)
    expired = open_audience(mara, preset, minutes="1")
    rows(team, "[Audience.objects.order_by('-created').first().pk, Audience.objects.filter(visitor_limit=5, "
               "expires__lt=__import__('django.utils.timezone').utils.timezone.now() + "
               "__import__('datetime').timedelta(minutes=2)).update(expires='2020-01-01T00:00:00Z')]")  # fmt: skip
    mara.post("/links/audience/close/")

    answers = [guest.get(address) for address in (link, expired, NOBODY)]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    for address in (link, expired, NOBODY):
        assert send(guest, address).status_code == 404
        assert guest.get(f"{address}{run}/state").status_code == 404
        with joined(team, f"{address}{run}/live/", guest.cookies) as socket:
            assert closing_code(socket) == GONE


def test_switching_the_owner_off_closes_her_links(team: Server, olga: Visitor, guest: Visitor) -> None:
    nina = make_member(olga, "nina")
    link = open_audience(nina, make_preset(nina, LONG), tokens="1000000")
    run = sent(guest, link, prompt=MANY)

    accounts = olga.get("/accounts/").text
    account = accounts[: accounts.rindex("/deactivate/")].rpartition("/")[2]
    with joined(team, f"{link}{run}/live/", guest.cookies) as socket:
        reader = Reader(socket)
        reader.until(lambda page: page.at > 3)
        olga.post(f"/accounts/{account}/deactivate/")
        to_the_end(reader)

    assert reader.page.end == "stopped"
    assert guest.get(link).status_code == 404


# -- limits -------------------------------------------------------------------------------------------------------


def test_a_visitor_and_then_the_page_have_no_runs_left(
    mara: Visitor, preset: str, guest: Visitor, other: Visitor
) -> None:
    link = open_audience(mara, preset, runs="3", each="2")
    assert "2 runs left for you" in guest.get(link).text
    for who, left in ((guest, "1 run left"), (guest, "You have used all runs"), (other, "may use is used up")):
        ended(who, link, sent(who, link))
        assert left in who.get(link).text

    assert send(guest, link).status_code == 409
    refused = send(other, link, prompt="still here")
    assert (refused.status_code, "All runs that this page allows have been used." in refused.text) == (409, True)
    assert "used up" in mara.get("/links/").text


def test_one_after_the_other(slow: str, guest: Visitor) -> None:
    sent(guest, slow, prompt=MANY)

    again = guest.http.post(f"{slow}run/", data={"prompt": "more"}, headers={"HX-Request": "true"})

    assert again.status_code == 422
    assert "Your last one is still going on" in again.text
    assert "more</textarea>" in again.text


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_however_many_press_at_once_the_limits_hold(
    start_server: Servers, request: pytest.FixtureRequest, database: str
) -> None:
    """Attack 108, in a room: over HTTP, on both databases."""
    where = {"PLAYGROUND_DATABASE_URL": request.getfixturevalue("postgres_url")} if database == "postgres" else {}
    team = start_team(start_server, None, **PUBLIC, **SOON, **where)
    owner = become_owner(team)
    link = open_audience(owner, make_preset(owner, STORY), runs="4", each="2")
    guests = [Visitor(team) for _ in range(12)]
    answers: list[int] = []

    def press(guest: Visitor) -> None:
        answers.append(send(guest, link).status_code)

    threads = [threading.Thread(target=press, args=(guest,)) for guest in guests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(answers) == [302] * 4 + [409] * 8, answers
    assert rows(team, "[Run.objects.count(), Audience.objects.get().runs, Visit.objects.count()]") == [4, 4, 4]
    settled = "not Run.objects.exclude(status='finished').exists()"
    wait_until(lambda: rows(team, settled), "the end of all")
    assert (
        rows(team, "[Audience.objects.get().tokens, sum(Visit.objects.values_list('taken', flat=True))]")
        == [rows(team, "sum(run.usage['total_tokens'] for run in Run.objects.all())")] * 2
    )


# -- the kill switch ----------------------------------------------------------------------------------------------


def test_the_kill_switch_stops_what_goes_on_and_tells_open_pages(
    team: Server, slow: str, mara: Visitor, guest: Visitor, other: Visitor
) -> None:
    """Attack 94."""
    run = sent(guest, slow, prompt=MANY)
    own, _ = start_run(mara, {**LONG, "input": MANY})

    with joined(team, f"{slow}{run}/live/", guest.cookies) as live, joined(team, f"{slow}open/") as page:
        reader = Reader(live)
        reader.until(lambda shown: shown.at > 3)
        assert mara.post(close_address(mara)).status_code == 302
        to_the_end(reader, lambda shown: {"closed": 1} in shown.heard)
        assert closing_code(live) == GONE
        assert closing_code(page) == GONE

    assert reader.page.end == "stopped"
    assert "This page was closed meanwhile. What came until then stays." in reader.page.state["problem"]
    assert (guest.get(slow).status_code, other.get(slow).status_code) == (404, 404)
    assert "status--live" in mara.get(f"/runs/{own}/state").text, "what the owner runs herself goes on"
    assert "closed" in mara.get("/links/").text
    mara.post(f"/runs/{own}/stop/")


@pytest.mark.parametrize("layer", ["redis", "none"])
def test_it_works_across_processes(
    start_server: Servers, postgres_url: str, request: pytest.FixtureRequest, layer: str
) -> None:
    shared = {"PLAYGROUND_DATABASE_URL": postgres_url, **SOON}
    if layer == "redis":
        shared["PLAYGROUND_CHANNEL_URL"] = request.getfixturevalue("redis_url")
    here, there = start_server(shared), start_server(shared)
    owner, guest = Visitor(here), Visitor(there)
    link = open_audience(owner, make_preset(owner, LONG), scope="server", tokens="10000000")
    run = sent(guest, link, prompt=MANY)

    with joined(there, f"{link}{run}/live/", guest.cookies) as live, joined(there, f"{link}open/") as page:
        reader = Reader(live)
        reader.until(lambda shown: shown.at > 3)
        owner.post("/links/audience/close/")
        to_the_end(reader)
        assert closing_code(page) == GONE

    assert reader.page.end == "stopped"
    assert guest.get(link).status_code == 404


def test_deleting_the_preset_closes_it(team: Server, mara: Visitor, guest: Visitor) -> None:
    preset = make_preset(mara, LONG, "Short-lived")
    link = open_audience(mara, preset, tokens="1000000")
    run = sent(guest, link, prompt=MANY)

    with joined(team, f"{link}{run}/live/", guest.cookies) as live:
        reader = Reader(live)
        reader.until(lambda shown: shown.at > 3)
        assert "Its audience link closes with it." in mara.get(preset).text
        mara.post(f"{preset}delete/")
        to_the_end(reader)

    assert guest.get(link).status_code == 404
    assert MANY in mara.get(f"/runs/{run}/request.json").text, "the run stays its owner's"


def close_address(owner: Visitor) -> str:
    """Of the newest link."""
    return str(re.findall(r'action="(/links/audience/[0-9a-f-]{36}/close/)"', owner.get("/links/").text)[0])


def test_whoever_runs_the_server_sees_all_links_and_may_close_them(
    link: str, olga: Visitor, mara: Visitor, guest: Visitor
) -> None:
    nobodys = make_member(olga, f"m{uuid.uuid4().hex[:6]}")
    address = close_address(mara)

    assert address not in nobodys.get("/links/?who=all").text
    assert nobodys.post(address).status_code == 404
    assert guest.get(link).status_code == 200
    assert address in olga.get("/links/?who=all").text
    assert address not in olga.get("/links/").text
    assert olga.post(address).headers["location"] == "/links/?who=all"
    assert guest.get(link).status_code == 404


# -- sockets ------------------------------------------------------------------------------------------------------


def test_a_run_is_watched_by_the_browser_that_started_it_alone(
    team: Server, slow: str, guest: Visitor, other: Visitor, mara: Visitor
) -> None:
    """Attacks 65 and 71: who somebody is says his cookie; and a visitor can say nothing but where he is."""
    run = sent(guest, slow, prompt=MANY)
    sent(other, slow, prompt=MANY)

    for cookies in ("", other.cookies, mara.cookies, "playground_visitor=" + "x" * 43):
        with joined(team, f"{slow}{run}/live/", cookies) as socket:
            assert closing_code(socket) == GONE
    with joined(team, f"{slow}{run}/live/", guest.cookies) as socket:
        reader = Reader(socket)
        reader.until(lambda page: page.at > 3)
        for said in ({"stop": True}, {"run_id": run}, {"after": 1, "model": "x"}, ["ack"]):
            socket.send(json.dumps(said))
        refused = 0
        while refused < 4:
            refused += "error" in reader.hear()
        at = reader.page.at
        reader.until(lambda page: page.at > at + 5)
    assert set(reader.page.state) <= {"head", "problem", "remarks"}
    assert "model" not in reader.page.state["head"]


def test_guessing_is_stopped_after_thirty_misses_a_minute(start_server: Servers) -> None:
    """Attack 91, for both kinds of link together; then even the right one is not looked at."""
    server = start_server()
    owner = Visitor(server)
    link = open_audience(owner, make_preset(owner, STORY), scope="server")
    codes = [owner.get(f"/{'as'[n % 2]}/{'x' * 40}{n}/").status_code for n in range(31)]

    assert codes == [404] * 30 + [429]
    assert owner.get(link).status_code == 429


def test_a_log_shows_six_characters_of_a_token(start_server: Servers) -> None:
    """Attack 90."""
    server = start_server({"PLAYGROUND_ACCESS_LOG": "on"})
    owner = Visitor(server)
    link = open_audience(owner, make_preset(owner, STORY), scope="server")
    owner.get(link)

    wait_until(lambda: link[:9] in server.output(), "the line of the log")
    assert link[3:20] not in server.output()
