"""The addresses of a run: starting, stopping, looking at it. Attack cases 19, 67 and 108; fault cases 12, 14 and 28."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient

from playground.models import Connection, Lease, Run, User
from playground.secrets import Secret
from playground.views import runs
from playground.views.run_pane import pane_context
from tests.runs import streams
from tests.runs.playing import SENSE, Page, Playing, until
from tests.services import wait_until
from tests.upstream import hostile

TEXTS = ["Once ", "upon ", "a ", "time."]
TEXT = "".join(TEXTS)
WHOLE = hostile.say(hostile.OK_STREAM, streams.whole(TEXTS))


class Visitor:
    """Local mode's owner, with a browser."""

    def __init__(self, playing: Playing) -> None:
        self.playing = playing
        self.client = AsyncClient(headers={"Host": "127.0.0.1"})

    async def press(
        self, connection: Connection | uuid.UUID, run_id: uuid.UUID | str = "", page: bool = False
    ) -> HttpResponse:
        """Run, by a form that was sent as it is, or by the page's script."""
        form = {
            "run": str(run_id),
            "~endpoint": "responses",
            "~view": "json",
            "~json": json.dumps(SENSE),
            "~connection": str(connection.pk if isinstance(connection, Connection) else connection),
        }
        headers = {"HX-Request": "true"} if page else {}
        answer = await self.client.post(f"/sessions/{self.playing.session.pk}/runs/", form, headers=headers)
        assert isinstance(answer, HttpResponse)
        return answer

    async def get(self, path: str) -> Any:
        return await self.client.get(path)

    async def post(self, path: str) -> Any:
        return await self.client.post(path)


@pytest.fixture
async def visitor(playing: Playing) -> Visitor:
    await playing.hub.ask(lambda: User.objects.filter(pk=playing.user.pk).update(is_superuser=True))
    return Visitor(playing)


async def test_run_sends_what_the_form_says_and_answers_with_the_runs_pane(playing: Playing, visitor: Visitor) -> None:
    run_id = uuid.uuid4()
    async with hostile.serve(WHOLE) as upstream:
        answer = await visitor.press(await playing.connect(upstream.base_url), run_id, page=True)
        run = await playing.ended(run_id)

    assert answer.status_code == 200
    assert f'data-run="{run_id}"' in answer.content.decode()
    assert json.loads(upstream.body()) == SENSE
    assert bytes(run.request_body) == upstream.body()


async def test_without_a_script_the_page_itself_comes_back_and_shows_how_far_it_is(
    playing: Playing, visitor: Visitor
) -> None:
    async with hostile.serve(WHOLE) as upstream:
        answer = await visitor.press(await playing.connect(upstream.base_url))
        run_id = uuid.UUID(answer["Location"].split("run=")[1].split("#")[0])
        await playing.ended(run_id)
        page = await visitor.get(answer["Location"].split("#")[0])

    assert answer.status_code == 302
    assert TEXT in page.content.decode()
    assert "Finished" in page.content.decode()


async def test_f14_run_pressed_twice_at_once_is_one_run_and_one_request(playing: Playing, visitor: Visitor) -> None:
    run_id = uuid.uuid4()
    async with hostile.serve(WHOLE) as upstream:
        connection = await playing.connect(upstream.base_url)
        answers = await asyncio.gather(*(visitor.press(connection, run_id) for _ in range(5)))
        await playing.ended(run_id)

    assert {answer.status_code for answer in answers} == {302}
    assert len(upstream.requests) == 1
    assert await playing.hub.ask(Run.objects.count) == 1


async def test_attack_19_a_connection_of_somebody_else_is_no_connection(playing: Playing, visitor: Visitor) -> None:
    def theirs() -> Connection:
        bob = User.objects.create(username="bob")
        return Connection.objects.create(
            owner=bob, name="x", base_url="http://127.0.0.1:9/v1", key=Secret("sk-of-bob-123456"), headers=Secret("")
        )

    made_up = await visitor.press(uuid.uuid4())
    found = await visitor.press(await playing.hub.ask(theirs))

    assert (made_up.status_code, found.status_code) == (404, 404)
    assert not await playing.hub.ask(Run.objects.exists)


async def test_attack_67_a_run_of_somebody_else_cannot_be_seen_or_stopped(playing: Playing, visitor: Visitor) -> None:
    bob = await playing.hub.ask(lambda: User.objects.create(username="bob"))
    async with hostile.serve(hostile.say(hostile.OK_STREAM, streams.opening()), hostile.hang()) as upstream:
        run_id = await playing.start(upstream.base_url)
        await playing.hub.ask(lambda: Run.objects.update(owner=bob))
        looks = ["", "state", "rows/", "events/1/", "events.sse", "events.jsonl", "request/", "response/"]
        answers = [await visitor.get(f"/runs/{run_id}/{path}") for path in looks]
        answers += [await visitor.post(f"/runs/{run_id}/{path}/") for path in ("stop", "retry")]
        still = await playing.row(run_id)
        playing.hub.owners[run_id].stop()
        await playing.ended(run_id)

    assert [answer.status_code for answer in answers] == [404] * 10
    assert still.status == "running"


async def test_a_run_that_ends_while_its_pane_is_made_is_told_of_by_its_line(
    playing: Playing, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pane that took it for ended, with the little it knew of it, would stay as it is."""

    def late(request: HttpRequest, run: Run) -> Any:
        wait_until(lambda: not Lease.objects.filter(run=run.pk).exists(), "the end of the run")
        return pane_context(request, run)

    monkeypatch.setattr(runs, "pane_context", late)
    async with hostile.serve(WHOLE) as upstream:
        answer = await visitor.press(await playing.connect(upstream.base_url), uuid.uuid4(), page=True)

    assert " data-live" in answer.content.decode()


async def test_f12_stop_is_pressed_twice_and_again_after_the_end(playing: Playing, visitor: Visitor) -> None:
    sent = streams.opening() + streams.deltas(TEXTS)
    async with hostile.serve(hostile.say(hostile.OK_STREAM, sent), hostile.hang()) as upstream:
        run_id = await playing.start(upstream.base_url)
        owner = playing.hub.owners[run_id]
        await until(lambda: owner.screen.number == streams.OPENED + len(TEXTS), "the text")
        first, second = [await visitor.post(f"/runs/{run_id}/stop/") for _ in range(2)]
        run = await playing.ended(run_id)
        third = await visitor.post(f"/runs/{run_id}/stop/")

    assert {first.status_code, second.status_code, third.status_code} == {302}
    assert (run.status, run.summary["text"]) == ("stopped", TEXT)
    assert upstream.closed.is_set()


async def test_f28_a_page_whose_websocket_is_blocked_gets_the_same_frames_by_asking(
    playing: Playing, visitor: Visitor
) -> None:
    async with hostile.serve(
        hostile.say(hostile.OK_STREAM, streams.opening()), hostile.wait_for_free(), WHOLE
    ) as upstream:
        run_id = await playing.start(upstream.base_url)
        owner = playing.hub.owners[run_id]
        await until(lambda: owner.screen.number == streams.OPENED, "the opening")
        page = Page()
        await ask(visitor, run_id, page)
        assert page.at == streams.OPENED
        upstream.free.set()
        await playing.ended(run_id)
        await ask(visitor, run_id, page)

    assert page.shows("0/text/0", TEXT)
    assert page.end == "finished"


async def ask(visitor: Visitor, run_id: uuid.UUID, page: Page) -> None:
    answer = await visitor.get(f"/runs/{run_id}/state?after={page.at}")
    for frame in json.loads(answer.content)["frames"]:
        page.hear(frame)


async def test_the_events_of_a_run_can_be_listed_opened_and_taken_away(playing: Playing, visitor: Visitor) -> None:
    sent = streams.whole(TEXTS) + b": bye\n\nnonsense\n\ndata: {broken\n\n"
    async with hostile.serve(hostile.say(hostile.OK_STREAM, sent)) as upstream:
        run_id = await playing.start(upstream.base_url)
        run = await playing.ended(run_id)
        rows = (await visitor.get(f"/runs/{run_id}/rows/?after=3")).content.decode()
        one = (await visitor.get(f"/runs/{run_id}/events/5/")).content.decode()
        none = await visitor.get(f"/runs/{run_id}/events/{run.last_number + 1}/")
        raw = await taken(visitor, f"/runs/{run_id}/events.sse")
        lines = (await taken(visitor, f"/runs/{run_id}/events.jsonl")).splitlines()

    assert rows.count("<details") == run.last_number - 3
    assert "response.completed" in re.sub(r"<[^>]*>", "", rows)
    assert "Once" in one
    assert none.status_code == 404
    assert raw == sent
    assert [json.loads(line)["number"] for line in lines] == list(range(1, run.last_number + 1))


async def taken(visitor: Visitor, path: str) -> bytes:
    answer: Any = await visitor.get(path)
    assert "attachment" in answer["Content-Disposition"]
    return b"".join([piece async for piece in answer])


async def test_attack_108_a_flood_of_runs_is_refused_in_words_and_sends_nothing(
    playing: Playing, visitor: Visitor
) -> None:
    async with hostile.serve(hostile.say(hostile.OK_STREAM), hostile.hang()) as upstream:
        connection = await playing.connect(upstream.base_url)
        for _ in range(8):
            await playing.start(connection)
        await until(lambda: len(upstream.requests) == 8, "eight requests")
        refused = await visitor.press(connection, page=True)
        for owner in list(playing.hub.owners.values()):
            owner.stop()
        await until(lambda: not playing.hub.owners, "the end of all")

    assert "8 of your runs are still going" in refused.content.decode()
    assert "Nothing was sent" in refused.content.decode()
    assert len(upstream.requests) == 8
