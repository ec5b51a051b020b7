"""The other conditions: what families refuse (D), models and endpoints (E), headers and bodies (F)."""

from typing import Any

import pytest

from playground.sandbox.behaviours import catalogue

from .api import Api, refused

USER = {"role": "user", "content": "Hi"}
FORM = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
FUNCTION = {"type": "function", "function": {"name": "f"}}
MATRIX: dict[str, dict[str, tuple[list[Any], list[Any]]]] = {
    # parameter: profile -> what it takes, what it refuses
    "temperature": {"openai": ([0, 2], []), "claude": ([0, 1], [1.1, 2]), "gemini": ([0, 2], [])},
    "top_p": {"openai": ([0, 1], []), "claude": ([0, 1], []), "gemini": ([0, 1], [])},
    "n": {"openai": ([1, 128], []), "claude": ([1], [2]), "gemini": ([1, 8], [9])},
    "stop": {
        "openai": ([["a"] * 4], [["a"] * 5]),
        "claude": ([["a"] * 4], [["a"] * 5]),
        "gemini": ([["a"] * 5], [["a"] * 6]),
    },
    "tools": {"openai": ([[FUNCTION]], []), "claude": ([[FUNCTION]], []), "gemini": ([[FUNCTION]], [])},
    "response_format": {
        "openai": ([{"type": "json_object"}, FORM], []),
        "claude": ([FORM, {"type": "text"}], [{"type": "json_object"}]),
        "gemini": ([{"type": "json_object"}, FORM], []),
    },
    "logprobs": {"openai": ([True], []), "claude": ([False], [True]), "gemini": ([False], [True])},
    "reasoning_effort": {"openai": ([], ["low"]), "claude": ([], ["low"]), "gemini": ([], ["low"])},
}


@pytest.mark.parametrize("profile", ["openai", "claude", "gemini"])
@pytest.mark.parametrize("parameter", MATRIX)
def test_d_each_family_refuses_what_its_column_says(api_with: Any, api: Api, parameter: str, profile: str) -> None:
    takes, refuses = MATRIX[parameter][profile]

    for one in (api_with(profile=profile), api):
        model = "sandbox-writer" if one is not api else f"sandbox-{profile}"
        for value in takes:
            assert one.complete("JSON please", model=model, **{parameter: value}).status == 200
        for value in refuses:
            refused(one.complete("JSON please", model=model, **{parameter: value}), parameter)


def test_d_reasoning_effort_is_for_reasoning_models(api_with: Any) -> None:
    for model in ("o3", "o4-mini", "gpt-5.1", "gpt-5.4"):
        assert api_with(profile="openai").complete(model=model, reasoning_effort="low").status == 200


def test_d5_a_request_can_choose_its_profile(api: Api) -> None:
    refused(api.complete(n=2, headers={"x-sandbox-profile": "claude"}), "n")
    refused(api.complete(headers={"x-sandbox-profile": "nobody"}), code="invalid_sandbox_header")


@pytest.mark.parametrize("model", ["o1-pro", "o3-pro", "gpt-5.4-pro"])
def test_e1_pro_models_answer_at_responses_only(api: Api, model: str) -> None:
    error = refused(api.complete(model=model), "model", status=404)

    assert "not a chat model" in error["message"]
    assert api.respond(model=model).status == 200


def test_e2_documented_ids_answer_at_both_endpoints(api: Api) -> None:
    for model in ("gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano", "gpt-4.1", "gpt-4.1-nano", "o3", "o4-mini"):
        assert api.respond(model=model).json()["model"] == model
        assert api.complete(model=model).json()["model"] == model


@pytest.mark.parametrize("model", ["gpt-5.4-2025-07-16", "gpt-4.1-nano-2025-04-14", "o3-2025-04-16"])
def test_e2_a_dated_id_is_the_model_without_the_date(api: Api, model: str) -> None:
    """The documentation's replies name them, so people paste them."""
    assert api.respond(model=model).json()["model"] == model
    assert api.complete(model=model).json()["model"] == model
    assert api.get(f"/models/{model}").json()["id"] == model
    refused(api.respond(model="nobody-2025-07-16"), "model", "model_not_found", status=404)
    refused(api.respond(model=model + "-2025-07-16"), "model", "model_not_found", status=404)


def test_e3_models_are_listed_and_say_that_they_are_simulated(api: Api) -> None:
    models = api.get("/models").json()

    assert models["object"] == "list"
    assert [model["id"] for model in models["data"]] == list(catalogue())
    for model in models["data"]:
        assert (model["object"], model["owned_by"]) == ("model", "sandbox")
        assert model["created"] > 0
        assert "imulated" in model["description"]
    assert api.get("/models/o3").json()["id"] == "o3"
    refused(api.get("/models/nobody"), code="model_not_found", status=404)


def test_e4_an_unknown_model_is_404(api: Api) -> None:
    for answer in (api.respond(model="nobody"), api.respond(model="nobody", stream=True), api.complete(model="nobody")):
        refused(answer, "model", "model_not_found", status=404)


@pytest.mark.parametrize("ask", ["respond", "complete"])
def test_e5_the_third_try_of_the_busy_model_succeeds(api: Api, ask: str) -> None:
    first, second, third = (getattr(api, ask)(model="sandbox-busy") for _ in range(3))

    for answer in (first, second):
        refused(answer, code="rate_limit_exceeded", status=429)
        assert answer.headers["retry-after"] == "1"
    assert third.status == 200
    refused(getattr(api, ask)(model="sandbox-busy", user="x"), status=429)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer  ", "Basic abc", "sk-test", "Bearer sk-sandbox-invalid"]
)
def test_f1_a_key_is_needed_and_one_is_bad(api: Api, authorization: str) -> None:
    for path in ("/responses", "/models", "/nowhere"):
        refused(api.post(path, raw=b"{", headers={"authorization": authorization}), code="invalid_api_key", status=401)


def test_f1_without_the_header_nothing_is_read(api: Api) -> None:
    keyless = Api(api.box, key=None)

    refused(keyless.respond(), code="invalid_api_key", status=401)
    assert len(api.box.store) == 0


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'"x"', b"null", b"5", b"\xff\xfe", b'{"model": "gpt-5.4"', b"{} {}"]
)
def test_f2_a_body_that_is_no_json_object_is_400(api: Api, raw: bytes) -> None:
    for path in ("/responses", "/chat/completions", "/responses/input_tokens"):
        error = refused(api.post(path, raw=raw))
        assert error["message"].startswith("We could not parse the JSON body of your request.")


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_f3_a_body_of_another_type_is_400(api: Api, kind: str) -> None:
    answer = api.post("/responses", {"model": "gpt-5.4", "input": "x"}, headers={"content-type": kind})

    refused(answer, code="unsupported_content_type")
    good = api.post(
        "/responses", {"model": "gpt-5.4", "input": "x"}, headers={"content-type": "application/json; charset=utf-8"}
    )
    assert good.status == 200


def test_f4_cancelling_needs_no_body(api: Api) -> None:
    begun = api.respond(background=True).json()["id"]

    assert api.post(f"/responses/{begun}/cancel").status == 200


def test_f5_every_reply_has_a_request_id_of_its_own_and_says_that_tokens_are_estimated(api: Api) -> None:
    answers = [api.respond(), api.respond(stream=True), api.get("/nowhere"), api.respond(temperature=9)]

    assert len({answer.headers["x-request-id"] for answer in answers}) == len(answers)
    assert {answer.headers["x-sandbox-tokens"] for answer in answers} == {"estimated"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/responses"),
        ("PUT", "/responses"),
        ("OPTIONS", "/chat/completions"),
        ("HEAD", "/models"),
        ("POST", "/models"),
        ("PATCH", "/responses/resp_1"),
        ("GET", "/responses/resp_1/cancel"),
        ("GET", "/responses/input_tokens/x"),
    ],
)
def test_f6_the_wrong_method_or_address_is_an_api_error(api: Api, method: str, path: str) -> None:
    answer = api.call(method, path)

    assert answer.status in (404, 405)
    assert answer.error["type"] == "invalid_request_error"
    if answer.status == 405:
        assert answer.headers["allow"]


def test_no_page_of_another_origin_is_let_in(api: Api) -> None:
    preflight = api.call("OPTIONS", "/responses", headers={"origin": "https://elsewhere.example"})

    assert preflight.status == 405
    for answer in (preflight, api.respond()):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
