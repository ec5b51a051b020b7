"""Coming in, going out, and who may: a running server in team mode. Attacks 35, 73-77, 107, 114."""

import re
from typing import Any

import httpx
import pytest

from tests.serving import Server, Servers
from tests.visiting import PASSWORD, Visitor, become_owner, fetch, first_owner_code, make_member, start_team


@pytest.fixture(scope="module")
def team(start_server: Servers) -> Server:
    return start_team(start_server)


@pytest.fixture(scope="module")
def owner(team: Server) -> Visitor:
    return become_owner(team)


def test_the_first_owner_needs_the_code_from_the_terminal(start_server: Servers) -> None:
    server = start_team(start_server)
    visitor = Visitor(server)
    form = {"username": "olga", "password": PASSWORD}

    assert visitor.get("/login/").headers["location"] == "/accounts/first/"
    assert visitor.post("/accounts/first/", {**form, "code": "AAAAA-AAAAA-AAAAA-AAAAA"}).status_code == 422
    assert visitor.post("/accounts/first/", {**form, "code": ""}).status_code == 422
    assert visitor.post("/accounts/first/", {**form, "code": first_owner_code(server).lower()}).status_code == 302

    assert visitor.get("/accounts/").status_code == 200
    assert visitor.get("/accounts/first/").status_code == 404
    assert Visitor(server).post("/accounts/first/", {**form, "code": first_owner_code(server)}).status_code == 404


def test_a_wrong_code_can_be_tried_a_few_times_only(start_server: Servers) -> None:
    visitor = Visitor(start_team(start_server))
    form = {"username": "olga", "password": PASSWORD, "code": "AAAAA-AAAAA-AAAAA-AAAAA"}

    texts = [visitor.post("/accounts/first/", form).text for _ in range(6)]

    assert "That is not the code." in texts[4]
    assert "Too many tries" in texts[5]


def test_the_owner_of_local_mode_keeps_his_work(start_server: Servers) -> None:
    local = start_server()
    session = local.client().get("/", follow_redirects=True).url.path
    local.stop()

    team = start_team(start_server, data=local.data)
    owner = become_owner(team)

    assert owner.get(session).status_code == 200


def test_signing_in_makes_a_new_session_and_signing_out_ends_it(team: Server, owner: Visitor) -> None:
    make_member(owner, "mara")
    visitor = Visitor(team)
    fixed = "0123456789abcdefghijklmnopqrstuv"
    session_cookie = next(cookie.name for cookie in owner.http.cookies.jar if cookie.name.endswith("_session"))
    visitor.http.cookies.set(session_cookie, fixed, domain="127.0.0.1")

    answer = visitor.sign_in("mara")
    kept = visitor.cookies

    assert answer.headers["location"] == "/"
    assert fixed not in answer.headers["set-cookie"]
    assert visitor.get("/", follow_redirects=True).status_code == 200
    assert visitor.post("/logout/").status_code == 302
    assert fetch("GET", team.base_url + "/", headers={"Cookie": kept}).status_code == 302


def test_signing_out_needs_a_form_of_ours(owner: Visitor) -> None:
    assert owner.get("/logout/").status_code == 405
    assert owner.http.post("/logout/").status_code == 403
    assert owner.get("/accounts/").status_code == 200


def test_signing_in_somebody_as_somebody_else_needs_one_too(team: Server) -> None:
    form = {"username": "mara", "password": PASSWORD}
    evil = {"Origin": "http://evil.example"}

    assert fetch("POST", team.base_url + "/login/", data=form, headers=evil).status_code == 403
    assert team.client().post("/login/", data=form).status_code == 403


def test_one_text_for_every_failure(team: Server, owner: Visitor) -> None:
    gone = make_member(owner, "gone")
    switch(owner, "gone", "deactivate")
    assert gone.get("/").status_code == 302

    texts = []
    for name, password in (("nobody", PASSWORD), ("olga", "wrong-password"), ("gone", PASSWORD)):
        answer = Visitor(team).sign_in(name, password)
        assert answer.status_code == 422
        texts.append(re.sub(r'(value|content)="[^"]*"', "", answer.text))

    assert texts[0] == texts[1] == texts[2]
    assert "That name and password do not belong together." in texts[0]


def switch(owner: Visitor, name: str, action: str) -> None:
    page = owner.get("/accounts/").text
    row = next(row for row in page.split("<tr") if f"<bdi>{name}</bdi>" in row)
    found = re.search(rf'action="([^"]+/{action}/)"', row)
    assert found, row
    assert owner.post(found[1]).status_code == 302


def test_a_deactivated_account_is_out_at_once_and_back_when_it_is_let_in(team: Server, owner: Visitor) -> None:
    member = make_member(owner, "momo")

    switch(owner, "momo", "deactivate")
    assert member.get("/").status_code == 302
    assert Visitor(team).sign_in("momo").status_code == 422
    switch(owner, "momo", "activate")
    assert Visitor(team).sign_in("momo").status_code == 302


def test_members_see_no_accounts_and_change_none(owner: Visitor) -> None:
    member = make_member(owner, "mimi")

    assert member.get("/accounts/").status_code == 404
    assert member.post("/accounts/", {"username": "eve", "password": PASSWORD}).status_code == 404
    assert member.post("/accounts/1/deactivate/").status_code == 404
    assert owner.get("/accounts/").status_code == 200


def test_the_owner_cannot_lock_himself_out(owner: Visitor) -> None:
    page = owner.get("/accounts/").text
    row = next(row for row in page.split("<tr") if "<bdi>olga</bdi>" in row)

    assert "deactivate" not in row
    assert owner.post("/accounts/1/deactivate/").status_code == 404


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"username": "OLGA", "password": PASSWORD}, "There is an account of that name."),
        ({"username": "a b/c", "password": PASSWORD}, "Enter a valid username"),
        ({"username": "", "password": PASSWORD}, "This field is required"),
        ({"username": "new", "password": "short"}, "too short"),
        ({"username": "new", "password": "password123"}, "too common"),
        ({"username": "a-long-name", "password": "a-long-name1"}, "too similar"),
    ],
)
def test_an_account_that_cannot_be_is_explained_at_its_field(owner: Visitor, form: dict[str, str], said: str) -> None:
    answer = owner.post("/accounts/", form)

    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert PASSWORD not in answer.text


def test_a_title_of_a_page_is_no_secret_to_guess_from_the_log_in(team: Server) -> None:
    page = Visitor(team).get("/login/?next=/sessions/1/")

    assert "The page you asked for opens right after." in page.text


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_after_signing_in_one_stays_here(team: Server, owner: Visitor, target: str) -> None:
    visitor = Visitor(team)

    answer = visitor.post("/login/", {"username": "olga", "password": PASSWORD, "next": target})

    assert answer.status_code == 302
    assert answer.headers["location"] == "/"


def test_a_piece_of_a_page_sends_the_whole_page_to_the_log_in(team: Server) -> None:
    htmx = {"HX-Request": "true", "HX-Current-URL": f"{team.base_url}/sessions/1/?run=2"}

    answer = team.client().get("/", headers=htmx)

    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == "/login/?next=/sessions/1/%3Frun%3D2"


def test_changing_ones_password_ends_the_other_sessions(team: Server, owner: Visitor) -> None:
    here = make_member(owner, "mika")
    elsewhere = Visitor(team)
    elsewhere.sign_in("mika")
    new = "amber-lantern-47"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    assert here.post("/password/", {**form, "old_password": "wrong"}).status_code == 422
    assert here.post("/password/", form).status_code == 302

    assert here.get("/password/changed/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert Visitor(team).sign_in("mika").status_code == 422
    assert Visitor(team).sign_in("mika", new).status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-User": "olga"},
        {"Remote-User": "olga"},
        {"X-Remote-User": "olga"},
        {"Authorization": "Basic b2xnYTp2aW9sZXQtaGFyYm91ci05MQ=="},
        {"Authorization": "Bearer olga"},
        {"X-API-Key": "olga"},
        {"Daphne-Root-Path": "/healthz"},
        {"X-Forwarded-For": "127.0.0.1"},
    ],
)
def test_no_header_is_a_way_in(team: Server, headers: dict[str, str]) -> None:
    assert team.client().get("/accounts/", headers=headers).status_code == 302


def test_guessing_is_slowed_down_by_name_and_says_how_long(start_server: Servers) -> None:
    team = start_team(start_server)
    become_owner(team)
    stranger = Visitor(team)

    statuses = [stranger.sign_in("olga", f"guess-{number}").status_code for number in range(6)]

    assert statuses == [422] * 5 + [429]
    assert "Too many tries. Try again in 60 seconds." in stranger.sign_in("olga").text
    assert "Too many tries" in Visitor(team).sign_in("olga").text  # the right password from a new browser


def test_but_the_browser_that_was_in_before_still_comes_in(start_server: Servers) -> None:
    team = start_team(start_server)
    owner = become_owner(team)
    owner.post("/logout/")
    stranger = Visitor(team)
    for number in range(7):
        stranger.sign_in("olga", f"guess-{number}")

    assert stranger.sign_in("olga").status_code == 429
    assert owner.sign_in("olga").status_code == 302


def test_cookies_over_tls_are_for_this_host_alone(start_server: Servers) -> None:
    """Behind a proxy that is listed, and without it."""
    from tests.services import free_port

    port = free_port()
    settings = {
        "PLAYGROUND_MODE": "team",
        "PLAYGROUND_URL": "https://play.example.org",
        "PLAYGROUND_PROXIES": "127.0.0.1",
    }
    team = start_server(settings, port=port)
    headers = {"Host": "play.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}

    with httpx.Client(base_url=team.base_url, headers=headers, trust_env=False, timeout=60) as browser:
        page = browser.get("/accounts/first/")
        in_clear = browser.get("/accounts/first/", headers={"X-Forwarded-Proto": "http"})

    cookie = page.headers["set-cookie"]
    assert cookie.startswith("__Host-playground_csrf=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert page.headers["strict-transport-security"]
    assert in_clear.status_code == 301
    assert in_clear.headers["location"] == "https://play.example.org/accounts/first/"


def test_a_proxy_that_is_not_listed_is_named(start_server: Servers) -> None:
    team = start_server({"PLAYGROUND_MODE": "team", "PLAYGROUND_URL": "https://play.example.org"})
    headers = {"Host": "play.example.org", "X-Forwarded-Proto": "https", "Accept": "text/html"}

    answer = fetch("GET", team.base_url, headers=headers)

    assert answer.status_code == 400
    assert "PLAYGROUND_PROXIES" in answer.text


def test_local_mode_has_no_accounts(server: Server) -> None:
    client: Any = server.client()

    paths = ("/login/", "/accounts/", "/accounts/first/", "/password/")

    assert [client.get(path).status_code for path in paths] == [404] * 4
