"""Every URL there is, so that no view can be forgotten: attacks 30, 31, 32, 33, 34, 36 and 64's first column."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from playground.models import SANDBOX_ID, Connection, Draft, Preset, Run, Session, User
from tests.serving import Server, Servers
from tests.visiting import become_owner, make_member, start_team

#: What anybody may open in team mode. A page that is not here asks for a log-in, or this test fails.
OPEN = {"login", "first_owner", "healthz", "readyz", "metrics", "robots", "csp_report", "set_language", "new"}
#: Pages that let the holder of a link in begin like this; a link that was made up opens none of them.
BY_LINK = ("s/", "a/")
#: Forms without our token: what browsers send by themselves, and what readers without any cookie send.
WITHOUT_TOKEN = {"csp_report", "share_unlock", "audience_run", "audience_stop"}

#: Asks whether writing would work, with a statement that touches no row; tested on a running server.
PROBES = {"readyz"}

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)", re.IGNORECASE)


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every route of the site map with its name."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield pattern.name or route, route


def path(route: str, known: dict[str, Any] | None = None) -> str:
    """An address of this route; what the test does not know is made up."""
    made_up = {"uuid": uuid.uuid4(), "int": 1, "str": "x", "slug": "x", "path": "x", "": "x"}

    def value(found: re.Match[str]) -> str:
        return str((known or {}).get(found[2], made_up[found[1] or ""]))

    return "/" + PARAMETER.sub(value, route)


ROUTES = sorted(patterns())

EVIL = {"Origin": "http://evil.example"}
CROSS_SITE = [
    pytest.param(EVIL, id="form"),
    pytest.param({**EVIL, "Content-Type": "text/plain"}, id="text"),
    pytest.param({"Origin": "null"}, id="null"),
    pytest.param({"Origin": "http://127.0.0.1:3000"}, id="another-port"),
    pytest.param({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, id="no-cors"),
    pytest.param({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, id="same-site"),
]


@pytest.mark.parametrize("headers", CROSS_SITE)
def test_no_url_takes_a_post_from_another_site(server: Server, headers: dict[str, str]) -> None:
    with httpx.Client(base_url=server.base_url, trust_env=False, timeout=60) as client:
        client.get("/")  # a valid CSRF cookie does not help
        answers = {name: client.post(path(route), headers=headers).status_code for name, route in ROUTES}

    assert answers
    assert {name: status for name, status in answers.items() if status != 403} == {}


def test_no_url_takes_a_post_without_the_token(server: Server) -> None:
    client = server.client()
    answers = {name: client.post(path(route)).status_code for name, route in ROUTES if name not in WITHOUT_TOKEN}

    # A page that takes no POST at all may say so first.
    assert {name: status for name, status in answers.items() if status not in (403, 405)} == {}


def test_every_answer_is_closed_to_frames_and_other_origins(server: Server) -> None:
    with httpx.Client(base_url=server.base_url, trust_env=False, timeout=60) as client:
        answers = [client.get(path(route), headers={"Origin": server.base_url}) for _, route in ROUTES]
        others = ("/static/x/js/main.js", "/static/x/nothing", "/sandbox/v1/models", "/no-such-page")
        answers += [client.get(other) for other in others]
        answers.append(client.get("/", headers={"Host": "evil.example"}))

    for answer in answers:
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], answer.url
        assert answer.headers["cross-origin-opener-policy"] == "same-origin", answer.url
        assert answer.headers["x-content-type-options"] == "nosniff", answer.url
        assert not [name for name in answer.headers if name.startswith("access-control-")], answer.url


@pytest.fixture
def known(db: None) -> dict[str, Any]:
    """One of everything, so that GET finds what it asks for."""
    owner = User.objects.create_user("olga", password=None, is_superuser=True)
    session = Session.objects.create(owner=owner, title="one")
    Draft.objects.create(session=session, connection_id=SANDBOX_ID)
    upstream = Connection.objects.create(owner=owner, name="mine", base_url="https://example.org/v1")
    run = Run.objects.create(
        owner=owner,
        session=session,
        endpoint="responses",
        connection=upstream,
        connection_name="mine",
        url="https://example.org/v1/responses",
        request_body=b"{}",
        status=Run.Status.FINISHED,
    )
    preset = Preset.objects.create(owner=owner, name="one", endpoint="responses", connection=upstream, body=b"{}")
    ids = {"session_id": session.pk, "run_id": run.pk, "connection_id": upstream.pk, "account_id": owner.pk}
    return {**ids, "preset_id": preset.pk, "endpoint": "responses", "format": "json"}


def written_by(method: str, address: str) -> tuple[int, list[str]]:
    """The status of the answer, and every statement it took that changes rows."""
    written: list[str] = []

    def look(execute: Any, sql: str, *rest: Any) -> Any:
        if WRITES.match(sql):
            written.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        return Client(headers={"host": "localhost"}).generic(method, address).status_code, written


@pytest.mark.parametrize("route", [pytest.param(route, id=name) for name, route in ROUTES if name not in PROBES])
def test_get_and_head_change_nothing_and_say_the_same(route: str, known: dict[str, Any]) -> None:
    """HEAD is what link checkers and previews ask with: no page may be missing for them, and none may act on it."""
    got, written = written_by("GET", path(route, known))
    head, written_by_head = written_by("HEAD", path(route, known))

    assert written == written_by_head == []
    assert got < 500
    assert head == got


@pytest.fixture(scope="module")
def team(start_server: Servers) -> Server:
    return start_team(start_server)


def test_every_page_of_a_team_asks_for_a_log_in(team: Server) -> None:
    anybody = team.client()
    closed = [(name, route) for name, route in ROUTES if name not in OPEN and not route.startswith(BY_LINK)]
    answers = {name: anybody.get(path(route)) for name, route in closed}

    strays = [
        name
        for name, answer in answers.items()
        if not (answer.status_code == 302 and answer.headers["location"].startswith("/login/"))
    ]
    assert strays == []


def test_a_made_up_link_opens_nothing(team: Server) -> None:
    anybody = team.client()
    answers = {name: anybody.get(path(route)) for name, route in ROUTES if route.startswith(BY_LINK)}

    opened = [
        name
        for name, answer in answers.items()
        if answer.status_code not in (404, 405) and not answer.headers.get("location", "").startswith("/login/")
    ]
    assert opened == []


def test_no_page_of_a_team_takes_a_post_from_another_site(team: Server) -> None:
    owner = become_owner(team)
    member = make_member(owner, "mara")

    for visitor in (owner, member):
        token = {"X-CSRFToken": visitor.csrf_token}  # even with a token that was stolen
        for name, route in ROUTES:
            for headers in (EVIL, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
                assert visitor.http.post(path(route), headers={**token, **headers}).status_code == 403, name
