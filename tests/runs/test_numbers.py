"""Numbers say where they come from."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

import pytest
from django.test import Client
from django.utils import translation
from msgspec import structs

from playground.accounts.owner import local_owner
from playground.models import Run, User
from playground.runs.costs import cost_of, shown_cost
from playground.runs.facts import ESTIMATED, REPORTED, duration, facts, grouped, measure, told
from playground.runs.following import screen_of
from playground.runs.numbers import numbers
from playground.runs.screen import Screen
from playground.views.run_pane import TABS
from tests.runs import streams
from tests.runs.finished import finished, stored

STREAM = streams.whole(["Once ", "upon."])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "source"),
    [
        pytest.param([["content-type", "text/event-stream"]], REPORTED, id="an upstream"),
        pytest.param([["x-sandbox-tokens", "estimated"]], ESTIMATED, id="the sandbox"),
    ],
)
def test_token_counts_of_the_sandbox_are_marked_as_estimates(headers: Any, source: Any) -> None:
    run = finished(User.objects.create_user("olga"), STREAM, response_headers=headers)
    screen = screen_of(run)

    (short,) = [fact.source for fact in facts(run, screen).rows if fact.name == "tokens"]
    (tokens,) = [group.rows for group in numbers(run, screen) if group.title == "Tokens"]

    assert short == source
    assert {row.source for row in tokens if row.name != "speed"} == {source}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "said"), [([], "reported"), ([["x-sandbox-tokens", "estimated"]], "estimated")], ids=["upstream", "box"]
)
def test_what_is_made_of_counts_says_whose_counts_they_are_in_words(client: Client, headers: Any, said: str) -> None:
    run = finished(local_owner(), STREAM, response_headers=headers, prices={"in": "1", "out": "2"})
    run.timings["tokens_per_second"] = 12.34
    run.save()
    screen = screen_of(run)

    short = {fact.name: (fact.value, fact.mark, fact.source) for fact in facts(run, screen).rows}
    rows = {row.name: row.source for group in numbers(run, screen) for row in group.rows}

    for name, value in {"tokens": "3 → 5", "speed": "12.3 tok/s", "cost": "0.00001300"}.items():
        assert short[name][:2] == (value, said), name
        assert said[:8] in str(short[name][2]), name
    assert {name: rows[name] for name in ("speed", "cost")} == {name: short[name][2] for name in ("speed", "cost")}
    page = client.get(f"/sessions/{run.session_id}/?run={run.pk}").content.decode()
    assert page.count(f'<dd class="facts__mark">{said}</dd>') == 3


@pytest.mark.parametrize(("language", "shown"), [("en", "12,345.6"), ("it", "12.345,6"), ("ar", "12,345.6")])
def test_digits_stand_in_groups_as_the_language_has_them(language: str, shown: str) -> None:
    with translation.override(language):
        assert grouped(12345.6) == shown
        assert told(12345) == shown[:-2]
        assert duration(12_345_600).startswith(shown)


PRICES = {"in": "2", "cached": "0.5", "out": "8"}
USAGE = {"input_tokens": 1_000_000, "output_tokens": 500_000, "input_tokens_details": {"cached_tokens": 400_000}}


@pytest.mark.parametrize(
    ("prices", "usage", "cost"),
    [
        (PRICES, USAGE, "5.4"),
        ({"in": "2", "out": "8"}, USAGE, "6"),  # what was cached costs like the rest
        (
            PRICES,
            {"prompt_tokens": 10, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 99}},
            "0.000005",
        ),
        ({"in": "2"}, USAGE, None),
        ({}, USAGE, None),
        (PRICES, None, None),
        (PRICES, {"input_tokens": "many", "output_tokens": 1}, None),
    ],
)
def test_a_run_costs_what_its_tokens_cost(prices: dict[str, str], usage: Any, cost: str | None) -> None:
    found = cost_of(Run(prices=prices), usage)

    assert found == (None if cost is None else Decimal(cost))


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        ("0", "0.00"),
        ("1234.567", "1,234.57"),
        ("0.5", "0.5000"),
        ("0.0000123", "0.00001230"),
        ("0.000000001", "0.00000000"),
    ],
)
def test_a_cost_has_as_many_digits_as_it_takes_to_see_it(cost: str, shown: str) -> None:
    assert shown_cost(Decimal(cost)) == shown


def test_speed_and_gap_are_those_of_the_events() -> None:
    """One event every 10 ms but for a silence of 90 before the last; 5 tokens from the first word on."""
    found = Screen("responses")
    events = stored(STREAM)
    found.advance([*events[:-1], structs.replace(events[-1], at=events[-1].at + 80_000)])

    times = measure(found, done=200_000)

    words = found.moments["first_text"]
    assert times["longest_gap"] == 90
    assert times["tokens_per_second"] == pytest.approx(5 / ((found.last_at - words) / 1e6))
    assert times["done"] == 200


def test_what_was_thought_unseen_does_not_make_an_answer_faster() -> None:
    usage = {"input_tokens": 3, "output_tokens": 5, "output_tokens_details": {"reasoning_tokens": 4}}
    found = Screen("responses")
    found.advance(stored(STREAM))
    found.reader.usage = usage

    seconds = (found.last_at - found.moments["first_text"]) / 1e6
    assert measure(found, done=200_000)["tokens_per_second"] == pytest.approx(1 / seconds)


@pytest.mark.django_db
def test_cached_tokens_are_told() -> None:
    run = finished(local_owner(), STREAM)
    screen = screen_of(run)
    screen.reader.usage = USAGE

    (tokens,) = [group.rows for group in numbers(run, screen) if group.title == "Tokens"]

    assert {row.name: row.value for row in tokens}["of them cached"] == "400,000"


HUGE: Final = 10**400
"""More than a float can hold; JSON sets no bound."""
TOKEN: Final = {"token": "a", "logprob": 800, "bytes": [HUGE], "top_logprobs": [{"token": "b", "logprob": -HUGE}]}
COUNTS: Final = {
    "input_tokens": HUGE,
    "output_tokens": HUGE,
    "input_tokens_details": {"cached_tokens": HUGE},
    "output_tokens_details": {"reasoning_tokens": -HUGE},
}
ODD_ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "chat": {
        "created": HUGE,
        "usage": COUNTS,
        "choices": [
            {
                "index": HUGE,
                "message": {"content": "a", "audio": {"expires_at": HUGE}},
                "logprobs": {"content": [TOKEN, {**TOKEN, "logprob": HUGE}]},
                "finish_reason": "stop",
            }
        ],
    },
    "responses": {
        "status": "completed",
        "created_at": HUGE,
        "usage": COUNTS,
        "output": [
            {"type": "message", "content": [{"type": "output_text", "text": "a", "logprobs": [TOKEN]}]},
            {"type": "code_interpreter_call", "outputs": [{"logs": HUGE}]},
        ],
    },
}


@pytest.mark.django_db
@pytest.mark.parametrize("endpoint", ["chat", "responses"])
def test_no_number_of_an_upstream_breaks_a_panel(client: Client, endpoint: str) -> None:
    answer = json.dumps(ODD_ANSWERS[endpoint]).encode()
    run = finished(local_owner(), answer, endpoint, plain=True, prices={"in": "1", "cached": "1", "out": "2"})

    pages = [f"/sessions/{run.session_id}/", *(f"/runs/{run.pk}/{tab.name}/" for tab in TABS[1:])]
    assert {page: status for page in pages if (status := client.get(page).status_code) != 200} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("worked", "shown"), [("120", ["120 ms"]), ("\u00b2", []), ("9" * 400, []), ("9" * 5000, []), ("-1", [])]
)
def test_how_long_upstream_worked_is_told_when_it_is_a_number(worked: str, shown: list[str]) -> None:
    run = finished(local_owner(), STREAM, response_headers=[["openai-processing-ms", worked]])

    rows = [row for group in numbers(run, screen_of(run)) for row in group.rows]

    assert [row.value for row in rows if row.name == "upstream worked"] == shown


@pytest.mark.django_db
@pytest.mark.parametrize("after", ["\u00b2", "\u0663", "-1", "x"])
def test_where_a_page_stands_is_told_in_plain_digits(client: Client, after: str) -> None:
    run = finished(local_owner(), STREAM)

    assert client.get(f"/runs/{run.pk}/state", {"after": after}).status_code == 400
