"""POST /chat/completions, and the stored completions."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import moderation
from ..behaviours import Model
from ..http import Reply, Request, Stream
from ..pacing import Playback
from ..state import OVERHEAD, Completion
from ..steps import Cut, Fail, Raw, Say, Step
from ..tokens import split
from ..wire import asking
from ..wire.chat_rules import check
from ..wire.chat_writer import ChatWriter, Choice, Usage
from ..wire.context import Context, from_messages
from ..wire.ids import Ids, new_stem
from ..wire.limits import Budget, affordable, within
from ..wire.responses_head import manner_of, used_tier
from .planning import cached, too_much
from .playing import play_out, stream_of
from .responses import attempt, failure, moderated

if TYPE_CHECKING:
    from ..asgi import Sandbox

FINGERPRINT = "fp_sandbox_1"


async def create(sandbox: Sandbox, request: Request) -> Reply | Stream:
    body = request.json()
    model = check(body, request.settings.unknown_fields == "strict", request.settings.profile)
    context = from_messages(body["messages"])
    moderation.check_input(body.get("moderation"), " ".join(turn.text for turn in context.turns))
    tokens = context.tokens + asking.extra_tokens(body)
    if tokens > model.window:
        raise too_much(tokens, model.window, "messages")
    tried = attempt(sandbox, request, model)
    first = next(_steps(body, model, context, 0, tried), None)
    if isinstance(first, Fail) and first.where == "http":
        raise failure(first)
    hits = cached(sandbox, request.caller, body, context, model)
    writer = _writer(body, model, context, request, Usage(tokens, hits, _predicted(body)), tried)
    keeping = Keeping(sandbox, request.caller, body, writer)
    if body.get("stream"):
        return stream_of(Playback(writer.chunks()), request.settings, keeping.end)
    await play_out(writer.chunks(), request.settings.json_wait)
    keeping.end()
    return _whole(writer)


def _steps(body: dict[str, Any], model: Model, context: Context, choice: int, tried: int) -> Iterator[Step]:
    return model.behave(replace(asking.for_chat(body, model, context, choice), attempt=tried))


def _writer(
    body: dict[str, Any], model: Model, context: Context, request: Request, usage: Usage, tried: int
) -> ChatWriter:
    ids = Ids(new_stem())
    head: dict[str, Any] = {
        "id": f"chatcmpl-{ids.stem}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model.id,
        "service_tier": used_tier(body.get("service_tier")),
        "system_fingerprint": FINGERPRINT,
    }
    if "moderation" in body:
        text = " ".join(turn.text for turn in context.turns)
        judged = moderation.result(body["moderation"]["model"], text)
        head["moderation"] = {"input": judged, "output": moderation.result(body["moderation"]["model"], "")}
    stop = body.get("stop") or ()
    stops = [stop] if isinstance(stop, str) else list(stop)
    room = min(max(1, model.window - usage.prompt), affordable(body) // body.get("n", 1))
    limit = min(body.get("max_completion_tokens") or body.get("max_tokens") or room, room)
    choices = []
    given = body.get("moderation")
    said: set[str] = set()
    for index in range(body.get("n", 1)):
        budget = Budget(limit)
        steps = _steps(body, model, context, index, tried)
        if (body.get("response_format") or {}).get("type", "text") == "text":
            steps = _told_apart(steps, index, said)
        steps = moderated(steps, given)
        choices.append(Choice(index, within(steps, budget, stops), budget))
    options = body.get("stream_options") or {}
    return ChatWriter(
        head,
        choices,
        ids,
        manner_of(body, model, request.settings),
        usage,
        include_usage=bool(options.get("include_usage")),
        legacy_calls="functions" in body,
        audio=body["audio"] if "audio" in body.get("modalities", ()) else None,
    )


def _told_apart(steps: Iterator[Step], index: int, said: set[str]) -> Iterator[Step]:
    """The steps of one choice; where it would begin as another does already, its number comes first."""
    begun = False
    for step in steps:
        if isinstance(step, Say) and not begun:
            begun = True
            if step.text in said:
                step = replace(step, text=f"({index + 1}) {step.text}")
            said.add(step.text)
        yield step


def _whole(writer: ChatWriter) -> Reply:
    if writer.error:
        raise failure(writer.error)
    document = writer.snapshot()
    if isinstance(writer.broken, Raw):
        return Reply(None, body=b"<html><body>502 Bad Gateway</body></html>", content_type="text/html")
    if isinstance(writer.broken, Cut):
        body = json.dumps(document).encode()
        return Reply(None, body=body[: len(body) // 2])
    return Reply(document)


def _predicted(body: dict[str, Any]) -> tuple[str, ...] | None:
    if "prediction" not in body:
        return None
    content = body["prediction"]["content"]
    return tuple(split(content if isinstance(content, str) else "".join(part["text"] for part in content)))


class Keeping:
    """Keeps a completion made with `store: true`."""

    def __init__(self, sandbox: Sandbox, caller: str, body: dict[str, Any], writer: ChatWriter) -> None:
        self.sandbox, self.caller, self.body, self.writer = sandbox, caller, body, writer

    def end(self) -> None:
        if not self.body.get("store") or not self.writer.ended or self.writer.error or self.writer.broken:
            return
        document = {**self.writer.snapshot(), "metadata": self.body.get("metadata", {})}
        messages = [
            {**message, "id": f"{document['id']}-{place}"} for place, message in enumerate(self.body["messages"])
        ]
        size = OVERHEAD + len(json.dumps(document)) + len(json.dumps(messages))
        self.sandbox.store.put(self.caller, Completion(document["id"], document, messages, size))
