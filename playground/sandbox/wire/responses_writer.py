"""Steps as the events of POST /responses, in the documented order; and the Response they add up to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..sampling import spelled
from ..steps import Call, Cut, Event, Fail, Filtered, Raw, Refuse, Say, Step, Think, Use, Wait
from ..tokens import count
from .builtin_events import events_of
from .events import HIDDEN_PACE, Beat, EventWriter, Manner
from .ids import Ids
from .limits import Budget, OutOfTokens

TERMINAL = {"completed": "response.completed", "incomplete": "response.incomplete", "failed": "response.failed"}
LIFECYCLE = {"response.created", "response.queued", "response.in_progress", *TERMINAL.values()}


class ResponseWriter(EventWriter):
    """One run's events. Iterate `events()`; `snapshot()` is the Response as it stands at any moment."""

    def __init__(
        self,
        head: dict[str, Any],
        steps: Iterable[Step | OutOfTokens],
        budget: Budget,
        ids: Ids,
        manner: Manner,
        input_usage: tuple[int, int] = (0, 0),
        shown: Callable[[dict[str, Any]], dict[str, Any]] = lambda item: item,
    ) -> None:
        super().__init__(ids, manner, shown)
        self.head, self.steps, self.budget = head, steps, budget
        self.input_tokens, self.cached_tokens = input_usage
        self.status = "queued" if head["background"] else "in_progress"
        self.error: dict[str, Any] | None = None
        self.reason: str | None = None
        self.elapsed = 0.0
        self.ended = False
        self.broken: Cut | Raw | None = None  # what ended the reply without an end
        self._part: dict[str, Any] | None = None
        self._said: list[str] = []

    # -- the stream ---------------------------------------------------------------------------------------------

    def events(self) -> Iterator[Beat]:
        """Every event in order, with the silences between them."""
        for beat in self._all():
            if type(beat) is float:
                self.elapsed += beat
            yield beat

    def _all(self) -> Iterator[Beat]:
        yield self._lifecycle("response.created")
        if self.head["background"]:
            yield self._lifecycle("response.queued")
            yield self.manner.queue_wait
        self.status = "in_progress"
        yield self._lifecycle("response.in_progress")
        yield self.manner.first_wait
        for step in self.steps:
            if isinstance(step, Cut | Raw):
                self.broken = self.broken or step
                if isinstance(step, Cut):
                    return
                yield step.data
            else:
                yield from _PERFORM[type(step)](self, step)
            if self.ended:
                return
        yield from self._close_message()
        yield self._end("completed")

    def _end(self, status: str) -> bytes:
        self.status, self.ended = status, True
        return self._lifecycle(TERMINAL[status])

    def _lifecycle(self, type: str) -> bytes:
        return self.event(type, response=self.snapshot())

    # -- messages -----------------------------------------------------------------------------------------------

    def _say(self, step: Say) -> Iterator[Beat]:
        self.saying, self.reached = step.text, 0
        yield from self._open_part({"type": "output_text", "annotations": [], "logprobs": [], "text": ""})
        part, before = self._current(), sum(map(len, self._said))
        self._said.append("")
        if self.manner.logprobs is None:
            yield from self.deltas("response.output_text.delta", self._content_place, step.text, logprobs="[]")
        else:
            yield from self._spell(step.text, part)
        self._said[-1] = step.text
        for note in step.citations:
            shifted = {
                key: value + before if key == "index" or key.endswith("_index") else value
                for key, value in note.items()
            }
            part["annotations"].append(shifted)
            place = {**self._content_place, "annotation_index": len(part["annotations"]) - 1}
            yield self.event("response.output_text.annotation.added", **place, annotation=shifted)

    def _spell(self, text: str, part: dict[str, Any]) -> Iterator[Beat]:
        for entry in spelled(text, self.manner.temperature, self.manner.logprobs or 0):
            part["logprobs"].append(entry)
            place, token = self._content_place, str(entry["token"])
            self.reached += len(token)
            yield self.event("response.output_text.delta", **place, delta=token, logprobs=[entry])
            if self.manner.gap:
                yield self.manner.gap

    def _refuse(self, step: Refuse) -> Iterator[Beat]:
        self.saying, self.reached = step.text, 0
        yield from self._open_part({"type": "refusal", "refusal": ""})
        self._said.append("")
        yield from self.deltas("response.refusal.delta", self._content_place, step.text)
        self._said[-1] = step.text

    def _open_part(self, part: dict[str, Any]) -> Iterator[Beat]:
        """A message with a part of this type to write into: the open one, or a new one."""
        if self._part is not None and self._part["type"] == part["type"]:
            return
        if self._part is not None:
            yield from self._close_part()
        else:
            item = {"id": self.ids.item("message"), "type": "message", "status": "in_progress", "role": "assistant"}
            yield self.open(item | {"content": []})
        self.output[-1]["content"].append(part)
        self._part = part
        yield self.event("response.content_part.added", **self._content_place, part=part)

    def _current(self) -> dict[str, Any]:
        assert self._part is not None, "a part is open while text is written"
        return self._part

    @property
    def _content_place(self) -> dict[str, Any]:
        return {**self.place, "content_index": len(self.output[-1]["content"]) - 1}

    def _close_part(self) -> Iterator[Beat]:
        part, text = self._current(), "".join(self._said)
        self._said.clear()
        if part["type"] == "refusal":
            part["refusal"] = text
            yield self.event("response.refusal.done", **self._content_place, refusal=text)
        else:
            part["text"] = text
            done = {"text": text, "logprobs": part["logprobs"]}
            yield self.event("response.output_text.done", **self._content_place, **done)
        yield self.event("response.content_part.done", **self._content_place, part=part)
        self._part = None

    def _close_message(self, status: str = "completed") -> Iterator[Beat]:
        if self._part is None:
            return
        yield from self._close_part()
        self.output[-1]["status"] = status
        yield self.close()

    # -- reasoning and calls ------------------------------------------------------------------------------------

    def _think(self, step: Think) -> Iterator[Beat]:
        yield from self._close_message()
        item: dict[str, Any] = {"id": self.ids.item("reasoning"), "type": "reasoning", "summary": []}
        if self.manner.encrypted:
            item["encrypted_content"] = ""
        yield self.open(item)
        shown = sum(map(count, step.summary))
        yield self.manner.gap * max(0, step.tokens - shown) / HIDDEN_PACE
        for index, text in enumerate(step.summary):
            place = {**self.place, "summary_index": index}
            part = {"type": "summary_text", "text": ""}
            yield self.event("response.reasoning_summary_part.added", **place, part=part)
            yield from self.deltas("response.reasoning_summary_text.delta", place, text)
            yield self.event("response.reasoning_summary_text.done", **place, text=text)
            item["summary"].append({"type": "summary_text", "text": text})
            yield self.event("response.reasoning_summary_part.done", **place, part=item["summary"][-1])
        if step.raw:
            yield from self._think_aloud(item, step.raw)
        if self.manner.encrypted:
            item["encrypted_content"] = f"sandbox-{self.ids.stem}-{step.tokens}"
        if not step.whole:
            item["status"] = "incomplete"
        yield self.close()

    def _think_aloud(self, item: dict[str, Any], text: str) -> Iterator[Beat]:
        place, part = {**self.place, "content_index": 0}, {"type": "reasoning_text", "text": text}
        yield self.event("response.content_part.added", **place, part={"type": "reasoning_text", "text": ""})
        yield from self.deltas("response.reasoning_text.delta", place, text)
        yield self.event("response.reasoning_text.done", **place, text=text)
        item["content"] = [part]
        yield self.event("response.content_part.done", **place, part=part)

    def _call(self, step: Call) -> Iterator[Beat]:
        yield from self._close_message()
        self.saying, self.reached = step.arguments, 0
        kind, field, event = _CALLS[step.kind]
        head = {"id": self.ids.item(kind), "type": kind, "status": "in_progress"}
        item = {**head, field: "", "call_id": self.ids.make("call"), "name": step.name}
        yield self.open(item)
        yield from self.deltas(f"response.{event}.delta", self.place, step.arguments)
        item[field] = step.arguments
        yield self.event(f"response.{event}.done", **self.place, **{field: step.arguments})
        item["status"] = "completed" if step.whole else "incomplete"
        yield self.close()

    # -- silence and misfortune ---------------------------------------------------------------------------------

    def _wait(self, step: Wait) -> Iterator[Beat]:
        if self.manner.gap or step.seconds == math.inf:  # at full speed only the endless wait remains
            yield float(step.seconds)

    def _out_of_tokens(self, step: OutOfTokens) -> Iterator[Beat]:
        yield from self._give_up("max_output_tokens")

    def _filter(self, step: Filtered) -> Iterator[Beat]:
        yield from self._give_up("content_filter")

    def _give_up(self, reason: str) -> Iterator[Beat]:
        yield from self._close_message("incomplete")
        self.reason = reason
        yield self._end("incomplete")

    def _fail(self, step: Fail) -> Iterator[Beat]:
        self.error = {"code": step.code, "message": step.message}
        if step.where == "result":
            yield from self._close_message("incomplete")
            yield self._end("failed")
            return
        self.status, self.ended = "failed", True
        inner = {"code": step.code, "message": step.message, "param": None}
        nested = {"error": {"type": step.type, **inner}}
        yield self.event("error", **(inner if self.manner.flat_errors else nested))

    def _spelled_out(self, step: Event) -> Iterator[Beat]:
        yield from self._close_message()
        if step.type in LIFECYCLE:
            before, self.status = self.status, step.type.rpartition(".")[2]
            yield self._lifecycle(step.type)
            self.status = before
        else:
            yield self.event(step.type, **step.fields)

    def _use(self, step: Use) -> Iterator[Beat]:
        yield from self._close_message()
        yield from events_of(self, step)

    # -- the Response -------------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Nobody waits for the rest: what was begun stays as far as it came."""
        self.status = "cancelled"
        self._write_out()
        if self.output and self.output[-1].get("status") == "in_progress":
            self.output[-1]["status"] = "incomplete"
        self.budget.spent -= count(self.saying[self.reached :])
        self.saying = self.saying[: self.reached]

    def _write_out(self) -> None:
        """Put what the deltas have said so far where it will stand once it is finished."""
        said = self.saying[: self.reached]
        item = self.output[-1] if self.output else {}
        if self._part is not None:
            being_said = bool(self._said) and not self._said[-1]
            whole = "".join(self._said) + (said if being_said else "")
            self._part["refusal" if self._part["type"] == "refusal" else "text"] = whole
        elif item.get("status") == "in_progress" and item["type"] in _FIELDS:
            item[_FIELDS[item["type"]]] = said

    def snapshot(self) -> dict[str, Any]:
        self._write_out()
        over = self.status in ("completed", "incomplete", "failed", "cancelled")
        response = {
            **self.head,
            "status": self.status,
            "completed_at": self.head["created_at"] + int(self.elapsed) if self.status == "completed" else None,
            "error": self.error,
            "incomplete_details": {"reason": self.reason} if self.reason else None,
            "output": self.output,
            "usage": self._usage() if over else None,
        }
        if self.manner.comet:
            response["output_text"] = self.text()
        return response

    def text(self) -> str:
        parts = [part for item in self.output if item["type"] == "message" for part in item["content"]]
        return "".join(part["text"] for part in parts if part["type"] == "output_text")

    def _usage(self) -> dict[str, Any]:
        return {
            "input_tokens": self.input_tokens,
            "input_tokens_details": {"cached_tokens": self.cached_tokens, "cache_write_tokens": 0},
            "output_tokens": self.budget.spent,
            "output_tokens_details": {"reasoning_tokens": self.budget.reasoning},
            "total_tokens": self.input_tokens + self.budget.spent,
        }


_CALLS = {
    "function": ("function_call", "arguments", "function_call_arguments"),
    "custom": ("custom_tool_call", "input", "custom_tool_call_input"),
}
_FIELDS = {kind: field for kind, field, _ in _CALLS.values()}
_PERFORM: dict[type, Callable[[ResponseWriter, Any], Iterator[Beat]]] = {
    Say: ResponseWriter._say,
    Refuse: ResponseWriter._refuse,
    Think: ResponseWriter._think,
    Call: ResponseWriter._call,
    Use: ResponseWriter._use,
    Wait: ResponseWriter._wait,
    Filtered: ResponseWriter._filter,
    Fail: ResponseWriter._fail,
    Event: ResponseWriter._spelled_out,
    OutOfTokens: ResponseWriter._out_of_tokens,
}
