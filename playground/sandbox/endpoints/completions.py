"""Stored chat completions: those made with `store: true` can be listed, fetched, relabelled and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..http import Reply, Request
from ..state import Completion
from ..wire.errors import not_found
from ..wire.items import page
from ..wire.shapes import METADATA, check_fields
from .responses import page_query

if TYPE_CHECKING:
    from ..asgi import Sandbox


def _find(sandbox: Sandbox, request: Request, identity: str) -> Completion:
    completion = sandbox.store.get(request.caller, identity, Completion)
    if completion is None:
        raise not_found("Chat completion", identity)
    return completion


async def list_completions(sandbox: Sandbox, request: Request) -> Reply:
    found = [completion.body for completion in sandbox.store.of(request.caller, Completion)]
    model = request.asked("model")
    wanted = {key[9:-1]: values[-1] for key, values in request.query.items() if key.startswith("metadata[")}
    found = [body for body in found if model in (None, body["model"]) and wanted.items() <= body["metadata"].items()]
    return Reply(page(found, _oldest_first(request), ()))


def _oldest_first(request: Request) -> dict[str, str | None]:
    query = page_query(request)
    return {**query, "order": query["order"] or "asc"}


async def retrieve(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    return Reply(_find(sandbox, request, identity).body)


async def update(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    completion = _find(sandbox, request, identity)
    body: dict[str, Any] = request.json()
    check_fields(body, {"metadata": METADATA}, (), "", request.settings.unknown_fields == "strict")
    completion.body["metadata"] = body.get("metadata", {})
    return Reply(completion.body)


async def delete(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    _find(sandbox, request, identity)
    sandbox.store.drop(request.caller, identity)
    return Reply({"id": identity, "object": "chat.completion.deleted", "deleted": True})


async def list_messages(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    completion = _find(sandbox, request, identity)
    return Reply(page(completion.messages, _oldest_first(request), ()))
