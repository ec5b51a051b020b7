"""Steps as the chunks of POST /chat/completions; and the completion they add up to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..sampling import spelled
from ..steps import Call, Cut, Event, Fail, Filtered, Raw, Refuse, Say, Step, Think, Use, Wait
from ..tokens import split
from .audio import audio_of, sound_of
from .events import HIDDEN_PACE, Beat, Manner
from .ids import Ids
from .limits import Budget, OutOfTokens
from .sse import DONE, dumps, padding, quoted


@dataclass(slots=True)
class Choice:
    """One of the n answers: its steps, and the message they have built so far."""

    index: int
    steps: Iterable[Step | OutOfTokens]
    budget: Budget
    text: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    audio_id: str = ""
    logprobs: list[dict[str, Any]] = field(default_factory=list)
    finish: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What the prompt cost, for the usage object of the completion."""

    prompt: int
    cached: int = 0
    predicted: tuple[str, ...] | None = None  # the tokens the caller expected


class ChatWriter:
    """One completion's chunks. Iterate `chunks()`; `snapshot()` is the whole completion once they are through."""

    def __init__(
        self,
        head: dict[str, Any],
        choices: list[Choice],
        ids: Ids,
        manner: Manner,
        usage: Usage,
        include_usage: bool = False,
        legacy_calls: bool = False,
        audio: dict[str, Any] | None = None,
    ) -> None:
        self.head, self.choices, self.ids, self.manner = head, choices, ids, manner
        self.usage, self.include_usage, self.legacy_calls = usage, include_usage, legacy_calls
        self.audio = audio  # how the text is to be spoken, if it is
        self.elapsed = 0.0
        self.ended = False
        self.broken: Cut | Raw | None = None
        self.error: Fail | None = None
        self._sent = 0
        outer = {**head, "object": "chat.completion.chunk"}
        if include_usage:
            outer["usage"] = None
        self._start = dumps(outer)[:-1] + ',"choices":['

    def chunks(self) -> Iterator[Beat]:
        """Every chunk in order. Several choices take turns, one beat each."""
        turns = [self._choice(choice) for choice in self.choices]
        yield self.manner.first_wait
        while turns:
            for turn in list(turns):
                beat = next(turn, None)
                if beat is None and self.ended:
                    return
                if beat is None:
                    turns.remove(turn)
                    continue
                if type(beat) is float:
                    self.elapsed += beat
                yield beat
                if self.ended:
                    return
        yield from self._end()

    def _end(self) -> Iterator[Beat]:
        self.ended = True
        if self.include_usage:
            last = dumps({**self.head, "object": "chat.completion.chunk", "choices": [], "usage": self._usage()})
            yield f"data: {last}\n\n".encode()
        yield DONE

    # -- one choice ---------------------------------------------------------------------------------------------

    def _choice(self, choice: Choice) -> Iterator[Beat]:
        opened = False
        for step in choice.steps:
            if isinstance(step, Cut | Raw | Fail):
                yield from self._misfortune(step)
                if self.ended:
                    return
                continue
            if not opened and not isinstance(step, Wait | Think):
                opened = True
                yield self._opening(choice, step)
            yield from _PERFORM[type(step)](self, choice, step)
            if choice.finish:
                break
        if not opened:
            yield self._opening(choice, Say(""))
        choice.finish = choice.finish or self._natural_end(choice)
        yield self.chunk(choice.index, "{}", quoted(choice.finish))

    def _opening(self, choice: Choice, step: Step | OutOfTokens) -> bytes:
        content = "null" if isinstance(step, Call | Refuse) else '""'
        return self.chunk(choice.index, f'{{"role":"assistant","content":{content},"refusal":null}}')

    def _natural_end(self, choice: Choice) -> str:
        if choice.calls:
            return "function_call" if self.legacy_calls else "tool_calls"
        return "stop"

    def chunk(self, index: int, delta: str, finish: str = "null", logprobs: str = "null", length: int = -1) -> bytes:
        """One chunk with one choice; `length` is that of a delta that may be padded."""
        hidden = ""
        if length >= 0 and self.manner.obfuscate:
            self._sent += 1
            hidden = f',"obfuscation":"{padding(length, self._sent)}"'
        choice = f'{{"index":{index},"delta":{delta},"logprobs":{logprobs},"finish_reason":{finish}}}'
        return f"data: {self._start}{choice}]{hidden}}}\n\n".encode()

    def _deltas(self, choice: Choice, text: str, before: str, after: str) -> Iterator[Beat]:
        gap = self.manner.gap
        for token in split(text):
            yield self.chunk(choice.index, f"{before}{quoted(token)}{after}", length=len(token))
            if gap:
                yield gap

    def _say(self, choice: Choice, step: Say) -> Iterator[Beat]:
        before = sum(map(len, choice.text))
        if self.audio:
            yield from self._speak(choice, step.text)
        elif self.manner.logprobs is None:
            yield from self._deltas(choice, step.text, '{"content":', "}")
        else:
            yield from self._spell(choice, step.text)
        choice.text.append(step.text)
        notes = [note for note in step.citations if note.get("type") == "url_citation"]
        for note in notes:
            inner = {key: value for key, value in note.items() if key != "type"}
            inner |= {key: inner[key] + before for key in ("start_index", "end_index")}
            choice.annotations.append({"type": "url_citation", "url_citation": inner})
        if notes:
            yield self.chunk(choice.index, dumps({"annotations": choice.annotations[-len(notes) :]}))

    def _speak(self, choice: Choice, text: str) -> Iterator[Beat]:
        if not choice.audio_id:
            choice.audio_id = self.ids.make("audio")
            yield self.chunk(choice.index, dumps({"audio": {"id": choice.audio_id}}))
        yield from self._deltas(choice, text, '{"audio":{"transcript":', "}}")
        yield self.chunk(choice.index, dumps({"audio": {"data": sound_of(self.audio or {})}}))

    def _spell(self, choice: Choice, text: str) -> Iterator[Beat]:
        for entry in spelled(text, self.manner.temperature, self.manner.logprobs or 0):
            choice.logprobs.append(entry)
            delta, token = {"content": entry["token"]}, str(entry["token"])
            inner = dumps({"content": [entry], "refusal": None})
            yield self.chunk(choice.index, dumps(delta), logprobs=inner, length=len(token))
            if self.manner.gap:
                yield self.manner.gap

    def _refuse(self, choice: Choice, step: Refuse) -> Iterator[Beat]:
        choice.refusal.append(step.text)
        yield from self._deltas(choice, step.text, '{"refusal":', "}")

    def _think(self, choice: Choice, step: Think) -> Iterator[Beat]:
        yield self.manner.gap * step.tokens / HIDDEN_PACE

    def _call(self, choice: Choice, step: Call) -> Iterator[Beat]:
        if self.legacy_calls:
            choice.calls.append({"name": step.name, "arguments": step.arguments})
            yield self.chunk(choice.index, dumps({"function_call": {"name": step.name, "arguments": ""}}))
            yield from self._deltas(choice, step.arguments, '{"function_call":{"arguments":', "}}")
            return
        place, field_name = len(choice.calls), "input" if step.kind == "custom" else "arguments"
        call = {"id": self.ids.make("call"), "type": step.kind, step.kind: {"name": step.name, field_name: ""}}
        choice.calls.append({**call, step.kind: {"name": step.name, field_name: step.arguments}})
        yield self.chunk(choice.index, dumps({"tool_calls": [{"index": place, **call}]}))
        before = f'{{"tool_calls":[{{"index":{place},"{step.kind}":{{"{field_name}":'
        yield from self._deltas(choice, step.arguments, before, "}}]}")

    def _wait(self, choice: Choice, step: Wait) -> Iterator[Beat]:
        if self.manner.gap or step.seconds == math.inf:
            yield float(step.seconds)

    def _out_of_tokens(self, choice: Choice, step: OutOfTokens) -> Iterator[Beat]:
        choice.finish = "length"
        yield from ()

    def _filter(self, choice: Choice, step: Filtered) -> Iterator[Beat]:
        choice.finish = "content_filter"
        yield from ()

    def _nothing(self, choice: Choice, step: Use | Event) -> Iterator[Beat]:
        """Chat has no word for this step."""
        yield from ()

    def _misfortune(self, step: Cut | Raw | Fail) -> Iterator[Beat]:
        if isinstance(step, Raw):
            self.broken = self.broken or step
            yield step.data
            return
        self.ended = True
        if isinstance(step, Cut):
            self.broken = self.broken or step
            return
        self.error = step
        inner = {"message": step.message, "type": step.type, "param": None, "code": step.code}
        yield f"data: {dumps({'error': inner})}\n\n".encode()

    # -- the completion -----------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        choices = [self._finished(choice) for choice in self.choices]
        return {**self.head, "object": "chat.completion", "choices": choices, "usage": self._usage()}

    def _finished(self, choice: Choice) -> dict[str, Any]:
        text = "".join(choice.text)
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None if (choice.calls or choice.refusal) and not text else text,
            "refusal": "".join(choice.refusal) or None,
            "annotations": choice.annotations,
        }
        if choice.audio_id:
            message["content"] = None
            message["audio"] = audio_of(choice.audio_id, self.audio or {}, text, self.head["created"])
        if choice.calls:
            message |= {"function_call": choice.calls[0]} if self.legacy_calls else {"tool_calls": choice.calls}
        spelt = None if self.manner.logprobs is None else {"content": choice.logprobs, "refusal": None}
        return {"index": choice.index, "message": message, "logprobs": spelt, "finish_reason": choice.finish}

    def _usage(self) -> dict[str, Any]:
        completion = sum(choice.budget.spent for choice in self.choices)
        accepted, rejected = self._predicted()
        return {
            "prompt_tokens": self.usage.prompt,
            "completion_tokens": completion,
            "total_tokens": self.usage.prompt + completion,
            "prompt_tokens_details": {"cached_tokens": self.usage.cached, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": sum(choice.budget.reasoning for choice in self.choices),
                "audio_tokens": completion if self.audio else 0,
                "accepted_prediction_tokens": accepted,
                "rejected_prediction_tokens": rejected,
            },
        }

    def _predicted(self) -> tuple[int, int]:
        """How many of the expected tokens were said, and how many were not."""
        if self.usage.predicted is None:
            return 0, 0
        said = Counter(token for choice in self.choices for text in choice.text for token in split(text))
        accepted = (Counter(self.usage.predicted) & said).total()
        return accepted, len(self.usage.predicted) - accepted


_PERFORM: dict[type, Callable[[ChatWriter, Choice, Any], Iterator[Beat]]] = {
    Say: ChatWriter._say,
    Refuse: ChatWriter._refuse,
    Think: ChatWriter._think,
    Call: ChatWriter._call,
    Use: ChatWriter._nothing,
    Wait: ChatWriter._wait,
    Filtered: ChatWriter._filter,
    Event: ChatWriter._nothing,
    OutOfTokens: ChatWriter._out_of_tokens,
}
