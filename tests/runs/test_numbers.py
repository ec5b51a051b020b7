"""Numbers say where they come from."""

from __future__ import annotations

from typing import Any

import pytest

from playground.models import User
from playground.runs.facts import ESTIMATED, REPORTED, facts
from playground.runs.following import screen_of
from playground.runs.numbers import numbers
from tests.runs import streams
from tests.runs.finished import finished

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
