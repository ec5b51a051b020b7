"""The catalogue against what the documents and current SDKs say: nothing is missing, nothing is claimed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from playground.api.check import check
from playground.api.endpoints import ENDPOINTS
from playground.api.examples import EXAMPLES, Example, examples_for
from playground.api.openapi import body_schema
from playground.api.parameters import Choices
from playground.api.response_fields import RESPONSE_FIELDS, explain
from tests.api.exported import at, facts_of, list_at, types, values, variant_at

HERE = Path(__file__).parent

# Sources contradict each other; what the project decided, and why.
DECIDED = {
    "context_management[].compact_threshold": "a number in the documents, a whole number of tokens in every SDK",
}


def facts(name: str) -> Any:
    return json.loads((HERE / f"facts_{name}.json").read_text())


def rows(kind: str) -> list[Any]:
    return [
        pytest.param(endpoint, fact, id=f"{endpoint}-{fact['path']}")
        for endpoint in ("responses", "chat")
        for fact in facts(endpoint)[kind] + (facts(endpoint).get("named", []) if kind == "request" else [])
    ]


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    return {slug: body_schema(endpoint) for slug, endpoint in ENDPOINTS.items()}


def test_the_documents_name_twenty_nine_and_twenty_one() -> None:
    documented = {
        slug: [each.name for each in endpoint.parameters if not each.beyond] for slug, endpoint in ENDPOINTS.items()
    }

    for slug, names in documented.items():
        named = {fact["path"].split(".")[0].removesuffix("[]") for fact in facts(slug)["request"]}
        assert set(names) == named
    assert {slug: len(names) for slug, names in documented.items()} == {"responses": 29, "chat": 21}


@pytest.mark.parametrize(("endpoint", "fact"), rows("request"))
def test_a_documented_parameter_is_declared_as_documented(
    schemas: dict[str, Any], endpoint: str, fact: dict[str, Any]
) -> None:
    schema, path = schemas[endpoint], fact["path"]
    found = list_at(schema, path)
    assert found, "it is not declared"

    known = {"type": types(found), "enum": values(found)}
    if path not in DECIDED:
        assert set(fact["type"]) <= known["type"]
    assert set(fact.get("enum", ())) <= known["enum"]
    for word in ("minimum", "maximum", "maxLength", "maxItems"):
        if word in fact:
            assert facts_of(found, word) == {fact[word]}
    if "default" in fact:
        assert fact["default"] in [form.get("default") for form in found if "default" in form]
    if fact.get("deprecated"):
        assert all(form.get("deprecated") for form in found)
    if fact.get("required"):
        assert path.removesuffix("[]") in schema["required"]


@pytest.mark.parametrize(("endpoint", "path"), [("responses", "metadata"), ("chat", "logit_bias")])
def test_a_map_has_its_documented_limits(schemas: dict[str, Any], endpoint: str, path: str) -> None:
    fact = next(each for each in facts(endpoint)["request"] if each["path"] == path)
    [schema] = at(schemas[endpoint], path)
    value = schema["additionalProperties"]

    assert value["type"] == fact["values"]
    if "limits" in fact:
        limits = fact["limits"]
        assert schema["maxProperties"] == limits["pairs"]
        assert schema["propertyNames"] == {"maxLength": limits["key"]}
        assert value["maxLength"] == limits["value"]
    else:
        assert (value["minimum"], value["maximum"]) == (fact["valueMinimum"], fact["valueMaximum"])


@pytest.mark.parametrize(("endpoint", "fact"), rows("request"))
def test_values_beyond_the_documents_are_marked(endpoint: str, fact: dict[str, Any]) -> None:
    kinds = [place.parameter.kind for place in ENDPOINTS[endpoint].by_path.get(fact["path"], ()) if not place.is_tag]
    choices = [kind for kind in kinds if isinstance(kind, Choices)]

    for kind in choices:
        documented = {each.value for each in kind.options if not each.beyond}
        assert not documented or documented == set(fact.get("enum", kind.values))


@pytest.mark.parametrize(
    ("endpoint", "row"),
    [
        pytest.param(endpoint, row, id=f"{endpoint}-{row['path']}-{row.get('variant', '')}-{number}")
        for endpoint, listed in facts("beyond")["rows"].items()
        for number, row in enumerate(listed)
    ],
)
def test_what_current_sdks_know_is_declared_too(schemas: dict[str, Any], endpoint: str, row: dict[str, Any]) -> None:
    schema, path = schemas[endpoint], row["path"]
    if "variant" in row:
        base, _, path = path.partition(".")
        schema = variant_at(schema, base, row["variant"])

    found = list_at(schema, path)

    assert found, "it is not declared"
    assert set(row["values"]) <= values(found) | _tags(found)


def _tags(found: list[dict[str, Any]]) -> set[str]:
    return {value for schema in found for form in schema.get("oneOf", ()) for value in form.get("enum", ())}


@pytest.mark.parametrize("item", facts("beyond")["items"], ids=lambda item: str(item["type"]))
def test_every_input_item_is_declared_with_its_fields(schemas: dict[str, Any], item: dict[str, Any]) -> None:
    form = variant_at(schemas["responses"], "input[]", item["type"])

    assert set(item["fields"]) <= set(form["properties"])


@pytest.mark.parametrize(("endpoint", "fact"), rows("response"))
def test_a_documented_response_field_is_explained(endpoint: str, fact: dict[str, Any]) -> None:
    field = RESPONSE_FIELDS[endpoint].get(fact["path"].removesuffix("[]"))

    assert field is not None
    assert str(field.help)
    if "type" in fact:
        assert set(fact["type"]) <= set(field.type.split("|"))
    assert set(fact.get("enum", ())) <= set(field.values)
    if "default" in fact:
        assert field.default == fact["default"]


def test_a_field_is_found_where_it_stands() -> None:
    found = explain("chat", "choices[1].message.tool_calls[0].function.name")

    assert found is not None
    assert found.path == "choices[].message.tool_calls[].function.name"
    assert explain("chat", "no.such.field") is None


def test_every_parameter_says_what_it_is() -> None:
    silent = [
        (slug, place.path)
        for slug, endpoint in ENDPOINTS.items()
        for place in endpoint.places
        if not place.is_tag and not str(place.parameter.help)
    ]

    assert not silent


def test_every_group_has_its_parameters_and_every_parameter_its_group() -> None:
    for endpoint in ENDPOINTS.values():
        grouped = [parameter for _group, parameters in endpoint.by_group for parameter in parameters]

        assert {each.name for each in grouped} == {each.name for each in endpoint.parameters}
        assert all(parameters for _group, parameters in endpoint.by_group)


def test_each_parameter_links_to_its_documentation() -> None:
    for endpoint in ENDPOINTS.values():
        for name in endpoint.by_name:
            assert endpoint.documentation_of(name).endswith(f"-{name}")


def test_the_export_is_a_valid_schema(schemas: dict[str, Any]) -> None:
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("example", facts("responses")["examples"], ids=lambda example: str(example["name"]))
def test_the_export_allows_the_documented_examples(schemas: dict[str, Any], example: dict[str, Any]) -> None:
    assert not list(Draft202012Validator(schemas["responses"]).iter_errors(example["body"]))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.slug)
def test_our_examples_are_free_of_errors(schemas: dict[str, Any], example: Example) -> None:
    body = example.body()

    assert not list(Draft202012Validator(schemas[example.endpoint]).iter_errors(body))
    assert not [finding for finding in check(example.endpoint, body) if finding.is_error]


def test_the_examples_are_the_documented_ones() -> None:
    documented = {json.dumps(example["body"], sort_keys=True) for example in facts("responses")["examples"]}
    ours = {json.dumps(example.body(), sort_keys=True) for example in EXAMPLES}

    assert len(documented & ours) == len(documented) - 1, "the documents ask the reasoning example in two ways"
    assert {each.slug for each in examples_for("responses")} >= {
        "text", "image", "file", "web-search", "streaming", "functions", "reasoning", "structured-output", "multi-turn",
    }  # fmt: skip
