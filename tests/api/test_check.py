"""The check as a whole: it takes anything, finds what is wrong, and its fixes are data."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from playground.api import paths
from playground.api.check import check
from playground.api.documents import read, write
from playground.api.endpoints import ENDPOINTS
from playground.api.findings import Fix, Operation, apply_fix
from playground.api.openapi import body_schema
from tests.api.bodies import bodies, json_values
from tests.api.checked import chat, errors, found, responses

ENDPOINT = pytest.mark.parametrize("endpoint", ["responses", "chat"])
VALIDATORS = {slug: Draft202012Validator(body_schema(endpoint)) for slug, endpoint in ENDPOINTS.items()}

# What stands between parameters: a body may obey the declaration and break these.
RULES = {
    "mutually_exclusive_parameters", "unsupported_parameter", "unsupported_value", "missing_word_json",
    "missing_source", "no_such_call", "unanswered_call", "repeated_name", "invalid_json_schema", "wrong_endpoint",
}  # fmt: skip
WIDE = {"tool_choice", "model", "input", "audio"}


@ENDPOINT
@given(data=st.data())
def test_what_the_declaration_allows_has_no_errors_but_rules(endpoint: str, data: st.DataObject) -> None:
    body = data.draw(bodies(endpoint))

    wrong = [each for each in check(endpoint, body) if each.is_error and each.code not in RULES]

    assert not [each.path for each in wrong if each.name not in WIDE and not each.path.endswith("].content")]


@ENDPOINT
@given(data=st.data())
def test_what_the_declaration_allows_the_export_allows(endpoint: str, data: st.DataObject) -> None:
    body = data.draw(bodies(endpoint))

    assert not list(VALIDATORS[endpoint].iter_errors(body))


@ENDPOINT
@given(data=st.data())
def test_anything_at_all_can_be_checked(endpoint: str, data: st.DataObject) -> None:
    """Every parameter with a value that has nothing to do with it."""
    names = st.sampled_from(sorted(ENDPOINTS[endpoint].by_name))
    wild = st.recursive(json_values, lambda inner: st.lists(inner, max_size=2) | _objects(inner), max_leaves=6)
    body = data.draw(st.dictionaries(names | st.text(max_size=4), wild, max_size=5))
    before = copy.deepcopy(body)

    for finding in check(endpoint, body):
        assert finding.message
        paths.parse(finding.path)
        if finding.fix is not None:
            apply_fix(body, finding.fix)

    assert body == before


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    words = ["type", "role", "content", "function", "name", "format", "schema", "call_id", "tool_calls", "json_schema"]
    tags = st.sampled_from(["function", "message", "user", "tool", "json_schema", "json_object", "image_url", "mcp"])
    return st.dictionaries(st.sampled_from(words), inner | tags, max_size=4)


def test_findings_come_in_the_order_of_the_form() -> None:
    body = {"zzz": 1, "user": "u", "temperature": 9, "input": 3}

    order = [each.name for each in check("responses", body)]

    assert order == ["model", "input", "temperature", "user", "zzz"]


def test_a_finding_belongs_to_a_control() -> None:
    body = responses(metadata={"a": 1}, tools=[{"type": "function", "name": ""}], include=["x"], whatever=1)

    controls = {each.path: each.parameter for each in check("responses", body)}

    assert controls["metadata.a"] == "metadata"
    assert controls["tools[0].name"] == "tools[].name"
    assert controls["include[0]"] == "include[]"
    assert controls["whatever"] == ""


@pytest.mark.parametrize(
    ("fields", "path", "value"),
    [
        ({"stream": "true"}, "stream", True),
        ({"top_logprobs": "3"}, "top_logprobs", 3),
        ({"temperature": "0.5"}, "temperature", 0.5),
        ({"max_tool_calls": 3.0}, "max_tool_calls", 3),
        ({"include": "reasoning.encrypted_content"}, "include", ["reasoning.encrypted_content"]),
        ({"user": 7}, "user", "7"),
    ],
)
def test_what_was_probably_meant_is_one_click(fields: dict[str, Any], path: str, value: object) -> None:
    finding = found(responses(**fields), path)

    assert finding is not None
    assert finding.fix is not None
    assert apply_fix(responses(**fields), finding.fix)[path] == value


def test_a_field_that_has_to_be_there_may_be_null_where_that_is_said() -> None:
    call = {"type": "code_interpreter_call", "id": "ci_1", "container_id": "c", "outputs": None, "status": "completed"}

    assert not errors(responses(input=[{**call, "code": None}]))
    assert errors(responses(input=[call])) == ["input[0].code"]


def test_what_only_sdks_insist_on_is_a_hint() -> None:
    finding = found(responses(tools=[{"type": "code_interpreter"}]), "tools[0].container")

    assert finding is not None
    assert not finding.is_error


def test_a_wild_guess_is_not_offered() -> None:
    finding = found(responses(top_logprobs="many"), "top_logprobs")

    assert finding is not None
    assert finding.fix is None


def test_a_fix_can_be_put_into_a_button() -> None:
    finding = found(responses(top_logprobs=3), "top_logprobs")
    assert finding is not None
    assert finding.fix is not None

    fix = Fix.from_document(json.loads(json.dumps(finding.fix.as_document())))

    assert apply_fix(responses(top_logprobs=3), fix) == apply_fix(responses(top_logprobs=3), finding.fix)


@pytest.mark.parametrize(
    "document",
    [{}, {"operations": 3}, {"operations": [{}]}, {"operations": [{"do": "explode"}]},
     {"operations": [{"do": "set", "path": "a b"}]}, {"operations": [{"do": "set", "path": 3}]}],
)  # fmt: skip
def test_a_forged_fix_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a"):
        Fix.from_document(document)


@given(json_values, st.text(max_size=5))
def test_a_fix_for_another_body_does_no_harm(value: Any, name: str) -> None:
    fix = Fix("", tuple(Operation(do, "messages[0].content", value) for do in ("remove", "insert", "rename", "strict")))

    assert isinstance(apply_fix({"messages": value, name: value}, fix), dict)


def test_nothing_is_lost_by_a_fix() -> None:
    body = chat(vendor={"a": None}, stream_options={"include_usage": True})
    finding = found(body, "stream_options")
    assert finding is not None
    assert finding.fix is not None

    fixed = apply_fix(body, finding.fix)

    assert fixed == {**body, "stream": True}
    assert read(write(fixed)) == fixed


def test_a_long_conversation_is_checked() -> None:
    messages = [{"role": ("user", "assistant")[at % 2], "content": "word " * 500} for at in range(2000)]

    assert not errors(chat(messages=messages))


def test_a_union_wants_its_tag() -> None:
    assert errors(responses(tools=[{}])) == ["tools[0].type"]
    assert errors(responses(tools=[{"type": 3}])) == ["tools[0].type"]
    assert errors(chat(response_format={"type": "yaml"})) == ["response_format.type"]


def test_a_broken_schema_is_named_at_its_place() -> None:
    schema = {"type": "object", "properties": {"a": {"anyOf": [{"type": "strin"}]}}, "required": "a"}
    body = responses(tools=[{"type": "function", "name": "f", "parameters": schema}])

    assert errors(body) == ["tools[0].parameters.required", "tools[0].parameters.properties.a.anyOf[0].type"]


def test_a_value_named_twice_is_a_hint() -> None:
    finding = found(responses(include=["reasoning.encrypted_content"] * 2), "include")

    assert finding is not None
    assert finding.code == "repeated_value"
