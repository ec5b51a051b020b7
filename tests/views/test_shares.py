"""A link opens what its maker saw before making it, to those it is for, until it is closed: attacks 34, 58, 64-71, 85,
86, 90-97 and 112, over HTTP on a running team server."""

from __future__ import annotations

import base64
import html
import json
import re
import uuid

import pytest

from tests.linking import ASK, PUBLIC, QUICK, finished_run, share
from tests.serving import Server, Servers
from tests.visiting import Visitor, become_owner, make_member, start_team

KEY = "sk-canary-" + "q7R2" * 6
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg=="
)
PARTS = (
    "",
    "fork/",
    "state",
    "1/events/",
    "1/request/",
    "1/response/",
    "1/code/",
    "1/rows/",
    "1/events/1/",
    "file.json",
)


@pytest.fixture(scope="module")
def team(start_server: Servers) -> Server:
    return start_team(start_server, None, PLAYGROUND_ACCESS_LOG="on", **QUICK, **PUBLIC)


@pytest.fixture(scope="module")
def olga(team: Server) -> Visitor:
    return become_owner(team)


@pytest.fixture(scope="module")
def mara(olga: Visitor) -> Visitor:
    return make_member(olga, "mara")


@pytest.fixture(scope="module")
def run(olga: Visitor) -> str:
    return finished_run(olga)[0]


@pytest.fixture
def stranger(team: Server) -> Visitor:
    return Visitor(team)


# -- who may open it ----------------------------------------------------------------------------------------------


def test_a_public_link_opens_for_a_stranger_and_leaves_no_cookie(olga: Visitor, stranger: Visitor, run: str) -> None:
    """Attacks 51, 92 and 93: no cookie, no index, no referrer, no cache."""
    path = share(olga, run, scope="anyone")

    for part in PARTS:
        answer = stranger.get(path + part)
        assert answer.status_code == (302 if part == "fork/" else 200), part
        assert "set-cookie" not in answer.headers, part
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    page = stranger.get(path).text
    assert "unicorn" in page
    assert "estimated" in page, "the counts of the sandbox are told as what they are"
    assert ">reported<" not in page
    assert "Shared by <bdi>olga</bdi>" in page
    assert 'name="csrf-token"' not in page
    assert "/connections/" not in page


def test_a_stranger_takes_what_was_shared_to_a_playground_of_their_own(
    olga: Visitor, mara: Visitor, stranger: Visitor
) -> None:
    """Someone else's account stands for the other playground: nothing of it was there before."""
    made, _ = finished_run(olga, {**ASK, "input": f"A story about a lighthouse, with {KEY}"})
    looked = olga.get(f"/runs/{made}/share/").text
    path = share(olga, made, scope="anyone", leave=re.findall(r'name="leave" value="(\w+)"', looked))
    page = stranger.get(path).text

    carried = re.findall(r'id="take-link" value="(/new#[\w-]+)"', page)[0]
    pasted = mara.post("/import/", {"text": carried}).headers["location"]
    file = stranger.get(re.findall(r'href="([^"]+/file.json)" download', page)[0])
    opened = mara.post("/import/", files={"file": ("shared.json", file.content, "application/json")}).headers[
        "location"
    ]

    assert "A story about a lighthouse, with •••" in html.unescape(mara.get(pasted).text)
    assert "A story about a lighthouse, with •••" in html.unescape(mara.get(opened).text)
    assert "Finished" in mara.get(opened).text
    assert KEY not in file.text
    assert "set-cookie" not in file.headers
    assert "take-link" not in mara.get(path).text, "here there is Fork"
    olga.post(f"/links/{newest(olga, 0)}/revoke/")
    assert stranger.get(path + "file.json").status_code == 404


def test_a_link_for_this_server_asks_a_stranger_to_log_in_and_goes_on(
    olga: Visitor, mara: Visitor, stranger: Visitor, run: str
) -> None:
    path = share(olga, run)

    for part in PARTS:
        answer = stranger.get(path + part)
        assert answer.headers["location"].startswith("/login/?next=/s/"), part
        assert "unicorn" not in answer.text
    assert mara.get(path).status_code == 200
    login = stranger.get(path).headers["location"]
    answer = stranger.post(login, {"username": "mara", "password": "violet-harbour-91", "next": path})
    assert answer.headers["location"] == path
    assert stranger.get(path).status_code == 200


def test_the_server_decides_whether_links_open_without_an_account(start_server: Servers) -> None:
    closed = start_team(start_server, None, **QUICK)
    owner = become_owner(closed)
    made, _ = finished_run(owner)

    path = share(owner, made, scope="anyone")

    assert Visitor(closed).get(path).status_code == 302
    assert "this server does not allow it" in owner.get(f"/runs/{made}/share/").text


def test_unknown_expired_and_revoked_links_are_one_and_the_same_page(
    team: Server, olga: Visitor, stranger: Visitor, run: str
) -> None:
    """Attack 91: to the last header."""
    revoked, expired = share(olga, run, scope="anyone"), share(olga, run, scope="anyone", life="hour")
    olga.post(f"/links/{newest(olga, 1)}/revoke/")
    expire(team, newest(olga, 0))

    pages = {
        (part, kind): stranger.get(path + part)
        for part in ("", "1/events/", "state", "fork/")
        for kind, path in (("unknown", "/s/" + "x" * 43 + "/"), ("revoked", revoked), ("expired", expired))
    }

    assert {answer.status_code for answer in pages.values()} == {404}
    assert len({answer.text for answer in pages.values()}) == 1
    headers = [{name: value for name, value in each.headers.items() if name != "date"} for each in pages.values()]
    assert all(each == headers[0] for each in headers)
    assert "set-cookie" not in headers[0]


def test_a_passphrase_stands_before_every_part(olga: Visitor, stranger: Visitor, run: str) -> None:
    path = share(olga, run, scope="anyone", passphrase="open sesame")

    for part in PARTS[2:]:
        assert "unicorn" not in stranger.get(path + part).text
    wrong = stranger.http.post(path + "passphrase/", data={"passphrase": "open says me"})
    assert wrong.status_code == 422
    assert "That is not the passphrase." in wrong.text
    right = stranger.http.post(path + "passphrase/", data={"passphrase": "open sesame"})

    assert right.headers["location"] == path
    cookie = right.headers["set-cookie"]
    assert f"Path={path}" in cookie
    assert "HttpOnly" in cookie
    assert "sesame" not in cookie
    assert all("unicorn" in stranger.get(path + part).text for part in ("", "1/request/", "1/response/"))
    other = share(olga, run, scope="anyone", passphrase="open sesame")
    assert "This link has a passphrase" in stranger.get(other, headers={"Cookie": cookie.partition(";")[0]}).text


def test_passphrases_cannot_be_tried_on_and_on(olga: Visitor, stranger: Visitor, run: str) -> None:
    path = share(olga, run, scope="anyone", passphrase="open sesame")

    answers = [stranger.http.post(path + "passphrase/", data={"passphrase": str(n)}).status_code for n in range(11)]

    assert answers == [422] * 10 + [429]
    assert stranger.http.post(path + "passphrase/", data={"passphrase": "open sesame"}).status_code == 429


def test_what_its_maker_loses_closes_the_link(team: Server, olga: Visitor, stranger: Visitor) -> None:
    nina = make_member(olga, "nina")
    made, session = finished_run(nina)
    by_session, by_account = share(nina, made, scope="anyone"), ""
    assert stranger.get(by_session).status_code == 200

    warned = nina.post(f"/sessions/{session}/delete/")
    assert "link" in warned.text
    nina.post(f"/sessions/{session}/delete/", {"sure": "1"})
    assert stranger.get(by_session).status_code == 404

    made, _ = finished_run(nina)
    by_account = share(nina, made, scope="anyone")
    account = re.findall(r"/accounts/(\d+)/deactivate/", olga.get("/accounts/").text)[-1]
    olga.post(f"/accounts/{account}/deactivate/")
    assert stranger.get(by_account).status_code == 404


# -- what it shows ------------------------------------------------------------------------------------------------


def test_what_was_ticked_is_left_out_everywhere_and_the_run_keeps_it(olga: Visitor, stranger: Visitor) -> None:
    made, _ = finished_run(olga, {**ASK, "model": "sandbox-echo", "input": f"my key is {KEY}, mail me@example.com"})
    form = {"what": "run", "answer": "on", "do": "look"}
    looked = olga.get(f"/runs/{made}/share/").text
    ticks = dict(re.findall(r'name="leave" value="(\w+)" form="share-form"( checked)?', looked))
    assert sorted(ticks.values()) == ["", " checked"], "a key is left out unless told otherwise, a mail address is not"
    assert KEY not in looked
    kept = olga.post(f"/runs/{made}/share/", form).text
    assert KEY in kept

    path = share(olga, made, scope="anyone", leave=list(ticks))

    pages = "".join(stranger.get(path + part).text for part in PARTS)
    assert KEY not in pages
    assert "me@example.com" not in pages
    assert "•••" in pages
    assert KEY in olga.get(f"/runs/{made}/request/").text


def test_a_link_is_not_made_of_what_nobody_looked_at(olga: Visitor) -> None:
    made, _ = finished_run(olga, {**ASK, "input": f"my key is {KEY}"})

    answer = olga.post(f"/runs/{made}/share/", {"what": "run", "answer": "on", "do": "make"})

    assert answer.status_code == 422
    assert "Something new was found" in answer.text
    assert "share-address" not in answer.text


def test_later_turns_stay_private(olga: Visitor, stranger: Visitor) -> None:
    """Attack 95."""
    first, session = finished_run(olga)
    path = share(olga, first, scope="anyone", what="session")

    finished_run(olga, {**ASK, "input": "a private turn"}, session)
    olga.post(f"/sessions/{session}/title/", {"title": "a private title"})

    page = stranger.get(path).text
    assert "private" not in page
    assert stranger.get(path + "2/request/").status_code == 404


def test_a_session_has_an_index_of_its_runs(olga: Visitor, stranger: Visitor) -> None:
    first, session = finished_run(olga, {**ASK, "input": "the first question"})
    finished_run(olga, {**ASK, "input": "the second question"}, session)
    path = share(olga, first, scope="anyone", what="session")

    page, earlier = stranger.get(path).text, stranger.get(path + "?run=1").text

    for shown in (page, earlier):
        assert shown.count('<a href="/s/') >= 2
        assert "the first question" in shown
    assert '"the second question"' in page.replace("&quot;", '"')
    assert '"the first question"' in earlier.replace("&quot;", '"')
    assert stranger.get(path + "?run=3").status_code == 200
    assert stranger.get(path + "3/request/").status_code == 404


def test_a_request_alone_can_be_shown(olga: Visitor, stranger: Visitor, run: str) -> None:
    path = share(olga, run, scope="anyone", answer=[])

    page = stranger.get(path).text

    assert "Only the request was shared." in page
    assert "Finished" not in page
    assert stranger.get(path + "1/request/").status_code == 200
    for part in ("1/response/", "1/events/", "1/rows/", "1/events/1/"):
        assert stranger.get(path + part).status_code == 404, part


def test_the_preview_is_the_page(olga: Visitor, stranger: Visitor, run: str) -> None:
    path = share(olga, run, scope="anyone")

    looked, page = olga.get(f"/runs/{run}/look/run/").text, stranger.get(path).text

    def body(text: str, base: str) -> str:
        shared = text[text.index('<div class="shared"') : text.rindex("</main>")].partition("<footer")[0]
        shared = re.sub(r'<section [^>]*"take-title".*?</section>', "", shared, flags=re.DOTALL)
        shared = re.sub(r'data-(run|of)="[\w-]+"|data-(socket|poll|version)="[^"]*"', "", shared)
        return re.sub(r"\s+|</div>", "", shared.replace(base, "BASE/"))

    assert body(looked, f"/runs/{run}/look/run/") == body(page, path)
    assert olga.get(f"/runs/{run}/look/run/1/events/").status_code == 200
    assert olga.get(f"/runs/{run}/look/run/1/events/1/").status_code == 200
    assert olga.get(f"/runs/{run}/look/run/1/rows/").status_code == 200


# -- the list -----------------------------------------------------------------------------------------------------


def test_links_are_listed_counted_and_revoked(olga: Visitor, mara: Visitor, stranger: Visitor) -> None:
    made, _ = finished_run(mara, {**ASK, "input": "listed"})
    path = share(mara, made, scope="anyone", life="never", passphrase="")
    stranger.get(path)
    stranger.get(path)

    row = re.search(r"<tr.*?</tr>", mara.get("/links/").text[mara.get("/links/").text.index("<tbody") :], re.DOTALL)

    assert row
    for said in ("listed", "anyone with the link", "never", ">2<", "open", "Revoke"):
        assert said in row[0], said
    assert newest(mara, 0) not in olga.get("/links/").text
    assert newest(mara, 0) in olga.get("/links/?who=all").text
    assert newest(olga, 0) not in mara.get("/links/?who=all").text
    assert mara.get(f"/links/{newest(mara, 0)}/").status_code == 200
    assert olga.get(f"/links/{newest(mara, 0)}/").status_code == 404, "what it shows is its maker's"

    assert olga.post(f"/links/{newest(mara, 0)}/revoke/").status_code == 302
    assert stranger.get(path).status_code == 404
    assert "revoked" in mara.get("/links/").text


def test_all_of_mine_are_revoked_with_one_click_and_nobody_elses(
    olga: Visitor, mara: Visitor, stranger: Visitor, run: str
) -> None:
    """Attack 97."""
    made, _ = finished_run(mara)
    mine = [share(mara, made, scope="anyone") for _ in range(2)]
    hers = share(olga, run, scope="anyone")

    assert mara.post("/links/revoke/").status_code == 302

    assert [stranger.get(path).status_code for path in (*mine, hers)] == [404, 404, 200]


def test_a_link_lives_thirty_days_unless_told_otherwise(olga: Visitor, run: str) -> None:
    """Attack 97."""
    page = olga.get(f"/runs/{run}/share/").text

    assert re.search(r'value="month" checked', page)
    assert re.search(r'value="server" checked', page)


def test_the_log_has_no_more_than_the_first_six_characters(
    team: Server, olga: Visitor, stranger: Visitor, run: str
) -> None:
    """Attack 90."""
    path = share(olga, run, scope="anyone")
    for part in (*PARTS, "passphrase/"):
        stranger.get(path + part)
    stranger.get(f"/login/?next={path}")

    assert f"/s/{path[3:9]}…" in team.output()
    assert path[3:15] not in team.output()


# -- fork ---------------------------------------------------------------------------------------------------------


def test_a_fork_is_a_draft_of_ones_own_that_does_not_run(olga: Visitor, mara: Visitor, run: str) -> None:
    path = share(olga, run)
    sandbox = re.findall(r'<option value="([0-9a-f-]{36})"', mara.get(path).text)[0]

    answer = mara.post(path + "fork/", {"connection": sandbox, "model": "sandbox-echo"})

    assert answer.status_code == 302
    session = answer.headers["location"].partition("#")[0]
    page = mara.get(session).text
    assert "Tell me a three sentence bedtime story" in page
    assert "sandbox-echo" in page
    assert "No run yet" in page
    assert olga.get(session).status_code == 404


def test_a_stranger_forks_after_logging_in(olga: Visitor, mara: Visitor, stranger: Visitor, run: str) -> None:
    path = share(olga, run, scope="anyone")
    assert f'href="{path}fork/?run=1"' in stranger.get(path).text

    login = stranger.get(path + "fork/?run=1").headers["location"]
    assert stranger.post(path + "fork/", {"connection": "x"}).headers["location"] == login
    assert stranger.http.post(path + "fork/").status_code == 403
    there = stranger.post(login, {"username": "mara", "password": "violet-harbour-91", "next": f"{path}fork/?run=1"})

    asked = stranger.get(there.headers["location"])
    assert asked.status_code == 200
    assert "Nothing runs until you press Run." in asked.text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"connection": str(uuid.uuid4()), "model": "m"}, 404),
        ({"connection": "none", "model": "m"}, 400),
        ({"connection": "00000000-0000-0000-0000-000000000001", "model": "m", "owner": "1"}, 400),
    ],
)
def test_a_fork_takes_only_what_is_ones_own_to_say(
    olga: Visitor, mara: Visitor, run: str, form: dict[str, str], status: int
) -> None:
    assert mara.post(share(olga, run) + "fork/", form).status_code == status


@pytest.mark.parametrize("field", ["owner", "token_hash", "expires", "run", "session", "id"])
def test_a_link_takes_no_field_that_is_not_asked_for(olga: Visitor, run: str, field: str) -> None:
    """Attack 70."""
    form = {"what": "run", "answer": "on", "do": "make", field: "1"}

    assert olga.post(f"/runs/{run}/share/", form).status_code == 400


def test_another_persons_run_can_neither_be_shared_nor_looked_at(mara: Visitor, run: str) -> None:
    """Attack 69."""
    for path in ("share/", "link/", "look/run/", "look/run/1/request/", "look/run/1/rows/", "look/run/1/events/1/"):
        assert mara.get(f"/runs/{run}/{path}").status_code == 404, path
    assert mara.post(f"/runs/{run}/share/", {"what": "run", "do": "make"}).status_code == 404


def test_files_of_the_maker_stay_the_makers(olga: Visitor, mara: Visitor, stranger: Visitor) -> None:
    """Attacks 96 and 112: a link shows what was sent, never the address of an uploaded file; before and after it is
    revoked."""
    picture = base64.b64decode(PICTURE.partition(",")[2])
    token = olga.post("/uploads/", files={"file": ("a.png", picture, "image/png")}).headers["X-Token"]
    file = f"/uploads/{re.findall(r'[0-9a-f-]{36}', token)[0]}/"
    content = [{"type": "input_image", "image_url": token}, {"type": "input_text", "text": "what is it?"}]
    made, _ = finished_run(olga, {**ASK, "input": [{"role": "user", "content": content}]})
    path = share(olga, made, scope="anyone")

    assert olga.get(file).content == picture
    shown = "".join(stranger.get(path + part).text for part in PARTS)
    assert "iVBORw0KGgo" in shown, "the picture itself is in the request"
    for _turn in ("open", "revoked"):
        assert token not in shown
        assert file not in shown
        assert mara.get(file).status_code == 404
        assert stranger.get(file).headers["location"].startswith("/login/")
        olga.post(f"/links/{newest(olga, 0)}/revoke/")
        assert stranger.get(path).status_code == 404
    assert olga.get(file).content == picture


# -- a request inside a link --------------------------------------------------------------------------------------


def test_a_request_travels_in_the_address_into_a_form_and_nothing_is_kept_of_it(
    olga: Visitor, mara: Visitor, run: str
) -> None:
    before = sessions_of(mara)

    page, home, form = opened_by(mara, carried_by(olga, run))
    seen = mara.post(f"{home}preview/", form)

    assert "bedtime story about a unicorn.</textarea>" in page
    assert "No run yet" in page
    assert "changed" in seen.text
    assert mara.get(home).status_code == 404
    assert sessions_of(mara) == before


def test_the_form_of_a_request_link_is_kept_with_the_first_change(olga: Visitor, mara: Visitor, run: str) -> None:
    _page, home, form = opened_by(mara, carried_by(olga, run))

    answers = [mara.post(f"{home}draft/", form).status_code for _twice in range(2)]

    assert answers == [200, 200]
    page = mara.get(home).text
    assert "changed" in page
    assert f'value="{html.escape(form["~title"])}"' in page
    assert "data-not-kept" not in page
    assert home.split("/")[2] in sessions_of(mara)


def test_the_form_of_a_request_link_can_be_run_at_once(olga: Visitor, mara: Visitor, run: str) -> None:
    _page, home, form = opened_by(mara, carried_by(olga, run))

    answer = mara.post(f"{home}runs/", form | {"run": str(uuid.uuid4())})

    assert answer.status_code == 302
    assert answer.headers["location"].startswith(home)
    assert "No run yet" not in mara.get(answer.headers["location"]).text


def test_nobody_makes_a_session_of_somebody_else_theirs(olga: Visitor, mara: Visitor, run: str) -> None:
    _page, _home, form = opened_by(mara, carried_by(olga, run))
    theirs = olga.get(f"/runs/{run}/").headers["location"].partition("?")[0]

    for address in ("draft/", "preview/", "request/", "runs/"):
        assert mara.post(theirs + address, form).status_code == 404, address


def test_a_link_that_cannot_be_read_says_why(mara: Visitor) -> None:
    answer = mara.post("/new/open/", {"request": "x" * 50})

    assert answer.status_code == 422
    assert "The link is damaged" in answer.text


def test_a_request_too_long_for_a_link_is_said_to_be(olga: Visitor) -> None:
    noise = " ".join(uuid.uuid4().hex for _ in range(600))
    made, _ = finished_run(olga, {**ASK, "input": noise})

    page = olga.get(f"/runs/{made}/link/").text

    assert "This request is too long for a link" in page
    assert "/new#" not in page


def test_secrets_of_a_request_do_not_travel(olga: Visitor, stranger: Visitor) -> None:
    """Attack 85."""
    tool = {"type": "mcp", "server_label": "x", "server_url": "https://mcp.example", "authorization": KEY}
    made, _ = finished_run(olga, {**ASK, "tools": [tool]})
    path = share(olga, made, scope="anyone")

    assert KEY not in "".join(stranger.get(path + part).text for part in PARTS)
    assert stranger.get(path + "1/headers/").status_code == 404, "no header travels, so there is no tab of them"
    found = re.search(r"/new#([\w-]+)", olga.get(f"/runs/{made}/link/").text)
    assert found
    from playground.samples.links import read_fragment

    assert KEY not in json.dumps(read_fragment(found[1]).body)


def test_the_page_of_a_request_opens_without_a_log_in(stranger: Visitor) -> None:
    answer = stranger.get("/new")

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "<noscript>" in answer.text
    assert '/login/?next=/new"' in answer.text


def test_the_root_is_closed_to_crawlers(stranger: Visitor) -> None:
    """Attack 92."""
    assert "Disallow: /" in stranger.get("/robots.txt").text


# -- helpers ------------------------------------------------------------------------------------------------------


def carried_by(maker: Visitor, run: str) -> str:
    found = re.search(r'value="http://127\.0\.0\.1:\d+/new#([\w-]+)"', maker.get(f"/runs/{run}/link/").text)
    assert found
    return found[1]


def opened_by(reader: Visitor, carried: str) -> tuple[str, str, dict[str, str]]:
    """The page of a request link, the address its session would have, and what its form would send."""
    page = reader.post("/new/open/", {"request": carried}).text
    home = re.findall(r'data-not-kept="([^"]+)"', page)[0]
    title = html.unescape(re.findall(r'name="~title" value="([^"]*)"', page)[0])
    written = {"~endpoint": "responses", "~view": "json", "~json": json.dumps(ASK | {"input": "changed"})}
    return page, home, {**written, "~title": title}


def sessions_of(visitor: Visitor) -> list[str]:
    return re.findall(r'id="s-([0-9a-f-]{36})"', visitor.get("/", follow_redirects=True).text)


def newest(visitor: Visitor, which: int) -> str:
    """The id of one of my links, newest first."""
    return str(re.findall(r'href="/links/([0-9a-f-]{36})/"', visitor.get("/links/").text)[which])


def expire(team: Server, share_id: str) -> None:
    team.shell(
        "from datetime import timedelta; from django.utils import timezone; from playground.models import Share\n"
        f"Share.objects.filter(pk='{share_id}').update(expires=timezone.now() - timedelta(seconds=1))"
    )
