"""How the list of events labels what came."""

import json
from pathlib import Path
from typing import Any

import pytest

from playground.api import lanes
from playground.api.lanes import brought, label
from playground.upstream import sse

STREAMS = sorted((Path(__file__).parent.parent / "streams").glob("*.sse"))


def of(document: Any, endpoint: str = "responses", name: str = "") -> tuple[str, str]:
    return label(endpoint, "event", name, json.dumps(document).encode())


@pytest.mark.parametrize(
    ("document", "lane"),
    [
        ({"type": "response.created", "response": {}}, lanes.OTHER),
        ({"type": "response.output_text.delta", "delta": "x"}, lanes.TEXT),
        ({"type": "response.refusal.delta", "delta": "x"}, lanes.TEXT),
        ({"type": "response.reasoning_summary_text.delta", "delta": "x"}, lanes.REASONING),
        ({"type": "response.output_item.added", "item": {"type": "reasoning"}}, lanes.REASONING),
        ({"type": "response.output_item.added", "item": {"type": "message"}}, lanes.OTHER),
        ({"type": "response.output_item.done", "item": {"type": "function_call"}}, lanes.TOOLS),
        ({"type": "response.function_call_arguments.delta", "delta": "{"}, lanes.TOOLS),
        ({"type": "response.web_search_call.searching"}, lanes.TOOLS),
        ({"type": "response.mcp_call.in_progress"}, lanes.TOOLS),
        ({"type": "error", "message": "no"}, lanes.OTHER),
        ({"type": "vendor.heartbeat"}, lanes.UNKNOWN),
        ({"type": "response.something_new.delta"}, lanes.UNKNOWN),
        ({"no": "type"}, lanes.UNKNOWN),
        ([1, 2], lanes.UNKNOWN),
    ],
)
def test_responses(document: Any, lane: str) -> None:
    assert of(document)[1] == lane


@pytest.mark.parametrize(
    ("delta", "lane"),
    [
        ({"role": "assistant", "content": ""}, lanes.OTHER),
        ({"content": "x"}, lanes.TEXT),
        ({"refusal": "x"}, lanes.TEXT),
        ({"reasoning_content": "x", "content": None}, lanes.REASONING),
        ({"reasoning": "x"}, lanes.REASONING),
        ({"tool_calls": [{"index": 0}]}, lanes.TOOLS),
        ({"function_call": {"name": "f"}}, lanes.TOOLS),
        ({}, lanes.OTHER),
    ],
)
def test_chat(delta: dict[str, Any], lane: str) -> None:
    assert of({"object": "chat.completion.chunk", "choices": [{"delta": delta}]}, "chat")[1] == lane


def test_what_is_no_chunk_is_unknown_and_what_is_no_json_malformed() -> None:
    assert of({"type": "ping"}, "chat")[1] == lanes.UNKNOWN
    assert label("chat", "event", "", b'{"choices":[{"del')[1] == lanes.MALFORMED
    assert label("chat", "event", "", b"[DONE]") == ("[DONE]", lanes.OTHER)
    assert label("chat", "comment", "", b"ping")[1] == lanes.QUIET
    assert label("responses", "odd", "", b"<html>")[1] == lanes.MALFORMED


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"type": "x", "delta": "some words"}, "some words"),
        ({"type": "x", "item": {"type": "reasoning", "id": "rs_1"}}, "reasoning rs_1"),
        ({"type": "x", "response": {"status": "queued", "id": "resp_1"}}, "queued resp_1"),
        ({"type": "x", "response": {"usage": {"input_tokens": 3, "output_tokens": 5}}}, "3 → 5"),
        ({"choices": [{"delta": {"role": "assistant", "content": "Hi"}, "finish_reason": None}]}, "Hi"),
        ({"choices": [{"delta": {}, "finish_reason": "stop"}]}, "finish_reason stop"),
        ({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 5}}, "3 → 5"),
    ],
)
def test_what_an_event_brought_is_told_in_a_line(document: Any, words: str) -> None:
    assert brought(json.dumps(document).encode()) == words


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_every_recorded_event_has_a_label(path: Path) -> None:
    reader = sse.EventReader()
    events = reader.feed(path.read_bytes()) + reader.flush()
    endpoint = "chat" if "chat" in path.name or "responses" not in path.name else "responses"

    for event in events:
        found = label(endpoint, event.kind, event.name, event.data)
        assert found.lane in "rtcokub"
        assert isinstance(brought(event.data), str)
