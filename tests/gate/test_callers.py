"""Whose address and scheme we believe. Attack 75."""

from ipaddress import ip_network
from typing import Any

import pytest

from playground.gate.callers import SocketCount, household, settle, without_forwarding
from playground.gate.policy import Policy

BEHIND = Policy(hosts=frozenset({"play.example.org"}), scheme="https", team=True, proxies=(ip_network("10.0.0.0/24"),))
PROXY = ["10.0.0.1", 4000]


def scope(client: list[Any], *headers: tuple[bytes, bytes], kind: str = "http") -> dict[str, Any]:
    return {"type": kind, "client": client, "scheme": "http", "root_path": "", "headers": list(headers)}


def test_a_listed_proxy_says_who_calls_and_how() -> None:
    said = settle(scope(PROXY, (b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-proto", b"https")), BEHIND)

    assert said["client"] == ["203.0.113.9", 0]
    assert said["scheme"] == "https"


def test_anybody_else_says_it_in_vain() -> None:
    headers = [(b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-proto", b"https")]

    said = settle(scope(["198.51.100.7", 4000], *headers), BEHIND)

    assert said["client"] == ["198.51.100.7", 4000]
    assert said["scheme"] == "http"


def test_what_the_client_wrote_before_the_proxy_does_not_count() -> None:
    forged = (b"x-forwarded-for", b"127.0.0.1, 203.0.113.9, 10.0.0.7")

    assert settle(scope(PROXY, forged), BEHIND)["client"] == ["203.0.113.9", 0]


def test_websockets_get_their_scheme_too() -> None:
    assert settle(scope(PROXY, (b"x-forwarded-proto", b"https"), kind="websocket"), BEHIND)["scheme"] == "wss"
    assert settle(scope(["198.51.100.7", 1], kind="websocket"), BEHIND)["scheme"] == "ws"


def test_nobody_chooses_the_path_we_live_under() -> None:
    assert settle({**scope(PROXY), "root_path": "/admin"}, BEHIND)["root_path"] == ""


def test_the_doors_never_see_forwarding_headers() -> None:
    headers = [
        (b"x-forwarded-host", b"evil.example"),
        (b"x-real-ip", b"1.2.3.4"),
        (b"forwarded", b"for=1"),
        (b"a", b"b"),
    ]

    assert without_forwarding(scope(PROXY, *headers))["headers"] == [(b"a", b"b")]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", ""),
        ("not an address", "not an address"),
    ],
)
def test_an_ipv6_subscriber_counts_as_one(address: str, counted: str) -> None:
    assert household({"client": [address, 1]}) == counted


def test_a_count_that_is_left_is_forgotten() -> None:
    count = SocketCount()
    count.enter("a")
    count.enter("a")
    count.enter("b")
    count.leave("b")

    assert count.all == 2
    assert dict(count.by_address) == {"a": 2}
