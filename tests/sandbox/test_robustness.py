"""Whatever is sent, the answer is the API's: never a 500, never a dead process, never a long wait."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.sandbox.asgi import Sandbox
from playground.sandbox.settings import Settings
from playground.sandbox.wire import chat_shapes, item_shapes, responses_rules, tool_shapes

from .api import Api, refused

FOLDER = Path(__file__).parent
API = Api(Sandbox(Settings(pace=0)))
LENIENT = {"x-sandbox-unknown-fields": "lenient"}
FIELD_NAMES = sorted({*responses_rules.FIELDS, *chat_shapes.FIELDS})
INNER_NAMES = sorted(
    {"role", "content", "text", "type", "id", "image_url", "file_data", "call_id", "output", "arguments", "name"}
    | {"schema", "strict", "format", "verbosity", "effort", "function", "parameters", "tools", "mode", "$ref", "items"}
    | {"properties", "required", "enum", "anyOf", "additionalProperties", "pattern", "minLength", "server_label"}
)
WORDS = sorted(
    {*item_shapes.ITEMS, *tool_shapes.TOOLS, "json_schema", "object", "array", "string", "user", "assistant"}
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**30, max_value=10**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        [*WORDS, "data:image/png;base64,iVBORw0KGgo=", "data:,", "#", "#/properties/a", "\x00", "{a|b}[1:"]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(INNER_NAMES) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
SHAPED = st.dictionaries(st.sampled_from([*INNER_NAMES, *FIELD_NAMES]), VALUES, max_size=5)


def answered(answer: Any) -> None:
    assert answer.status in (200, 400, 403, 404, 429, 503), (answer.status, answer.body[:300])
    if answer.status != 200:
        assert answer.error["type"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(field=st.sampled_from(sorted(responses_rules.FIELDS)), value=VALUES | SHAPED | st.lists(SHAPED, max_size=3))
def test_any_value_in_any_field_of_responses(field: str, value: Any) -> None:
    answered(API.post("/responses", {"model": "sandbox-echo", "input": "json", field: value}, headers=LENIENT))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(field=st.sampled_from(sorted(chat_shapes.FIELDS)), value=VALUES | SHAPED | st.lists(SHAPED, max_size=3))
def test_any_value_in_any_field_of_chat(field: str, value: Any) -> None:
    body = {"model": "sandbox-echo", "messages": [{"role": "user", "content": "json"}], field: value}
    answered(API.post("/chat/completions", body, headers=LENIENT))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at the end of the path; `...` takes the value away."""
    if not path:
        return document if value is ... else value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = changed(copy[path[0]], path[1:], value)
    if len(path) == 1 and value is ...:
        del copy[path[0]]
    return copy


RICH_RESPONSES = json.loads((FOLDER / "rich_responses.json").read_text("utf-8"))
RICH_CHAT = json.loads((FOLDER / "rich_chat.json").read_text("utf-8"))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(places(RICH_RESPONSES)), VALUES | st.just(...))
def test_any_change_anywhere_in_a_rich_response_request(path: tuple[Any, ...], value: Any) -> None:
    answered(API.post("/responses", changed(RICH_RESPONSES, path, value), headers=LENIENT))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(places(RICH_CHAT)), VALUES | st.just(...))
def test_any_change_anywhere_in_a_rich_chat_request(path: tuple[Any, ...], value: Any) -> None:
    answered(API.post("/chat/completions", changed(RICH_CHAT, path, value), headers=LENIENT))


def test_the_rich_requests_are_good_as_they_are() -> None:
    assert API.post("/responses", RICH_RESPONSES).status == 200
    assert API.post("/chat/completions", RICH_CHAT).status == 200


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(sorted(item_shapes.ITEMS)), rest=SHAPED)
def test_any_input_item(kind: str, rest: dict[str, Any]) -> None:
    answered(API.respond([{**rest, "type": kind}, {"role": "user", "content": "x"}]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(sorted(tool_shapes.TOOLS)), rest=SHAPED)
def test_any_tool(kind: str, rest: dict[str, Any]) -> None:
    tool = {"name": "f", "server_label": "s", "server_url": "https://x.example", **rest, "type": kind}
    answered(API.respond("x", tools=[tool], tool_choice="required", headers=LENIENT))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schema=VALUES | SHAPED)
def test_any_schema(schema: Any) -> None:
    form = {"type": "json_schema", "name": "x", "schema": schema}
    answered(API.respond(text={"format": form}))


@settings(max_examples=40, deadline=None)
@given(raw=st.binary(max_size=60) | st.text(max_size=40).map(str.encode) | VALUES.map(lambda v: json.dumps(v).encode()))
def test_any_bytes_as_a_body(raw: bytes) -> None:
    for path in ("/responses", "/chat/completions", "/conversations", "/responses/compact"):
        answered(API.post(path, raw=raw))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["GET", "POST", "DELETE"]), st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_any_address(method: str, rest: str) -> None:
    for start in ("/responses/", "/conversations/", "/chat/completions/", "/models/", "/"):
        answer = API.call(method, start + rest)
        assert answer.status in (200, 400, 404, 405), answer.body


HOSTILE = {
    "100,000 brackets": b"[" * 100_000,
    "100,000 brackets in a field": b'{"model":"gpt-5.4","input":' + b"[" * 100_000,
    "100,000 closed brackets": b'{"model":"gpt-5.4","input":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "200 levels": b'{"model":"gpt-5.4","input":"x","metadata":' + b'{"a":' * 200 + b"1" + b"}" * 201,
    "NaN": b'{"model":"gpt-5.4","input":"x","temperature":NaN}',
    "Infinity": b'{"model":"gpt-5.4","input":"x","temperature":-Infinity}',
    "1e400": b'{"model":"gpt-5.4","input":"x","temperature":1e400}',
    "5,000 digits": b'{"model":"gpt-5.4","input":"x","max_output_tokens":' + b"9" * 5000 + b"}",
    "4,000 digits": b'{"model":"gpt-5.4","input":"x","temperature":' + b"9" * 4000 + b"}",
    "half a pair": b'{"model":"gpt-5.4","input":"\\ud83d"}',
    "half a pair as a key": b'{"model":"gpt-5.4","input":"x","metadata":{"\\udc00":"x"}}',
    "half a pair at the end": b'{"model":"gpt-5.4","input":"\\ude00\\ud83d"}',
    "raw surrogate bytes": b'{"model":"gpt-5.4","input":"\xed\xa0\xbd"}',
    "UTF-16": '{"model":"gpt-5.4","input":"x"}'.encode("utf-16"),
    "many values": b'{"model":"gpt-5.4","input":[' + b"[]," * 500_000 + b"[]]}",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_json_is_an_api_error(api: Api, what: str) -> None:
    refused(api.post("/responses", raw=HOSTILE[what]))
    refused(api.post("/chat/completions", raw=HOSTILE[what]))


def test_odd_but_whole_text_comes_through(api: Api) -> None:
    for text in ("\x00", "\u2028\u2029\x85", "👩‍🚀", "\ufeff", "\U0010ffff", '"\\/\b\f\n\r\t', "a" * 9000):
        assert api.respond(text, model="sandbox-echo").text == text
        events = api.respond(text, model="sandbox-echo", stream=True).events
        assert events[-1].data["response"]["output"][0]["content"][0]["text"] == text


def test_a_body_over_25_megabytes_is_413_before_it_is_read_whole(api: Api) -> None:
    announced = api.post("/responses", raw=b"{}", headers={"content-length": str(25 * 1024 * 1024 + 1)})
    refused(announced, code="request_too_large", status=413)

    pieces = 0

    async def receive() -> dict[str, Any]:
        nonlocal pieces
        pieces += 1
        return {"type": "http.request", "body": b"x" * 1024 * 1024, "more_body": True}

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/responses", "headers": [(b"authorization", b"Bearer x")]}
    asyncio.run(api.box(scope, receive, send))
    assert sent[0]["status"] == 413
    assert pieces == 26


def test_a_large_picture_is_measured_and_not_decoded(api: Api) -> None:
    url = "data:image/png;base64,iVBORw0KGgo" + "A" * 20_000_000 + "="

    answer = api.respond([{"role": "user", "content": [{"type": "input_image", "image_url": url}]}], store=False)

    assert answer.status == 200
    assert "image/png" in answer.text


def doubling(key: str) -> dict[str, Any]:
    """Forty small schemas that together unfold into a million million."""
    parts = {f"d{number}": {key: [{"$ref": f"#/$defs/d{number + 1}"}] * 2} for number in range(40)}
    return {"$defs": {**parts, "d40": {}}, "$ref": "#/$defs/d0"}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$ref": "https://elsewhere.example/schema.json"},
        {"anyOf": [{"type": "string"}, {"$ref": "https://elsewhere.example/schema.json"}]},
        {"oneOf": [{"$ref": "file:///etc/hostname"}, {"type": "integer"}]},
        {"type": "string", "minLength": 10**9},
        {"type": "array", "minItems": 10**9},
        {"type": "object", "minProperties": 10**9},
        {"type": "string", "pattern": "(a+)+$", "enum": ["a" * 60 + "!"]},
        {"type": "object", "patternProperties": {"^(a+)+$": {}}, "properties": {"a" * 60 + "!": {"type": "string"}}},
        {"type": "string", "pattern": "(?<=x)y"},
        {"type": "string", "pattern": "(((((a{1,99}){1,99}){1,99}){1,99}){1,99})"},
        doubling("allOf"),
        doubling("anyOf"),
        doubling("oneOf"),
        {"type": "integer", "minimum": 10**300, "multipleOf": 1e-300},
        {"not": {}},
        {"properties": {str(n): {} for n in range(30_000)}},
    ],
)
def test_a_hostile_schema_ends_in_an_answer(api: Api, schema: Any) -> None:
    answered(api.respond(text={"format": {"type": "json_schema", "name": "x", "schema": schema}}))
    tool = {"type": "function", "name": "f", "parameters": schema}
    answered(api.respond(tools=[tool], tool_choice="required"))


def test_an_error_of_our_own_is_said_as_the_api_says_it(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("inner secret")

    monkeypatch.setattr("playground.sandbox.endpoints.responses.head_of", broken)

    answer = api.respond()

    refused(answer, code="internal_error", status=500)
    assert b"inner secret" not in answer.body
    assert "inner secret" in capsys.readouterr().err, "whoever runs it can find it"


def test_no_reply_takes_all_the_memory(api: Api) -> None:
    spelled = {"logprobs": True, "top_logprobs": 20}

    one = api.complete("200000", model="sandbox-long", **spelled).json()
    many = api.complete("200000", model="sandbox-long", n=128).json()

    assert one["usage"]["completion_tokens"] <= 2_000
    assert one["choices"][0]["finish_reason"] == "length"
    assert many["usage"]["completion_tokens"] <= 400_000


def test_a_hostile_grammar_ends_in_an_answer(api: Api) -> None:
    for definition in ("(a+)+$", "[", "a{99999}", "(?<=x)y", "\\d{3}-[A-Z]+"):
        form = {"type": "grammar", "syntax": "regex", "definition": definition}
        answered(api.respond(tools=[{"type": "custom", "name": "f", "format": form}], tool_choice="required"))
