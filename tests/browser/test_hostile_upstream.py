"""An upstream that means harm: the whole corpus in every place that an answer, a failure or a header has.

Attack cases 41, 42, 45 to 47, 50, 55 to 57, in a real browser and while it streams: no dialog, no request to another
host, no report of the policy, no attribute that acts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import ended, run, show
from tests.browser.test_hostile import FOREIGN, HANDLERS, refuse_dialogs
from tests.browsing import Watcher
from tests.hostile import STRINGS
from tests.runs.streams import event
from tests.serving import Server
from tests.upstream.hostile import OK_STREAM, Step, in_thread, say

#: How many of the ten kinds of items each string stands in. `./run soak strings` puts each string into all.
KINDS = int(os.environ.get("KINDS_PER_STRING", "3"))
#: The corpus in pieces that a page shows in a moment, each by its first string.
PIECE = 180 // KINDS
PIECES = {f"from {at}": STRINGS[at : at + PIECE] for at in range(0, len(STRINGS), PIECE)}
CLOSE = b"HTTP/1.1 400 %s\r\nContent-Type: application/json\r\nX-Evil: %s\r\nConnection: close\r\n\r\n"


def sayable(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()


def items(text: str) -> Iterator[dict[str, Any]]:
    """Every kind of output item, with this text wherever a text may stand."""
    link = {"type": "url_citation", "url": text, "title": text, "start_index": 0, "end_index": 1}
    spoken = {"type": "output_text", "text": text, "annotations": [link], "logprobs": []}
    yield {"type": "message", "role": "assistant", "content": [spoken, {"type": "refusal", "refusal": text}]}
    yield {"type": "reasoning", "summary": [{"type": "summary_text", "text": text}]}
    yield {
        "type": "function_call",
        "call_id": text,
        "name": text,
        "arguments": json.dumps({text: text}),
        "status": text,
    }
    yield {"type": "custom_tool_call", "call_id": text, "name": text, "input": text}
    yield {"type": "web_search_call", "action": {"type": "search", "query": text, "sources": [{"url": text}]}}
    yield {"type": "file_search_call", "queries": [text], "results": [{"filename": text, "score": text, "text": text}]}
    outputs = [{"type": "logs", "logs": text}, {"type": "image", "url": text}]
    yield {"type": "code_interpreter_call", "code": text, "container_id": text, "outputs": outputs}
    yield {"type": "image_generation_call", "result": text, "revised_prompt": text}
    yield {"type": "mcp_call", "server_label": text, "name": text, "arguments": text, "output": text, "error": text}
    yield {"type": text, "name": text, text: text}


def stream(strings: list[str]) -> Iterator[bytes]:
    """One answer: each item begins, grows and is whole, in events that have names of their own."""
    output: list[dict[str, Any]] = []
    yield event("response.created", response={"id": strings[0], "model": strings[-1], "status": "in_progress"})
    for number, text in enumerate(strings):
        name = "".join(text.split()).encode()
        yield b"event: %s\ndata: %s\n\n" % (name, json.dumps({"type": text, "hx-trigger": text}).encode())
        kinds = list(items(text))
        for step in range(KINDS):
            item = kinds[(number + step * 3) % len(kinds)]
            index, whole = len(output), {"id": f"item_{len(output)}", "status": "completed"} | item
            output.append(whole)
            yield event("response.output_item.added", output_index=index, item=whole | {"content": [], "arguments": ""})
            if item["type"] == "message":
                place = {"item_id": whole["id"], "output_index": index, "content_index": 0}
                yield event("response.output_text.delta", delta=text, **place)
            if item["type"] == "function_call":  # half-built JSON
                place = {"item_id": whole["id"], "output_index": index}
                yield event("response.function_call_arguments.delta", delta=item["arguments"][:-2], **place)
            yield event("response.output_item.done", output_index=index, item=whole)
    usage = {"input_tokens": strings[0], "output_tokens": [strings[0]], "total_tokens": {strings[0]: strings[0]}}
    told = {"id": strings[0], "model": strings[-1], "status": "completed", "output": output, "usage": usage}
    yield event("response.completed", response=told)


def harmless(page: Page, tabs: tuple[str, ...]) -> None:
    for tab in tabs:
        show(page, tab)
        page.wait_for_load_state("networkidle")
        assert page.locator(FOREIGN).count() == 0, tab
        assert page.evaluate(HANDLERS) == [], tab
    assert page.locator("#main").count() == 1
    assert page.locator("#next-turn").count() == 1
    twice = "all => all.map((one) => one.id).filter((id, at, ids) => ids.indexOf(id) !== at)"
    assert page.locator("[id]").evaluate_all(twice) == []


@pytest.mark.parametrize("piece", PIECES)
def test_whatever_stands_in_an_answer_it_does_nothing(piece: str, page: Page, server: Server) -> None:
    strings = [sayable(text) for text in PIECES[piece]]
    dialogs = refuse_dialogs(page)

    with in_thread(say(OK_STREAM, *stream(strings))) as upstream:
        run(page, server, {"model": "m", "input": "Hi", "stream": True}, url=upstream.base_url)
        ended(page)
        harmless(page, ("Events", "Numbers", "Response", "Output"))
        page.reload()  # and as it is saved
        harmless(page, ("Output",))
        show(page, "Events")
        page.locator("#run details.event summary").nth(1).click()
        expect(page.locator("#run .event__body pre").last).to_be_visible()
        assert page.evaluate(HANDLERS) == []

    assert dialogs == []


def chat_kinds(text: str) -> Iterator[dict[str, Any]]:
    """Every kind of thing in a delta of chat, with this text wherever a text may stand."""
    function = {"name": text, "arguments": json.dumps({text: text})}
    yield {"content": text, "annotations": [{"type": "url_citation", "url_citation": {"url": text, "title": text}}]}
    yield {"refusal": text, "reasoning_content": text}
    yield {"tool_calls": [{"index": 0, "id": text, "type": "function", "function": function}]}
    yield {"tool_calls": [{"index": 0, "id": text, "type": "custom", "custom": {"name": text, "input": text}}]}
    yield {"function_call": function}
    yield {"images": [{"type": "image_url", "image_url": {"url": text}}], "content": text}
    yield {"audio": {"id": text, "data": text, "transcript": text}}


def chat_stream(strings: list[str]) -> Iterator[bytes]:
    """One completion: four strings a choice, which ends for a reason that is called as the last of them."""
    for number, text in enumerate(strings):
        kinds = list(chat_kinds(text))
        token = {"token": text, "logprob": -0.1, "bytes": None, "top_logprobs": [{"token": text, "logprob": -9}]}
        for step in range(max(1, KINDS // 3)):
            delta = kinds[(number + step) % len(kinds)]
            choice = {"index": number // 4, "delta": delta, "logprobs": {"content": [token]}, "finish_reason": None}
            yield b"data: %s\n\n" % json.dumps({"id": text, "model": text, "choices": [choice]}).encode()
        if number % 4 == 3:
            last = {"index": number // 4, "delta": {}, "finish_reason": text}
            yield b"data: %s\n\n" % json.dumps({"choices": [last]}).encode()
    usage = dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens"), strings[0])
    yield b"data: %s\n\ndata: [DONE]\n\n" % json.dumps({"choices": [], "usage": usage}).encode()


def test_whatever_chat_says_it_does_nothing_here_or_before_a_room(page: Page, server: Server) -> None:
    strings = [sayable(text) for text in STRINGS]
    asked = {"role": "user", "content": "\n".join(strings).replace("\x00", "")}
    dialogs = refuse_dialogs(page)

    with in_thread(say(OK_STREAM, *chat_stream(strings))) as upstream:
        run(
            page,
            server,
            {"model": "m", "messages": [asked], "stream": True, "logprobs": True},
            "chat",
            upstream.base_url,
        )
        ended(page)
        harmless(page, ("Code", "Output", "Logprobs"))
        odds = page.locator("#run script").evaluate_all("all => all.flatMap((each) => JSON.parse(each.textContent))")
        assert len(odds) >= len(strings), "none of them ends the script that it stands in"
        show(page, "Output")
        assert page.locator("#run .ending").count() == len(strings) // 4
        page.goto(f"{page.url.partition('?')[0]}present/")
        expect(page.locator("[data-stage-bar]:not([inert])")).to_be_visible(timeout=60_000)
        page.keyboard.press("r")
        expect(page.locator("[data-stage-show] .ending").last).to_be_attached(timeout=60_000)
        assert page.locator(FOREIGN).count() == 0
        assert page.evaluate(HANDLERS) == []

    assert dialogs == []


def refusals(text: str) -> Iterator[Step]:
    """The same text as a reason phrase, a header, a message, a parameter's name, a code, and a page of HTML."""
    line = " ".join(sayable(text).replace("\x00", "").split()).encode()
    error = {"message": text, "type": text, "param": text, "code": text}
    yield say(CLOSE % (line, line) + json.dumps({"error": error}).encode())
    yield say(
        b"HTTP/1.1 502 %s\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>%s" % (line, text.encode())
    )


@pytest.mark.parametrize("piece", PIECES)
def test_whatever_stands_in_a_failure_it_does_nothing(piece: str, page: Page, server: Server) -> None:
    text = "\n".join(sayable(each) for each in PIECES[piece])
    dialogs = refuse_dialogs(page)

    for step in refusals(text):
        with in_thread(step) as upstream:
            run(page, server, {"model": "m", "input": "Hi"}, url=upstream.base_url)
            ended(page, "Failed")
            expect(page.locator("#run [data-problem]")).to_be_visible()
            harmless(page, ("Events", "Response", "Headers", "Output"))

    assert dialogs == []


def test_headers_of_the_request_are_not_reflected(new_page: Callable[..., Page], console: Watcher) -> None:
    evil = '"><img src=x onerror=alert(1)><script>reflected</script>'
    names = ("Accept-Language", "X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Proto", "Referer")
    page = new_page(extra_http_headers=dict.fromkeys(names, evil))
    dialogs = refuse_dialogs(page)

    page.goto("/")
    page.wait_for_load_state("networkidle")

    assert dialogs == []
    assert page.locator("html").get_attribute("lang") == "en"
    assert "reflected" not in page.content()
