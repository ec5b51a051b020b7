"""Every parameter is a control: which one, what it says of itself, and what it makes of what was typed."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation

from playground.api.endpoints import CHAT, ENDPOINTS, RESPONSES, Endpoint
from playground.forms.prepared import prepare
from playground.forms.written import Written
from tests.forms.drawing import drawn, sent, written


def form(endpoint: Endpoint, body: dict[str, Any] | None = None, answers: dict[str, Any] | None = None) -> QueryDict:
    """The form of a body, with some of its answers changed."""
    data = sent(written(endpoint, body or {})).copy()
    for name, value in (answers or {}).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def answered(endpoint: Endpoint, path: str, value: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """The body after somebody set a parameter to a value."""
    return Written.from_form(form(endpoint, body, {f"{path}~state": "value", path: value}), endpoint).body


def test_nothing_is_sent_until_it_is_set() -> None:
    for endpoint in ENDPOINTS.values():
        assert Written.from_form(form(endpoint), endpoint).body == {}


@pytest.mark.parametrize("language", ["it", "ja", "ar"])
@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda each: each.slug)
def test_what_a_browser_counts_by_is_the_same_in_every_language(endpoint: Endpoint, language: str) -> None:
    def counted() -> list[tuple[str, str]]:
        return re.findall(r' (min|max|step|data-step|data-limit|data-count)="([^"]*)"', drawn(written(endpoint, {})))

    with translation.override("en"):
        expected = counted()
    with translation.override(language):
        assert counted() == expected
    assert ("step", "0.1") in expected


@pytest.mark.parametrize(
    ("path", "typed", "meant"),
    [
        ("temperature", "0.7", 0.7),
        ("temperature", "1", 1),
        ("temperature", "1,5", 1.5),
        ("temperature", " -2 ", -2),
        ("temperature", "1e-3", 0.001),
        ("max_output_tokens", "12345678901234567890", 12345678901234567890),
        ("user", "", ""),
        ("user", " spaces stay ", " spaces stay "),
        ("instructions", "two\r\nlines", "two\nlines"),
        ("stream", "false", False),
        ("truncation", "auto", "auto"),
        ("previous_response_id", "null", "null"),
    ],
)
def test_what_is_typed_becomes_a_value(path: str, typed: str, meant: Any) -> None:
    assert json.dumps(answered(RESPONSES, path, typed)) == json.dumps({path: meant})


def test_the_three_states_arrive_in_the_body_and_keep_what_was_typed() -> None:
    states = {}
    for state in ("absent", "null", "value"):
        data = form(RESPONSES, None, {"temperature~state": state, "temperature": "0.5"})
        states[state] = Written.from_form(data, RESPONSES)

    assert [each.body for each in states.values()] == [{}, {"temperature": None}, {"temperature": 0.5}]
    for each in states.values():
        back = Written.from_draft(RESPONSES, *each.as_draft())
        assert sent(back)["temperature"] == "0.5"


def test_a_value_of_another_type_is_shown_as_json_and_stays() -> None:
    data = sent(written(RESPONSES, {"temperature": "warm", "stream": "yes", "tools": {"a": 1}}))

    assert json.loads(str(data["temperature~json"])) == "warm"
    assert Written.from_form(data, RESPONSES).body == {"temperature": "warm", "stream": "yes", "tools": {"a": 1}}


def test_a_list_keeps_the_order_of_its_cards_not_of_their_ids() -> None:
    body = {"messages": [{"role": "user", "content": name} for name in ("a", "b", "c")]}
    data = form(CHAT, body, {"messages~item": ["2", "0", "1"]})

    assert [each["content"] for each in Written.from_form(data, CHAT).body["messages"]] == ["c", "a", "b"]


def test_ticks_keep_the_order_of_the_body_and_add_new_ones_after_it() -> None:
    before = ["file_search_call.results", "reasoning.encrypted_content"]
    data = form(RESPONSES, {"include": before})
    data.setlist("include~tick", [*before, "message.output_text.logprobs"])

    assert Written.from_form(data, RESPONSES).body["include"] == [*before, "message.output_text.logprobs"]


@pytest.mark.parametrize("order", ["null", "0", "true", '{"a": 1}', "[" * 100_000, "[[], 1]"])
def test_an_order_that_is_none_changes_nothing(order: str) -> None:
    include = ["reasoning.encrypted_content", "message.output_text.logprobs"]
    data = form(RESPONSES, {"include": include}, {"include~order": order})

    assert sorted(Written.from_form(data, RESPONSES).body["include"]) == sorted(include)


def test_the_last_row_of_tags_and_pairs_is_empty_and_not_sent() -> None:
    body = {"stop": ["\n\n", "END"], "logit_bias": {"50256": -100}}
    data = sent(written(CHAT, body))

    assert data.getlist("stop~tag") == ["\r\n\r\n", "END", ""]
    assert len(data.getlist("logit_bias~row")) == 2
    assert Written.from_form(data, CHAT).body == body


def test_an_object_sends_only_the_fields_that_are_set() -> None:
    data = form(
        RESPONSES, None, {"reasoning~state": "value", "reasoning.effort~state": "value", "reasoning.effort": "low"}
    )

    assert Written.from_form(data, RESPONSES).body == {"reasoning": {"effort": "low"}}


def test_the_fact_at_the_end_tells_range_and_default_and_fills_nothing_in() -> None:
    html = drawn(written(RESPONSES, {}))

    assert "0 – 2 · default 1" in html
    assert 'name="temperature" value=""' in html


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "data-parameter" in found:
            self.rows.setdefault(found["data-parameter"], found)


def rows(html: str) -> dict[str, dict[str, str]]:
    parser = _Rows()
    parser.feed(html)
    return parser.rows


def test_every_row_says_its_path_and_state() -> None:
    found = rows(drawn(written(RESPONSES, {"temperature": None, "text": {"verbosity": "low"}})))

    assert found["temperature"]["data-state"] == "null"
    assert found["text.verbosity"]["data-state"] == "value"
    assert found["tools[]"]["data-state"] == "absent"


def test_text_of_others_is_escaped_everywhere() -> None:
    nasty = '"><script>alert(1)</script>'
    body = {"user": nasty, nasty: 1, "metadata": {nasty: nasty}, "include": [nasty], "temperature": nasty}
    body["tools"] = [{"type": nasty, nasty: nasty}, {"type": "function", "name": nasty, "description": nasty}]

    assert "<script>" not in drawn(written(RESPONSES, body))


def test_controls_speak_the_readers_language_and_names_stay() -> None:
    with translation.override("it"):
        html = drawn(written(CHAT, {}))

    assert 'data-parameter="frequency_penalty"' in html
    assert 'value="absent"' in html


def test_a_key_named_twice_in_rows_is_a_problem_and_both_rows_stay() -> None:
    data = form(RESPONSES, {"metadata": {"a": "1", "b": "2"}})
    data["metadata.1~key"] = "a"

    prepared = prepare(data, endpoint=RESPONSES)

    assert [(told.at, told.wall) for told in prepared.refused if told.at == "metadata"] == [("metadata", True)]
    kept = sent(Written.from_draft(RESPONSES, *prepared.written.as_draft()))
    assert [kept[f"metadata.{row}~key"] for row in kept.getlist("metadata~row")] == ["a", "a", ""]
