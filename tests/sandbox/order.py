"""The order rules of both streams, as assertions on events: a second opinion, written from the rules alone."""

from __future__ import annotations

from typing import Any

from .api import Event

LIFECYCLE = {"response.created", "response.queued", "response.in_progress"}
TERMINAL = {"response.completed", "response.incomplete", "response.failed", "error"}
ITEM_EVENTS = {"response.output_item.added", "response.output_item.done"}


def check_responses(events: list[Event], background: bool = False, parade: bool = False) -> dict[str, Any]:
    """Rules R1 to R14 on a whole stream. Gives back the final Response (or the error event)."""
    types = [event.data["type"] for event in events]
    assert types == [event.name for event in events]
    assert [event.data["sequence_number"] for event in events] == list(range(len(events)))
    opening = ["response.created", *(["response.queued"] if background else []), "response.in_progress"]
    assert types[: len(opening)] == opening
    if not parade:
        assert [one for one in types if one in TERMINAL] == [types[-1]]
        assert len(set(types) & LIFECYCLE) == len(opening)
    responses = [event.data["response"] for event in events if "response" in event.data]
    assert len({response["id"] for response in responses}) == 1
    for response in responses:
        assert (response["usage"] is not None) == (response["status"] in ("completed", "incomplete", "failed"))
    walk = _Walk()
    for event in events:
        walk.take(event.data)
    last: dict[str, Any] = events[-1].data
    if "response" not in last:
        return last
    final: dict[str, Any] = last["response"]
    if types[-1] == "response.completed":
        assert not walk.open
        assert final["output"] == [walk.done[index] for index in sorted(walk.done)]
    return final


class _Walk:
    """Items, parts and texts as the events build them up."""

    def __init__(self) -> None:
        self.open: dict[int, dict[str, Any]] = {}
        self.done: dict[int, dict[str, Any]] = {}
        self.texts: dict[tuple[Any, ...], str] = {}
        self.parts: dict[tuple[int, int], str] = {}

    def take(self, event: dict[str, Any]) -> None:
        kind, index = event["type"], event.get("output_index")
        if kind == "response.output_item.added":
            self._added(event)
        elif kind == "response.output_item.done":
            self._done(event)
        elif index is not None:
            item = self.open[index]
            assert event.get("item_id", item["id"]) == item["id"]
            self._inside(event, item)

    def _added(self, event: dict[str, Any]) -> None:
        index, item = event["output_index"], event["item"]
        assert index == len(self.done), "items follow one another"
        assert not self.open, "one item at a time"
        assert item.get("status", "in_progress") == "in_progress"
        for name in ("arguments", "input", "code", "encrypted_content", "result"):
            assert not item.get(name) or item["type"] == "mcp_approval_request"
        for name in ("content", "summary"):
            assert not item.get(name)
        self.open[index] = item

    def _done(self, event: dict[str, Any]) -> None:
        index, item = event["output_index"], event["item"]
        begun = self.open.pop(index)
        assert (item["type"], item["id"]) == (begun["type"], begun["id"])
        assert item.get("call_id") == begun.get("call_id")
        for place, part in enumerate(item.get("content") or ()):
            assert self.parts.pop((index, place)) == (part.get("text") or part.get("refusal") or "")
        assert not self.parts
        for (where, name, *_), text in self.texts.items():
            if where == index and name in ("function_call_arguments", "mcp_call_arguments"):
                assert item["arguments"] == text
            if where == index and name == "custom_tool_call_input":
                assert item["input"] == text
        self.done[index] = item

    def _inside(self, event: dict[str, Any], item: dict[str, Any]) -> None:
        kind, place = event["type"], (event["output_index"], event.get("content_index"))
        if kind == "response.content_part.added":
            assert event["part"].get("text", event["part"].get("refusal")) == ""
            self.parts[event["output_index"], event["content_index"]] = ""
        elif kind == "response.content_part.done":
            text = event["part"].get("text") or event["part"].get("refusal") or ""
            assert self.parts[event["output_index"], event["content_index"]] == text
        elif kind.endswith(".delta") and isinstance(event["delta"], str):
            key = self._key(event)
            self.texts[key] = self.texts.get(key, "") + event["delta"]
            if place in self.parts and "summary_index" not in event:
                self.parts[place[0], event["content_index"]] += event["delta"]
        elif kind.endswith((".done",)) and kind.removesuffix(".done").endswith(("text", "arguments", "input", "code")):
            whole = event.get("text", event.get("arguments", event.get("input", event.get("code"))))
            assert whole == self.texts.get(self._key(event), "")
        if kind == "response.output_text.delta":
            assert item["type"] == "message"
            assert isinstance(event["logprobs"], list)

    def _key(self, event: dict[str, Any]) -> tuple[Any, ...]:
        name = event["type"].split(".")[1]
        places = (event.get(one) for one in ("content_index", "summary_index", "command_index"))
        return (event["output_index"], name, *places)


def check_chat(events: list[Event], choices: int = 1, include_usage: bool = False) -> list[dict[str, Any]]:
    """Rules C1 to C10 on a whole stream that ends well. Gives back the messages it adds up to."""
    assert events[-1].data == "[DONE]"
    chunks = [event.data for event in events[:-1]]
    assert all(event.name == "" for event in events)
    for name in ("id", "created", "model", "object"):
        assert len({chunk[name] for chunk in chunks}) == 1
    assert chunks[0]["object"] == "chat.completion.chunk"
    if include_usage:
        last = chunks.pop()
        assert last["choices"] == []
        assert last["usage"]["total_tokens"] > 0
        assert all(chunk["usage"] is None for chunk in chunks)
    else:
        assert all("usage" not in chunk for chunk in chunks)
    assert all(len(chunk["choices"]) == 1 for chunk in chunks)
    return [_choice([chunk["choices"][0] for chunk in chunks if chunk["choices"][0]["index"] == index])
            for index in range(choices)]  # fmt: skip


def _choice(parts: list[dict[str, Any]]) -> dict[str, Any]:
    first, *middle, last = parts
    assert first["delta"]["role"] == "assistant"
    assert last["delta"] == {}
    assert last["finish_reason"]
    assert all(part["finish_reason"] is None for part in (first, *middle))
    message: dict[str, Any] = {"content": "", "refusal": "", "calls": {}, "finish_reason": last["finish_reason"]}
    for part in middle:
        delta = part["delta"]
        message["content"] += delta.get("content") or ""
        message["refusal"] += delta.get("refusal") or ""
        for call in delta.get("tool_calls") or ():
            known = message["calls"].get(call["index"])
            inner = call.get("function") or call.get("custom")
            text = inner.get("arguments", inner.get("input"))
            if known is None:
                assert call["id"]
                assert text == ""
                message["calls"][call["index"]] = {"id": call["id"], "name": inner["name"], "arguments": ""}
            else:
                assert "id" not in call, "ids and names come once"
                assert "name" not in inner
                known["arguments"] += text
    return message
