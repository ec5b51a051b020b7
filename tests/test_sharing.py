"""A link shows what its owner saw before making it, to those it is for, until it is closed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from playground.models import Run, SealedJournal, Session, Share, User
from playground.portable.opening import Refused, unsaved_run
from playground.runs.packing import Stored, pack, seal
from playground.sharing import (
    Wish,
    admits,
    contents,
    find,
    fingerprint,
    hidden_while_live,
    is_pass_for,
    is_public,
    pass_for,
    revoke,
    settle,
    share,
    snapshot,
    streams,
    suspicions,
)

pytestmark = pytest.mark.django_db
KEY = "sk-live-" + "a1B2" * 6


@pytest.fixture
def session() -> Session:
    owner = User.objects.create(username="owner")
    return Session.objects.create(owner=owner, title="Demo")


def run(session: Session, text: str = "Hello", **about: Any) -> Run:
    fields: dict[str, Any] = {
        "endpoint": "responses", "connection_name": "Lab", "url": "https://secret.example/v1/responses", "model": "m",
        "request_body": json.dumps({"model": "m", "input": "x"}).encode(), "status": "finished", "outcome": "completed",
        "response_body": json.dumps({"output": text}).encode(), "summary": {"text": text},
        "response_headers": [["server", "secret.example"]],
    }  # fmt: skip
    made = Run.objects.create(owner=session.owner, session=session, **(fields | about))
    events = [Stored(i, 0, f'data: {{"delta":{json.dumps(part)}}}\n\n'.encode()) for i, part in enumerate(text)]
    SealedJournal.objects.create(run=made, data=seal([pack(events)]))
    return made


def shown(found: Share) -> dict[str, Any]:
    first: dict[str, Any] = contents(found)["sessions"][0]["runs"][0]
    return first


def test_a_link_shows_the_snapshot_however_the_session_goes_on(session: Session) -> None:
    run(session)
    made, token = share(Wish(session))

    run(session, text="a private turn")
    Run.objects.update(response_body=b"changed")

    found = find(token)
    assert found == made
    assert len(contents(found)["sessions"][0]["runs"]) == 1
    assert shown(found)["response"] == {"json": {"output": "Hello"}, "spelling": "spaced"}
    assert contents(found) == json.loads(json.dumps(contents(found)))


def test_the_token_is_long_and_only_its_hash_is_kept(session: Session) -> None:
    made, token = share(Wish(session))

    assert len(token) >= 43
    assert made.token_hash == fingerprint(token)
    assert token not in json.dumps({f.name: str(getattr(made, f.name)) for f in Share._meta.fields})


def test_unknown_expired_revoked_and_orphaned_links_open_nothing(session: Session) -> None:
    _, revoked = share(Wish(session))
    _, expired = share(Wish(session, life="hour"))
    revoke(Share.objects.filter(token_hash=fingerprint(revoked)))
    Share.objects.filter(token_hash=fingerprint(expired)).update(expires=timezone.now() - timedelta(seconds=1))
    _, good = share(Wish(session))

    assert [find(token) for token in ("nonsense", "", revoked, expired)] == [None] * 4
    assert find(good)
    Session.objects.update(deleted=timezone.now())
    assert find(good) is None
    Session.objects.update(deleted=None)
    User.objects.update(is_active=False)
    assert find(good) is None


def test_every_no_is_one_look_up(session: Session, django_assert_num_queries: Any) -> None:
    _, revoked = share(Wish(session))
    _, expired = share(Wish(session, life="hour"))
    Share.objects.filter(token_hash=fingerprint(revoked)).update(revoked=timezone.now())
    Share.objects.filter(token_hash=fingerprint(expired)).update(expires=timezone.now())

    for token in ("unknown", revoked, expired):
        with django_assert_num_queries(1):
            assert find(token) is None


def test_a_link_lives_thirty_days_unless_said_otherwise(session: Session) -> None:
    usual, _ = share(Wish(session))
    forever, _ = share(Wish(session, life="never"))

    assert usual.expires
    assert abs(usual.expires - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert forever.expires is None


def test_a_passphrase_is_asked_for_and_kept_as_a_hash(session: Session) -> None:
    made, _ = share(Wish(session, passphrase="open sesame"))

    assert admits(made, "open sesame")
    assert not admits(made, "")
    assert not admits(made, "Open sesame")
    assert "sesame" not in made.passphrase


def test_who_gave_the_passphrase_gets_a_pass_for_this_link_alone(session: Session) -> None:
    made, _ = share(Wish(session, passphrase="open sesame"))
    other, _ = share(Wish(session, passphrase="open sesame"))
    free, _ = share(Wish(session))

    assert is_pass_for(made, pass_for(made))
    assert not is_pass_for(other, pass_for(made))
    assert not is_pass_for(made, "")
    assert not is_pass_for(made, pass_for(made)[:-2])
    assert is_pass_for(free, "")


def test_a_link_opens_without_an_account_only_where_the_server_allows_it(session: Session, settings: Any) -> None:
    made, _ = share(Wish(session, scope=Share.Scope.ANYONE))
    inside, _ = share(Wish(session))

    settings.TEAM, settings.PUBLIC_LINKS = True, True
    assert is_public(made)
    assert not is_public(inside)
    settings.PUBLIC_LINKS = False
    assert not is_public(made)


def test_neither_host_nor_headers_are_shown_unless_wished(session: Session) -> None:
    run(session, problem={"code": "unreachable", "detail": "secret.example said no"})

    hidden, open_ = snapshot(Wish(session)), snapshot(Wish(session, with_address=True))

    assert "secret.example" not in json.dumps(hidden)
    assert open_["sessions"][0]["runs"][0]["connection"]["base_url"] == "https://secret.example/v1/responses"
    assert open_["sessions"][0]["runs"][0]["response_headers"] == []
    assert "prices" not in open_["sessions"][0]["runs"][0]  # what it costs me is nobody else's business


@pytest.mark.parametrize(
    ("url", "text", "shown"),
    [
        ("https://secret.example:8443/v1/responses", "ask secret.example", "ask •••"),
        ("http://[fd00::1]:8000/v1/responses", "at [fd00::1]:8000", "at •••"),
        ("http://127.0.0.1:11434/v1/responses", "127.0.0.1 and 127.0.0.1:11434", "127.0.0.1 and •••"),
        ("http://ollama:11434/v1/responses", "ollama at ollama:11434", "ollama at •••"),
        ("sandbox:/responses", "sandbox", "sandbox"),
    ],
)
def test_hosts_are_left_out_however_they_are_written(session: Session, url: str, text: str, shown: str) -> None:
    run(session, url=url, connection_name="Lab", problem={"code": "unreachable", "detail": text})

    made = snapshot(Wish(session))["sessions"][0]["runs"][0]

    assert made["problem"]["detail"] == shown


def test_a_request_alone_can_be_shared(session: Session) -> None:
    run(session)
    made, _ = share(Wish(session, request_only=True))

    assert shown(made)["request"]
    assert not {"response", "events", "summary", "status"} & set(shown(made))


def test_what_looks_like_a_secret_is_pointed_out_and_can_be_left_out_everywhere(session: Session) -> None:
    text = f"Ask ann@example.com, the key is {KEY}."
    run(session, text=text, request_body=json.dumps({"input": f"data:image/png;base64,{'A' * 80}"}).encode())

    found = suspicions(snapshot(Wish(session)))
    assert {each.kind for each in found} == {"key", "mail", "file"}

    clean = snapshot(Wish(session, leave_out=frozenset(each.text for each in found)))
    spread = "".join(json.dumps(event, ensure_ascii=False) for event in clean["sessions"][0]["runs"][0]["events"])
    assert suspicions(clean) == []
    for secret in (KEY, "ann@", "AAAA"):
        assert secret not in json.dumps(clean)
    # In the events the answer came letter by letter, where no search could have found it.
    assert '"delta"' not in spread
    assert "•••" in spread


@pytest.mark.parametrize("response", [b"no JSON: " + KEY.encode(), b'"\xff' + KEY.encode() + b'"', b""])
def test_secrets_are_left_out_of_bodies_of_any_kind(session: Session, response: bytes) -> None:
    run(
        session, response_body=response, summary={"text": KEY}, request_body=json.dumps({"metadata": {KEY: 1}}).encode()
    )

    clean = snapshot(Wish(session, leave_out=frozenset({KEY})))

    assert KEY not in json.dumps(clean)
    assert KEY not in str(unsaved_run(session.owner, session, clean["sessions"][0]["runs"][0]).response_body)
    assert suspicions(snapshot(Wish(session)))[0].text == KEY


def test_a_suspicion_is_named_without_being_said(session: Session) -> None:
    run(session, text=f"{KEY} and ann@example.com")

    key, mail = suspicions(snapshot(Wish(session)))

    assert KEY[8:-4] not in key.id + key.shown
    assert key.is_certain
    assert not mail.is_certain
    assert key.id == suspicions(snapshot(Wish(session)))[0].id


def test_what_only_its_field_makes_a_secret_is_found_and_left_out(session: Session) -> None:
    one, other = "0123456789abcdef" * 2, "fedcba9876543210" * 2
    body = {"metadata": {"api_key": one}, "extra": [{"name": "X-Api-Key", "value": other}]}
    run(session, request_body=json.dumps(body).encode())

    found = suspicions(snapshot(Wish(session)))
    clean = snapshot(Wish(session, leave_out=frozenset(each.text for each in found)))

    assert [(each.text, each.shown, each.is_certain) for each in found] == [
        (one, "api_key: …", True),
        (other, "X-Api-Key: …", True),
    ]
    assert one not in json.dumps(clean)
    assert other not in json.dumps(clean)


def test_what_no_link_can_show_is_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.sharing.links.LARGEST", 100)
    run(session)

    with pytest.raises(Refused):
        share(Wish(session))
    assert not Share.objects.exists()


def test_what_was_left_out_of_a_live_link_stays_out_when_it_freezes(session: Session) -> None:
    going = run(session, status="running", request_body=json.dumps({"input": KEY}).encode())
    made, token = share(Wish(session, run=going, leave_out=frozenset({KEY})))
    other, _ = share(Wish(session, run=going))

    assert not streams(made)
    assert streams(other)
    assert hidden_while_live(made, going) == {KEY, "secret.example"}

    Run.objects.filter(pk=going.pk).update(status="finished", response_body=json.dumps({"output": KEY}).encode())
    Session.objects.update(title="A title of later")
    found = find(token)
    assert found
    settle(found)

    told = contents(found)
    assert KEY not in json.dumps(told)
    assert told["sessions"][0]["title"] == "Demo"
    assert Share.objects.get(pk=made.pk).terms == {}


def test_a_link_to_a_run_under_way_freezes_when_it_has_ended(session: Session) -> None:
    going = run(session, status="running")
    made, token = share(Wish(session, run=going))
    assert made.live

    Run.objects.filter(pk=going.pk).update(status="finished", response_body=b'{"output":"whole"}')
    found = find(token)
    assert found
    settle(found)
    Run.objects.filter(pk=going.pk).update(response_body=b'{"output":"later"}')

    again = find(token)
    assert again
    assert not again.live
    assert shown(again)["response"] == {"json": {"output": "whole"}}
