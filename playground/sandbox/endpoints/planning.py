"""What a response is made from: its context, what that costs, and where it belongs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .. import moderation, prompts
from ..behaviours import Model
from ..caching import LIFETIMES, PromptCache
from ..http import Request
from ..running import Run, StoredResponse
from ..state import Conversation, History
from ..wire import asking
from ..wire.context import Context, from_items
from ..wire.errors import ApiError, invalid, not_found
from ..wire.ids import Ids
from ..wire.items import input_items
from ..wire.responses_head import conversation_id
from ..wire.responses_rules import check

if TYPE_CHECKING:
    from ..asgi import Sandbox

COMPRESSED_IMAGE = 85


@dataclass(slots=True)
class Plan:
    """A checked request, and everything its response needs to know."""

    body: dict[str, Any]
    model: Model
    context: Context
    items: list[dict[str, Any]]  # the request's own input, each with an id
    history: History | None
    conversation: Conversation | None
    input_tokens: int
    cached_tokens: int = 0
    compacted: bool = False
    diagnostics: dict[str, Any] | None = None


async def plan_response(sandbox: Sandbox, request: Request, body: dict[str, Any], ids: Ids) -> Plan:
    settings = request.settings
    model = check(body, settings.unknown_fields == "strict", settings.profile)
    history = await _previous(sandbox, request, body)
    conversation = await _conversation(sandbox, request, body)
    items = input_items(body.get("input"), ids)
    if "prompt" in body:
        items = input_items(prompts.items_of(body["prompt"]), ids) + items
    before = history.all() if history else conversation.all() if conversation else []
    known = {item["id"]: item for item in before if "id" in item}
    items = [_resolved(sandbox, request, item, known) for item in items]
    items = [item for item in items if item["id"] not in known]
    context = from_items(_without_old_thoughts(before, body) + items)
    moderation.check_input(body.get("moderation"), " ".join(turn.text for turn in context.turns))
    plan = Plan(body, model, context, items, history, conversation, 0)
    _fit(plan)
    return plan


async def _previous(sandbox: Sandbox, request: Request, body: dict[str, Any]) -> History | None:
    identity = body.get("previous_response_id")
    if identity is None:
        return None
    stored = sandbox.store.get(request.caller, identity, StoredResponse)
    if stored is None:
        text = f"Previous response with id '{identity[:100]}' not found."
        raise ApiError(text, param="previous_response_id", code="previous_response_not_found")
    if stored.run is not None:
        await stored.run.catch_up()
        if not stored.run.over:
            raise invalid("previous_response_id", "The previous response is still being made.", "response_in_progress")
    return stored.history


async def _conversation(sandbox: Sandbox, request: Request, body: dict[str, Any]) -> Conversation | None:
    if "conversation" not in body:
        return None
    identity = conversation_id(body)
    conversation = sandbox.store.get(request.caller, identity, Conversation)
    if conversation is None:
        raise not_found("Conversation", identity)
    if isinstance(conversation.running, Run):
        await conversation.running.catch_up()
    if conversation.running is not None:
        text = "Another response is being made in this conversation. Please retry when it is done."
        raise ApiError(text, param="conversation", code="conversation_locked")
    return conversation


def _resolved(
    sandbox: Sandbox, request: Request, item: dict[str, Any], known: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """An item reference as the item it stands for."""
    if item["type"] != "item_reference":
        return item
    identity = item["id"]
    if identity in known:
        return known[identity]
    wanted = json.dumps(identity).encode()
    for stored in sandbox.store.of(request.caller, StoredResponse):
        if wanted in stored.history.items:
            for candidate in json.loads(stored.history.items):
                if candidate.get("id") == identity:
                    return dict(candidate)
    raise ApiError(f"Item with id '{identity[:100]}' not found.", status=404, param="input")


def _without_old_thoughts(items: list[dict[str, Any]], body: dict[str, Any]) -> list[dict[str, Any]]:
    """With `reasoning.context` "current_turn" the reasoning of earlier turns is not shown to the model again."""
    if (body.get("reasoning") or {}).get("context") != "current_turn":
        return items
    return [item for item in items if item.get("type") != "reasoning"]


def _fit(plan: Plan) -> None:
    """Hold the context to the model's window: compact it, truncate it, or refuse it."""
    if (plan.body.get("image") or {}).get("context_compression") == "enabled":
        plan.context = _with_small_images(plan.context)
    extra = asking.extra_tokens(plan.body)
    tokens = plan.context.tokens + extra
    for management in plan.body.get("context_management") or ():
        threshold = management.get("compact_threshold")
        if threshold is not None and tokens > threshold:
            plan.compacted = True
            plan.context = plan.context.without_oldest(max(1, int(threshold) - extra))
            tokens = plan.context.tokens + extra
    window = plan.model.window
    if tokens > window and plan.body.get("truncation") == "auto":
        answer = min(plan.body.get("max_output_tokens") or 0, window // 2)  # leave room for what was asked for
        plan.context = plan.context.without_oldest(window - extra - answer)
        tokens = plan.context.tokens + extra
    if tokens > window:
        raise too_much(tokens, window, "input")
    plan.input_tokens = tokens


def too_much(tokens: int, window: int, param: str) -> ApiError:
    text = (
        f"Your input exceeds the context window of this model: it has about {tokens} tokens by the sandbox's rule, "
        f"and the window takes {window}."
    )
    return ApiError(text, param=param, code="context_length_exceeded")


def _with_small_images(context: Context) -> Context:
    def smaller(pieces: Any) -> Iterator[Any]:
        for piece in pieces:
            images = [one for one in (piece.turn.attachments if piece.turn else ()) if one.kind == "image"]
            saved = sum(765 - COMPRESSED_IMAGE for one in images if one.detail != "low")
            yield replace(piece, tokens=piece.tokens - saved)

    return replace(context, pieces=list(smaller(context.pieces)))


def cached(sandbox: Sandbox, caller: str, body: dict[str, Any], context: Context, model: Model) -> int:
    """The prompt's cached tokens. There is a cache for a `prompt_cache_key` (or, as it used to be, a `user`)."""
    key = body.get("prompt_cache_key") or body.get("user")
    if not key:
        return 0
    identity = "cache/" + hashlib.sha256(f"{model.id}/{key}".encode()).hexdigest()
    cache = sandbox.store.get(caller, identity, PromptCache) or PromptCache(identity)
    options = body.get("prompt_cache_options") or {}
    lifetime = LIFETIMES[options.get("ttl") or body.get("prompt_cache_retention") or "in-memory"]
    head = json.dumps([body.get("instructions"), body.get("tools")]), asking.extra_tokens(body)
    parts = [head, *((_told(piece.source), piece.tokens) for piece in context.pieces)]
    until = None
    if options.get("mode") == "explicit":
        marked = [place for place, part in enumerate(parts) if "prompt_cache_breakpoint" in part[0]]
        until = marked[-1] + 1 if marked else 0
    tokens = cache.reuse(parts, lifetime, until)
    sandbox.store.put(caller, cache)
    return min(tokens, context.tokens + parts[0][1])


def diagnostics(sandbox: Sandbox, caller: str, plan: Plan) -> dict[str, Any] | None:
    """What `prompt_cache_options.comparison_response_id` asks about."""
    compared = (plan.body.get("prompt_cache_options") or {}).get("comparison_response_id")
    if compared is None:
        return None
    stored = sandbox.store.get(caller, compared, StoredResponse)
    if stored is None:
        return {"type": "comparison_response_not_found"}
    if plan.cached_tokens:
        return {"type": "cache_hit"}
    before = stored.document()
    changed = [
        name for name in ("model", "prompt_cache_key", "tools") if before[name] != plan.body.get(name, before[name])
    ]
    reason = f"{changed[0] if changed else 'input'}_changed"
    return {"type": "cache_miss", "reason": reason, "cache_missed_tokens": plan.input_tokens}


def _told(source: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in source.items() if key not in ("id", "status")}, sort_keys=True)
