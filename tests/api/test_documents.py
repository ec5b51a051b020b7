"""The JSON door: whatever comes in, it is a value or a problem with a place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import documents, paths
from playground.api.documents import BadDocument

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def refusal(data: bytes | str) -> BadDocument:
    with pytest.raises(BadDocument) as caught:
        documents.read(data)
    return caught.value


def problem_of(data: bytes | str) -> BadDocument | None:
    try:
        documents.read(data)
    except BadDocument as problem:
        return problem
    return None


def test_a_document_comes_back_as_it_was() -> None:
    text = '{"b":1,"a":[true,null,"é\\u2028"],"c":{"d":1.5}}'

    value = documents.read(text)

    assert list(value) == ["b", "a", "c"]
    assert documents.read(documents.write(value)) == value


@given(json_values)
def test_any_value_survives_writing_and_reading(value: object) -> None:
    assert documents.read(documents.write(value)) == value
    assert documents.read(documents.write(value, pretty=True)) == value


@given(st.text() | st.binary())
def test_anything_at_all_is_a_value_or_a_problem(data: bytes | str) -> None:
    problem = problem_of(data)

    assert problem is None or (problem.message and problem.line >= 1 and problem.column >= 1)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ('{\n  "a": 1,\n  "a": 2}', "repeated_key", (3, 3)),
        ('{"a": {"b": 1, "b": 2}}', "repeated_key", (1, 16)),
        ("[1,\n NaN]", "not_json_number", (2, 2)),
        ("[-Infinity]", "not_json_number", (1, 2)),
        ("[1e400]", "number_too_large", (1, 2)),
        ('["1e400", 1e400]', "number_too_large", (1, 11)),
        ('{"a": ' + "9" * 5000 + "}", "number_too_large", (1, 7)),
        ("[" * 100_000, "too_deep", (1, 101)),
        ('{"a":' * 100_000, "too_deep", (1, 501)),
        ('{"a": 1,}', "not_json", (1, 9)),
        ('{"a" 1}', "not_json", (1, 6)),
        ('{"a": "b}', "not_json", (1, 7)),
        ('"a\nb"', "not_json", (1, 3)),
        ('"a\0b"', "not_json", (1, 3)),
        ("{} {}", "not_json", (1, 4)),
        ("", "not_json", (1, 1)),
        (b'"\xff"', "not_utf8", (1, 2)),
    ],
)
def test_a_bad_document_is_refused_where_it_is_bad(text: bytes | str, code: str, place: tuple[int, int]) -> None:
    problem = refusal(text)

    assert problem.code == code
    assert (problem.line, problem.column) == place


def test_brackets_inside_texts_do_not_count() -> None:
    assert documents.read(json.dumps(["[" * 5000, '"' + "{" * 500])) == ["[" * 5000, '"' + "{" * 500]


def test_many_shallow_lists_are_not_deep() -> None:
    assert documents.read("[" + "[]," * 5000 + "[]]") == [[]] * 5001


def test_escaped_nul_and_lone_surrogates_are_read_and_written_as_they_were() -> None:
    text = rb'{"a":"\u0000","b":"\ud800"}'

    assert documents.write(documents.read(text)) == text


def test_a_byte_order_mark_is_passed_over() -> None:
    assert documents.read(b"\xef\xbb\xbf[1]") == [1]


def test_a_body_is_an_object() -> None:
    with pytest.raises(BadDocument):
        documents.read_object("[1]")


def test_keys_named_twice_can_be_reported_instead() -> None:
    document = documents.read_document('{"a": 1, "b": {"c": 1, "c": 2}}')

    assert document.value == {"a": 1, "b": {"c": 2}}
    assert [each.path for each in document.repeated] == ["b.c"]


def test_not_a_number_is_not_written() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        documents.write(float("nan"))


def test_paths_are_found_in_the_text() -> None:
    text = '{\n  "messages": [\n    {"role": "user"},\n    {"role": "x"}\n  ]\n}'

    found = documents.locate(text, ["messages[1].role", "messages[1].content", "nowhere"])

    assert found == {"messages[1].role": (4, 6), "messages[1].content": (4, 5), "nowhere": (1, 1)}


@given(json_values)
def test_every_place_leads_to_its_value(value: object) -> None:
    text = documents.write(value).decode("utf-8", "surrogatepass")

    for steps, offset in documents.places(text):
        assert 0 <= offset < len(text)
        paths.get(value, steps)
