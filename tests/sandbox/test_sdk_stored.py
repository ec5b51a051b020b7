"""Stored responses, background runs and conversations, through the real SDK against the running server."""

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests import serving

from .sdk import LONG, MODEL, check_events, check_response, connect, finished, refused


@pytest.fixture(scope="module")
def base_url(start_server: serving.Servers) -> str:
    return start_server(env={"PLAYGROUND_SANDBOX_PACE": "0"}).base_url + "/sandbox/v1"


@pytest.fixture(scope="module")
def client(base_url: str) -> Iterator[Any]:
    with connect(base_url) as connected:
        yield connected


def test_a_response_is_kept_and_chained_to(client: Any) -> None:
    first = client.responses.create(model=MODEL, input="One", instructions="Only one.")

    kept = client.responses.retrieve(first.id)
    second = client.responses.create(model=MODEL, input="Two", previous_response_id=first.id)

    assert (kept.id, kept.output_text, kept.usage) == (first.id, first.output_text, first.usage)
    assert second.previous_response_id == first.id
    assert second.instructions is None
    alone = client.responses.create(model=MODEL, input="Two")
    assert second.usage.input_tokens > alone.usage.input_tokens


def test_store_false_keeps_nothing(client: Any) -> None:
    response = client.responses.create(model=MODEL, input="x", store=False)

    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(response.id)
    refused(
        lambda: client.responses.create(model=MODEL, input="y", previous_response_id=response.id),
        "previous_response_id",
    )


def test_a_deleted_response_is_gone(client: Any) -> None:
    response = client.responses.create(model=MODEL, input="x")

    assert client.responses.delete(response.id) is None
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(response.id)


def test_input_items_are_paged(client: Any) -> None:
    items = [{"role": "user", "content": f"Number {number}"} for number in range(5)]
    response = client.responses.create(model=MODEL, input=items)

    listed = list(client.responses.input_items.list(response.id, limit=2))

    assert [item.content[0].text for item in listed] == [f"Number {number}" for number in (4, 3, 2, 1, 0)]
    ascending = list(client.responses.input_items.list(response.id, order="asc"))
    assert [item.id for item in ascending] == [item.id for item in listed][::-1]


def test_input_tokens_are_counted(client: Any) -> None:
    counted = client.responses.input_tokens.count(model=MODEL, input="Say hello.")

    assert counted.object == "response.input_tokens"
    used = client.responses.create(model=MODEL, input="Say hello.").usage.input_tokens
    assert counted.input_tokens == used


def test_a_context_is_compacted(client: Any) -> None:
    items = [{"role": "user", "content": "word " * 200}, {"role": "assistant", "content": "word " * 200}]

    compacted = client.responses.compact(model=MODEL, input=items)

    assert compacted.object == "response.compaction"
    assert compacted.output[-1].type == "compaction"
    # The SDK types every message here as one of the model's, and warns when a user's is written out again.
    kept = [item.model_dump(warnings=False) for item in compacted.output]
    after = client.responses.create(model=MODEL, input=[*kept, *items[:1]])
    check_response(after)


def test_a_background_response_is_polled(client: Any) -> None:
    begun = client.responses.create(model=MODEL, input="x", background=True)

    assert begun.background is True
    assert begun.status == "queued"
    check_response(finished(client, begun.id))


def test_a_background_stream_is_resumed(client: Any) -> None:
    events = list(client.responses.create(model=MODEL, input=LONG, background=True, stream=True))
    assert check_events(events)[:3] == ["response.created", "response.queued", "response.in_progress"]
    identity = events[0].response.id

    resumed = list(client.responses.retrieve(identity, stream=True, starting_after=10))

    check_events(resumed, first=11)
    assert [event.model_dump() for event in resumed] == [event.model_dump() for event in events[11:]]
    with client.responses.stream(response_id=identity, starting_after=10) as stream:
        assert stream.get_final_response().output_text == events[-1].response.output_text


def test_a_background_response_is_cancelled_once_and_for_all(client: Any) -> None:
    begun = client.responses.create(model=MODEL, input=LONG, background=True)

    cancelled = client.responses.cancel(begun.id)

    assert cancelled.id == begun.id
    assert cancelled.status in ("cancelled", "completed")
    assert client.responses.cancel(begun.id).status == cancelled.status
    assert client.responses.retrieve(begun.id).status == cancelled.status


def test_a_foreground_response_is_not_cancelled(client: Any) -> None:
    response = client.responses.create(model=MODEL, input="x")

    refused(lambda: client.responses.cancel(response.id))


def test_background_needs_store(client: Any) -> None:
    refused(lambda: client.responses.create(model=MODEL, input="x", background=True, store=False))


# -- conversations ----------------------------------------------------------------------------------------------


def test_a_conversation_lives_from_create_to_delete(client: Any) -> None:
    items = [{"type": "message", "role": "user", "content": "Hi"}]
    made = client.conversations.create(metadata={"topic": "t"}, items=items)

    assert (made.object, made.metadata) == ("conversation", {"topic": "t"})
    assert made.id.startswith("conv_")
    assert client.conversations.retrieve(made.id).id == made.id
    assert client.conversations.update(made.id, metadata={"topic": "u"}).metadata == {"topic": "u"}
    gone = client.conversations.delete(made.id)
    assert (gone.deleted, gone.id, gone.object) == (True, made.id, "conversation.deleted")
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(made.id)


def test_a_conversation_collects_items(client: Any) -> None:
    made = client.conversations.create()
    client.responses.create(model=MODEL, input="One", conversation=made.id)
    client.responses.create(model=MODEL, input="Two", conversation=made.id)

    added = client.conversations.items.create(made.id, items=[{"type": "message", "role": "user", "content": "Three"}])

    items = list(client.conversations.items.list(made.id, order="asc", limit=2))
    assert [item.role for item in items] == ["user", "assistant", "user", "assistant", "user"]
    assert items[-1].id == added.data[0].id
    assert client.conversations.items.retrieve(items[0].id, conversation_id=made.id).id == items[0].id
    assert client.conversations.items.delete(items[0].id, conversation_id=made.id).id == made.id
    with pytest.raises(openai.NotFoundError):
        client.conversations.items.retrieve(items[0].id, conversation_id=made.id)
