"""POST /responses, and what can be done with a stored response afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from .. import moderation
from ..behaviours import Model
from ..http import Reply, Request, Stream
from ..pacing import Playback
from ..running import Replay, Run, StoredResponse
from ..settings import Settings
from ..state import Attempts, History
from ..steps import Cut, Fail, Filtered, Raw, Say, Step, Use
from ..wire import asking
from ..wire.errors import ApiError, invalid, not_found
from ..wire.ids import Ids, new_stem
from ..wire.items import page, shown
from ..wire.limits import Budget, affordable, within
from ..wire.responses_head import head_of, manner_of
from ..wire.responses_rules import INCLUDE
from ..wire.responses_writer import ResponseWriter
from .planning import Plan, cached, diagnostics, plan_response
from .playing import play_out, stream_of

if TYPE_CHECKING:
    from ..asgi import Sandbox


async def create(sandbox: Sandbox, request: Request) -> Reply | Stream:
    body = request.json()
    ids = Ids(new_stem())
    identity = ids.make("resp")
    plan = await plan_response(sandbox, request, body, ids)
    plan.cached_tokens = cached(sandbox, request.caller, body, plan.context, plan.model)
    plan.diagnostics = diagnostics(sandbox, request.caller, plan)
    making = Making(plan, request.settings, identity, ids, int(time.time()), attempt(sandbox, request, plan.model))
    making.refuse_if_failing()
    keeping = Keeping(sandbox, request.caller, plan, identity)
    if body.get("background"):
        return _in_background(making, keeping, bool(body.get("stream")))
    keeping.begin(object())
    writer = making.writer()
    if body.get("stream"):
        return stream_of(Playback(writer.events()), request.settings, lambda: keeping.end(writer))
    try:
        await play_out(writer.events(), request.settings.json_wait)
    finally:
        keeping.end(writer)
    return _whole(writer)


def _in_background(making: Making, keeping: Keeping, streamed: bool) -> Reply | Stream:
    run = Run(making.writer, keeping.end)
    keeping.begin(run, streamed)
    if streamed:
        return stream_of(Replay(run, -1), making.settings)
    return Reply(run.writer.snapshot())


def _whole(writer: ResponseWriter) -> Reply:
    document = writer.snapshot()
    if isinstance(writer.broken, Raw):
        return Reply(None, body=b"<html><body>502 Bad Gateway</body></html>", content_type="text/html")
    if isinstance(writer.broken, Cut):
        body = json.dumps(document).encode()
        return Reply(None, body=body[: len(body) // 2])
    return Reply(document)


def attempt(sandbox: Sandbox, request: Request, model: Model) -> int:
    """How often this very request has come, this time included, for a model that goes by it."""
    if not model.counted:
        return 1
    identity = "attempts/" + request.fingerprint
    attempts = sandbox.store.get(request.caller, identity, Attempts) or Attempts(identity)
    attempts.count += 1
    sandbox.store.put(request.caller, attempts)
    return attempts.count


@dataclass(frozen=True, slots=True)
class Making:
    """All a response's writer is made from. Made twice, it writes the same."""

    plan: Plan
    settings: Settings
    identity: str
    ids: Ids
    created_at: int
    attempt: int

    def steps(self) -> Iterator[Step]:
        plan = self.plan
        if (plan.body.get("prompt_cache_options") or {}).get("prewarm"):
            return iter(())
        ask = replace(asking.for_responses(plan.body, plan.model, plan.context), attempt=self.attempt)
        steps = plan.model.behave(ask)
        if plan.compacted:
            compaction = Use({"type": "compaction", "encrypted_content": f"sandbox-compaction-{plan.input_tokens}"})
            steps = chain([compaction], steps)
        return moderated(steps, plan.body.get("moderation"))

    def refuse_if_failing(self) -> None:
        """A behaviour that fails before its reply fails here, with an HTTP error."""
        first = next(self.steps(), None)
        if isinstance(first, Fail) and first.where == "http":
            raise failure(first)

    def writer(self) -> ResponseWriter:
        body, model = self.plan.body, self.plan.model
        room = min(max(1, model.window - self.plan.input_tokens), affordable(body))
        budget = Budget(min(body.get("max_output_tokens", room), room))
        head = head_of(body, model, self.identity, self.created_at)
        head |= self._results()
        usage = self.plan.input_tokens, self.plan.cached_tokens
        include = tuple(body.get("include") or ())
        return ResponseWriter(
            head,
            within(self.steps(), budget),
            budget,
            replace(self.ids),
            manner_of(body, model, self.settings),
            usage,
            lambda item: shown(item, include),
        )

    def _results(self) -> dict[str, Any]:
        given = self.plan.body.get("moderation")
        more = {"prompt_cache_diagnostics": self.plan.diagnostics} if self.plan.diagnostics else {}
        if not given:
            return more
        text = " ".join(turn.text for turn in self.plan.context.turns)
        judged = moderation.result(given["model"], text)
        return more | {"moderation": {"input": judged, "output": moderation.result(given["model"], "")}}


def failure(step: Fail) -> ApiError:
    return ApiError(
        step.message, status=step.status, type=step.type, code=step.code, param=step.param, headers=step.headers
    )


def moderated(steps: Iterator[Step], given: dict[str, Any] | None) -> Iterator[Step]:
    for step in steps:
        if isinstance(step, Say) and moderation.blocks_output(given, step.text):
            yield Filtered()
            return
        yield step


@dataclass(slots=True)
class Keeping:
    """Where a response is kept: its conversation and the store."""

    sandbox: Sandbox
    caller: str
    plan: Plan
    identity: str

    def begin(self, mark: object, streamed: bool = False) -> None:
        if self.plan.conversation:
            self.plan.conversation.running = mark
        if isinstance(mark, Run):
            stored = self._stored(self.plan.items)
            stored.run, stored.streamed, stored.background = mark, streamed, True
            self.sandbox.store.put(self.caller, stored)

    def end(self, writer: ResponseWriter) -> None:
        """The response is over, or its reader has left it."""
        if not writer.ended and writer.status != "cancelled":
            writer.leave()
        conversation, made = self.plan.conversation, self.plan.items + writer.kept
        if conversation:
            conversation.running = None
            if writer.status in ("completed", "incomplete"):
                conversation.add(made)
                self.sandbox.store.settle()
        if self.plan.body.get("store") is False:
            return
        stored = self.sandbox.store.get(self.caller, self.identity, StoredResponse)
        if stored is None:
            if self.plan.body.get("background"):
                return  # deleted while it ran
            stored = self._stored(made)
        stored.history = History.after(self.plan.history, made)
        stored.body = json.dumps({**writer.snapshot(), "output": writer.kept}).encode()
        self.sandbox.store.put(self.caller, stored)

    def _stored(self, items: list[dict[str, Any]]) -> StoredResponse:
        given = json.dumps(self.plan.items).encode()
        include = tuple(self.plan.body.get("include") or ())
        return StoredResponse(self.identity, given, History.after(self.plan.history, items), include=include)


# -- stored responses -------------------------------------------------------------------------------------------


async def _find(sandbox: Sandbox, request: Request, identity: str) -> StoredResponse:
    stored = sandbox.store.get(request.caller, identity, StoredResponse)
    if stored is None:
        raise not_found("Response", identity)
    if stored.run is not None:
        await stored.run.catch_up()
    return stored


def included(request: Request) -> tuple[str, ...]:
    names = tuple(request.asked_list("include"))
    for name in names:
        if name not in INCLUDE:
            raise invalid("include", f"Invalid value: '{name[:100]}'. Supported values are: {', '.join(INCLUDE)}.")
    return names


async def retrieve(sandbox: Sandbox, request: Request, identity: str) -> Reply | Stream:
    stored = await _find(sandbox, request, identity)
    include = included(request)
    if request.asked("stream") == "true":
        return _resumed(stored, request)
    return Reply(stored.document(include))


def _resumed(stored: StoredResponse, request: Request) -> Stream:
    if stored.run is None or not stored.streamed:
        raise invalid("stream", "Only a response made with 'background' and 'stream' can be streamed again.")
    if time.monotonic() - stored.since > request.settings.resume_seconds:
        minutes = int(request.settings.resume_seconds // 60)
        raise invalid("stream", f"This response can no longer be streamed: it is more than {minutes} minutes old.")
    after = request.asked("starting_after") or "-1"
    if not after.removeprefix("-").isdigit() or len(after) > 12:
        raise invalid("starting_after", "Invalid 'starting_after': expected a whole number.", "invalid_type")
    return stream_of(Replay(stored.run, int(after)), request.settings)


async def cancel(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    stored = await _find(sandbox, request, identity)
    if stored.run is None:
        raise ApiError("Cannot cancel a synchronous response.")
    await stored.run.cancel()
    return Reply(stored.document())


async def delete(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    stored = await _find(sandbox, request, identity)
    sandbox.store.drop(request.caller, stored.id)
    return Reply({"id": identity, "object": "response.deleted", "deleted": True})


async def list_input_items(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    stored = await _find(sandbox, request, identity)
    return Reply(page(json.loads(stored.input_items), page_query(request), included(request)))


def page_query(request: Request) -> dict[str, str | None]:
    return {name: request.asked(name) for name in ("limit", "order", "after")}


async def count_input_tokens(sandbox: Sandbox, request: Request) -> Reply:
    body = {"model": "sandbox-writer", **request.json()}
    plan = await plan_response(sandbox, request, body, Ids(new_stem()))
    return Reply({"object": "response.input_tokens", "input_tokens": plan.input_tokens})


async def compact(sandbox: Sandbox, request: Request) -> Reply:
    """The context with all but what the user said folded into one compaction item."""
    ids = Ids(new_stem())
    plan = await plan_response(sandbox, request, request.json(), ids)
    said = [piece.source for piece in plan.context.pieces if piece.turn and piece.turn.role == "user"]
    folded = {
        "id": ids.item("compaction"),
        "type": "compaction",
        "encrypted_content": f"sandbox-compaction-{plan.input_tokens}",
    }
    usage = {
        "input_tokens": plan.input_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": plan.input_tokens + 1,
    }
    document = {"id": ids.make("resp"), "object": "response.compaction", "created_at": int(time.time())}
    return Reply({**document, "output": [*said, folded], "usage": usage})
