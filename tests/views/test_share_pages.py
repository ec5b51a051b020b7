"""What a link shows and what it never shows, and how often it may be tried: in this process, on rows made by hand."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from playground.models import SANDBOX_ID, Connection, Draft, Run, SealedJournal, Session, User
from playground.portable.opening import take_in
from playground.runs.packing import Stored, pack, seal
from playground.samples.links import read_fragment
from playground.secrets import Secret
from playground.sharing import Wish, revoke, share
from tests.hostile import STRINGS

pytestmark = pytest.mark.django_db

KEY = "sk-canary-" + "q7R2" * 6
HOST = "lab-gateway.example"
PARTS = ("", "state", "1/events/", "1/request/", "1/response/", "1/headers/", "1/code/", "1/rows/", "1/events/1/")


@pytest.fixture(autouse=True)
def _fresh_counts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def owner() -> User:
    return User.objects.create(username="owner", is_superuser=True)


@pytest.fixture
def browser(owner: User) -> Client:
    """Local mode: whoever comes is the owner."""
    return Client(headers={"host": "localhost"})


def run(owner: User, text: str = "Hello", **about: Any) -> Run:
    session = about.pop("session", None) or Session.objects.create(owner=owner, title=about.pop("title", "Demo"))
    delta = json.dumps({"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0,
                        "delta": text})  # fmt: skip
    fields: dict[str, Any] = {
        "endpoint": "responses", "connection_name": "Lab", "url": f"https://{HOST}/v1/responses", "model": "m",
        "request_body": json.dumps({"model": "m", "input": "x"}).encode(), "status": "finished", "outcome": "completed",
        "response_body": json.dumps({"output": []}).encode(), "summary": {"text": text},
        "request_headers": [["Authorization", "Bearer •••"], ["X-Team", "•••"]],
        "response_headers": [["server", HOST], ["x-request-id", "r-1"]], "http_status": 200,
    }  # fmt: skip
    made = Run.objects.create(owner=owner, session=session, **(fields | about))
    SealedJournal.objects.create(run=made, data=seal([pack([Stored(1, 0, f"data: {delta}\n\n".encode())])]))
    return made


def link(made: Run, **wishes: Any) -> str:
    return f"/s/{share(Wish(made.session, made, **wishes))[1]}/"


#: Tokens and packed links, which may hold any three letters.
BY_CHANCE = re.compile(
    r'(?:(?<=name="csrf-token" content=")|(?<=name="csrfmiddlewaretoken" value="))\w+'
    r"|(?<=/s/)[\w-]{43}|(?<=/new#)[\w-]+"
)


def everything(browser: Client, path: str) -> str:
    return "".join(browser.get(path + part).content.decode() for part in PARTS)


class Found(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        self.addresses |= {value or "" for name, value in attributes if name in ("href", "src", "action", "data-url")}


FOREIGN = {"iframe", "object", "embed", "base", "style", "math", "video", "audio", "frame", "marquee", "foreignobject"}
ADDRESS = re.compile(r"^(/|#|\?|https?://|mailto:|$)")


def test_nothing_of_the_connection_travels(owner: User, browser: Client) -> None:
    """Attack 85: neither key nor header nor host, and the run's own page keeps them."""
    headers = Secret(json.dumps({"X-Team": KEY}))
    lab = Connection.objects.create(
        owner=owner, name=f"at {HOST}", base_url=f"https://u:p@{HOST}/v1?k=1", key=Secret(KEY), headers=headers
    )
    problem = {"code": "unreachable", "detail": f"{HOST} said no"}
    made = run(owner, connection=lab, connection_name=lab.name, problem=problem, status="failed")
    paths = link(made), link(made, with_address=True)
    lab.delete()  # else its owner, who looks here, is offered it for a fork

    hidden, shown = (everything(browser, path) for path in paths)

    assert "Lab" not in BY_CHANCE.sub("", hidden)
    for secret in (HOST, KEY, KEY[-4:] + "<", "X-Team", "x-request-id", "u:p@"):
        assert secret not in hidden, secret
    assert f"https://{HOST}/v1/responses" in shown
    for secret in (KEY, "X-Team", "x-request-id", "u:p@", "k=1"):
        assert secret not in shown, secret


def test_hostile_text_is_text_on_every_part(owner: User, browser: Client) -> None:
    """Attacks 41 to 51, as far as the document goes; a real browser looks in tests/browser."""
    for text in STRINGS[::9]:
        plain = text.replace("\0", "").encode("utf-8", "replace").decode()
        made = run(owner, plain, title=plain[:200], request_body=json.dumps({"model": plain, "input": plain}).encode())
        found = Found()
        found.feed(everything(browser, link(made)))
        assert not found.tags & FOREIGN, text
        assert not [value for value in found.addresses if not ADDRESS.match(value)], text
        assert not [name for name in found.attributes if name.startswith("on")], text


def test_a_reader_sees_what_was_said_as_its_owner_does(owner: User, browser: Client) -> None:
    """Earlier turns, pictures of the request, and the outputs of tools: not an older question in place of them."""
    picture = {"type": "input_image", "image_url": "https://pictures.example/1.png"}
    words = {"type": "input_text", "text": "What is on these?"}
    first = run(owner, "A lighthouse.", request_body=asking({"role": "user", "content": [words, picture, picture]}))
    call = {"type": "function_call", "call_id": "call_7", "name": "weather", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "call_7", "output": "14 degrees"}
    second = run(
        owner, "Take a coat.", session=first.session, follows=first,
        request_body=asking({"role": "user", "content": "An older question"}, call, output),
    )  # fmt: skip
    path = f"/s/{share(Wish(first.session))[1]}/"

    before, after = (answer_of(browser.get(f"{path}?run={number}").content.decode()) for number in (1, 2))
    mine = browser.get(f"/sessions/{second.session_id}/?run={second.pk}").content.decode()

    assert "2 images" in before
    assert "earlier turn" not in before
    for word in (
        "1 earlier turn",
        f'href="{path}?run=1"',
        "What is on these?",
        "A lighthouse.",
        "call_7",
        "14 degrees",
    ):
        assert word in after, word
    assert "An older question" not in after
    assert "14 degrees" in answer_of(mine)
    alone = answer_of(browser.get(link(second)).content.decode())
    assert "14 degrees" in alone
    assert "lighthouse" not in alone, "it was not shared"


def asking(*items: Any) -> bytes:
    return json.dumps({"model": "m", "input": items}).encode()


def answer_of(page: str) -> str:
    """What stands under the tab Output."""
    return html.unescape(page.partition('data-run-panel="output"')[2].partition('data-run-panel="other"')[0])


@pytest.mark.parametrize("status", ["failed", "stopped", "interrupted", "finished"])
def test_a_reader_is_offered_nothing_to_do_to_a_run(owner: User, browser: Client, status: str) -> None:
    made = run(owner, status=status, problem={"code": "upstream_error", "detail": "no"})
    page = browser.get(link(made)).content.decode()

    for word in ("/stop/", "/retry/", "request-form", "/connections/", "Try again</", "Send</", str(made.pk)):
        assert word not in page.partition("<main")[2].partition("</main>")[0], word


def test_views_are_counted_and_peeks_at_a_part_are_not(owner: User, browser: Client) -> None:
    made = run(owner)
    path = link(made)

    browser.get(path)
    browser.get(path, headers={"HX-Request": "true"})
    browser.get(path + "1/events/")
    assert browser.head(path).status_code == 200  # a messenger that looks whether the link leads anywhere
    browser.get(path)

    shown = made.shares.get()
    assert shown.views == 2
    assert shown.last_opened


def test_guessing_is_stopped_after_thirty_misses_a_minute(owner: User, browser: Client) -> None:
    """Attack 91. Then even a right guess is not looked at, else it could still be told from a wrong one."""
    path = link(run(owner))
    guesser = {"REMOTE_ADDR": "203.0.113.7"}

    answers = [browser.get(f"/s/{'x' * 40}{n}/", **guesser).status_code for n in range(31)]  # type: ignore[arg-type]

    assert answers == [404] * 30 + [429]
    assert browser.get(path, **guesser).status_code == 429  # type: ignore[arg-type]
    assert browser.get(path).status_code == 200, "others are not kept out"


def test_a_room_that_opens_a_link_together_is_not_locked_out(owner: User, browser: Client) -> None:
    path = link(run(owner), passphrase="open sesame")

    answers = [browser.post(path + "passphrase/", {"passphrase": "open sesame"}).status_code for _ in range(30)]

    assert answers == [302] * 30


@pytest.mark.parametrize(
    ("open_to_programs", "address"), [(True, "http://localhost/sandbox/v1"), (False, "https://api.example.com/v1")]
)
def test_code_names_the_sandbox_only_where_programs_are_let_in(
    owner: User, browser: Client, settings: Any, open_to_programs: bool, address: str
) -> None:
    settings.SANDBOX_OPEN = open_to_programs
    made = run(owner, url="sandbox:/v1/responses")
    _found, token = share(Wish(made.session, made))

    assert f"{address}/responses" in browser.get(f"/s/{token}/").content.decode()
    assert f"{address}/responses" in browser.get(f"/runs/{made.pk}/code/").content.decode()


def test_the_languages_of_the_code_are_a_choice(owner: User, browser: Client) -> None:
    path = link(run(owner, request_body=json.dumps({"model": "m", "input": "it's <b>"}).encode()))

    page, python = browser.get(path), browser.get(path + "1/code/?language=python-openai")

    assert "curl" in page.content.decode()
    assert "https://api.example.com/v1" in page.content.decode()
    assert "from openai import" in python.content.decode().replace('<span class="tk">', "").replace("</span>", "")
    assert "it&#x27;s &lt;b&gt;" in python.content.decode() or "&lt;b&gt;" in python.content.decode()


def test_a_long_request_is_written_out_when_it_is_asked_for(owner: User, browser: Client) -> None:
    path = link(run(owner, request_body=json.dumps({"model": "m", "input": "long " * 60_000}).encode()))

    assert "Choose a language to see it written out" in browser.get(path).content.decode()
    assert "long long" in browser.get(path + "1/code/?language=curl").content.decode()


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[1]", b'"\xff', b"{" * 2000, b'{"input": [{"role": "user"}, 5]}'])
def test_a_request_of_any_kind_can_be_shown_and_forked(owner: User, browser: Client, body: bytes) -> None:
    path = link(run(owner, request_body=body))

    assert browser.get(path).status_code == 200
    assert browser.get(path + "1/request/").status_code == 200
    assert browser.post(path + "fork/", {"connection": str(SANDBOX_ID), "model": ""}).status_code == 302


def test_a_fork_offers_the_most_alike_of_my_connections(owner: User, browser: Client) -> None:
    session = Session.objects.create(owner=owner)
    same = Connection.objects.create(owner=owner, name="Mine", base_url=f"https://{HOST}/v1/", models_found=["m", "n"])
    named = Connection.objects.create(owner=owner, name="Lab", base_url="https://b.example", models_found=["other"])
    last = Connection.objects.create(owner=owner, name="Last", base_url="https://c.example", default_model="usual")
    Draft.objects.create(session=session, connection=last)

    def chosen(**about: Any) -> tuple[str, str]:
        page = browser.get(link(run(owner, **about), with_address=about.pop("address", False))).content.decode()
        connection = page.partition(" selected>")[0].rpartition('value="')[2].rstrip('"')
        return connection, page.partition('name="model" maxlength="200" value="')[2].partition('"')[0]

    made = run(owner)
    page = browser.get(link(made, with_address=True)).content.decode()
    assert f'value="{same.pk}" selected' in page
    assert chosen() == (str(named.pk), "other")
    assert chosen(connection_name="Elsewhere") == (str(same.pk), "m"), "the one that has the model"
    assert chosen(connection_name="Elsewhere", model="z") == (str(last.pk), "z"), "what it has is not known"
    assert chosen(url="sandbox:/responses", connection_name="Sandbox")[0] == str(SANDBOX_ID)


def test_a_fork_says_that_a_connection_is_the_same_only_where_that_can_be_known(owner: User, browser: Client) -> None:
    mine = Connection.objects.create(owner=owner, name="Lab", base_url="https://b.example", models_found=["m"])
    made = run(owner)

    def said(**wishes: Any) -> str:
        page = browser.get(link(made, **wishes)).content.decode()
        return page.partition('id="fork"')[2].partition("<h3>")[2].partition("</h3>")[0]

    assert said() == "You have a connection of this name"
    assert said(with_address=True) == "Your connection differs", "another server under the same name"
    Connection.objects.filter(pk=mine.pk).update(name="Another name", base_url=f"https://{HOST}/v1")
    assert said(with_address=True) == "You have the same connection"


def test_links_close_when_their_run_or_their_session_is_deleted(owner: User, browser: Client) -> None:
    made, other = run(owner), run(owner)
    by_run, by_session = link(made), link(other)

    made.delete()
    other.session.delete()

    assert browser.get(by_run).status_code == 404
    assert browser.get(by_session).status_code == 404


def test_deleting_a_run_revokes_what_shows_it_after_a_warning(owner: User, browser: Client) -> None:
    first = run(owner)
    before = f"/s/{share(Wish(first.session))[1]}/"
    second = run(owner, session=first.session)
    own, whole = link(second), f"/s/{share(Wish(first.session))[1]}/"

    warned = browser.get(f"/runs/{second.pk}/delete/").content.decode()
    assert "2 links that show it are revoked" in warned
    assert browser.get(own).status_code == 200
    answer = browser.post(f"/runs/{second.pk}/delete/")

    assert answer.status_code == 302
    assert not Run.objects.filter(pk=second.pk).exists()
    assert [browser.get(path).status_code for path in (before, own, whole)] == [200, 404, 404]
    assert "Hello" in browser.get(before).content.decode(), "a link that never showed it stays as it is"


def test_a_run_under_way_is_not_deleted(owner: User, browser: Client) -> None:
    going = run(owner, status="running")

    answer = browser.post(f"/runs/{going.pk}/delete/")

    assert answer.status_code == 422
    assert "Stop it first" in answer.content.decode()
    assert Run.objects.filter(pk=going.pk).exists()


def test_a_session_that_was_thrown_away_shows_nothing(owner: User, browser: Client) -> None:
    made = run(owner)
    path = link(made)
    Session.objects.update(deleted=made.created)

    assert browser.get(path).status_code == 404
    assert browser.get(f"/runs/{made.pk}/share/").status_code == 404


def test_the_list_leads_from_a_link_to_what_it_is_a_copy_of(owner: User, browser: Client) -> None:
    one, whole, gone = run(owner), run(owner), run(owner)
    link(one)
    share(Wish(whole.session))
    link(gone)
    Session.objects.filter(pk=gone.session_id).update(deleted=gone.created)

    page = browser.get("/links/").content.decode()

    assert f'href="/runs/{one.pk}/"' in page
    assert f'href="/sessions/{whole.session_id}/"' in page
    assert str(gone.pk) not in page
    assert str(gone.session_id) not in page
    assert browser.get(f"/runs/{one.pk}/").status_code == 302


def test_the_sessions_pane_says_to_what_a_link_is_open(owner: User, browser: Client) -> None:
    made, plain = run(owner), run(owner)
    link(made)

    def shared() -> list[str]:
        page = browser.get("/sessions/list/", headers={"HX-Request": "true"}).content.decode()
        rows = re.split(r'id="s-', page)[1:]
        return [row.partition('"')[0] for row in rows if "A link to it is open" in row.partition("</a>")[0]]

    assert shared() == [str(made.session_id)]
    assert str(plain.session_id) not in shared()
    revoke(made.shares.all())
    assert shared() == []


@pytest.mark.parametrize("scope", ["server", "anyone"])
def test_every_kind_of_no_says_the_same(owner: User, browser: Client, scope: str) -> None:
    made = run(owner)
    path = link(made, scope=scope)
    revoke(made.shares.all())

    revoked, unknown = browser.get(path), browser.get("/s/unknown/")

    assert revoked.content == unknown.content
    assert revoked.status_code == unknown.status_code == 404


def test_local_mode_says_that_nobody_else_can_come(owner: User, browser: Client) -> None:
    page = browser.get(f"/runs/{run(owner).pk}/share/").content.decode()

    assert "Nobody else can reach this playground" in page
    assert "Anyone with the link" not in page
    assert "/link/" in page


def saved(page: str) -> str:
    return html.unescape(re.findall(r'id="share-file" href="([^"]+)"', page)[0])


def test_the_file_of_the_dialog_is_the_copy_that_was_looked_at(owner: User, browser: Client) -> None:
    made = run(owner, f"the key is {KEY}", title="It")
    run(owner, "Second", session=made.session)

    def file(**chosen: Any) -> str:
        page = browser.post(f"/runs/{made.pk}/share/", {"do": "look", **chosen}).content.decode()
        answer = browser.get(saved(page))
        assert "attachment" in answer["Content-Disposition"]
        return answer.content.decode()

    usual = browser.get(saved(browser.get(f"/runs/{made.pk}/share/").content.decode())).content.decode()
    seen = re.findall(r'name="seen" value="(\w+)"', browser.get(f"/runs/{made.pk}/share/").content.decode())
    assert "the key is •••" in usual
    assert KEY not in usual
    assert HOST not in usual
    assert "Second" not in usual
    assert KEY in file(answer="on", seen=seen), "its owner took the tick away"
    assert f"https://{HOST}/v1/responses" in file(answer="on", address="on", leave=seen)
    assert "the key is" not in file()
    whole = file(what="session", answer="on", leave=seen, seen=seen)
    assert "Second" in whole
    assert KEY not in whole
    assert take_in(owner, whole.encode())[0].runs.count() == 2


def test_what_came_in_since_the_look_is_not_in_the_file(owner: User, browser: Client) -> None:
    going = run(owner, f"the key is {KEY}", status="running")
    address = saved(browser.get(f"/runs/{going.pk}/share/").content.decode())

    Run.objects.filter(pk=going.pk).update(status="finished", summary={"text": f"the key is {KEY}"})

    assert "the key is •••" in (file := browser.get(address).content.decode())
    assert KEY not in file


@pytest.mark.parametrize("filler", ["", "".join(f"{n}-{n * n * 7919}." for n in range(3000))])
def test_what_a_request_link_would_carry_is_pointed_out(owner: User, browser: Client, filler: str) -> None:
    body = {"model": "m", "input": f"log in with {KEY} at {HOST} {filler}", "metadata": {KEY: "1"}}
    made = run(owner, request_body=json.dumps(body).encode())

    def carried(**query: Any) -> str:
        page = browser.get(f"/runs/{made.pk}/link/", query).content.decode()
        assert KEY not in page
        if filler:
            return browser.get(saved(page)).content.decode()
        return json.dumps(read_fragment(page.partition("/new#")[2].partition('"')[0]).body, ensure_ascii=False)

    page = browser.get(f"/runs/{made.pk}/link/").content.decode()
    seen = re.findall(r'name="seen" value="(\w+)"', page)
    assert "A key <code" in page
    assert "log in with •••" in (usual := carried())
    assert KEY not in usual
    assert (HOST in usual) is not bool(filler), "a link says what the request says, a file has no host in it"
    assert KEY in carried(seen=seen)


def test_a_live_run_is_never_frozen_half_way(owner: User, browser: Client) -> None:
    going = run(owner, text="half", status="running")
    run(owner, session=going.session)

    path = link(going)
    whole = f"/s/{share(Wish(going.session))[1]}/"

    page = browser.get(path).content.decode()
    assert "data-live" in page
    assert "half" in page
    assert "half" not in browser.get(f"{whole}?run=1").content.decode()
    assert "Only the request was shared" in browser.get(f"{whole}?run=1").content.decode()
    assert "Hello" in browser.get(f"{whole}?run=2").content.decode()


def test_while_something_is_left_out_a_live_link_waits(owner: User, browser: Client) -> None:
    part = {"type": "output_text", "text": f"half {KEY}", "annotations": []}
    answer = {"object": "response", "status": "completed",
              "output": [{"id": "m", "type": "message", "role": "assistant", "content": [part]}]}  # fmt: skip
    going = run(
        owner, text=f"half {KEY}", status="running", request_body=json.dumps({"input": KEY}).encode(),
        response_body=json.dumps(answer).encode(),
    )  # fmt: skip
    path = link(going, leave_out=frozenset({KEY}))

    page = browser.get(path).content.decode()
    assert "This run is still going on" in page
    assert "half" not in everything(browser, path)

    Run.objects.filter(pk=going.pk).update(status="finished")
    after = browser.get(path).content.decode()
    assert "half •••" in after
    assert KEY not in everything(browser, path)


def test_hosts_stay_hidden_while_a_run_is_under_way(owner: User, browser: Client) -> None:
    until = {"until": 4_000_000_000, "problem": {"code": "rate_limited", "detail": f"{HOST} is busy"}}
    going = run(owner, status="waiting", attempts=[until], text=f"from {HOST}")

    pages = everything(browser, link(going))

    assert f"{HOST} is busy" not in pages
    assert "••• is busy" in pages
    assert "Try now" not in pages
