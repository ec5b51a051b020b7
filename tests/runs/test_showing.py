"""What a slot looks like: thoughts, cards, sources, JSON, and how an answer ended."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from playground.api import reading
from playground.models import Run
from playground.runs import card_kinds
from playground.runs.about import about
from playground.runs.oddities import ELSEWHERE, ODDITIES
from playground.runs.parts import Lens, slot_html, slot_with_text, state
from playground.runs.remarks import remarks
from playground.runs.screen import Screen
from tests.hostile import STRINGS, TAGS, Audit
from tests.runs.finished import screen, stored
from tests.runs.streams import chat, chat_chunk, event, whole

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()


def answer(*items: dict[str, Any], **response: Any) -> bytes:
    """A whole stream with these output items."""
    begun = {"id": "resp_1", "status": "in_progress", "output": []}
    pieces = [event("response.created", response=begun)]
    for index, item in enumerate(items):
        pieces.append(event("response.output_item.added", output_index=index, item={**item, "status": "in_progress"}))
        pieces.append(event("response.output_item.done", output_index=index, item=item))
    ended = {"id": "resp_1", "status": "completed", "output": list(items)} | response
    return b"".join([*pieces, event(f"response.{ended['status']}", response=ended)])


def message(text: str, annotations: list[Any] | None = None) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": annotations or [], "logprobs": []}
    return {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}


def shown(stream: bytes, body: dict[str, Any] | None = None, endpoint: str = "responses") -> str:
    """All slots of an answer as a page that is loaded has them."""
    found = screen(stream, endpoint, body)
    return "".join(slot_with_text(found.slot(place), found) for place in found.order)


def one(item: dict[str, Any]) -> str:
    return shown(answer(item))


# -- thinking -----------------------------------------------------------------------------------------------------


def thinking(tokens: int = 96) -> bytes:
    item = {"id": "rs_1", "type": "reasoning", "summary": []}
    part = {"type": "summary_text", "text": "First this."}
    place = {"item_id": "rs_1", "output_index": 0, "summary_index": 0}
    usage = {"input_tokens": 3, "output_tokens": 100, "output_tokens_details": {"reasoning_tokens": tokens}}
    return (
        event("response.created", response={"id": "resp_1", "status": "in_progress"})
        + event("response.output_item.added", output_index=0, item=item)
        + event("response.reasoning_summary_text.delta", **place, delta="First this.")
        + event("response.output_item.done", output_index=0, item={**item, "summary": [part]})
        + event("response.completed", response={"id": "resp_1", "status": "completed", "usage": usage})
    )


def test_a_thought_tells_its_own_time_and_tokens() -> None:
    html = shown(thinking())

    assert "Thought for 20 ms · 96 tokens" in html
    assert "First this." in html


def test_of_a_thought_that_came_at_once_nobody_knows_how_long_it_took() -> None:
    item = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}
    usage = {"output_tokens": 9, "output_tokens_details": {"reasoning_tokens": 8}}

    html = shown(event("response.completed", response={"status": "completed", "output": [item], "usage": usage}))

    assert "Thought · 8 tokens" in html
    assert "0 ms" not in html


def test_thoughts_that_upstream_keeps_to_itself_are_told_too() -> None:
    html = one({"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "sealed"})

    assert "Thought for 10 ms" in html
    assert "upstream does not show what" in html


def test_several_thoughts_do_not_share_their_tokens() -> None:
    thought = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}
    usage = {"output_tokens": 9, "output_tokens_details": {"reasoning_tokens": 8}}

    html = shown(answer({"id": "rs_1", **thought}, {"id": "rs_2", **thought}, usage=usage))

    assert html.count("Thought for") == 2
    assert "8 tokens" not in html


def test_the_tokens_of_a_thought_are_shown_when_they_are_known() -> None:
    """The count comes with the end, long after the thought was shown."""
    found = Screen("responses")

    change = found.advance(stored(thinking()))

    assert "0/summary/0" in change.parts


# -- cards --------------------------------------------------------------------------------------------------------


def test_arguments_are_laid_out_as_they_arrive() -> None:
    chunk = {"tool_calls": [{"index": 0, "id": "call_1", "function": {"name": "f", "arguments": '{"city": "Ly'}}]}
    stream = b"data: %s\n\n" % json.dumps({"choices": [{"index": 0, "delta": chunk}]}).encode()
    found = Screen("chat")
    found.advance(stored(stream))
    html = slot_with_text(found.slot("c0/call/0"), found)

    assert '{\n  <span class="tp">&quot;city&quot;</span>: <span class="ts">&quot;Ly</span>' in html
    assert "being written" in html


def test_a_score_that_is_no_number_of_this_world_is_shown_as_it_came() -> None:
    html = one({"type": "file_search_call", "results": [{"filename": "kites.txt", "score": 10**400, "text": "Up"}]})

    assert "kites.txt · 1000000" in html
    assert "Up" in html


def test_a_card_whose_rows_go_wrong_shows_its_item(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(card_kinds.KINDS, "file_search_call", ("File search", "cube", "", broken))

    assert "kites.txt" in one({"type": "file_search_call", "results": [{"filename": "kites.txt"}]})


CARDS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "web_search_call": (
        {"action": {"type": "search", "query": "lights", "sources": [{"type": "url", "url": "https://a.example/x"}]}},
        ("Web search", "lights", 'href="https://a.example/x"'),
    ),
    "file_search_call": (
        {"queries": ["kites"], "results": [{"filename": "kites.txt", "score": 0.5, "text": "About kites"}]},
        ("File search", "1 result", "kites.txt · 0.50", "About kites"),
    ),
    "code_interpreter_call": (
        {"code": "print(42)", "outputs": [{"type": "logs", "logs": "42\n"}], "container_id": "cntr_1"},
        ("Code interpreter", '<span class="tn">42</span>', "42\n", "cntr_1"),
    ),
    "image_generation_call": ({"result": PNG, "size": "1x1"}, (f'src="data:image/png;base64,{PNG}"', "1x1")),
    "mcp_list_tools": (
        {"server_label": "lab", "tools": [{"name": "look_up", "description": "Looks up"}]},
        ("lab", "look_up", "Looks up"),
    ),
    "mcp_call": (
        {"server_label": "lab", "name": "look_up", "arguments": '{"q":1}', "output": "found", "status": "completed"},
        ("MCP call", "look_up", "found", "done"),
    ),
    "mcp_approval_request": ({"server_label": "lab", "name": "drop", "arguments": "{}"}, ("approval", "drop")),
    "computer_call": ({"call_id": "call_1", "action": {"type": "click"}}, ("Computer", "click")),
    "shell_call": ({"action": {"commands": ["echo 1"], "timeout_ms": 9}}, ("Shell", "echo <span", "9")),
    "shell_call_output": (
        {"output": [{"stdout": "out", "stderr": "err", "outcome": {"type": "exit", "exit_code": 3}}]},
        ("out", "err", "exit code", "3"),
    ),
    "apply_patch_call": (
        {"operation": {"type": "create_file", "path": "a.txt", "diff": "+a"}},
        ("Patch", "a.txt", "+a"),
    ),
    "compaction": ({"encrypted_content": "sealed"}, ("Context compacted", "6 characters")),
    "brand_new_call": ({"what": {"is": "this"}}, ("brand_new_call", "what", "this")),
    "function_call": ({"name": "f", "call_id": "call_1", "arguments": "{}"}, ("Function call", "waits for an answer")),
    "custom_tool_call": ({"name": "f", "call_id": "call_1", "input": "free"}, ("custom tool", "free")),
}


@pytest.mark.parametrize("kind", CARDS)
def test_each_kind_of_item_has_its_card(kind: str) -> None:
    given, words = CARDS[kind]

    html = one({"id": "it_1", "type": kind, "status": "completed", **given})

    for each in words:
        assert each in html


def test_a_failure_is_on_the_card() -> None:
    html = one({"id": "m_1", "type": "mcp_call", "name": "f", "arguments": "{}", "error": {"type": "x", "code": 9}})

    assert "card--bad" in html
    assert "failed" in html


def test_a_drawing_is_named_and_not_shown() -> None:
    svg = base64.b64encode(b"<svg onload='alert(1)'/>").decode()

    html = one({"id": "i_1", "type": "image_generation_call", "result": svg})

    assert "<img" not in html
    assert "not of a kind that is shown here" in html


def test_a_picture_that_lies_elsewhere_is_a_link() -> None:
    output = {"type": "image", "url": "https://pictures.example/a.png"}

    html = one({"id": "c_1", "type": "code_interpreter_call", "code": "", "outputs": [output]})

    assert "<img" not in html
    assert 'href="https://pictures.example/a.png"' in html


# -- text ---------------------------------------------------------------------------------------------------------


def test_sources_are_numbered_in_the_text_and_listed_under_it() -> None:
    first = {"type": "url_citation", "url": "https://a.example/", "title": "A", "start_index": 0, "end_index": 3}
    again = {**first, "start_index": 4, "end_index": 7}
    file = {"type": "file_citation", "filename": "b.txt", "file_id": "f_1", "index": 7}

    html = shown(answer(message("One two", [first, again, file])))

    assert html.count(">1</a></sup>") == 2
    assert '<sup class="cite">2</sup>' in html
    assert '<li value="2"><bdi>b.txt</bdi>' in html
    assert "a.example" in html


def test_an_address_of_another_kind_is_no_source_to_press() -> None:
    html = shown(answer(message("One", [{"type": "url_citation", "url": "javascript:alert(1)", "end_index": 3}])))

    assert "href" not in html
    assert "javascript:alert(1)" in html


SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
FORMAT = {"text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA}}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"n": 1}', "It has the shape that the schema asks for."),
        ('{"n": "1"}', "<code>n</code>: It is string, and should be integer."),
        ("{}", "n is missing."),
        ('{"n": 1', "JSON was asked for, and this is none"),
    ],
)
def test_an_answer_is_held_against_the_shape_that_was_asked_for(text: str, words: str) -> None:
    assert words in shown(answer(message(text)), FORMAT)


def test_chat_spells_the_wish_for_a_shape_in_its_own_way() -> None:
    body = {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}}

    assert "n is missing." in shown(chat_chunk("{}") + chat_chunk(finish="stop"), body, "chat")


def test_json_that_nobody_asked_for_is_laid_out_and_not_judged() -> None:
    html = shown(answer(message('{"a":[1,2]}')))

    assert '<span class="tp">&quot;a&quot;</span>' in html
    assert "verdict" not in html


def test_a_list_of_links_is_prose() -> None:
    assert "<pre" not in shown(answer(message("[one](https://a.example/) and [two](https://b.example/)")))


# -- refusals -----------------------------------------------------------------------------------------------------


def test_a_refusal_reads_as_one_while_it_is_written_and_has_its_raw_text_at_the_end() -> None:
    pieces = [{"refusal": "I will "}, {"refusal": "not <do> that."}]
    stream = b"".join(
        b"data: %s\n\n" % json.dumps({"choices": [{"index": 0, "delta": each}]}).encode() for each in pieces
    )
    found = Screen("chat")
    begun = found.advance(stored(stream)[:1])
    assert begun.parts == {"c0/refusal": True}
    half = slot_with_text(found.slot("c0/refusal"), found)

    change = found.advance(stored(stream)[1:])

    assert change.text_alone == ("c0/refusal", "not <do> that.")
    assert "The model refused" in half
    assert "I will " in half
    assert "data-source" not in half
    whole_one = shown(stream + chat_chunk(finish="stop") + b"data: [DONE]\n\n", endpoint="chat")
    assert "I will not &lt;do&gt; that." in whole_one
    assert "data-source" in whole_one


def test_a_refusal_of_responses_reads_as_one_too() -> None:
    refused = {"type": "refusal", "refusal": "I will not."}
    html = one({**message(""), "content": [refused]})

    assert "The model refused" in html
    assert "I will not." in html


# -- sound and pictures of chat -----------------------------------------------------------------------------------

WAV = base64.b64encode(b"RIFF\x00\x00\x00\x00WAVEfmt ").decode()


def said(*pieces: dict[str, Any], audio: str = "wav") -> str:
    """What a stream of these deltas shows."""
    chunks = [{"choices": [{"index": 0, "delta": each}]} for each in pieces]
    stream = b"".join(b"data: %s\n\n" % json.dumps(each).encode() for each in chunks)
    return shown(stream + chat_chunk(finish="stop") + b"data: [DONE]\n\n", {"audio": {"format": audio}}, "chat")


def test_what_was_spoken_can_be_heard() -> None:
    samples = {"audio": {"data": base64.b64encode(bytes(6)).decode()}}

    assert f'src="data:audio/wav;base64,{WAV}"' in said({"audio": {"transcript": "Hi"}}, {"audio": {"data": WAV}})
    assert 'src="data:audio/wav;base64,UklGRi' in said({"audio": {"transcript": "Hi"}}, samples, audio="pcm16")
    assert "cannot be played here" in said(samples)
    assert "<audio" not in said(samples)


@pytest.mark.parametrize("key", ["images", "content"])
def test_pictures_of_chat_are_shown_and_those_elsewhere_are_links(key: str) -> None:
    here, there = f"data:image/png;base64,{PNG}", "https://elsewhere.example/cat.png"
    parts = [{"type": "image_url", "image_url": url} for url in ({"url": here}, there)]

    html = said({key: parts}, {key: parts[:1]})

    assert html.count(f'src="{here}"') == 1, "the same one again is no other"
    assert f'href="{there}"' in html
    assert f'src="{there}"' not in html
    assert 'href="javascript' not in said({key: [{"type": "image_url", "image_url": "javascript:alert(1)"}]})


def test_a_picture_that_was_streamed_is_kept_with_its_message() -> None:
    part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
    found = screen(
        b"data: %s\n\n" % json.dumps({"choices": [{"index": 0, "delta": {"images": [part]}}]}).encode(), "chat"
    )

    assert json.loads(found.reader.response_body())["choices"][0]["message"]["images"] == [part]


# -- the end ------------------------------------------------------------------------------------------------------


def told(stream: bytes, endpoint: str = "responses", body: dict[str, Any] | None = None) -> str:
    found = screen(stream, endpoint, body)
    run = Run(status=Run.Status.FINISHED, outcome=found.reader.outcome, endpoint=endpoint)
    return "\n".join(" ".join(map(str, [each.title, *each.sentences, each.parameter])) for each in remarks(run, found))


def cut(reason: str, *items: dict[str, Any], **response: Any) -> bytes:
    return answer(*items, status="incomplete", incomplete_details={"reason": reason}, **response)


def test_a_limit_says_which_parameter_it_was() -> None:
    said = told(cut("max_output_tokens", message("Once upon")), body={"max_output_tokens": 16})

    assert "cut off at the token limit" in said
    assert "max_output_tokens was 16" in said


def test_a_limit_that_nobody_set_is_upstream_s() -> None:
    assert "The request set no limit" in told(chat_chunk("Once") + chat_chunk(finish="length"), "chat")


def test_a_limit_can_be_used_up_by_thinking_alone() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 16, "completion_tokens_details": {"reasoning_tokens": 16}}
    last = b"data: %s\n\ndata: [DONE]\n\n" % json.dumps({"choices": [], "usage": usage}).encode()

    said = told(chat_chunk(finish="length") + last, "chat", {"max_completion_tokens": 16, "max_tokens": 99})

    assert "used up before any text came" in said
    assert "All 16 tokens went into thinking" in said
    assert said.endswith("max_completion_tokens")


@pytest.mark.parametrize(
    "said",
    [
        told(cut("content_filter", message("Once"))),
        told(chat_chunk("Once") + chat_chunk(finish="content_filter"), "chat"),
    ],
)
def test_a_filter_is_named(said: str) -> None:
    assert "content filter" in said


def test_another_reason_is_told_as_it_came() -> None:
    assert "solar_flare" in told(cut("solar_flare", message("Once")))


def test_an_empty_answer_is_said_to_be_empty() -> None:
    assert "The answer is empty" in told(answer())


def odd(stream: bytes, endpoint: str = "responses", status: str = "finished") -> str:
    """The part below an answer that tells what was unusual about it."""
    found = screen(stream, endpoint)
    run = Run(status=status, outcome=found.reader.outcome, endpoint=endpoint)
    return state(run, found, Lens(), ("remarks",))["remarks"]


def test_what_is_unusual_in_an_answer_is_told_once_it_is_whole() -> None:
    chunks = b"".join(chat_chunk(text) for text in ("A", "AB", "ABC", "ABCD", "ABCDE", "ABCDEF"))
    stream = chunks + chat_chunk(finish="stop")

    assert "each piece of text repeats the one before it · [DONE] did not come" in odd(stream, "chat")
    assert "Unusual" not in odd(stream, "chat", "running")
    assert "Unusual" not in odd(chat(["Done"]), "chat")
    assert "Unusual" not in odd(whole(["Done"]))


def test_each_warning_of_a_reader_has_its_words() -> None:
    readers = Path(reading.__file__).parent.glob("*read*.py")
    calls = re.findall(r"self\.warn\((.*)\)", "".join(each.read_text() for each in readers))
    warned = {name for call in calls for name in re.findall(r'"(\w+)"', call)} - {"choices"}

    assert warned == ODDITIES.keys() | ELSEWHERE


def test_an_answer_that_just_ended_needs_no_words() -> None:
    assert told(answer(message("Done"))) == ""


def test_each_choice_says_why_it_ended() -> None:
    stream = chat_chunk("Hi") + chat_chunk(finish="length") + b"data: [DONE]\n\n"

    html = shown(stream, endpoint="chat")

    assert '<code>length</code> · <span class="warn">cut off at the token limit</span>' in html


# -- hostile ------------------------------------------------------------------------------------------------------


def hostile(text: str) -> bytes:
    """The same string in every place of an answer that a page shows."""
    citation = {"type": "url_citation", "url": text, "title": text, "end_index": 1, "quote": text}
    call = {"id": text, "type": "function_call", "name": text, "call_id": text, "arguments": text}
    search = {"type": "web_search_call", "action": {"query": text, "sources": [{"url": text, "title": text}]}}
    code = {"type": "code_interpreter_call", "code": text, "outputs": [{"logs": text}, {"url": text}]}
    image = {"type": "image_generation_call", "result": text, "revised_prompt": text, "status": text}
    mcp = {
        "type": "mcp_list_tools",
        "server_label": text,
        "tools": [{"name": text, "description": text}],
        "error": text,
    }
    unknown = {"type": text, text: text}
    thought = {"type": "reasoning", "summary": [{"type": "summary_text", "text": text}]}
    return answer(message(text, [citation]), call, search, code, image, mcp, unknown, thought)


class Slots(Audit):
    """Elements and attributes of our partials, besides those that rendering writes."""

    OURS = frozenset(
        ("article", "dd", "details", "div", "dl", "dt", "figure", "h4", "path", "section", "summary", "svg")
    )
    NAMES = frozenset(
        (
            "aria-hidden", "aria-label", "aria-pressed", "class", "d", "data-blocks", "data-copy", "data-copy-name",
            "data-copyable", "data-covered", "data-source", "data-text", "hidden", "hx-disable", "open", "role",
            "value", "viewbox",
        )
    )  # fmt: skip

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.OURS | TAGS:
            self.findings.append(f"<{tag}>")
        for name, value in attrs:
            if name not in self.NAMES and not self.is_ours(name, value or ""):
                self.findings.append(f"{tag} {name}={value!r}")


def test_hostile_strings_stay_text_in_every_slot() -> None:
    for text in STRINGS:
        found = screen(hostile(text))
        for place in found.order:
            slot = found.slot(place)
            for html in (slot_with_text(slot, found), slot_html(slot, found, Lens("en"))):
                assert not Slots(html).findings, (text, place)
                html.encode()


def test_odd_types_are_shown_and_break_nothing() -> None:
    odds: tuple[Any, ...] = (None, 7, 1.5, True, [], {}, [[]], "text", {"type": 3}, [None, 4])
    for odd in odds:
        item = {"id": odd, "type": "web_search_call", "action": odd, "results": odd, "status": odd}
        found = screen(answer(item, {**item, "type": "shell_call_output", "output": odd}, message("x", [odd])))
        for place in found.order:
            about(found.slot(place), found)
            slot_with_text(found.slot(place), found)
