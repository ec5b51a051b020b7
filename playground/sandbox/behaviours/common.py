"""What every model that answers at all has in common: think, use and call tools, then say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from ..ask import Ask, Attachment, Tool
from ..instances import Unsatisfiable, instance
from ..nouns import proper_nouns
from ..patterns import matching
from ..steps import Call, Fail, Say, Step, Think
from .hosted import used

Writer = Callable[[Ask], str]
EFFORT_TOKENS = {"none": 0, "minimal": 16, "low": 64, "medium": 192, "high": 512, "xhigh": 1024, "max": 2048}
MAX_CALLS = 3  # of one tool, for the names the prompt gives
_PLACES = re.compile(r"location|city|place|town|country", re.IGNORECASE)
_COMMON = {"current", "given", "function", "value", "return", "which", "where", "about", "would", "using", "there"}
SUMMARIES = (
    "**Reading the request.** {It|The message} {asks|calls} for a short answer[2:, so a long plan is not needed]. I"
    " {look|check} for what is {fixed|given} and what is {open|free}.",
    "**Weighing the form.** A {plain|direct} reply {fits|serves} better than a list[1: here]. I {keep|leave} the order"
    " of the question.",
    "**Checking.** {Nothing|No part} of this is knowledge: the thoughts are {simulated|prepared} like the answer.",
)


def answer(ask: Ask, write: Writer, eager: bool = False) -> Iterator[Step]:
    """Whatever the request asks for around the model's own words, and the words. `eager` calls every tool there is."""
    try:
        calls = list(_calls(ask, eager))
        text = _form(ask, write) if not calls else ""
    except Unsatisfiable as reason:
        yield _unsatisfiable(ask, str(reason))
        return
    yield from think(ask)
    if calls:
        yield from calls
        return
    finished, notes = yield from used(ask)
    if finished:
        return
    if ask.reply.kind == "text":
        yield from notes
    yield Say(text)


def think(ask: Ask) -> Iterator[Step]:
    """Reasoning by effort, and as much of a summary as was asked for."""
    tokens = EFFORT_TOKENS[ask.effort] * (2 if ask.mode == "pro" else 1)
    if tokens:
        shown = {"": (), "detailed": SUMMARIES}.get(ask.summary, SUMMARIES[:1])
        yield Think(tokens, tuple(ask.sampler.render(text, ask.verbosity) for text in shown))


# -- the form of the answer -------------------------------------------------------------------------------------


def _form(ask: Ask, write: Writer) -> str:
    if ask.reply.kind == "json_schema":
        made = instance(ask.reply.schema, ask.sampler, ask.prompt, ask.verbosity)
        return json.dumps(made, ensure_ascii=False)
    if ask.reply.kind == "json_object":
        return json.dumps({"simulated": True, "answer": _words(ask, write)}, ensure_ascii=False)
    return _words(ask, write)


def _words(ask: Ask, write: Writer) -> str:
    outputs = [made for made in ask.made if made.output is not None]
    if outputs:
        told = "; ".join(f"{made.name} answered “{(made.output or '')[:200]}”" for made in outputs)
        opening = ask.sampler.pick(("With the tool's answer I can go on", "The call came back", "Thank you"))
        return f"{opening}: {told}. That is all this simulated model makes of it."
    if ask.attachments:
        return _about(ask.attachments)
    return write(ask)


def _about(attachments: tuple[Attachment, ...]) -> str:
    """What the sandbox can say about things it does not look into."""
    told = " ".join(f"{place}. {_one(thing)}" for place, thing in enumerate(attachments, start=1))
    things = "1 attachment" if len(attachments) == 1 else f"{len(attachments)} attachments"
    return f"You sent {things}; the sandbox does not look inside, it only says what came. {told}"


def _one(thing: Attachment) -> str:
    article = {"image": "An image", "file": "A file", "audio": "A sound"}[thing.kind]
    parts = [f"of type {thing.media_type}" if thing.media_type else "of a type not told"]
    if thing.name:
        parts.append(f"named “{thing.name[:80]}”")
    if thing.size is not None:
        parts.append(f"{thing.size} bytes")
    if thing.shape:
        parts.append(f"{thing.shape[0]}×{thing.shape[1]} pixels")
    if thing.kind == "image":
        parts.append(f"detail {thing.detail}")
    came = {"data": "sent as data", "url": "by a URL that was not fetched", "id": "by an id that is not known here"}
    return f"{article} {', '.join(parts)}, {came[thing.source]}."


def _unsatisfiable(ask: Ask, reason: str) -> Fail:
    code, param = ("invalid_function_parameters", "tools") if ask.tools else ("invalid_json_schema", "response_format")
    if param == "response_format" and ask.endpoint == "responses":
        param = "text.format.schema"
    message = f"The sandbox found no value that satisfies this schema: {reason}."
    return Fail("http", code, message, status=400, type="invalid_request_error", param=param)


# -- calls ------------------------------------------------------------------------------------------------------


def _calls(ask: Ask, eager: bool) -> Iterator[Call]:
    """The calls to make now: of tools that fit the prompt and were not called yet in this turn."""
    tools = [tool for tool in ask.tools if tool.answered_by_caller]
    called = {made.name for made in ask.made}
    fresh = [tool for tool in tools if tool.name not in called]
    wanted = [tool for tool in fresh if eager or relevant(tool, ask.prompt)]
    if ask.must_call and not wanted and not _has_hosted(ask):
        wanted = fresh[:1] or tools[:1]
    if not ask.parallel:
        wanted = wanted[:1]
    for tool in wanted:
        for skip in range(_times(tool, ask)):
            yield Call(tool.name, arguments(tool, ask, skip), tool.kind)


def _has_hosted(ask: Ask) -> bool:
    return any(not tool.answered_by_caller for tool in ask.tools)


def _times(tool: Tool, ask: Ask) -> int:
    """Several calls of one tool where the prompt names several places and calls may run in parallel."""
    takes_place = any(_PLACES.search(name) for name in tool.schema.get("properties", {}))
    names = len(proper_nouns(ask.prompt)) if takes_place and ask.parallel else 1
    return max(1, min(MAX_CALLS, names))


def arguments(tool: Tool, ask: Ask, skip: int = 0) -> str:
    """Arguments that satisfy the tool's schema, or free text for a custom tool."""
    if tool.kind == "custom":
        form: dict[str, Any] = tool.given.get("format") or {}
        if form.get("syntax") == "regex":
            return matching(form["definition"], ask.sampler)
        return ask.sampler.render("{look up|find|fetch} the {first|next} {entry|record}")
    schema = tool.schema or {"type": "object", "properties": {}}
    made = instance(schema, ask.sampler, ask.prompt, ask.verbosity, skip)
    return json.dumps(made, ensure_ascii=False)


def relevant(tool: Tool, prompt: str) -> bool:
    """Whether the prompt shares a word of some length with the tool's name or description."""
    told = {word[:5] for word in re.findall(r"[a-z]{4,}", prompt.lower())}
    named = {word.lower()[:5] for word in re.findall(r"[A-Za-z][a-z]{3,}", tool.name)}
    words = (word for word in re.findall(r"[a-z]{5,}", tool.description.lower()) if word not in _COMMON)
    return bool(told & (named | {word[:5] for word in words}))
