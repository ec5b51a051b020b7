"""Tools: which are called, with what, and what built-in ones bring from invented data."""

import base64
import json
from typing import Any

import pytest

from playground.api.calls import APPROVE
from playground.api.check import check
from playground.api.turns import Exchange, with_outputs

from .api import Api

WEATHER: dict[str, Any] = {
    "type": "function",
    "name": "get_current_weather",
    "description": "Get the current weather in a given location",
    "parameters": {
        "type": "object",
        "properties": {
            "location": {"type": "string", "description": "The city and state"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        },
        "required": ["location", "unit"],
    },
}
NEWS: dict[str, Any] = {"type": "function", "name": "read_news", "parameters": {"type": "object", "properties": {}}}
NOTE: dict[str, Any] = {"type": "custom", "name": "take_note"}
MCP: dict[str, Any] = {"type": "mcp", "server_label": "notes", "server_url": "https://mcp.example"}


def called(answer: Any) -> list[tuple[str, Any]]:
    """The calls of a Response: names, and arguments parsed."""
    items = [item for item in answer.json()["output"] if item["type"] == "function_call"]
    return [(item["name"], json.loads(item["arguments"])) for item in items]


def kinds(answer: Any) -> list[str]:
    return [item["type"] for item in answer.json()["output"]]


# -- which ------------------------------------------------------------------------------------------------------


def test_a_function_is_called_when_the_prompt_is_about_it(api: Api) -> None:
    asked = api.respond("What is the weather like in Boston today?", model="gpt-5.4", tools=[WEATHER])

    [(name, arguments)] = called(asked)
    assert (name, arguments["location"]) == ("get_current_weather", "Boston")
    assert called(api.respond("Hello!", tools=[WEATHER])) == []


def test_each_tool_choice_has_its_effect(api: Api) -> None:
    tools = [WEATHER, NEWS]

    def names(choice: Any, said: str = "Hello!") -> list[str]:
        return [name for name, _ in called(api.respond(said, tools=tools, tool_choice=choice))]

    about_both = "Any news about the weather?"
    assert names("auto", about_both) == ["get_current_weather", "read_news"]
    assert names("none", about_both) == []
    assert names("required") == ["get_current_weather"]
    assert names({"type": "function", "name": "read_news"}) == ["read_news"]
    news = [{"type": "function", "name": "read_news"}]
    assert names({"type": "allowed_tools", "mode": "required", "tools": news}) == ["read_news"]
    assert names({"type": "allowed_tools", "mode": "auto", "tools": news}, about_both) == ["read_news"]
    assert names({"type": "allowed_tools", "mode": "auto", "tools": news}) == []


def test_calls_run_in_parallel_only_where_allowed(api: Api) -> None:
    both = "Weather in Paris and Rome, and the news?"

    parallel = called(api.respond(both, tools=[WEATHER, NEWS]))
    single = called(api.respond(both, tools=[WEATHER, NEWS], parallel_tool_calls=False))

    assert [name for name, _ in parallel] == ["get_current_weather", "get_current_weather", "read_news"]
    assert [arguments.get("location") for _, arguments in parallel] == ["Paris", "Rome", None]
    assert len(single) == 1


def test_without_parallel_calls_one_follows_another(api: Api) -> None:
    asked = {"tools": [WEATHER, NEWS], "parallel_tool_calls": False}
    first = api.respond("Weather and news?", **asked).json()

    def answer(response: Any, text: str) -> Any:
        item = response["output"][0]
        output = [{"type": "function_call_output", "call_id": item["call_id"], "output": text}]
        return api.respond(output, previous_response_id=response["id"], **asked)

    second = answer(first, "21")
    assert [name for name, _ in called(second)] == ["read_news"]
    third = answer(second.json(), "All quiet.")
    assert "21" in third.text
    assert "All quiet." in third.text


def test_the_tool_caller_calls_everything(api: Api) -> None:
    answer = api.respond("Hello!", model="sandbox-tools", tools=[WEATHER, NEWS, NOTE])

    assert kinds(answer) == ["function_call", "function_call", "custom_tool_call"]


def test_custom_tools_get_free_text_or_what_a_grammar_allows(api: Api) -> None:
    choice = {"type": "custom", "name": "take_note"}
    grammar = {"type": "grammar", "syntax": "regex", "definition": "[A-Z]{3}-[0-9]{2}"}

    free = api.respond(tools=[NOTE], tool_choice=choice).json()["output"][0]
    strict = api.respond(tools=[{**NOTE, "format": grammar}], tool_choice=choice).json()["output"][0]

    assert free["type"] == "custom_tool_call"
    assert free["input"]
    assert len(strict["input"]) == 6
    custom = {"type": "custom", "custom": {"name": "take_note", "format": {"type": "grammar", "grammar": {
        "syntax": "regex", "definition": "[a-z]{4}"}}}}  # fmt: skip
    named = {"type": "custom", "custom": {"name": "take_note"}}
    call = api.complete(tools=[custom], tool_choice=named).json()["choices"][0]["message"]["tool_calls"][0]
    assert call["type"] == "custom"
    assert len(call["custom"]["input"]) == 4


def test_a_tool_in_a_namespace_is_called(api: Api) -> None:
    space = {"type": "namespace", "name": "crm", "description": "Customers", "tools": [WEATHER]}

    assert [name for name, _ in called(api.respond("Weather?", tools=[space]))] == ["get_current_weather"]


# -- built-in tools ---------------------------------------------------------------------------------------------


def test_a_web_search_brings_citations_that_point_into_the_text(api: Api) -> None:
    answer = api.respond("Good news?", tools=[{"type": "web_search_preview"}])

    assert kinds(answer) == ["web_search_call", "message"]
    part = answer.json()["output"][1]["content"][0]
    assert len(part["annotations"]) == 2
    for note in part["annotations"]:
        assert note["url"] in part["text"][note["start_index"] : note["end_index"]]
    assert "not from the web" in part["text"]


def test_a_web_search_follows_its_settings(api: Api) -> None:
    def searched(**given: Any) -> Any:
        tool = {"type": "web_search", **given}
        answer = api.respond("News", tools=[tool], include=["web_search_call.action.sources"])
        return answer.json()["output"][0]["action"]

    assert len(searched(search_context_size="low")["sources"]) == 1
    assert len(searched(search_context_size="high")["sources"]) == 4
    limited = searched(filters={"allowed_domains": ["only.example"]})["sources"]
    assert all(source["url"].startswith("https://only.example/") for source in limited)
    assert "Rome" in searched(user_location={"type": "approximate", "city": "Rome"})["query"]


def test_a_chat_search_cites_too(api: Api) -> None:
    message = api.complete("News?", web_search_options={"search_context_size": "low"}).json()["choices"][0]["message"]

    place = {"type": "approximate", "approximate": {"city": "Rome", "country": "IT"}}
    assert "near Rome" in api.complete("News?", web_search_options={"user_location": place}).text
    note = message["annotations"][0]["url_citation"]
    assert note["url"] in message["content"][note["start_index"] : note["end_index"]]


@pytest.mark.parametrize(
    ("tool", "include", "field"),
    [
        ({"type": "file_search"}, "file_search_call.results", "results"),
        ({"type": "code_interpreter"}, "code_interpreter_call.outputs", "outputs"),
    ],
)
def test_results_come_only_when_included(api: Api, tool: Any, include: str, field: str) -> None:
    assert api.respond(tools=[tool]).json()["output"][0][field] is None
    assert api.respond(tools=[tool], include=[include]).json()["output"][0][field]


def test_what_was_left_out_can_be_asked_for_later(api: Api) -> None:
    tools = [{"type": "code_interpreter"}, {"type": "web_search"}]
    url = f"/responses/{api.respond(tools=tools).json()['id']}"

    bare = api.get(url).json()["output"]
    full = api.get(f"{url}?include[]=code_interpreter_call.outputs&include=web_search_call.action.sources").json()[
        "output"
    ]

    assert bare[0]["outputs"] is None
    assert full[0]["outputs"]
    assert "sources" not in bare[1]["action"]
    assert full[1]["action"]["sources"]


def test_secrets_of_an_mcp_server_are_not_repeated(api: Api) -> None:
    answer = api.respond(tools=[{**MCP, "authorization": "secret-1", "headers": {"X-Key": "secret-2"}}])

    assert b"secret-" not in answer.body
    assert b"secret-" not in api.get(f"/responses/{answer.json()['id']}").body


def test_sources_come_only_when_included(api: Api) -> None:
    answer = api.respond(tools=[{"type": "web_search_preview"}]).json()

    assert "sources" not in answer["output"][0]["action"]


def test_a_file_search_follows_its_settings(api: Api) -> None:
    def found(**given: Any) -> list[str]:
        tool = {"type": "file_search", "vector_store_ids": ["vs_1"], **given}
        item = api.respond(tools=[tool], include=["file_search_call.results"]).json()["output"][0]
        return [result["attributes"]["language"] for result in item["results"]]

    assert len(found()) == 3
    assert len(found(max_num_results=1)) == 1
    assert len(found(ranking_options={"score_threshold": 0.9})) == 1
    assert found(filters={"type": "eq", "key": "language", "value": "it"}) == ["it"]
    both = [{"type": "gte", "key": "year", "value": 2030}, {"type": "in", "key": "language", "value": ["en"]}]
    assert found(filters={"type": "and", "filters": both}) == ["en", "en"]
    assert found(filters={"type": "ne", "key": "language", "value": "en"}) == ["it"]


def test_code_is_written_and_not_run(api: Api) -> None:
    tool = {"type": "code_interpreter", "container": "cntr_mine"}

    item = api.respond("Add 20 and 22", tools=[tool], include=["code_interpreter_call.outputs"]).json()["output"][0]

    assert item["container_id"] == "cntr_mine"
    assert "[20, 22]" in item["code"]
    assert item["outputs"] == [{"type": "logs", "logs": "42\n"}]


def test_an_mcp_call_waits_for_approval_unless_it_needs_none(api: Api) -> None:
    first = api.respond("Look it up.", tools=[MCP]).json()

    assert [item["type"] for item in first["output"]] == ["mcp_list_tools", "mcp_approval_request"]
    request = first["output"][1]["id"]

    def decided(approve: bool) -> Any:
        item = {"type": "mcp_approval_response", "approval_request_id": request, "approve": approve}
        return api.respond([item], previous_response_id=first["id"], tools=[MCP])

    approved = decided(True)
    assert "mcp_call" in kinds(approved)
    assert (
        next(item for item in approved.json()["output"] if item["type"] == "mcp_call")["approval_request_id"] == request
    )
    assert "mcp_call" not in kinds(decided(False))
    assert "not allowed" in decided(False).text
    assert kinds(api.respond(tools=[{**MCP, "require_approval": "never"}])) == ["mcp_list_tools", "mcp_call", "message"]
    spared = {"never": {"tool_names": ["read"]}}
    named = api.respond(tools=[{**MCP, "allowed_tools": ["read"], "require_approval": spared}])
    assert named.json()["output"][1]["name"] == "read"


def test_mcp_servers_can_be_broken(api: Api) -> None:
    listed = api.respond(tools=[{**MCP, "server_label": "broken"}], stream=True).events
    failed = api.respond(tools=[{**MCP, "server_label": "failing", "require_approval": "never"}], stream=True).events

    assert "response.mcp_list_tools.failed" in [event.name for event in listed]
    assert "response.mcp_call.failed" in [event.name for event in failed]


def test_a_picture_is_a_picture(api: Api) -> None:
    def drawn(**given: Any) -> Any:
        return api.respond("Draw a cat", tools=[{"type": "image_generation", **given}]).json()["output"][0]

    assert base64.b64decode(drawn()["result"]).startswith(b"\x89PNG")
    assert base64.b64decode(drawn(output_format="svg")["result"]).startswith(b"<svg")
    assert drawn(size="512x512", quality="high", background="transparent")["size"] == "512x512"
    assert kinds(api.respond("Hello", tools=[{"type": "image_generation"}])) == ["message"]
    events = api.respond("Draw", tools=[{"type": "image_generation", "partial_images": 2}], stream=True).events
    assert sum(event.name.endswith("partial_image") for event in events) == 2


@pytest.mark.parametrize("kind", ["local_shell", "apply_patch", "computer"])
def test_what_the_caller_has_to_carry_out_ends_the_turn(api: Api, kind: str) -> None:
    answer = api.respond(tools=[{"type": kind}], tool_choice={"type": kind})

    assert kinds(answer) == [f"{kind}_call"]


@pytest.mark.parametrize("kind", ["local_shell", "shell", "apply_patch", "computer", "mcp"])
@pytest.mark.parametrize("way", ["previous_response_id", "items"])
def test_what_the_page_sends_for_it_goes_on(api: Api, kind: str, way: str) -> None:
    tool = {"shell": {"type": kind, "environment": {"type": "local"}}, "mcp": MCP}.get(kind, {"type": kind})
    asked: dict[str, Any] = {"model": "sandbox-writer", "input": "Go", "tools": [tool], "tool_choice": "required"}
    asked["store"] = way != "items"
    first = api.post("/responses", asked).json()

    answered = with_outputs(way, Exchange("responses", asked, first), [{"mcp": APPROVE}.get(kind, "done")])
    second = api.post("/responses", answered)

    assert [each.code for each in check("responses", answered) if each.is_error] == []
    assert second.status == 200, second.body
    assert second.json()["output"][-1]["type"] == "message"


def test_the_older_call_of_chat_goes_on_too(api: Api) -> None:
    told = {key: value for key, value in WEATHER.items() if key != "type"}
    asked = {"model": "sandbox-tools", "messages": [{"role": "user", "content": "Weather?"}], "functions": [told]}
    first = api.post("/chat/completions", asked).json()

    second = api.post("/chat/completions", with_outputs("messages", Exchange("chat", asked, first), ["sunny"]))

    assert second.json()["choices"][0]["finish_reason"] == "stop"
    assert "sunny" in second.text


def test_a_shell_brings_its_own_output(api: Api) -> None:
    answer = api.respond("Run a shell command", tools=[{"type": "shell"}])

    assert kinds(answer) == ["shell_call", "shell_call_output", "message"]


# -- arguments --------------------------------------------------------------------------------------------------


def test_arguments_use_what_the_prompt_says(api: Api) -> None:
    [(_, arguments)] = called(api.respond("Weather in New York in celsius?", tools=[WEATHER]))

    assert arguments == {"location": "New York", "unit": "celsius"}
    [(_, arguments)] = called(api.respond("What's the weather in Tokyo?", tools=[WEATHER]))
    assert arguments["location"] == "Tokyo"


def test_a_schema_nothing_satisfies_is_an_api_error(api: Api) -> None:
    answer = api.respond(text={"format": {"type": "json_schema", "name": "x", "schema": {"not": {}}}})

    assert (answer.status, answer.error["code"], answer.error["param"]) == (
        400,
        "invalid_json_schema",
        "text.format.schema",
    )
    tool = {
        "type": "function",
        "name": "f",
        "parameters": {"type": "object", "properties": {"a": False}, "required": ["a"]},
    }
    answer = api.respond(tools=[tool], tool_choice="required")
    assert (answer.status, answer.error["code"]) == (400, "invalid_function_parameters")


def test_structured_output_varies_and_still_fits(api: Api) -> None:
    schema = {
        "type": "object",
        "properties": {"words": {"type": "array", "items": {"type": "string"}}},
        "required": ["words"],
    }
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}

    answer = api.complete("List 3 words", response_format=form, n=3).json()

    made = [json.loads(choice["message"]["content"]) for choice in answer["choices"]]
    assert all(len(one["words"]) == 3 for one in made)
    assert len({json.dumps(one) for one in made}) == 3
