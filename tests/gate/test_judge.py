"""Who is let in, decided from scope and policy alone. Attacks 24-27, 29-31, 40 as a table."""

from ipaddress import ip_network
from typing import Any

import pytest

from playground.gate.judge import Refusal, judge
from playground.gate.policy import Policy

HERE = "http://127.0.0.1:8000"
LOCAL = Policy(hosts=frozenset({"127.0.0.1", "localhost", "[::1]"}))
TEAM = Policy(
    hosts=frozenset({"play.example.org"}),
    scheme="https",
    team=True,
    sandbox_open=False,
    proxies=(ip_network("10.0.0.1"),),
)
NAVIGATION = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


def scope(kind: str = "http", method: str = "GET", path: str = "/", **headers: str | None) -> dict[str, Any]:
    """A request of a page of ours, but for what the test changes; a header of None is left out."""
    given = {"host": "127.0.0.1:8000", **headers}
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items() if value is not None]
    return {"type": kind, "method": method, "path": path, "headers": pairs, "scheme": "http"}


def socket(**headers: str | None) -> dict[str, Any]:
    return scope("websocket", "GET", "/ws/runs/1/", **{"origin": HERE, **headers})


def test_our_own_page_may_load_post_and_connect() -> None:
    assert judge(scope(), LOCAL) is None
    assert judge(scope(method="POST", origin=HERE, sec_fetch_site="same-origin"), LOCAL) is None
    assert judge(socket(), LOCAL) is None


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST:8000"])
def test_every_loopback_name_opens_local_mode(host: str) -> None:
    assert judge(scope(host=host), LOCAL) is None


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "127.0.0.1:80@evil.example", "*"]
)
@pytest.mark.parametrize("path", ["/", "/static/x/app.css", "/sandbox/v1/models"])
def test_another_host_name_is_refused_at_every_door(host: str, path: str) -> None:
    assert judge(scope(path=path, host=host), LOCAL) is Refusal.HOST


def test_another_host_name_is_refused_on_websockets() -> None:
    assert judge(socket(host="evil.example", origin="http://evil.example"), LOCAL) is Refusal.HOST


def test_a_request_without_a_host_is_refused() -> None:
    assert judge(scope(host=None), LOCAL) is Refusal.HEADERS


def test_two_hosts_or_two_origins_are_refused() -> None:
    twice = scope(origin=HERE)
    twice["headers"].append((b"origin", b"http://evil.example"))

    assert judge(twice, LOCAL) is Refusal.HEADERS
    assert judge(socket(origin=f"{HERE},http://evil.example"), LOCAL) is Refusal.HEADERS


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://127.0.0.1:3000",
        "http://localhost:8000",
        "https://127.0.0.1:8000",
        "http://127.0.0.1",
        "null",
        "file://",
        "",
        None,
    ],
)
def test_a_websocket_needs_exactly_our_origin(origin: str | None) -> None:
    assert judge(socket(origin=origin), LOCAL) is Refusal.ORIGIN


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:3000", "null", "file://"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "GET"])
def test_a_foreign_origin_may_send_nothing(origin: str, method: str) -> None:
    assert judge(scope(method=method, origin=origin), LOCAL) is Refusal.ORIGIN


def test_a_form_of_ours_may_say_null_when_the_browser_vouches_for_it() -> None:
    assert judge(scope(method="POST", origin="null", sec_fetch_site="same-origin"), LOCAL) is None
    assert judge(scope(method="POST", origin="null", sec_fetch_site="cross-site"), LOCAL) is Refusal.ORIGIN
    assert judge(socket(origin="null", sec_fetch_site="same-origin"), LOCAL) is Refusal.ORIGIN


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_other_sites_get_nothing_but_a_clicked_link(site: str) -> None:
    link = {name.replace("-", "_"): value for name, value in NAVIGATION.items()} | {"sec_fetch_site": site}

    assert judge(scope(**link), LOCAL) is None
    assert judge(scope(**link, method="HEAD"), LOCAL) is None
    assert judge(scope(**link, method="POST"), LOCAL) is Refusal.CROSS_SITE
    assert judge(scope(**{**link, "sec_fetch_dest": "iframe"}), LOCAL) is Refusal.CROSS_SITE
    assert judge(scope(**{**link, "sec_fetch_mode": "no-cors", "sec_fetch_dest": "image"}), LOCAL) is Refusal.CROSS_SITE
    assert judge(scope(**link, path="/sandbox/v1/models"), LOCAL) is Refusal.CROSS_SITE


def test_a_program_without_origin_may_call_the_sandbox_in_local_mode_only() -> None:
    assert judge(scope(method="POST", path="/sandbox/v1/responses"), LOCAL) is None
    team = scope(method="POST", path="/sandbox/v1/responses", host="play.example.org")
    assert judge({**team, "scheme": "https"}, TEAM) is Refusal.CLOSED


def test_team_mode_knows_its_own_name_and_port_only() -> None:
    assert judge({**scope(host="play.example.org"), "scheme": "https"}, TEAM) is None
    assert judge({**scope(host="play.example.org:443"), "scheme": "https"}, TEAM) is None
    assert judge({**scope(host="play.example.org:8443"), "scheme": "https"}, TEAM) is Refusal.HOST
    assert judge(scope(host="127.0.0.1:8000"), TEAM) is Refusal.HOST


def test_team_mode_takes_https_origins_only() -> None:
    ours = scope("websocket", host="play.example.org", origin="https://play.example.org")
    clear = scope("websocket", host="play.example.org", origin="http://play.example.org")

    assert judge({**ours, "scheme": "wss"}, TEAM) is None
    assert judge({**clear, "scheme": "wss"}, TEAM) is Refusal.ORIGIN


def test_a_health_check_inside_the_container_need_not_know_the_name() -> None:
    assert judge(scope(path="/healthz", host="127.0.0.1:8000"), TEAM) is None
    assert judge(scope(path="/readyz", host="localhost:8000"), TEAM) is None
    assert judge(scope(path="/healthz", host="evil.example"), TEAM) is Refusal.HOST


def test_a_proxy_that_is_not_listed_is_named_instead_of_redirected_in_a_circle() -> None:
    asked = scope(host="play.example.org", x_forwarded_proto="https")

    assert judge(asked, TEAM) is Refusal.PROXY
    assert judge({**asked, "believed": True, "scheme": "https"}, TEAM) is None


def test_neither_is_one_that_does_not_say_how_it_was_asked() -> None:
    silent = {**scope(host="play.example.org"), "believed": True}
    health = {**scope(host="127.0.0.1:8000", path="/healthz"), "believed": True}

    assert judge(silent, TEAM) is Refusal.PROXY
    assert judge(health, TEAM) is None


def test_who_asks_in_clear_without_a_proxy_is_sent_to_https_by_django() -> None:
    assert judge(scope(host="play.example.org"), TEAM) is None
