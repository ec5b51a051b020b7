"""How often somebody may guess. Attack 107."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from playground.accounts import tries

Clock = Callable[[float], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still until it is moved; the cache's own goes with it."""
    cache.clear()
    now = [1_000_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])

    def move(seconds: float) -> None:
        now[0] += seconds

    return move


def asked(address: str = "203.0.113.9") -> HttpRequest:
    return RequestFactory().post("/login/", REMOTE_ADDR=address)


def fail(times: int, name: str = "olga", address: str = "203.0.113.9") -> list[int]:
    return [tries.seconds_to_wait(asked(address), name) for _ in range(times)]


def test_five_tries_a_minute_then_a_wait_that_grows(clock: Clock) -> None:
    assert fail(6) == [0, 0, 0, 0, 0, 60]
    clock(30)
    assert fail(1) == [30]
    clock(31)
    assert fail(6) == [0, 0, 0, 0, 0, 120]
    clock(121)
    assert fail(6)[-1] == 240
    waits = []
    for _ in range(5):
        clock(901)
        waits.append(fail(6)[-1])
    assert waits == [480, 900, 900, 900, 900]


def test_who_waits_a_minute_has_five_again(clock: Clock) -> None:
    assert fail(5) == [0] * 5
    clock(61)
    assert fail(5) == [0] * 5


def test_a_name_is_a_name_however_it_is_written(clock: Clock) -> None:
    assert fail(5, "Olga") == [0] * 5
    assert fail(1, "OLGA") == [60]


def test_twenty_tries_a_minute_from_one_address_whatever_the_names(clock: Clock) -> None:
    waits = [fail(1, f"name-{number}")[0] for number in range(21)]

    assert waits == [0] * 20 + [60]
    assert fail(1, "name-21", "198.51.100.7") == [0]


def test_a_thousand_names_from_one_address_get_nowhere(clock: Clock) -> None:
    assert sum(wait == 0 for number in range(1000) for wait in fail(1, f"name-{number}")) == 20


def test_an_ipv6_subscriber_has_one_address(clock: Clock) -> None:
    waits = [fail(1, f"name-{number}", f"2001:db8::{number:x}")[0] for number in range(21)]

    assert waits[-1] == 60


def test_a_right_password_was_no_guess(clock: Clock) -> None:
    for _ in range(30):
        assert fail(1) == [0]
        tries.succeeded(asked(), "olga")


def test_a_known_browser_counts_for_itself(clock: Clock) -> None:
    response = HttpResponse()
    tries.remember_browser(response, "olga")
    known = asked("198.51.100.7")
    known.COOKIES[tries.KNOWN_COOKIE] = response.cookies[tries.KNOWN_COOKIE].value
    fail(6)

    assert fail(1)[0] > 0
    assert tries.seconds_to_wait(known, "olga") == 0
    assert tries.seconds_to_wait(known, "mara") == 0
    assert [tries.seconds_to_wait(known, "olga") for _ in range(5)][-1] == 60  # and not for ever


@pytest.mark.parametrize("cookie", ["", "x", "a:b:c", "é"])
def test_a_made_up_mark_of_a_known_browser_is_none(clock: Clock, cookie: str) -> None:
    fail(6)
    request = asked("198.51.100.7")
    request.COOKIES[tries.KNOWN_COOKIE] = cookie

    assert tries.seconds_to_wait(request, "olga") > 0
