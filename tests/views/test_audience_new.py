"""Making a link for an audience, and the list of them: in this process, on rows made by hand."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground.models import SANDBOX_ID, Audience, Connection, Preset, Run, Session, User, Visit
from playground.secrets import Secret
from playground.sharing import Terms, find_audience, open_audience

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
BODY = {"model": "{{model}}", "instructions": "Be kind", "input": "Tell {{who}} about {{topic}}"}


@pytest.fixture
def owner(client: Client) -> User:
    client.get("/")
    Session.objects.all().delete()
    return User.objects.get()


def preset(owner: User, body: Any = None) -> Preset:
    sent = json.dumps(body or {**BODY, "model": "m"}).encode()
    return Preset.objects.create(owner=owner, name="Story", endpoint="responses", connection_id=SANDBOX_ID, body=sent)


def form(**more: Any) -> dict[str, Any]:
    usual = {
        "title": "Stories", "note": "", "connection": str(SANDBOX_ID), "scope": "server", "runs": "50", "each": "5",
        "tokens": "50000", "minutes": "60", "fill.who": "on", "fill.topic": "on", "do": "make",
    }  # fmt: skip
    return {name: value for name, value in {**usual, **more}.items() if value is not None}


def make(client: Client, kept: Preset, **more: Any) -> Any:
    return client.post(f"/presets/{kept.pk}/audience/", form(**more))


def alert(answer: Any) -> str:
    found = re.search(r'class="hint hint--bad" role="alert">.*?<span>(.*?)</span>', answer.content.decode(), re.DOTALL)
    return found[1] if found else ""


def test_the_form_begins_with_the_blanks_and_where_there_are_none_with_the_prompt(client: Client, owner: User) -> None:
    with_blanks, without = preset(owner), preset(owner, {"model": "m", "input": "Hello"})

    pages = [client.get(f"/presets/{each.pk}/audience/").content.decode() for each in (with_blanks, without)]

    ticked = [re.findall(r'type="checkbox" name="([\w.]+)"[^>]*? checked', page) for page in pages]
    assert ticked == [["fill.who", "fill.topic"], ["prompt"]]
    assert "Nobody else can reach this playground" in pages[0]
    assert not Audience.objects.exists()


def test_a_link_keeps_what_was_asked_for_and_is_shown_once(client: Client, owner: User) -> None:
    kept = preset(owner)

    page = make(client, kept, note=" Hi ", runs="7", each="2", tokens="9000", minutes="30", shows="on",
                **{"fill.who": None, "given.who": "a child"}).content.decode()  # fmt: skip

    token = re.findall(r"/a/([\w-]+)/", page)[0]
    link = find_audience(token)
    assert link is not None
    assert (link.title, link.note, link.shows_request, link.scope) == ("Stories", "Hi", True, "server")
    assert (link.run_limit, link.visitor_limit, link.token_limit) == (7, 2, 9000)
    assert link.asks == {"blanks": ["topic"], "given": {"who": "a child"}, "prompt": False}
    assert timedelta(minutes=29) < link.expires - timezone.now() <= timedelta(minutes=30)
    assert len(token) >= 43
    assert token not in json.dumps({field.name: str(getattr(link, field.name)) for field in Audience._meta.fields})
    assert (link.session.title, link.session.owner) == ("Visitors of Stories", owner)
    assert "{{who}}" in bytes(link.session.draft.body).decode()
    assert token not in client.get("/links/").content.decode()


def test_changing_the_preset_later_changes_nothing(client: Client, owner: User) -> None:
    kept = preset(owner)
    make(client, kept)

    Preset.objects.update(body=b'{"model": "other", "input": "canary"}')

    assert json.loads(bytes(Audience.objects.get().body)) == {**BODY, "model": "m"}


def test_a_blank_outside_of_what_is_said_is_the_owners_to_fill(client: Client, owner: User) -> None:
    kept = preset(owner, BODY)

    refused = make(client, kept, **{"fill.model": "on"})
    made = make(client, kept, **{"fill.model": "on", "given.model": "m-1"})

    assert "Give a value for each blank" in alert(refused)
    assert made.status_code == 200
    assert Audience.objects.get().asks == {"blanks": ["who", "topic"], "given": {"model": "m-1"}, "prompt": False}


def test_where_visitors_write_the_prompt_its_blanks_are_gone(client: Client, owner: User) -> None:
    make(client, preset(owner), prompt="on")

    assert Audience.objects.get().asks == {"blanks": [], "given": {}, "prompt": True}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"connection": ""}, "Choose a connection."),
        ({"connection": "00000000-0000-0000-0000-0000000000ff"}, "Choose a connection."),
        ({"fill.who": None, "fill.topic": None, "given.who": "a", "given.topic": "b"}, "Let visitors write something"),
        ({"fill.who": None}, "Give a value for each blank"),
        ({"runs": "0"}, "runs in all: 0. A whole number from 1 to 10000"),
        ({"each": "x"}, "runs of one visitor: x."),
        ({"tokens": "1e9"}, "tokens in all: 1e9."),
        ({"tokens": "100000001"}, "tokens in all: 100000001."),
        ({"tokens": "100"}, "One run of this preset may need"),
        ({"minutes": ""}, "minutes it is open: –."),
        ({"minutes": "٣"}, "minutes it is open: ٣."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(client: Client, owner: User, more: Any, said: str) -> None:
    answer = make(client, preset(owner), title="Kept", **more)

    assert answer.status_code == 422
    assert said in alert(answer)
    assert 'value="Kept"' in answer.content.decode()
    assert not Audience.objects.exists()


def test_a_request_that_cannot_be_sent_has_no_link(client: Client, owner: User) -> None:
    answer = make(client, preset(owner, {**BODY, "model": "m", "temperature": "hot"}))

    assert "cannot be sent as it is" in alert(answer)


@pytest.mark.parametrize("field", ["owner", "token_hash", "preset", "session", "tokens_used", "given.other", "body"])
def test_attack_70_other_fields_are_refused(client: Client, owner: User, field: str) -> None:
    assert make(client, preset(owner), **{field: "x"}).status_code == 400
    assert not Audience.objects.exists()


def test_nobody_elses_connection_and_no_public_link_where_they_are_not_allowed(
    client: Client, owner: User, settings: Any
) -> None:
    eve = User.objects.create(username="eve")
    theirs = Connection.objects.create(owner=eve, name="theirs", base_url="https://example.org/v1")
    kept = preset(owner)

    assert "Choose a connection." in alert(make(client, kept, connection=str(theirs.pk)))
    make(client, kept, scope="anyone")
    assert Audience.objects.get().scope == "server"
    assert client.get(f"/presets/{preset(eve).pk}/audience/").status_code == 404


def test_looking_makes_nothing_and_shows_what_visitors_would_see(client: Client, owner: User) -> None:
    kept = preset(owner)
    answer = client.post(
        f"/presets/{kept.pk}/audience/",
        form(do="look", shows="on", title="<b>Bold</b>", note="Welcome", **{"fill.who": None, "given.who": "Ann"}),
        headers=HTMX,
    )
    look = answer.content.decode().partition('id="audience-look"')[2]

    assert answer.status_code == 200
    for words in ("&lt;b&gt;Bold&lt;/b&gt;", "Welcome", "Be kind", "Tell Ann about …", ">Topic<"):
        assert words in look
    assert ">Who<" not in look
    assert not Audience.objects.exists()


def test_what_it_may_cost_is_told_where_prices_are_known(client: Client, owner: User) -> None:
    lab = Connection.objects.create(
        owner=owner, name="Lab", base_url="https://example.org/v1", key=Secret("sk-x"), price_in=2, price_out=10
    )
    kept = preset(owner)
    Preset.objects.update(connection=lab)

    page = client.get(f"/presets/{kept.pk}/audience/").content.decode()
    free = client.post(f"/presets/{kept.pk}/audience/", form(do="look")).content.decode()

    assert "Every run is sent with your key and costs what your own runs cost." in page
    assert "At your prices that is 0.5000 at most." in page
    assert "The sandbox costs nothing." in free


# -- the list -----------------------------------------------------------------------------------------------------


def link(owner: User, title: str = "Stories", **about: Any) -> Audience:
    sandbox = Connection.objects.get(pk=SANDBOX_ID)
    made, _ = open_audience(Terms(preset(owner), sandbox, {"prompt": True}, title))
    Audience.objects.filter(pk=made.pk).update(**about)
    return made


def states(client: Client, query: str = "") -> dict[str, str]:
    page = client.get(f"/links/{query}").content.decode()
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    return {
        re.findall(r"<bdi>(.*?)</bdi>", row)[0]: re.findall(r'class="status[^>]*>(.*?)<', row)[0]
        for row in rows
        if "<bdi>" in row
    }


def test_the_list_says_how_each_link_stands(client: Client, owner: User) -> None:
    assert "A preset can have a link for an audience" in client.get("/links/").content.decode()
    now = timezone.now()
    going = link(owner, "going")
    run = Run.objects.create(
        owner=owner, session=going.session, endpoint="responses", connection_name="x", url="x", request_body=b"{}",
        status=Run.Status.RUNNING, visitor="v",
    )  # fmt: skip
    Visit.objects.create(run=run, audience=going)
    link(owner, "open")
    link(owner, "used up", runs=50)
    link(owner, "spent", tokens=50_000)
    link(owner, "closed", closed=now)
    link(owner, "expired", expires=now)
    link(owner, "orphan", connection=None)

    assert states(client) == {
        "going": "in use now", "open": "open", "used up": "used up", "spent": "used up", "closed": "closed",
        "expired": "expired", "orphan": "closed",
    }  # fmt: skip
    assert "Close all 4" in client.get("/links/").content.decode()


def test_closing_one_and_closing_all(client: Client, owner: User) -> None:
    first, second = link(owner, "first"), link(owner, "second")
    theirs = link(User.objects.create(username="eve"), "theirs")

    assert client.post(f"/links/audience/{theirs.pk}/close/").status_code == 404
    assert client.post(f"/links/audience/{first.pk}/close/")["Location"] == "/links/"
    assert states(client) == {"second": "open", "first": "closed"}
    first.refresh_from_db()
    client.post("/links/audience/close/")

    assert states(client) == {"second": "closed", "first": "closed"}
    before = first.closed
    first.refresh_from_db()
    assert first.closed == before, "what was closed keeps its date"
    theirs.refresh_from_db()
    assert theirs.closed is None
    assert second.session.owner == owner


def test_every_no_is_one_look_up(owner: User, django_assert_num_queries: Any) -> None:
    """Attack 91."""
    sandbox = Connection.objects.get(pk=SANDBOX_ID)
    tokens = [open_audience(Terms(preset(owner), sandbox, {"prompt": True}, "x"))[1] for _ in range(3)]
    for made, about in zip(
        Audience.objects.all(), ({"closed": timezone.now()}, {"expires": timezone.now()}), strict=False
    ):
        Audience.objects.filter(pk=made.pk).update(**about)

    found = []
    for token in ("unknown", *tokens):
        with django_assert_num_queries(1):
            found.append(find_audience(token))
    assert sum(each is not None for each in found) == 1
