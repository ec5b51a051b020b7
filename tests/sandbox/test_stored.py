"""What is kept: background runs and their streams, conversations, and the bounds of it all."""

import asyncio
import json
from typing import Any

import pytest

from playground.sandbox.asgi import Sandbox
from playground.sandbox.settings import Settings
from playground.sandbox.state import Completion, Conversation, History, Store
from playground.sandbox.tokens import count

from .api import Api, refused
from .order import check_responses

LONG = "Tell me a story."
SLOWLY = {"x-sandbox-pace": "0.4"}  # the long model is fifty times as fast


@pytest.fixture
def paced() -> Api:
    """A sandbox where a story takes a second or two."""
    return Api(Sandbox(Settings(pace=200, first_wait=0)))


def numbers(answer: Any) -> list[int]:
    return [event.data["sequence_number"] for event in answer.events]


# -- background -------------------------------------------------------------------------------------------------


def test_a_background_run_goes_on_while_nobody_looks(paced: Api) -> None:
    begun = paced.respond("3 tokens", model="sandbox-long", background=True).json()

    response, looks = begun, 0
    while response["status"] in ("queued", "in_progress") and looks < 500:
        asyncio.run(asyncio.sleep(0.01))
        response, looks = paced.get(f"/responses/{begun['id']}").json(), looks + 1

    assert response["status"] == "completed"
    assert response["completed_at"] >= response["created_at"]


def test_leaving_a_background_stream_does_not_end_the_run(paced: Api) -> None:
    async def leave() -> Any:
        body = {"model": "sandbox-long", "input": "40 tokens", "background": True, "stream": True}
        return await paced.acall("POST", "/responses", body, leave_after=2)

    left = asyncio.run(leave())
    identity = left.events[0].data["response"]["id"]

    resumed = paced.get(f"/responses/{identity}?stream=true&starting_after={numbers(left)[-1]}")

    whole = left.events + resumed.events
    final = check_responses(whole, background=True)
    assert final["status"] == "completed"
    assert final == paced.get(f"/responses/{identity}").json()


def test_leaving_a_foreground_stream_ends_the_run(paced: Api) -> None:
    conversation = paced.post("/conversations").json()["id"]

    async def leave() -> Any:
        body = {"model": "sandbox-slow", "input": "x", "stream": True, "conversation": conversation}
        return await paced.acall("POST", "/responses", body, leave_after=1)

    left = asyncio.run(asyncio.wait_for(leave(), 10))

    identity = left.events[0].data["response"]["id"]
    assert paced.get(f"/responses/{identity}").json()["status"] == "cancelled"
    assert paced.get(f"/conversations/{conversation}/items").json()["data"] == []
    assert paced.respond(conversation=conversation, headers={"x-sandbox-pace": "0"}).status == 200


def test_a_stream_is_resumed_from_any_event(api: Api) -> None:
    begun = api.respond(LONG, background=True, stream=True)
    identity, total = begun.events[0].data["response"]["id"], len(begun.events)

    assert api.get(f"/responses/{identity}?stream=true").body == begun.body
    for after in (0, 1, total // 2, total - 2):
        resumed = api.get(f"/responses/{identity}?stream=true&starting_after={after}")
        assert resumed.events == begun.events[after + 1 :]
    assert api.get(f"/responses/{identity}?stream=true&starting_after={total + 5}").body == b""


def test_only_a_fresh_background_stream_can_be_resumed(api: Api, api_with: Any) -> None:
    foreground = api.respond(stream=True).events[0].data["response"]["id"]
    unstreamed = api.respond(background=True).json()["id"]
    for identity in (foreground, unstreamed):
        refused(api.get(f"/responses/{identity}?stream=true"), "stream")

    strict = api_with(resume_seconds=0)
    old = strict.respond(background=True, stream=True).events[0].data["response"]["id"]
    error = refused(strict.get(f"/responses/{old}?stream=true"), "stream")
    assert "no longer be streamed" in error["message"]
    fresh = api.respond(background=True, stream=True).events[0].data["response"]["id"]
    for odd in ("x", "1.5", "9" * 40):
        refused(api.get(f"/responses/{fresh}?stream=true&starting_after={odd}"), "starting_after")


def test_cancelling_ends_a_run_once_and_keeps_what_was_said(paced: Api) -> None:
    begun = paced.respond("5000 tokens", model="sandbox-long", background=True, stream=False).json()["id"]
    url = f"/responses/{begun}"

    first = paced.post(f"{url}/cancel").json()

    assert first["status"] == "cancelled"
    assert first["usage"]["input_tokens"] > 0
    assert paced.post(f"{url}/cancel").json() == first == paced.get(url).json()
    refused(paced.post("/responses/resp_x/cancel"), status=404)
    foreground = paced.respond(headers={"x-sandbox-pace": "0"}).json()["id"]
    assert "synchronous" in refused(paced.post(f"/responses/{foreground}/cancel"))["message"]
    quick = Api(paced.box)
    done = quick.respond(background=True, headers={"x-sandbox-pace": "0"}).json()["id"]
    assert quick.post(f"/responses/{done}/cancel").json()["status"] == "completed"


@pytest.fixture
def running(paced: Api) -> Any:
    """Begins a long run in the background, reads a little of its stream and leaves: what was said, and its id."""

    def begin(**fields: Any) -> tuple[str, str]:
        body = {"model": "sandbox-long", "input": "100000", "background": True, "stream": True, **fields}
        left = asyncio.run(paced.acall("POST", "/responses", body, headers=SLOWLY, leave_after=8))
        return said(left), left.events[0].data["response"]["id"]

    return begin


def said(answer: Any) -> str:
    return "".join(event.data["delta"] for event in answer.events if event.name == "response.output_text.delta")


def test_a_run_on_its_way_shows_what_it_has_said(paced: Api, running: Any) -> None:
    seen, identity = running()

    found = paced.get(f"/responses/{identity}")

    assert found.json()["status"] == "in_progress"
    assert seen
    assert found.text.startswith(seen)


@pytest.mark.parametrize("included", [[], ["message.output_text.logprobs"]], ids=["plain", "spelled"])
def test_a_cancelled_run_keeps_what_it_said(paced: Api, running: Any, included: list[str]) -> None:
    """What the stream has shown is what can be fetched, and what it cost."""
    seen, identity = running(include=included)

    cancelled = paced.post(f"/responses/{identity}/cancel")

    assert cancelled.text.startswith(seen)
    assert cancelled.json()["output"][0]["status"] == "incomplete"
    assert cancelled.json()["usage"]["output_tokens"] == count(cancelled.text)
    assert paced.get(f"/responses/{identity}").json() == cancelled.json()
    stream = paced.get(f"/responses/{identity}?stream=true")
    assert said(stream) == cancelled.text
    assert stream.events[-1].data["response"]["output"] == cancelled.json()["output"]


def test_a_cancelled_call_keeps_the_arguments_so_far(paced: Api) -> None:
    function = {"type": "function", "name": "f", "parameters": {"properties": {"text": {"minLength": 9000}}}}
    fields = {"tools": [function], "tool_choice": "required", "background": True, "stream": True}
    body = {"model": "sandbox-writer", "input": "x", **fields}
    left = asyncio.run(paced.acall("POST", "/responses", body, leave_after=8))
    seen = "".join(event.data["delta"] for event in left.events if event.name.endswith("arguments.delta"))

    cancelled = paced.post(f"/responses/{left.events[0].data['response']['id']}/cancel").json()

    assert seen
    assert cancelled["output"][0]["status"] == "incomplete"
    assert cancelled["output"][0]["arguments"].startswith(seen)


def test_a_reader_of_a_silent_run_learns_that_it_was_cancelled(paced: Api) -> None:
    async def both() -> Any:
        body = {"model": "sandbox-stall", "input": "x", "background": True, "stream": True}
        reading = asyncio.ensure_future(paced.acall("POST", "/responses", body))
        stored: list[Any] = []
        while not stored:
            await asyncio.sleep(0.01)
            stored = [thing.id for _, thing in paced.box.store._things.values()]
        await paced.acall("POST", f"/responses/{stored[0]}/cancel")
        return await asyncio.wait_for(reading, 10)

    last = asyncio.run(both()).events[-1]

    assert last.name == "response.incomplete"
    assert last.data["response"]["status"] == "cancelled"


def test_a_run_deleted_while_it_runs_is_gone(paced: Api) -> None:
    begun = paced.respond("5000 tokens", model="sandbox-long", background=True).json()["id"]

    assert paced.delete(f"/responses/{begun}").json() == {"id": begun, "object": "response.deleted", "deleted": True}
    refused(paced.get(f"/responses/{begun}"), status=404)


def test_an_unfinished_run_is_not_chained_to(paced: Api) -> None:
    begun = paced.respond("5000 tokens", model="sandbox-long", background=True).json()["id"]

    refused(paced.respond(previous_response_id=begun), "previous_response_id", "response_in_progress")


# -- items ------------------------------------------------------------------------------------------------------


def test_input_items_are_listed_newest_first_in_pages(api: Api) -> None:
    said = [{"role": "user", "content": f"Number {number}"} for number in range(5)]
    url = f"/responses/{api.respond(said).json()['id']}/input_items"

    page = api.get(f"{url}?limit=2").json()

    assert [item["content"][0]["text"] for item in page["data"]] == ["Number 4", "Number 3"]
    assert (page["has_more"], page["last_id"]) == (True, page["data"][-1]["id"])
    after = api.get(f"{url}?limit=2&after={page['last_id']}&order=desc").json()
    assert [item["content"][0]["text"] for item in after["data"]] == ["Number 2", "Number 1"]
    for query in ("limit=0", "limit=101", "limit=x", "order=up", "after=msg_x", "include[]=nope"):
        refused(api.get(f"{url}?{query}"))


def test_a_picture_of_an_input_item_comes_only_when_included(api: Api) -> None:
    picture = {"type": "input_image", "image_url": "https://example.com/a.png"}
    url = f"/responses/{api.respond([{'role': 'user', 'content': [picture]}]).json()['id']}/input_items"

    def shown(query: str = "") -> Any:
        return api.get(url + query).json()["data"][0]["content"][0]["image_url"]

    assert shown() is None
    assert shown("?include[]=message.input_image.image_url") == "https://example.com/a.png"
    assert shown("?include=message.input_image.image_url") == "https://example.com/a.png"


def test_an_item_can_be_named_instead_of_sent_again(api: Api) -> None:
    made = api.respond("Remember this.", model="sandbox-echo").json()["output"][0]["id"]

    told = api.respond(
        [{"type": "item_reference", "id": made}, {"role": "user", "content": "So?"}], model="sandbox-inspect"
    )

    assert "Remember this." in told.text
    refused(api.respond([{"type": "item_reference", "id": "msg_x"}]), "input", status=404)


def test_a_conversation_takes_at_most_twenty_new_items(api: Api) -> None:
    items = [{"role": "user", "content": "x"}] * 21

    refused(api.post("/conversations", {"items": items}), "items", "array_above_max_length")
    identity = api.post("/conversations", {"items": items[:20]}).json()["id"]
    refused(api.post(f"/conversations/{identity}/items", {"items": items}), "items")
    refused(api.post(f"/conversations/{identity}/items", {}), "items", "missing_required_parameter")
    refused(api.post(f"/conversations/{identity}", {"metadata": {"k": 5}}), "metadata.k")
    refused(api.post("/conversations", {"colour": "red"}), "colour", "unknown_parameter")


def test_whatever_is_not_there_is_404(api: Api) -> None:
    identity = api.post("/conversations").json()["id"]

    for method, path in (
        ("GET", "/conversations/conv_x"),
        ("POST", "/conversations/conv_x"),
        ("DELETE", "/conversations/conv_x"),
        ("GET", "/conversations/conv_x/items"),
        ("GET", f"/conversations/{identity}/items/msg_x"),
        ("DELETE", f"/conversations/{identity}/items/msg_x"),
        ("GET", "/responses/resp_x"),
        ("DELETE", "/responses/resp_x"),
        ("GET", "/responses/resp_x/input_items"),
        ("GET", "/chat/completions/chatcmpl-x"),
        ("DELETE", "/chat/completions/chatcmpl-x"),
    ):
        refused(api.call(method, path, {"metadata": {}} if method == "POST" else None), status=404)
    refused(api.respond(conversation="conv_x"), status=404)


def test_one_caller_never_sees_what_is_anothers(api: Api) -> None:
    stranger = Api(api.box, key="sk-stranger")
    response = api.respond().json()["id"]
    conversation = api.post("/conversations").json()["id"]
    api.complete(store=True)

    refused(stranger.get(f"/responses/{response}"), status=404)
    refused(stranger.get(f"/conversations/{conversation}"), status=404)
    refused(stranger.respond([{"type": "item_reference", "id": "x"}]), status=404)
    assert stranger.get("/chat/completions").json()["data"] == []
    assert len(api.get("/chat/completions").json()["data"]) == 1


# -- bounds -----------------------------------------------------------------------------------------------------


def conversation(identity: str, size: int = 0) -> Conversation:
    return Conversation(identity, 0, bytes=size)


def test_the_store_is_bounded_in_count_and_the_oldest_leaves_first() -> None:
    store = Store(count=3, size=10**9, seconds=100)

    for number in range(5):
        store.put("me", conversation(f"c{number}"))

    assert len(store) == 3
    assert store.get("me", "c1", Conversation) is None
    assert store.get("me", "c4", Conversation)


def test_the_store_is_bounded_in_bytes_also_when_things_grow() -> None:
    store = Store(count=100, size=10_000, seconds=100)
    first, second = conversation("first"), conversation("second")
    store.put("me", first)
    store.put("me", second)

    second.add([{"id": "msg_1", "text": "x" * 8_500}])
    store.settle()

    assert store.get("me", "first", Conversation) is None
    assert store.get("me", "second", Conversation) is second
    store.put("me", conversation("huge", 20_000))
    assert len(store) == 0


def test_the_store_is_bounded_in_age() -> None:
    now = 0.0
    store = Store(count=100, size=10**9, seconds=60, clock=lambda: now)
    store.put("me", conversation("old"))

    now = 61.0

    assert store.get("me", "old", Conversation) is None
    assert list(store.of("me", Completion)) == []


def test_a_long_chain_counts_all_it_keeps_alive() -> None:
    history: History | None = None
    for number in range(50):
        history = History.after(history, [{"id": str(number), "text": "x" * 1000}])

    assert history is not None
    assert history.size > 50_000
    assert [item["id"] for item in history.all()] == [str(number) for number in range(50)]


def test_memory_does_not_grow_with_use() -> None:
    box = Sandbox(Settings(pace=0, keep_count=20, keep_bytes=300_000))
    api = Api(box)

    for number in range(60):
        previous = api.respond("word " * 500, prompt_cache_key=f"key {number}", conversation=None).json()["id"]
        api.respond(previous_response_id=previous)
        api.complete(store=True, model="sandbox-busy", user=str(number))

    assert len(box.store) <= 20
    assert box.store.size <= 300_000


def test_a_deleted_link_does_not_break_the_chain(api: Api) -> None:
    first = api.respond("The word is plum.").json()["id"]
    second = api.respond("Yes.", previous_response_id=first).json()["id"]
    api.delete(f"/responses/{first}")

    told = api.respond("Which word?", model="sandbox-inspect", previous_response_id=second)

    assert "plum" in json.dumps(json.loads(told.text)["turns"])
