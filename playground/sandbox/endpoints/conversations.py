"""Conversations and their items."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from ..http import Reply, Request
from ..running import Run
from ..state import Conversation
from ..wire.errors import ApiError, not_found
from ..wire.ids import Ids, new_stem
from ..wire.item_shapes import ITEMS
from ..wire.items import input_items, page, shown
from ..wire.shapes import METADATA, Shape, by_type, check_fields, list_of
from .responses import included, page_query

if TYPE_CHECKING:
    from ..asgi import Sandbox

MAX_ITEMS = 20
NEW_ITEMS = list_of(by_type(ITEMS, default="message"), most=MAX_ITEMS)


def _checked(request: Request, known: dict[str, Shape], required: tuple[str, ...] = ()) -> dict[str, Any]:
    body = request.json() if request.raw.strip() else {}
    check_fields(body, known, required, "", request.settings.unknown_fields == "strict")
    return body


async def _find(sandbox: Sandbox, request: Request, identity: str) -> Conversation:
    conversation = sandbox.store.get(request.caller, identity, Conversation)
    if conversation is None:
        raise not_found("Conversation", identity)
    if isinstance(conversation.running, Run):
        await conversation.running.catch_up()
    return conversation


async def create(sandbox: Sandbox, request: Request) -> Reply:
    body = _checked(request, {"metadata": METADATA, "items": NEW_ITEMS})
    ids = Ids(new_stem())
    conversation = Conversation(ids.make("conv"), int(time.time()), body.get("metadata", {}))
    conversation.add(input_items(body.get("items"), ids))
    sandbox.store.put(request.caller, conversation)
    return Reply(conversation.document())


async def retrieve(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    return Reply((await _find(sandbox, request, identity)).document())


async def update(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    conversation = await _find(sandbox, request, identity)
    conversation.metadata = _checked(request, {"metadata": METADATA}, ("metadata",))["metadata"]
    return Reply(conversation.document())


async def delete(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    conversation = await _find(sandbox, request, identity)
    sandbox.store.drop(request.caller, conversation.id)
    return Reply({"id": identity, "object": "conversation.deleted", "deleted": True})


async def add_items(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    conversation = await _find(sandbox, request, identity)
    body = _checked(request, {"items": NEW_ITEMS}, ("items",))
    items = input_items(body["items"], Ids(new_stem()))
    conversation.add(items)
    sandbox.store.settle()
    return Reply(page(items, {"order": "asc", "limit": "100"}, included(request)))


async def list_items(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    conversation = await _find(sandbox, request, identity)
    return Reply(page(conversation.all(), page_query(request), included(request)))


async def retrieve_item(sandbox: Sandbox, request: Request, identity: str, item_id: str) -> Reply:
    conversation = await _find(sandbox, request, identity)
    return Reply(shown(json.loads(_raw(conversation, item_id)), included(request)))


async def delete_item(sandbox: Sandbox, request: Request, identity: str, item_id: str) -> Reply:
    conversation = await _find(sandbox, request, identity)
    _raw(conversation, item_id)
    conversation.remove(item_id)
    return Reply(conversation.document())


def _raw(conversation: Conversation, item_id: str) -> bytes:
    raw = conversation.items.get(item_id)
    if raw is None:
        raise ApiError(f"Item with id '{item_id[:100]}' not found in this conversation.", status=404)
    return raw
