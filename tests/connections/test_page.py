"""The connections page, as a person uses it and as somebody tries to misuse it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection as database
from django.test import Client

from playground.accounts.owner import local_owner
from playground.models import SANDBOX_ID, Connection, Draft, Session, User
from playground.runs.starting import target_of
from playground.secrets import Secret
from tests.serving import Server
from tests.upstream import hostile
from tests.upstream.hostile import json_reply

pytestmark = pytest.mark.django_db

KEY = "sk-canary-0123456789abcdefWXYZ"
MODELS = json_reply(b'{"object":"list","data":[{"id":"m-1"},{"id":"m-2"},{"id":5},"m-3",{"id":"m-1"}]}')


def fields(**given: Any) -> dict[str, Any]:
    """What the form sends; a test says only what matters to it."""
    return {
        "name": "Mine", "base_url": "http://127.0.0.1:9/v1", "key": "", "profile": "", "default_model": "",
        "price_in": "", "price_cached": "", "price_out": "", "connect_timeout": "10", "idle_timeout": "600",
        "total_timeout": "3600", "header_name": [], "header_value": [], "header_was": [], "then": "save", **given,
    }  # fmt: skip


@pytest.fixture
def mine() -> Connection:
    headers = Secret('{"X-Team": "platform-header-value"}')
    return Connection.objects.create(
        owner=local_owner(), name="Mine", base_url="http://127.0.0.1:9/v1", key=Secret(KEY), headers=headers
    )


@pytest.fixture
def team(settings: Any) -> Iterator[Callable[[User], Client]]:
    """Team mode; gives browsers with somebody logged in."""
    settings.TEAM = True
    settings.MIDDLEWARE = [name.replace("LocalOwner", "TeamMember") for name in settings.MIDDLEWARE]
    cache.clear()

    def browser(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    yield browser
    cache.clear()


def text(response: Any) -> str:
    """What a person reads of the page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def fresh(connection: Connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


# -- the ordinary way


def test_a_newcomer_sees_the_sandbox_and_what_else_there_could_be(client: Client) -> None:
    page = client.get("/connections/")

    assert page.status_code == 200
    assert "Sandbox in this process built in" in text(page)
    assert "No connection of your own yet" in text(page)
    assert {"CometAPI", "OpenAI", "A server on this machine"} <= {
        html.unescape(t) for t in re.findall(r"preset=[^>]*>([^<]+)<", page.content.decode())
    }


@pytest.mark.parametrize(
    ("slug", "url"),
    [
        ("cometapi", "https://api.cometapi.com/v1"),
        ("openai", "https://api.openai.com/v1"),
        ("local", "http://127.0.0.1:11434/v1"),
    ],
)
def test_a_preset_fills_in_the_address(client: Client, slug: str, url: str) -> None:
    assert f'value="{url}"' in client.get(f"/connections/?preset={slug}").content.decode()


def test_a_new_connection_has_time_limits_to_begin_with(client: Client) -> None:
    page = client.get("/connections/").content.decode()

    limits = dict(re.findall(r'name="(\w+_timeout)" value="(\d+)"', page))
    assert limits == {"connect_timeout": "10", "idle_timeout": "600", "total_timeout": "3600"}


def test_a_connection_is_added_and_its_key_is_never_shown_again(client: Client) -> None:
    """Attack 78."""
    with hostile.in_thread(json_reply(b"{}")) as server:
        sent = client.post("/connections/new/", fields(base_url=f" {server.base_url} ", key=f"  {KEY}\n"), follow=True)

    added = Connection.objects.exclude(pk=SANDBOX_ID).get()
    assert (added.name, added.base_url, added.key.reveal()) == ("Mine", server.base_url, KEY)
    assert added.owner == local_owner()
    page = sent.content.decode()
    assert "ends in WXYZ" in text(sent)
    assert KEY not in page
    assert KEY[:-4] not in page
    # Nothing left the server: saving is not testing.
    assert server.connections == 0


def test_a_name_is_not_needed(client: Client) -> None:
    client.post("/connections/new/", fields(name="", base_url="http://127.0.0.1:1234/v1"))

    assert Connection.objects.exclude(pk=SANDBOX_ID).get().name == "127.0.0.1:1234"


def test_an_empty_key_keeps_the_stored_one_and_a_button_removes_it(client: Client, mine: Connection) -> None:
    client.post(f"/connections/{mine.pk}/", fields(name="Renamed"))
    assert (fresh(mine).name, fresh(mine).key.reveal()) == ("Renamed", KEY)

    client.post(f"/connections/{mine.pk}/", fields(then="drop_key"))
    assert not fresh(mine).key


def test_the_key_is_stored_encrypted(mine: Connection) -> None:
    """Attack 84."""
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM playground_connection")
        stored = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()])

    assert KEY not in stored
    assert "platform-header-value" not in stored


def test_headers_are_added_kept_changed_and_removed(client: Client, mine: Connection) -> None:
    given = fields(header_name=["X-Team", "api-key"], header_value=["", "another-value"], header_was=["X-Team", ""])
    client.post(f"/connections/{mine.pk}/", given)
    assert revealed(mine) == {"X-Team": "platform-header-value", "api-key": "another-value"}

    page = client.get(f"/connections/{mine.pk}/").content.decode()
    assert 'value="api-key"' in page
    assert "another-value" not in page
    assert "platform-header-value" not in page

    given = fields(header_name=["", "X-Key"], header_value=["", ""], header_was=["X-Team", "api-key"])
    client.post(f"/connections/{mine.pk}/", given)
    assert revealed(mine) == {"X-Key": "another-value"}


def revealed(connection: Connection) -> dict[str, str]:
    return {name: value.reveal() for name, value in target_of(fresh(connection)).headers.items()}


def test_deleting_keeps_what_was_done_with_it(client: Client, mine: Connection) -> None:
    session = Session.objects.create(owner=local_owner())
    Draft.objects.create(session=session, connection=mine)
    assert "used by 1 session" in text(client.get(f"/connections/{mine.pk}/"))

    assert client.post(f"/connections/{mine.pk}/delete/").status_code == 302

    assert not Connection.objects.filter(pk=mine.pk).exists()
    assert Session.objects.filter(pk=session.pk).exists()


def test_a_private_page_is_not_kept_by_browsers(server: Server) -> None:
    """Attack 87."""
    with server.client() as browser:
        page = browser.get("/connections/")

    assert "no-store" in page.headers["cache-control"]
    assert '"historyCacheSize":0' in page.text


# -- trying it out


def test_a_test_says_what_it_found_and_the_models_become_suggestions(client: Client) -> None:
    with hostile.in_thread(MODELS) as server:
        given = fields(base_url=server.base_url, key=KEY, then="test")
        page = client.post("/connections/new/", given, follow=True)

        assert server.requests[0].startswith(b"GET /v1/models HTTP/1.1\r\n")
        assert server.head()["authorization"] == f"Bearer {KEY}"
    added = Connection.objects.exclude(pk=SANDBOX_ID).get()
    assert added.models_found == ["m-1", "m-2", "m-3"]
    assert "It works" in text(page)
    assert "3 models listed" in text(page)
    assert '<option value="m-2">' in page.content.decode()
    assert re.search(r"works, \d+ ms", text(client.get("/connections/")))


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            json_reply(b'{"error":{"message":"Incorrect API key provided: %s"}}' % KEY.encode(), "401 Unauthorized"),
            "The server does not accept the key (401). Incorrect API key provided: •••",
        ),
        (json_reply(b'{"detail":"Not Found"}', "404 Not Found"), "It has no list of models"),
        (json_reply(b"<!doctype html><title>Welcome</title>"), "A web page came back instead"),
        (json_reply(b"<html><title>Nothing</title></html>", "404 Not Found"), "A web page came back instead"),
        (json_reply(b"no json"), "holds no answer. no json"),
        (json_reply(b"[" * 100_000), "holds no answer."),
        (json_reply(b"", "302 Found", "Location: http://169.254.169.254/"), "points to another address (302)"),
        (json_reply(b"{}", "500 Internal Server Error"), "had an error of its own (500)"),
        (json_reply(b'{"data":null}'), "0 models listed"),
        (hostile.say(b"SSH-2.0-x\r\n"), "does not speak HTTP"),
    ],
    ids=["401", "no list", "page", "404 page", "text", "deep", "redirect", "500", "null", "ssh"],
)
def test_a_test_that_fails_says_how(client: Client, step: hostile.Step, said: str) -> None:
    with hostile.in_thread(step) as server:
        page = client.post("/connections/new/", fields(base_url=server.base_url, key=KEY, then="test"), follow=True)

    assert said in text(page)
    assert KEY not in page.content.decode()


def test_models_of_other_kinds_of_servers_are_found(client: Client) -> None:
    with hostile.in_thread(json_reply(b'{"models":[{"name":"llama"},{"model":"qwen"}]}')) as server:
        client.post("/connections/new/", fields(base_url=server.base_url, then="test"))

    assert Connection.objects.exclude(pk=SANDBOX_ID).get().models_found == ["llama", "qwen"]


# -- what is refused


@pytest.mark.parametrize(
    "key", ["sk-two words", "sk-line\nbreak", "sk-\x00nul", "sk-\r\nX-Evil: 1", "sk-\U0001f511", "s" * 10_000]
)
def test_a_key_that_is_none_is_refused_without_quoting_it(client: Client, key: str) -> None:
    """Attack 79."""
    page = client.post("/connections/new/", fields(key=key))

    assert page.status_code == 422
    assert "not a valid key" in text(page)
    assert key not in page.content.decode()
    assert not Connection.objects.exclude(pk=SANDBOX_ID).exists()


def test_a_key_is_trimmed_of_what_comes_along_when_copying(client: Client) -> None:
    """Attack 79."""
    client.post("/connections/new/", fields(key=f"\t Bearer {KEY} \r\n"))

    assert Connection.objects.exclude(pk=SANDBOX_ID).get().key.reveal() == KEY


@pytest.mark.parametrize(
    "name",
    [
        "Transfer-Encoding",
        "content-length",
        "HOST",
        "Connection",
        "Cookie",
        "Proxy-Authorization",
        "Accept-Encoding",
        "X Y",
        "X:",
        "X\u00e4",
    ],
)
def test_a_header_of_the_connection_itself_is_refused(client: Client, name: str) -> None:
    """Attack 113."""
    page = client.post("/connections/new/", fields(header_name=[name], header_value=["v"], header_was=[""]))

    assert page.status_code == 422
    assert f"{name} cannot be set" in text(page)


@pytest.mark.parametrize(
    ("names", "values", "said"),
    [
        (["X-A", "x-a"], ["1", "2"], "x-a stands there twice"),
        (["X-A"], [""], "X-A has no value"),
        ([f"X-{n}" for n in range(21)], ["v"] * 21, "At most 20 headers"),
    ],
    ids=["twice", "no value", "many"],
)
def test_headers_that_make_no_sense_are_told(client: Client, names: list[str], values: list[str], said: str) -> None:
    """Attack 113."""
    given = fields(header_name=names, header_value=values, header_was=[""] * len(names))

    assert said in text(client.post("/connections/new/", given))


def test_a_header_value_that_breaks_the_line_is_refused_without_quoting_it(client: Client) -> None:
    """Attack 79."""
    given = fields(header_name=["X-Fine"], header_value=["value\r\nX-Evil: 1"], header_was=[""])
    page = client.post("/connections/new/", given)

    assert page.status_code == 422
    assert "X-Evil" not in page.content.decode()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://169.254.169.254/v1", "no request goes to"),
        ("http://[::ffff:a9fe:a9fe]/v1", "no request goes to"),
        ("http://metadata.google.internal/", "no request goes to"),
        ("http://2852039166/v1", "no request goes to"),
        ("http://0.0.0.0:11434/v1", "Write 127.0.0.1"),
        ("http://user:pass@host/", "Put the key in its own field"),
        ("file:///etc/passwd", "begins with http"),
        ("http://good\\@169.254.169.254/", "not an address"),
        ("http://host/v1/responses", "Leave out /responses"),
        ("http://host/v1/chat/completions/", "Leave out /chat/completions"),
    ],
)
def test_an_address_nobody_may_call_is_refused_at_once(client: Client, url: str, said: str) -> None:
    """Attacks 1 to 6, and 11 to 13."""
    page = client.post("/connections/new/", fields(base_url=url, key=KEY))

    assert page.status_code == 422
    assert said in text(page)
    assert KEY not in page.content.decode()


def test_this_playground_is_no_upstream_of_itself(client: Client, settings: Any) -> None:
    """Attack 16."""
    page = client.post("/connections/new/", fields(base_url=f"http://localhost:{settings.PORT}/sandbox/v1"))

    assert page.status_code == 422
    assert "is this playground itself" in text(page)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9999/v1", "https://127.0.0.1:9/v1", "http://localhost:9/v1"])
def test_another_origin_drops_the_key_and_the_header_values(client: Client, mine: Connection, url: str) -> None:
    """Attack 17."""
    given = fields(base_url=url, header_name=["X-Team"], header_value=[""], header_was=["X-Team"])
    page = client.post(f"/connections/{mine.pk}/", given, follow=True)

    assert not fresh(mine).key
    assert revealed(mine) == {}
    assert "the key and header values of the old one were removed" in text(page)


def test_the_old_key_never_goes_to_a_new_address(client: Client, mine: Connection) -> None:
    """Attack 17."""
    with hostile.in_thread(MODELS) as attacker:
        given = fields(base_url=attacker.base_url, header_name=["X-Team"], header_value=[""], header_was=["X-Team"])
        client.post(f"/connections/{mine.pk}/", {**given, "then": "test"})

        assert len(attacker.requests) == 1
        assert b"authorization" not in attacker.requests[0].lower()
        assert b"x-team" not in attacker.requests[0].lower()
        assert KEY.encode() not in attacker.requests[0]


def test_another_path_at_the_same_origin_keeps_the_key(client: Client, mine: Connection) -> None:
    client.post(f"/connections/{mine.pk}/", fields(base_url="HTTP://127.0.0.1:9/v2"))

    assert fresh(mine).key.reveal() == KEY


def test_fields_the_form_does_not_have_are_refused(client: Client, mine: Connection) -> None:
    for more in ({"owner": "2"}, {"id": str(SANDBOX_ID)}, {"shared": "on"}, {"models_found": "[]"}):
        assert client.post(f"/connections/{mine.pk}/", {**fields(name="Changed"), **more}).status_code == 400

    assert fresh(mine).name == "Mine"


def test_the_sandbox_cannot_be_changed(client: Client) -> None:
    for path in (f"/connections/{SANDBOX_ID}/", f"/connections/{SANDBOX_ID}/delete/"):
        assert client.post(path, fields()).status_code == 404

    assert Connection.objects.filter(pk=SANDBOX_ID).exists()


def test_nothing_changes_by_a_get(client: Client, mine: Connection) -> None:
    assert client.get("/connections/new/").status_code == 405
    assert client.get(f"/connections/{mine.pk}/delete/").status_code == 405
    assert client.get("/connections/take/OPENAI_API_KEY/").status_code == 405


def test_names_and_answers_from_elsewhere_are_text(client: Client) -> None:
    evil = '<img src=x onerror="alert(1)">'
    reply = json_reply(b'{"error":{"message":"<script>alert(1)</script>\\u001b[31m"}}', "403 Forbidden")
    with hostile.in_thread(reply) as server:
        page = client.post("/connections/new/", fields(name=evil, base_url=server.base_url, then="test"), follow=True)

    assert "<img src=x" not in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    assert "\\x1b[31m" in text(page)


# -- keys in the environment


def test_a_key_of_the_environment_is_offered_and_taken(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:4000/v1")
    monkeypatch.setenv("COMETAPI_KEY", f"{KEY}-comet")

    page = client.get("/connections/")
    assert "OPENAI_API_KEY , a key for http://127.0.0.1:4000/v1" in text(page)
    assert "Make the connection CometAPI of it" in text(page)
    assert KEY not in page.content.decode()

    assert client.post("/connections/take/OPENAI_API_KEY/").status_code == 302
    made = Connection.objects.exclude(pk=SANDBOX_ID).get()
    assert (made.base_url, made.key.reveal()) == ("http://127.0.0.1:4000/v1", KEY)
    assert "OPENAI_API_KEY" not in text(client.get("/connections/"))
    assert client.post("/connections/take/OPENAI_API_KEY/").status_code == 404
    assert client.post("/connections/take/PATH/").status_code == 404


# -- a team


def test_a_teammates_connection_is_not_there(team: Callable[[User], Client], mine: Connection) -> None:
    browser = team(User.objects.create_user("mira"))

    assert "Mine" not in text(browser.get("/connections/"))
    for path in (f"/connections/{mine.pk}/", f"/connections/{mine.pk}/delete/"):
        assert browser.post(path, fields(name="Taken")).status_code == 404
    assert fresh(mine).name == "Mine"


def test_the_owner_opens_a_connection_to_everyone_and_its_key_stays_unseen(
    team: Callable[[User], Client], mine: Connection
) -> None:
    Connection.objects.filter(pk=mine.pk).update(base_url="https://93.184.216.34/v1")
    owner, member = team(local_owner()), team(User.objects.create_user("mira"))

    owner.post(f"/connections/{mine.pk}/", fields(base_url="https://93.184.216.34/v1", shared="on"))

    page = member.get("/connections/")
    assert fresh(mine).shared
    assert "Mine opened for you" in text(page)
    assert KEY[-4:] not in page.content.decode()
    assert f"/connections/{mine.pk}/" not in page.content.decode()
    assert member.get(f"/connections/{mine.pk}/").status_code == 404


def test_only_the_owner_can_open_a_connection_to_everyone(team: Callable[[User], Client]) -> None:
    browser = team(User.objects.create_user("mira"))

    answer = browser.post("/connections/new/", fields(base_url="https://93.184.216.34/v1", shared="on"))

    assert answer.status_code == 400
    assert "Open to everyone" not in text(browser.get("/connections/"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:11434/v1", "by https only"),
        ("https://192.168.1.5:8000/v1", "adding 192.168.1.5:8000 to PLAYGROUND_UPSTREAMS"),
    ],
)
def test_a_team_reaches_nothing_private_unless_listed(
    team: Callable[[User], Client], settings: Any, url: str, said: str
) -> None:
    """Attack 15."""
    browser = team(User.objects.create_user("mira"))
    assert said in text(browser.post("/connections/new/", fields(base_url=url)))

    settings.UPSTREAMS = ["127.0.0.1:11434", "192.168.1.5:8000"]
    assert browser.post("/connections/new/", fields(base_url=url)).status_code == 302
    assert browser.post("/connections/new/", fields(base_url="https://192.168.1.5:22")).status_code == 422


def test_the_test_button_is_no_port_scanner(team: Callable[[User], Client], settings: Any) -> None:
    """Attack 23."""
    browser = team(User.objects.create_user("mira"))
    said = set()
    for script in ([], [hostile.reset()], [hostile.say(b"SSH-2.0-x\r\n")], None):
        with hostile.in_thread(*(script or [])) as server:
            place = f"127.0.0.1:{server.port}"
        settings.UPSTREAMS = [place]
        if script is None:
            page = browser.post("/connections/new/", fields(base_url=f"http://{place}/v1", then="test"), follow=True)
        else:
            with hostile.in_thread(*script) as server:
                settings.UPSTREAMS = [place := f"127.0.0.1:{server.port}"]
                given = fields(base_url=f"http://{place}/v1", then="test")
                page = browser.post("/connections/new/", given, follow=True)
        found = re.search(r"(\S+ cannot be reached\.)", text(page))
        assert found, text(page)
        said.add(found[1].replace(place, "PLACE"))

    assert said == {"PLACE cannot be reached."}
    assert {each.tested["milliseconds"] for each in Connection.objects.exclude(pk=SANDBOX_ID)} == {None}


def test_ten_tests_a_minute_are_enough(
    team: Callable[[User], Client], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack 23."""
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    browser = team(User.objects.create_user("mira"))
    with hostile.in_thread(MODELS) as server:
        settings.UPSTREAMS = [f"127.0.0.1:{server.port}"]
        given = fields(base_url=server.base_url, then="test")
        browser.post("/connections/new/", given)
        path = f"/connections/{Connection.objects.exclude(pk=SANDBOX_ID).get().pk}/"

        answers = [browser.post(path, given).status_code for _ in range(10)]

        assert answers == [302] * 9 + [429]
        assert len(server.requests) == 10


def test_keys_of_the_environment_are_not_offered_to_a_team(
    team: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    browser = team(local_owner())

    assert "OPENAI_API_KEY" not in text(browser.get("/connections/"))
    assert browser.post("/connections/take/OPENAI_API_KEY/").status_code == 404
