"""From a request to what is stored and shown."""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from typing import Any

import pytest

from playground.models import Lease, Run
from playground.runs import ending
from playground.runs.limits import NotStarted
from playground.runs.starting import NotYours
from playground.secrets import DOTS
from tests.runs import streams
from tests.runs.playing import SENSE, Playing, until
from tests.upstream import hostile

TEXTS = ["Once ", "upon ", "a ", "time."]
TEXT = "".join(TEXTS)


async def test_what_upstream_sent_is_stored_byte_for_byte_and_shown(playing: Playing) -> None:
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as upstream:
        run_id = await playing.start(upstream.base_url)
        page = await playing.look(run_id)
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    assert await playing.raw(run_id) == streams.whole(TEXTS)
    assert page.shows("0/text/0", TEXT)
    assert (run.status, run.outcome, page.end) == ("finished", "completed", "finished")
    assert json.loads(bytes(run.response_body))["output"][0]["content"][0]["text"] == TEXT
    assert run.usage["output_tokens"] == 5


async def test_no_page_hears_of_the_end_before_it_is_written_down(playing: Playing) -> None:
    script = hostile.say(hostile.OK_STREAM, streams.whole(TEXTS)), hostile.wait_for_free()
    writing = threading.Event()
    async with hostile.serve(*script) as upstream:
        run_id = await playing.start(upstream.base_url)
        page = await playing.look(run_id)
        await until(lambda: page.at == streams.OPENED + len(TEXTS) + 3, "the last event")
        held = asyncio.ensure_future(playing.hub.journal.do(writing.wait))
        owner = playing.hub.owners[run_id]
        upstream.free.set()
        await until(lambda: owner._ending, "the end of reading")
        late = await playing.look(run_id)
        assert not page.end
        assert not late.end

        writing.set()
        await held
        await until(lambda: page.end and late.end, "the end")

    assert all("in all" in each.state["head"] for each in (page, late))


async def test_of_two_that_seal_a_journal_the_later_one_loses_nothing(playing: Playing) -> None:
    """Its owner, and whoever looks for journals that were forgotten: the second may find the entries gone."""
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as upstream:
        run_id = await playing.start(upstream.base_url)
        await playing.ended(run_id)
    await ending.seal(playing.hub, run_id)

    assert await playing.raw(run_id) == streams.whole(TEXTS)


async def test_the_request_goes_out_as_it_stands_in_the_row(playing: Playing) -> None:
    """Attack 89."""
    body = b'{"model":"m",  "input":"caf\\u00e9", "stream":true, "mine": [1e2]}'
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as upstream:
        run_id = await playing.start(upstream.base_url, body)
        run = await playing.ended(run_id)

    assert upstream.body() == body == bytes(run.request_body)
    assert upstream.requests[0].startswith(b"POST /v1/responses HTTP/1.1\r\n")
    assert run.url == f"{upstream.base_url}/responses"


async def test_a_model_of_any_name_is_asked_for_letter_by_letter(playing: Playing) -> None:
    """Half of a surrogate pair and NUL are no text to a database; who wants to send them may."""
    body = rb'{"model": "m\ud83d\u0000n", "input": "\udc00\u0000", "stream": true}'
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as upstream:
        run_id = await playing.start(upstream.base_url, body)
        run = await playing.ended(run_id)

    assert upstream.body() == body == bytes(run.request_body)
    assert run.model == "m?n"


async def test_times_are_measured_from_the_moment_the_request_left(playing: Playing) -> None:
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as upstream:
        run = await playing.ended(await playing.start(upstream.base_url))

    times = run.timings
    assert 0 < times["headers"] <= times["first_event"] <= times["first_text"] <= times["done"]
    assert times["longest_gap"] <= times["done"]


async def test_an_answer_of_one_large_event_is_assembled_aside(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others stream meanwhile."""
    last_words, threads = ending.last_words, []

    def noting(*args: Any) -> dict[str, Any]:
        threads.append(threading.current_thread())
        return last_words(*args)

    monkeypatch.setattr(ending, "last_words", noting)
    for text in ("short", "long" * 100_000):
        reply = json.dumps(streams.response("completed", text)).encode()
        async with hostile.serve(hostile.json_reply(reply)) as upstream:
            run = await playing.ended(await playing.start(upstream.base_url, {**SENSE, "stream": False}))
        assert run.summary["text"] == text

    assert [thread is threading.main_thread() for thread in threads] == [True, False]


async def test_chat_takes_the_same_road(playing: Playing) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.chat(TEXTS))) as upstream:
        run_id = await playing.start(upstream.base_url, body, endpoint="chat")
        run = await playing.ended(run_id)

    assert upstream.requests[0].startswith(b"POST /v1/chat/completions")
    assert (run.status, run.summary["text"]) == ("finished", TEXT)


async def test_a_reply_that_is_no_stream_is_one_event_named_body(playing: Playing) -> None:
    reply = json.dumps(streams.response("completed", TEXT)).encode()
    async with hostile.serve(hostile.json_reply(reply)) as upstream:
        run_id = await playing.start(upstream.base_url, {**SENSE, "stream": False})
        run = await playing.ended(run_id)

    (event,) = await playing.events(run_id)
    assert (event.kind, event.raw) == ("body", reply)
    assert (run.status, run.summary["text"]) == ("finished", TEXT)


async def test_f14_the_same_id_twice_is_one_run_and_one_request(playing: Playing) -> None:
    run_id = uuid.uuid4()
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as upstream:
        connection = await playing.connect(upstream.base_url)
        await playing.start(connection, run_id=run_id)
        await playing.start(connection, run_id=run_id)
        await playing.ended(run_id)
        await playing.start(connection, run_id=run_id)

    assert len(upstream.requests) == 1
    assert await playing.hub.ask(Run.objects.count) == 1


async def test_an_id_of_somebody_else_is_no_id_at_all(playing: Playing) -> None:
    from playground.models import Session, User

    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as upstream:
        run_id = await playing.start(upstream.base_url)
        await playing.ended(run_id)
        other = await playing.hub.ask(lambda: User.objects.create(username="bob"))
        stranger = Playing(other, await playing.hub.ask(lambda: Session.objects.create(owner=other)))

        with pytest.raises(NotYours):
            await stranger.start(upstream.base_url, run_id=run_id)

    assert len(upstream.requests) == 1


async def test_a_person_has_so_many_runs_at_once_and_is_told(playing: Playing) -> None:
    async with hostile.serve(hostile.say(hostile.OK_STREAM), hostile.hang()) as upstream:
        connection = await playing.connect(upstream.base_url)
        for _ in range(8):
            await playing.start(connection)

        with pytest.raises(NotStarted) as refused:
            await playing.start(connection)

        assert refused.value.status == 429
        assert "8 of your runs" in str(refused.value.sentence)
        for owner in list(playing.hub.owners.values()):
            owner.stop()
        await until(lambda: not playing.hub.owners, "the end of all")

    assert await playing.hub.ask(Run.objects.count) == 8


async def test_nothing_is_begun_when_the_disk_is_nearly_full(playing: Playing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attack 110. What goes on already needs the room that is left."""
    monkeypatch.setattr("playground.data_folder.MIN_FREE", 2**60)
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as upstream:
        with pytest.raises(NotStarted) as refused:
            await playing.start(upstream.base_url)

    assert refused.value.status == 507
    assert "nearly full" in str(refused.value.sentence)
    assert not upstream.requests
    assert not await playing.hub.ask(Run.objects.count)


async def test_stop_closes_upstream_and_keeps_what_came(playing: Playing) -> None:
    sent = streams.opening() + streams.deltas(TEXTS)
    async with hostile.serve(hostile.say(hostile.OK_STREAM, sent), hostile.hang()) as upstream:
        run_id = await playing.start(upstream.base_url)
        page = await playing.look(run_id)
        await until(lambda: page.shows("0/text/0", TEXT), "the text")
        owner = playing.hub.owners[run_id]

        owner.stop()
        owner.stop()
        await until(upstream.closed.is_set, "the end of the connection")
        run = await playing.ended(run_id)
        owner.stop()

    assert (run.status, run.outcome) == ("stopped", "truncated")
    assert await playing.raw(run_id) == sent
    assert run.summary["text"] == TEXT


async def test_a_run_that_is_stopped_before_it_began_sends_nothing_and_ends(playing: Playing) -> None:
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))) as upstream:
        run_id = await playing.start(upstream.base_url)
        playing.hub.owners[run_id].stop()  # in the turn of the loop in which it was made
        run = await playing.ended(run_id)
        await until(lambda: run_id not in playing.hub.owners, "the end of its owner")

    assert (run.status, upstream.requests) == ("stopped", [])


async def test_closing_every_page_stops_nothing(playing: Playing) -> None:
    step = hostile.wait_for_free()
    pieces = streams.opening() + streams.deltas(TEXTS), streams.closing(TEXT, len(TEXTS))
    async with hostile.serve(hostile.say(hostile.OK_STREAM, pieces[0]), step, hostile.say(pieces[1])) as upstream:
        run_id = await playing.start(upstream.base_url)
        page = await playing.look(run_id)
        await until(lambda: page.shows("0/text/0", TEXT), "the text")
        playing.leave(page)
        upstream.free.set()
        run = await playing.ended(run_id)

    assert (run.status, run.summary["text"]) == ("finished", TEXT)


async def test_a_run_that_is_deleted_while_it_goes_on_ends_quietly(playing: Playing) -> None:
    step = hostile.wait_for_free()
    async with hostile.serve(
        hostile.say(hostile.OK_STREAM, streams.opening()), step, hostile.endless(streams.delta("x"))
    ) as upstream:
        run_id = await playing.start(upstream.base_url)
        await until(lambda: playing.hub.owners[run_id].screen.number == streams.OPENED, "the opening")
        await playing.hub.ask(lambda: Run.objects.filter(pk=run_id).delete())
        upstream.free.set()
        await until(lambda: run_id not in playing.hub.owners, "the end")

    assert not await playing.hub.ask(lambda: Lease.objects.exists() or Run.objects.exists())


async def test_a_key_that_upstream_echoes_is_never_stored_or_shown(playing: Playing) -> None:
    """Attack 81."""
    key = "sk-canary-4f9b2c7d8e1a"
    sent = streams.whole([f"Your key is {key}."])
    async with hostile.serve(hostile.say(hostile.OK_STREAM, sent)) as upstream:
        run_id = await playing.start(await playing.connect(upstream.base_url, key))
        page = await playing.look(run_id)
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    assert key.encode() in upstream.requests[0], "it was sent as it is"
    events = await playing.events(run_id)
    assert not any(key.encode() in event.raw for event in events)
    assert [event.masked for event in events] == [False] * 4 + [True] * 4
    kept = [bytes(run.response_body), json.dumps([run.summary, run.problem, run.request_headers]).encode()]
    assert not any(key.encode() in each for each in kept)
    assert key not in json.dumps(page.heard)


async def test_a_key_that_a_model_spells_out_is_masked_where_it_is_known_for_one(playing: Playing) -> None:
    """Attack 81, over several events: only what came before it could be known was seen."""
    key = "sk-canary-4f9b2c7d8e1a"
    sent = streams.whole(["Your key is ", "sk-c", "anary-4", "f9b2c7d", "8e1a", "."])
    async with hostile.serve(hostile.say(hostile.OK_STREAM, sent)) as upstream:
        run_id = await playing.start(await playing.connect(upstream.base_url, key))
        page = await playing.look(run_id)
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    raw = b"".join(event.raw for event in await playing.events(run_id))
    for piece in (key[11:18], key[18:]):
        assert piece.encode() not in raw
        assert piece not in json.dumps([page.heard, run.summary]) + bytes(run.response_body).decode()
    assert f"Your key is {DOTS}." in run.summary["text"]


async def test_every_event_name_is_data_and_none_is_a_command(playing: Playing) -> None:
    """Attack 55."""
    strange = b'event: execute\ndata: {"type":"hx-trigger","do":"alert(1)"}\n\nevent: body\ndata: {"output": []}\n\n'
    async with hostile.serve(hostile.say(hostile.OK_STREAM, strange + streams.whole(TEXTS))) as upstream:
        run_id = await playing.start(upstream.base_url)
        page = await playing.look(run_id)
        run = await playing.ended(run_id)
        await until(lambda: page.end, "the end")

    assert run.status == "finished"
    assert await playing.raw(run_id) == strange + streams.whole(TEXTS)
    assert set(page.html) == {"0/text/0"}
    assert "unknown_event" in run.summary["warnings"]
