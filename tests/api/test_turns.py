"""The next request after an answer, in each of the ways to keep what was said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.api.check import check
from playground.api.turns import Exchange, carried, choices, next_turn, pending_calls, ways, with_outputs

REQUEST: dict[str, Any] = {"model": "m", "input": "Hello", "instructions": "Be brief", "x_vendor": 1, "stream": True}
OUTPUT: list[dict[str, Any]] = [
    {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "e"},
    {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]},
]
CALLS: list[dict[str, Any]] = [
    {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "weather", "arguments": '{"city":"Oslo"}'},
    {"type": "custom_tool_call", "id": "ct_1", "call_id": "call_2", "name": "sql", "input": "SELECT 1"},
]
CHAT: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


def response(output: list[dict[str, Any]] = OUTPUT, **about: Any) -> dict[str, Any]:
    return {"id": "resp_1", "output": output, **about}


def completion(**message: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": "Hi", "annotations": [], **message}}]}


def turn(request: dict[str, Any] = REQUEST, output: list[dict[str, Any]] = OUTPUT) -> Exchange:
    return Exchange("responses", request, response(output))


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def slugs(request: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    return [way.slug for way in ways("responses", request, answer)]


def test_the_ways_offered_are_those_that_can_work() -> None:
    assert slugs(REQUEST, response()) == ["previous_response_id", "items"]
    assert slugs({**REQUEST, "conversation": "conv_1"}, response()) == ["conversation", "items"]
    assert slugs({**REQUEST, "store": False}, response()) == ["items"]
    assert slugs(REQUEST, response(store=False)) == ["items"]
    assert slugs(REQUEST, {"output": []}) == ["items"]
    assert [way.slug for way in ways("chat", CHAT, completion())] == ["messages"]


def test_by_the_last_id_only_the_new_words_are_sent() -> None:
    made = next_turn("previous_response_id", turn(), "More")

    assert made == {**REQUEST, "input": "More", "previous_response_id": "resp_1"}
    assert REQUEST["input"] == "Hello"


def test_by_items_everything_goes_back_unchanged() -> None:
    made = next_turn("items", turn({**REQUEST, "conversation": "conv_1"}), "More")

    assert made["input"] == [{"role": "user", "content": "Hello"}, *OUTPUT, {"role": "user", "content": "More"}]
    assert "conversation" not in made
    assert made["x_vendor"] == 1


def test_in_a_conversation_the_server_remembers() -> None:
    asked = {**REQUEST, "conversation": {"id": "conv_1"}}

    assert next_turn("conversation", turn(asked), "More") == {**asked, "input": "More"}


def test_chat_messages_grow_by_the_answer_and_the_question() -> None:
    made = next_turn("messages", Exchange("chat", CHAT, completion()), "More")

    assert made["messages"] == [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
        {"role": "user", "content": "More"},
    ]


def test_every_call_of_an_answer_waits_for_its_output() -> None:
    tool_calls = [
        {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}},
        {"id": "call_2", "type": "custom", "custom": {"name": "sql", "input": "SELECT 1"}},
    ]

    for found in (
        pending_calls("responses", response([*OUTPUT, *CALLS])),
        pending_calls("chat", completion(tool_calls=tool_calls)),
    ):
        assert [(each.call_id, each.name, each.kind) for each in found] == [
            ("call_1", "weather", "function"),
            ("call_2", "sql", "custom"),
        ]
    assert pending_calls("responses", response()) == []
    assert pending_calls("chat", {"choices": None}) == []


def test_answers_to_calls_carry_their_ids_and_nothing_is_wrong_with_the_request() -> None:
    outputs = ['{"temperature": 3}', "1"]
    tool_calls = [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]

    remembered = with_outputs("previous_response_id", turn(output=CALLS), outputs)
    again = with_outputs("items", turn(output=CALLS), outputs)
    called = Exchange("chat", CHAT, completion(content=None, tool_calls=tool_calls))
    chat = with_outputs("messages", called, outputs[:1])

    answers = [
        {"type": "function_call_output", "call_id": "call_1", "output": '{"temperature": 3}'},
        {"type": "custom_tool_call_output", "call_id": "call_2", "output": "1"},
    ]
    assert remembered["input"] == answers
    assert again["input"][1:] == [*CALLS, *answers]
    assert chat["messages"][1:] == [
        {"role": "assistant", "content": None, "tool_calls": tool_calls},
        {"role": "tool", "tool_call_id": "call_1", "content": '{"temperature": 3}'},
    ]
    for endpoint, body in (("responses", remembered), ("responses", again), ("chat", chat)):
        assert [each.code for each in check(endpoint, body) if each.is_error] == []


def test_sending_everything_again_reaches_back_through_what_the_server_remembered() -> None:
    second = turn({**REQUEST, "input": "More", "previous_response_id": "resp_1"})

    made = next_turn("items", second, "Most", earlier=[turn()])

    assert made["input"] == [user("Hello"), *OUTPUT, user("More"), *OUTPUT, user("Most")]
    assert "previous_response_id" not in made


def test_what_was_said_before_the_first_known_turn_is_left_to_the_server() -> None:
    begun_elsewhere = turn({**REQUEST, "previous_response_id": "resp_0"})

    made = next_turn("items", begun_elsewhere, "More")

    assert made["previous_response_id"] == "resp_0"
    assert made["input"] == [user("Hello"), *OUTPUT, user("More")]


def test_a_request_that_the_server_forgot_can_carry_everything_itself() -> None:
    forgotten = {**REQUEST, "input": "More", "previous_response_id": "resp_1"}

    made = carried(forgotten, [turn()])

    assert made == {**REQUEST, "input": [user("Hello"), *OUTPUT, user("More")]}
    assert carried(forgotten, []) is None


def test_one_goes_on_from_any_of_several_answers() -> None:
    calls = [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]
    answer = {"choices": [*completion()["choices"], *completion(content=None, tool_calls=calls)["choices"]]}

    made = with_outputs("messages", Exchange("chat", CHAT, answer, choice=1), ["3"])

    assert choices(answer) == [0, 1]
    assert pending_calls("chat", answer) == []
    assert made["messages"][-2:] == [
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": "call_1", "content": "3"},
    ]


def test_calls_that_share_an_id_or_have_none_are_answered_one_by_one() -> None:
    tool_calls = [{"type": "function", "function": {"name": name, "arguments": "{}"}} for name in ("one", "two")]
    twins = [{**CALLS[0], "name": name} for name in ("one", "two")]

    chat = with_outputs("messages", Exchange("chat", CHAT, completion(tool_calls=tool_calls)), ["1", "2"])
    items = with_outputs("previous_response_id", turn(output=twins), ["1", "2"])

    assert [each["content"] for each in chat["messages"][-2:]] == ["1", "2"]
    assert [each["output"] for each in items["input"]] == ["1", "2"]


def test_the_older_call_of_chat_is_answered_by_its_function() -> None:
    called = completion(content=None, function_call={"name": "weather", "arguments": "{}"})

    made = with_outputs("messages", Exchange("chat", CHAT, called), ["sunny"])

    assert made["messages"][1:] == [
        {"role": "assistant", "content": None, "function_call": {"name": "weather", "arguments": "{}"}},
        {"role": "function", "name": "weather", "content": "sunny"},
    ]
    assert [each.code for each in check("chat", made) if each.is_error] == []


CHECKS = [{"id": "sc_1", "code": "odd_domain", "message": "An odd domain"}]
SCREEN = {"type": "computer_screenshot", "image_url": "data:image/png;base64,AA=="}
EXIT = {"type": "exit", "exit_code": 0}
MACHINES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"type": "computer_call", "pending_safety_checks": []}, json.dumps(SCREEN), {"output": SCREEN}),
    (
        {"type": "computer_call", "pending_safety_checks": CHECKS},
        "data:image/png;base64,AA==",
        {"output": SCREEN, "acknowledged_safety_checks": CHECKS},
    ),
    ({"type": "shell_call"}, "done\n", {"output": [{"stdout": "done\n", "stderr": "", "outcome": EXIT}]}),
    ({"type": "shell_call"}, '[{"stdout": "a"}]', {"output": [{"stdout": "a"}]}),
    ({"type": "apply_patch_call"}, "patched", {"status": "completed", "output": "patched"}),
    ({"type": "apply_patch_call"}, '{"status": "failed"}', {"status": "failed"}),
]


@pytest.mark.parametrize(("call", "answer", "told"), MACHINES)
def test_what_a_machine_is_to_do_is_answered_in_its_own_shape(
    call: dict[str, Any], answer: str, told: dict[str, Any]
) -> None:
    item = {**call, "id": "x_1", "call_id": "call_1", "status": "completed"}

    made = with_outputs("previous_response_id", turn(output=[item]), [answer])

    assert made["input"] == [{"type": f"{call['type']}_output", "call_id": "call_1", **told}]
    assert [each.code for each in check("responses", made) if each.is_error] == []


def test_what_the_server_did_itself_waits_for_nobody() -> None:
    shell = {"type": "shell_call", "call_id": "call_1", "action": {"commands": ["ls"]}}
    printed = {"type": "shell_call_output", "call_id": "call_1", "output": []}
    asked = {"type": "mcp_approval_request", "id": "mcpr_1", "name": "look_up", "arguments": "{}"}
    allowed = {"type": "mcp_call", "id": "mcp_1", "approval_request_id": "mcpr_1"}

    assert pending_calls("responses", response([shell, printed, asked, allowed])) == []
    assert [each.kind for each in pending_calls("responses", response([shell, asked]))] == [
        "shell_call",
        "mcp_approval_request",
    ]


@pytest.mark.parametrize("odd", [None, 7, [], {}, [{}], "x"])
def test_calls_of_any_shape_are_read(odd: Any) -> None:
    kinds = ("computer_call", "shell_call", "local_shell_call", "apply_patch_call", "mcp_approval_request", odd)
    names = ("id", "call_id", "name", "action", "operation", "pending_safety_checks", "approval_request_id")
    output = [{"type": kind, **dict.fromkeys(names, odd)} for kind in kinds]

    waiting = pending_calls("responses", response(output))

    assert with_outputs("items", turn(output=output), ["{}" for _ in waiting])["input"]
    chat = completion(tool_calls=odd, function_call=odd)
    assert with_outputs("messages", Exchange("chat", CHAT, chat), ["{}" for _ in pending_calls("chat", chat)])
