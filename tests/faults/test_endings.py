"""How replies end, well and badly: fault cases 16 to 25, attack cases 103 and 104."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest

from playground.upstream import door, sniff, sse
from tests.runs import streams
from tests.runs.playing import SENSE, Playing, until
from tests.upstream import hostile

TEXTS = [f"word{number} " for number in range(100)]
TEXT = "".join(TEXTS)
BEGUN = streams.opening() + streams.deltas(TEXTS)


async def played(playing: Playing, *script: hostile.Step, endpoint: str = "responses", **given: Any) -> Any:
    """What became of a run against this upstream, and what a page showed of it."""
    body = SENSE if endpoint == "responses" else {"model": "m", "messages": [], "stream": True}
    async with hostile.serve(*script) as upstream:
        run_id = await playing.start(await playing.connect(upstream.base_url, **given), body, endpoint)
        page = await playing.look(run_id)
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")
    return run, page, upstream


async def test_f16_a_reset_keeps_what_came_and_is_never_sent_again(playing: Playing) -> None:
    step = hostile.wait_for_free()
    async with hostile.serve(hostile.say(hostile.OK_STREAM, BEGUN), step, hostile.reset()) as upstream:
        run_id = await playing.start(upstream.base_url)
        page = await playing.look(run_id)
        await until(lambda: page.shows("0/text/0", TEXT), "the text")
        upstream.free.set()
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    assert (run.status, run.outcome, run.problem["code"]) == ("failed", "truncated", "upstream_closed")
    assert await playing.raw(run_id) == BEGUN
    assert run.summary["text"] == TEXT
    assert page.shows("0/text/0", TEXT)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("endpoint", ["responses", "chat"])
async def test_f17_a_stream_that_just_stops_is_cut_off_and_not_complete(playing: Playing, endpoint: str) -> None:
    sent = BEGUN if endpoint == "responses" else b"".join(streams.chat_chunk(text) for text in TEXTS)

    run, page, _ = await played(playing, hostile.say(hostile.OK_STREAM, sent), endpoint=endpoint)

    assert (run.status, run.outcome, run.problem["code"]) == ("failed", "truncated", "upstream_closed")
    assert run.summary["text"] == TEXT
    assert "Cut off" in page.state["head"]


async def test_f18_a_stream_is_over_when_it_says_so_though_the_socket_stays_open(playing: Playing) -> None:
    script = hostile.say(hostile.OK_STREAM, streams.whole(TEXTS)), hostile.hang()

    run, page, upstream = await played(playing, *script)

    assert (run.status, run.summary["text"], page.end) == ("finished", TEXT, "finished")
    await until(upstream.closed.is_set, "the end of the connection")


@pytest.mark.parametrize("end", [hostile.reset(), hostile.say()], ids=["reset", "no last chunk"])
@pytest.mark.parametrize("endpoint", ["responses", "chat"])
async def test_f18_and_though_the_connection_breaks_off_behind_it(
    playing: Playing, endpoint: str, end: hostile.Step
) -> None:
    sent = streams.whole(TEXTS) if endpoint == "responses" else streams.chat(TEXTS)
    async with hostile.serve(
        hostile.say(hostile.OK_CHUNKED, hostile.chunk(sent)), hostile.wait_for_free(), end
    ) as upstream:
        body = SENSE if endpoint == "responses" else {"model": "m", "messages": [], "stream": True}
        run_id = await playing.start(upstream.base_url, body, endpoint)
        owner = playing.hub.owners[run_id]
        await until(lambda: owner.screen.reader.ended, "the last word")
        upstream.free.set()
        run = await playing.ended(run_id)

    assert (run.status, run.outcome, run.problem, run.summary["text"]) == ("finished", "completed", None, TEXT)


async def test_f19_an_error_inside_the_stream_keeps_what_came_before(playing: Playing) -> None:
    error = streams.event("error", message="The engine <b>stalled</b>.", code="server_error", param=None)

    run, page, _ = await played(playing, hostile.say(hostile.OK_STREAM, BEGUN, error))

    assert (run.status, run.outcome, run.problem["code"]) == ("failed", "error", "stream_error")
    assert run.problem["detail"] == "The engine <b>stalled</b>."
    assert page.shows("0/text/0", TEXT)
    assert "&lt;b&gt;stalled" in page.state["problem"], "upstream's words are text"


@pytest.mark.parametrize(
    ("status", "code"),
    [("401 No", "unauthorized"), ("403 No", "forbidden"), ("404 No", "not_found"), ("500 No", "upstream_error")],
)
async def test_f20_an_error_reply_is_named_kept_and_sent_once(playing: Playing, status: str, code: str) -> None:
    body = b'{"error": {"message": "no such luck", "code": "x"}}'

    run, page, upstream = await played(playing, hostile.json_reply(body, status))

    assert (run.status, run.outcome, run.problem["code"]) == ("failed", "error", code)
    assert run.http_status == int(status[:3])
    assert [event.raw for event in await playing.events(run.pk)] == [body]
    assert "no such luck" in page.state["problem"]
    assert len(upstream.requests) == 1


async def test_f20_a_web_page_instead_of_an_api_is_said(playing: Playing) -> None:
    html = b"<!doctype html><html><head><title>Welcome</title></head><script>alert(1)</script></html>"
    reply = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(html), html)

    run, page, _ = await played(playing, hostile.say(reply))

    assert (run.status, run.problem["code"]) == ("failed", "html_instead_of_api")
    assert "<script>" not in page.state["problem"]


async def test_f20_of_an_endless_error_only_64_kib_are_kept(playing: Playing) -> None:
    head = b"HTTP/1.1 500 Oh\r\nContent-Type: text/plain\r\n\r\n"

    run, _, _ = await played(playing, hostile.say(head), hostile.endless(b"x" * 10_000))

    (event,) = await playing.events(run.pk)
    assert len(event.raw) == 64 * 1024
    assert run.problem["code"] == "upstream_error"


async def test_f21_the_same_text_for_every_way_the_stream_is_cut(playing: Playing) -> None:
    seed = random.randrange(1 << 30)
    print("seed", seed)
    dice = random.Random(seed)
    stream = streams.whole(["Grüße, ", "日本語 ", "und 🦄 ", "mehr."])
    for _ in range(3):
        cuts = sorted(dice.sample(range(1, len(stream)), 40))
        pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]

        run, page, _ = await played(playing, hostile.say(hostile.OK_STREAM, *pieces))

        assert run.summary["text"] == "Grüße, 日本語 und 🦄 mehr."
        assert await playing.raw(run.pk) == stream
        assert page.shows("0/text/0", run.summary["text"])


async def test_f22_odd_bytes_are_stored_and_given_out_exactly(playing: Playing) -> None:
    run, page, _ = await played(playing, hostile.say(hostile.OK_STREAM, streams.odd()))

    assert await playing.raw(run.pk) == streams.odd()
    assert (run.status, run.summary["text"]) == ("finished", streams.ODD_TEXT)
    assert json.loads(bytes(run.response_body))["output"][0]["content"][0]["text"] == streams.ODD_TEXT
    assert page.end == "finished"


async def test_f23_a_line_past_its_limit_ends_the_run_by_name_and_keeps_the_rest(playing: Playing) -> None:
    script = hostile.say(hostile.OK_STREAM, BEGUN, b"data: "), hostile.endless(b"x" * 500_000)

    run, page, _ = await played(playing, *script)

    assert (run.status, run.problem["code"], run.problem["facts"]["limit"]) == ("failed", "limit_reached", "line")
    assert page.shows("0/text/0", TEXT)
    assert len(BEGUN) + sse.Limits().line <= len(await playing.raw(run.pk)) < len(BEGUN) + 20 * sse.MIB


async def test_f23_ten_thousand_events_in_one_write_lose_none(playing: Playing) -> None:
    texts = [f"{number} " for number in range(10_000)]

    run, page, _ = await played(playing, hostile.say(hostile.OK_STREAM + streams.whole(texts)))

    assert run.last_number == len(texts) + streams.OPENED + 3
    assert page.shows("0/text/0", "".join(texts))


async def test_f23_a_byte_a_packet_gives_the_same_run(playing: Playing) -> None:
    stream = streams.whole(["one ", "two"])

    run, _, _ = await played(playing, hostile.say(hostile.OK_STREAM, *(bytes([byte]) for byte in stream)))

    assert await playing.raw(run.pk) == stream
    assert run.summary["text"] == "one two"


@pytest.mark.parametrize("numbers", [[None] * 4, [1, 1, 1, 1], [9, 3, 7, 1], [100, 200, 4, 10**30]])
async def test_f24_upstreams_numbers_are_remarked_on_and_ours_count(playing: Playing, numbers: list[Any]) -> None:
    pieces = [
        streams.delta(text).replace(b'"sequence_number": 4', b'"sequence_number": %s' % json.dumps(number).encode())
        for text, number in zip(["a", "b", "c", "d"], numbers, strict=True)
    ]

    run, _, _ = await played(
        playing, hostile.say(hostile.OK_STREAM, streams.opening(), *pieces, streams.closing("abcd"))
    )

    assert (run.status, run.summary["text"]) == ("finished", "abcd")
    assert run.last_number == streams.OPENED + 4 + 3
    assert run.summary["warnings"]


async def test_f25_wrong_types_are_shown_as_they_came_and_break_nothing(playing: Playing) -> None:
    odd = {"usage": {"input_tokens": "many", "output_tokens": None}, "id": 7, "created_at": [], "model": {"a": 1}}
    end = streams.event("response.completed", response={**streams.response("completed", TEXT), **odd})

    run, page, _ = await played(playing, hostile.say(hostile.OK_STREAM, BEGUN, end))

    assert (run.status, run.usage) == ("finished", odd["usage"])
    assert "many" in page.state["head"]


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"a":' * 100_000, b'{"n": %s}' % (b"9" * 5000)])
async def test_attack_104_deep_or_huge_json_is_kept_raw_and_ends_nothing(playing: Playing, text: bytes) -> None:
    run, page, _ = await played(
        playing, hostile.say(hostile.OK_STREAM, b"data: " + text + b"\n\n", streams.whole(TEXTS))
    )

    events = await playing.events(run.pk)
    assert events[0].raw == b"data: " + text + b"\n\n"
    assert (run.status, page.end) == ("finished", "finished")


async def test_attack_103_a_packed_body_is_not_unpacked(playing: Playing) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n"

    run, _, _ = await played(playing, hostile.say(head), hostile.endless(b"\x1f\x8b" * 5000))

    assert (run.status, run.problem["code"]) == ("failed", "encoded_body")


async def test_f15_silence_is_waited_out_up_to_the_connections_limit(playing: Playing) -> None:
    began = time.monotonic()
    run, page, _ = await played(playing, hostile.say(hostile.OK_STREAM, BEGUN), hostile.hang(), idle_timeout=1)

    assert (run.status, run.problem["code"]) == ("failed", "timeout_idle")
    assert page.shows("0/text/0", TEXT)
    assert time.monotonic() - began > 1, "it was waited for"


async def test_f15_a_stall_is_waited_out_and_loses_nothing(playing: Playing) -> None:
    """What a page shows of it is in tests/browser/test_lines.py."""
    script = hostile.say(hostile.OK_STREAM, BEGUN), hostile.wait_for_free(), hostile.say(streams.closing(TEXT, 100))
    async with hostile.serve(*script) as upstream:
        run_id = await playing.start(upstream.base_url)
        page = await playing.look(run_id)
        await until(lambda: page.shows("0/text/0", TEXT), "the text")
        assert (await playing.row(run_id)).status == "running"
        upstream.free.set()
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    assert (run.status, run.summary["text"], len(upstream.requests)) == ("finished", TEXT, 1)


async def test_f26_a_server_that_is_not_there_is_named(playing: Playing) -> None:
    run_id = await playing.start(f"http://127.0.0.1:{await hostile.closed_port()}/v1")
    run = await playing.ended(run_id)

    assert (run.status, run.problem["code"], run.problem["facts"]["reason"]) == ("failed", "unreachable", "refused")
    assert await playing.events(run_id) == []


async def test_f26_a_name_that_there_is_not_is_named(playing: Playing) -> None:
    """TLS, name servers that hang and addresses that lead nowhere are in tests/upstream/test_dialing.py."""
    run = await playing.ended(await playing.start("http://no-such-name.invalid/v1"))

    assert (run.status, run.problem["code"], run.problem["facts"]["reason"]) == ("failed", "unreachable", "name")


async def test_f52_an_error_of_ours_ends_one_run_and_no_other(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(sniff.BodyReader):
        def feed(self, data: bytes) -> list[sse.Event]:
            if b"poison" in data:
                raise ZeroDivisionError
            return super().feed(data)

    monkeypatch.setattr(sniff, "BodyReader", Broken)
    async with (
        hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(["poison"]))) as bad,
        hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as good,
    ):
        first, second = await playing.start(bad.base_url), await playing.start(good.base_url)
        broken, whole = await playing.ended(first), await playing.ended(second)

    assert (broken.status, broken.problem["code"]) == ("failed", "internal")
    assert (whole.status, whole.summary["text"]) == ("finished", TEXT)


def test_the_door_that_is_tested_is_the_real_one() -> None:
    assert isinstance(door.default(), door.Door)
