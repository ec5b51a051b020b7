"""Form and JSON are two views of one body: whatever the catalogue allows goes through both and comes back as it was."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api import paths
from playground.api.endpoints import CHAT, ENDPOINTS, RESPONSES, Endpoint
from playground.api.examples import EXAMPLES, Example
from playground.forms.markers import decode, encode
from playground.forms.written import Written
from playground.views.posted import only_a_request
from tests.forms.bodies import body_of
from tests.forms.drawing import exact, sent, written

KEYS = st.sampled_from(["", "type", "role", "content", "text", "name", "schema", "~typed", "~~", "a.b", "[]", "0"])

thorough = settings(max_examples=60, deadline=None)


def through_the_form(endpoint: Endpoint, body: dict[str, Any]) -> dict[str, Any]:
    return Written.from_form(sent(written(endpoint, body)), endpoint).body


def through_the_json_view(endpoint: Endpoint, body: dict[str, Any]) -> dict[str, Any]:
    state = written(endpoint, body)
    state.show_json()
    back = Written.from_draft(endpoint, *state.as_draft())
    back.show_form()
    return back.body


@thorough
@given(body=body_of(RESPONSES))
def test_any_responses_body_goes_through_the_form_unchanged(body: dict[str, Any]) -> None:
    assert exact(through_the_form(RESPONSES, body)) == exact(body)


@thorough
@given(body=body_of(CHAT))
def test_any_chat_body_goes_through_the_form_unchanged(body: dict[str, Any]) -> None:
    assert exact(through_the_form(CHAT, body)) == exact(body)


#: What no parameter takes, wherever it is put.
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([None, True, 0, -1, 1.5, 10**30, "", "x", "\ud800", "a\0", "~", "function", [], {}]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@thorough
@given(st.data())
def test_a_body_that_makes_no_sense_goes_through_the_form_unchanged(data: st.DataObject) -> None:
    example = data.draw(st.sampled_from(EXAMPLES))
    body: Any = example.body()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.sampled_from([each for each in places_in(body) if each]))
        body = paths.put(body, place, data.draw(JUNK))

    endpoint = ENDPOINTS[example.endpoint]

    assert exact(through_the_form(endpoint, body)) == exact(body)


def places_in(value: Any, steps: paths.Steps = ()) -> Iterator[paths.Steps]:
    yield steps
    if isinstance(value, dict | list):
        for step in value if isinstance(value, dict) else range(len(value)):
            yield from places_in(value[step], (*steps, step))


@thorough
@given(st.sampled_from(list(ENDPOINTS.values())).flatmap(lambda each: st.tuples(st.just(each), body_of(each))))
def test_any_body_goes_through_the_json_view_unchanged(asked: tuple[Endpoint, dict[str, Any]]) -> None:
    endpoint, body = asked

    assert exact(through_the_json_view(endpoint, body)) == exact(body)


@thorough
@given(st.sampled_from(list(ENDPOINTS.values())).flatmap(lambda each: st.tuples(st.just(each), body_of(each))))
def test_no_field_of_the_form_is_taken_for_a_strangers(asked: tuple[Endpoint, dict[str, Any]]) -> None:
    endpoint, body = asked
    request = HttpRequest()
    request.POST = sent(written(endpoint, body))  # type: ignore[assignment]  # as mutable as the test likes

    only_a_request(request)  # else Run would be answered with 400


@thorough
@given(body=body_of(CHAT))
def test_a_draft_gives_the_form_back_as_it_stood(body: dict[str, Any]) -> None:
    form = Written.from_form(sent(written(CHAT, body)), CHAT)

    back = Written.from_draft(CHAT, *form.as_draft())

    assert back.sheet == form.sheet
    assert decode(json.loads(json.dumps(encode(form.sheet)))) == form.sheet


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.slug)
def test_the_documented_examples_go_through_the_form(example: Example) -> None:
    endpoint = ENDPOINTS[example.endpoint]

    assert exact(through_the_form(endpoint, example.body())) == exact(example.body())


def test_a_long_list_whose_cards_are_closed_goes_through_the_form() -> None:
    odd = [None, 3, "text", {"role": "user", "content": "a\r\n\0\ud800"}, {"role": "odd"}, {"role": "tool", "x": [1.0]}]
    body = {"messages": odd * 20}

    assert exact(through_the_form(CHAT, body)) == exact(body)
