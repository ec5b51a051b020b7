"""Bad input: a problem beside its control, nothing typed lost, and "send it anyway" where a server might accept it."""

import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api.endpoints import CHAT, ENDPOINTS, RESPONSES
from playground.api.examples import Example, examples_for
from playground.forms.drawn import draw
from playground.forms.prepared import Prepared, Told, prepare
from playground.forms.written import Written
from playground.views.pane import hint
from tests.forms.drawing import html_of, sent, written
from tests.forms.test_controls import form

ASKED = {"model": "m", "input": "hello"}
EXAMPLES = [each for endpoint in ENDPOINTS for each in examples_for(endpoint)]


def told(prepared: Prepared, at: str) -> Told:
    return next(each for each in prepared.told if each.at == at and each.finding.is_error)


def with_value(path: str, value: str) -> QueryDict:
    return form(RESPONSES, ASKED, {f"{path}~state": "value", path: value})


@pytest.mark.parametrize(
    ("path", "typed", "wall"),
    [
        ("temperature", "3", False),  # out of range: a server might take it
        ("temperature", "-0.1", False),
        ("top_logprobs", "1.5", False),  # a fraction where a whole number belongs
        ("max_output_tokens", "0", False),
        ("temperature", "warm", True),  # no number at all
        ("temperature", "", True),
        ("temperature", "9" * 2000, True),
        ("temperature", "1e999", True),
        ("temperature", "NaN", True),
        ("stream", "maybe", True),
        ("truncation", "", True),
        ("safety_identifier", "x" * 129, False),
    ],
)
def test_a_bad_value_is_told_beside_its_control_and_stays(path: str, typed: str, wall: bool) -> None:
    prepared = prepare(with_value(path, typed), endpoint=RESPONSES)

    problem = told(prepared, path)
    assert problem.refuses
    assert problem.wall is wall
    assert problem.finding.message
    assert (prepared.sent is None) is wall
    if path != "stream":
        assert sent(Written.from_draft(RESPONSES, *prepared.written.as_draft())).get(path, "") == typed


def test_what_one_may_send_anyway_is_sent_as_it_was_written() -> None:
    data = with_value("temperature", "3")
    data.setlist("~anyway", ["temperature"])

    prepared = prepare(data, endpoint=RESPONSES)

    assert not prepared.refused
    assert told(prepared, "temperature").allowed
    assert json.loads(prepared.sent or b"")["temperature"] == 3


def test_sending_anyway_does_not_reach_beyond_what_it_names() -> None:
    data = with_value("temperature", "3")
    data["top_p~state"], data["top_p"] = "value", "9"
    data.setlist("~anyway", ["temperature"])

    assert [each.at for each in prepare(data, endpoint=RESPONSES).refused] == ["top_p"]


@pytest.mark.parametrize(
    ("text", "line", "column", "code"),
    [
        ('{\n  "a": }', 2, 8, "not_json"),
        ('{"a" 1}', 1, 6, "not_json"),
        ("", 1, 1, "not_json"),
        ("[1]", 1, 1, "not_an_object"),
        ('{"a": NaN}', 1, 7, "not_json_number"),
        ('{"a": 1e999}', 1, 7, "number_too_large"),
        ('{"a": ' + "[" * 200 + "]" * 200 + "}", 1, 106, "too_deep"),
        ('{"a": "x\ty"}', 1, 9, "not_json"),
    ],
)
def test_broken_json_says_where_and_stays_as_it_was_typed(text: str, line: int, column: int, code: str) -> None:
    data = QueryDict(mutable=True)
    data.update({"~view": "json", "~json": text})

    prepared = prepare(data, endpoint=RESPONSES)

    (problem,) = prepared.refused
    assert (problem.finding.code, problem.wall, prepared.sent) == (code, True, None)
    assert (problem.line, problem.column) == (line, column)
    assert Written.from_draft(RESPONSES, *prepared.written.as_draft()).json_text() == text


def test_broken_json_inside_the_form_stands_beside_its_control() -> None:
    body = {**ASKED, "text": {"format": {"type": "json_schema", "name": "n", "schema": {}}}}
    broken = '{ "type": "object",\n  "properties": { "shop": }\n}'
    data = form(RESPONSES, body, {"text.format.schema~json": broken})

    prepared = prepare(data, endpoint=RESPONSES)

    problem = told(prepared, "text.format.schema")
    assert problem.finding.message.startswith("Line 2, column 27:")
    assert sent(Written.from_draft(RESPONSES, *prepared.written.as_draft()))[
        "text.format.schema~json"
    ] == broken.replace("\n", "\r\n")


def test_a_field_named_twice_in_the_json_view_may_be_sent_anyway_as_typed() -> None:
    text = '{"model": "a", "model": "m", "input": "hello"}'
    data = QueryDict(mutable=True)
    data.update({"~view": "json", "~json": text})

    (problem,) = prepare(data, endpoint=RESPONSES).refused
    assert (problem.finding.code, problem.path, problem.wall) == ("repeated_key", "model", False)

    data.setlist("~anyway", ["model"])
    assert prepare(data, endpoint=RESPONSES).sent == text.encode()


@pytest.mark.parametrize("text", ["a\0b", "half \ud83d of a pair"])
def test_characters_that_nobody_can_be_trusted_with_are_named(text: str) -> None:
    prepared = prepare(form(RESPONSES, {**ASKED, "input": text}), endpoint=RESPONSES)

    problem = told(prepared, "input")
    assert problem.refuses
    assert not problem.wall
    assert json.loads(prepared.sent or b"")["input"] == text


def test_extra_json_is_merged_last_and_wins() -> None:
    data = form(
        RESPONSES, {**ASKED, "temperature": 1}, {"~extra": '{"temperature": 0.5, "chat_template_kwargs": {"a": null}}'}
    )

    prepared = prepare(data, endpoint=RESPONSES)

    assert list(json.loads(prepared.sent or b"").items()) == [
        ("model", "m"), ("input", "hello"), ("temperature", 0.5), ("chat_template_kwargs", {"a": None}),
    ]  # fmt: skip


def test_broken_extra_json_is_told_at_its_box() -> None:
    prepared = prepare(form(RESPONSES, ASKED, {"~extra": "{"}), endpoint=RESPONSES)

    assert told(prepared, "~extra").wall


@pytest.mark.parametrize(
    "text",
    ["ש" * 3, "e\u0301\u0301\u0301", "\u202eabc", "🏳️‍🌈", "\u2028", "a\r\nb".replace("\r\n", "\n"), "\ufeff", "\t\v\f"],
)
def test_right_to_left_combining_and_odd_text_simply_works(text: str) -> None:
    prepared = prepare(form(RESPONSES, {**ASKED, "input": text}), endpoint=RESPONSES)

    assert not prepared.refused
    assert json.loads(prepared.sent or b"")["input"] == text


def test_a_prompt_of_five_megabytes_and_two_thousand_messages_simply_work() -> None:
    long = "多" * (5 * 2**20 // 3)
    many = [{"role": "user", "content": f"message {number}"} for number in range(2000)]
    bodies: list[tuple[Any, dict[str, Any]]] = [
        (RESPONSES, {**ASKED, "input": long}),
        (CHAT, {"model": "m", "messages": many}),
    ]
    for endpoint, body in bodies:
        prepared = prepare(form(endpoint, body), endpoint=endpoint)
        assert not prepared.refused
        assert json.loads(prepared.sent or b"") == body


def test_what_is_sent_is_what_was_shown() -> None:
    body = {"model": "m", "input": 'é\n"', "x": {"b": 1, "a": [None, 1.0]}}
    shown = Written.from_form(form(RESPONSES, body), RESPONSES)

    prepared = prepare(form(RESPONSES, body), endpoint=RESPONSES)

    assert prepared.sent == shown.json_text().encode()
    assert prepared.size == len(prepared.sent)


#: What no form of ours sends in these places, and everybody can.
FORGED = [
    *("", "value", "null", "absent", "json", "0", "999999", "-1", "1e999", "true", "{", "[]", "{}", "[{}]", "[[[]]]"),
    *("[" * 20_000, '"x"', '{"type": 5}', '[1, "a", null]', '"\\ud800"', "a\0b", "half \ud83d", "\u202e", "٣", "~new~"),
    *("..", "a.b", "attachment:00000000-0000-0000-0000-000000000000", "function=function"),
]
VALUES = st.sampled_from(FORGED)
ENDINGS = ["", "~state", "~form", "~json", "~item", "~row", "~key", "~order", "~tick", "~other", "~kept", ".x", ".0"]
NOTES = ["~extra", "~profile", "~view", "~json", "~anyway", "~rest", "~endpoint"]


def pairs_of(example: Example) -> list[tuple[str, str]]:
    form = sent(written(ENDPOINTS[example.endpoint], example.body("m")))
    return [(name, each) for name, values in form.lists() for each in values]


SENT = {example.slug: pairs_of(example) for example in EXAMPLES}


@settings(max_examples=75)
@given(st.data())
def test_a_forged_form_is_read_drawn_and_kept_like_any_other(data: st.DataObject) -> None:
    example = data.draw(st.sampled_from(EXAMPLES))
    names = sorted({name for name, _value in SENT[example.slug]})
    kinds = [[name for name in names if name.endswith(ending)] for ending in ENDINGS]
    known = st.one_of([st.sampled_from(each) for each in kinds if each])  # the rare ones as often as the many
    made_up = st.builds(lambda name, ending: name.partition("~")[0] + ending, known, st.sampled_from(ENDINGS))
    forged = st.tuples(known | made_up, VALUES)
    notes = st.tuples(st.sampled_from(NOTES), VALUES)
    left_out = data.draw(st.lists(known, max_size=3))
    pairs = [pair for pair in SENT[example.slug] if pair[0] not in left_out]
    posted = QueryDict(mutable=True)
    for name, value in [*pairs, *data.draw(st.lists(forged | notes, min_size=1, max_size=6))]:
        posted.appendlist(name, value)

    prepared = prepare(posted)

    html_of(draw(prepared, hint))
    again = Written.from_draft(prepared.endpoint, *prepared.written.as_draft())
    assert again.body == prepared.written.body
