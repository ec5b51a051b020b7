"""How the stream of POST /v1/responses is read: typed events in, one assembled response and page updates out.

The tables in responses_events.py say what the event types mean; an event that is in none of them is kept by whoever
stores events and noted here as unknown. Order of arrival counts, never `sequence_number`: some servers hard-code it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from playground.api.errors import ErrorReport, from_payload, is_error
from playground.api.reading import Reader, Slot, Update, dump, parse_arguments
from playground.api.responses_events import (
    BUILTIN,
    CALLS,
    DELTAS,
    DONES,
    KIND,
    LEGACY,
    LIFECYCLE,
    PHASES,
    STATUS_OUTCOME,
    TERMINAL,
)


class _Hot(msgspec.Struct):
    """Just what a delta needs; anything else in the event is skipped without being built."""

    type: str
    delta: str
    output_index: int
    content_index: int = -1
    summary_index: int = -1
    sequence_number: int = -1
    logprobs: tuple[()] | None = None


_decode_hot = msgspec.json.Decoder(_Hot).decode


class Item:
    """One output item being built."""

    __slots__ = ("done", "index", "item", "slots")

    def __init__(self, index: int, item: dict[str, Any]) -> None:
        self.index = index
        self.item = item
        self.slots: dict[tuple[str, int], Slot] = {}
        self.done = False

    @property
    def type(self) -> str:
        return str(self.item.get("type") or "")


class ResponsesReader(Reader):
    endpoint = "responses"

    def __init__(self) -> None:
        super().__init__()
        self.base: dict[str, Any] = {}
        self.items: dict[int, Item] = {}
        self.sequence: int | None = None
        self.jumps = 0
        self._hot: dict[tuple[str, int, int, int], Slot] = {}

    # -- events -------------------------------------------------------------------------------------------------

    def read(self, name: str, data: bytes) -> list[Update]:
        # Nearly every event of a long answer ends here; the first delta of a slot and all else go the careful way.
        try:
            event = _decode_hot(data)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return super().read(name, data)
        slot = self._hot.get((event.type, event.output_index, event.content_index, event.summary_index))
        if slot is None or self.ended or name == "body":
            return super().read(name, data)
        self.malformed = False
        self.payloads += 1
        self._follow(event.sequence_number if event.sequence_number >= 0 else None)
        slot.append(event.delta)
        return [("delta", slot.place, event.delta)]

    def _payload(self, name: str, payload: dict[str, Any]) -> list[Update]:
        kind = payload.get("type")
        if not isinstance(kind, str) or not kind:
            kind = name
        if kind == "error" or (is_error(payload) and not kind.startswith("response.")):
            return self._fail(payload)
        if not self.payloads > 1 and kind not in LIFECYCLE:
            self.warn("missing_created")
        self._follow(payload.get("sequence_number"))
        if kind in LEGACY:
            self.warn("legacy_event_name")
        if kind in DELTAS:
            return self._delta(kind, payload)
        if kind in DONES:
            return self._delta_done(kind, payload)
        if kind in LIFECYCLE:
            return self._lifecycle(payload)
        if kind in TERMINAL:
            return self._terminal(TERMINAL[kind], payload)
        handler = {
            "response.output_item.added": self._item_added,
            "response.output_item.done": self._item_done,
            "response.content_part.added": self._part,
            "response.content_part.done": self._part,
            "response.reasoning_summary_part.added": self._part,
            "response.reasoning_summary_part.done": self._part,
            "response.output_text.annotation.added": self._annotation,
            "response.shell_call_output_content.done": self._shell_output,
        }.get(kind)
        if handler:
            return handler(payload)
        if kind.startswith(BUILTIN) and kind.rpartition(".")[2] in PHASES:
            return self._phase(kind.rpartition(".")[2], payload)
        self.warn("unknown_event")
        return []

    def _follow(self, number: Any) -> None:
        """Upstream's numbers are remarked on, never relied on: ours count."""
        if not isinstance(number, int):
            self.warn("missing_sequence_number")
            return
        if self.sequence is not None and number <= self.sequence:
            self.warn("sequence_number")
        elif self.sequence is not None and number > self.sequence + 1:
            self.jumps += 1  # an event we never saw; the stream may still be whole, so no warning
        self.sequence = number

    # -- lifecycle ----------------------------------------------------------------------------------------------

    def _take(self, response: Any) -> None:
        if isinstance(response, dict):
            self.base = {**self.base, **response}
            if isinstance(response.get("usage"), dict):
                self.usage = response["usage"]
            self.id = str(response.get("id") or self.id)
            self.model = str(response.get("model") or self.model)

    def _lifecycle(self, payload: dict[str, Any]) -> list[Update]:
        before = self.base.get("status")
        self._take(payload.get("response"))
        status = self.base.get("status")
        return [("part", "status", "status", {"status": status})] if status != before else []

    def _terminal(self, outcome: str, payload: dict[str, Any]) -> list[Update]:
        response = payload.get("response")
        self._take(response)
        status = response.get("status") if isinstance(response, dict) else None
        self.outcome = STATUS_OUTCOME.get(str(status), outcome) if status != "in_progress" else outcome
        self.ended = True
        output = response.get("output") if isinstance(response, dict) else None
        updates: list[Update] = []
        if isinstance(output, list) and output:
            for index, item in enumerate(output):
                if isinstance(item, dict):
                    updates += self._settle(index, item)
        elif self.items and outcome == "completed":
            self.warn("completed_output_empty")
        if self.outcome == "failed":
            self.error = from_payload({"error": self.base.get("error")}, "in_band")
        return updates + self._close_all()

    # -- items --------------------------------------------------------------------------------------------------

    def _item_added(self, payload: dict[str, Any]) -> list[Update]:
        item = payload.get("item")
        if not isinstance(item, dict):
            return []
        index = payload.get("output_index")
        if not isinstance(index, int):
            self.warn("missing_index")
            index = max(self.items, default=-1) + 1
        return self._settle(index, item, done=False)

    def _item_done(self, payload: dict[str, Any]) -> list[Update]:
        item = payload.get("item")
        if not isinstance(item, dict):
            return []
        found = self._find({**payload, "item_id": item.get("id")}, str(item.get("type") or ""))
        return self._settle(found.index, item)

    def _settle(self, index: int, item: dict[str, Any], done: bool = True) -> list[Update]:
        """Take an item as upstream gives it: its slots appear, and texts that deltas did not bring are filled in."""
        holder = self.items.get(index)
        if holder is None:
            holder = self.items[index] = Item(index, item)
        holder.item = {**holder.item, **item}
        updates: list[Update] = []
        if item.get("type") == "message":
            for position, part in enumerate(_dicts(item.get("content"))):
                updates += self._fill_part(holder, "refusal" if "refusal" in part else "text", position, part)
        elif item.get("type") == "reasoning":
            for name, parts in (("summary", item.get("summary")), ("reasoning", item.get("content"))):
                for position, part in enumerate(_dicts(parts)):
                    updates += self._fill_part(holder, name, position, part)
            if not holder.slots:  # it thinks, and as yet nothing of that is shown
                updates.append(self._show(self._slot_in(holder, "thought", 0)))
        else:
            updates += self._settle_call(holder)
        if done and not holder.done:
            holder.done = True
            for slot in holder.slots.values():
                updates += self._close(slot)
        return updates

    def _settle_call(self, holder: Item) -> list[Update]:
        """Function calls, built-in calls and every other kind of item: one slot, with the item itself as its data."""
        item = holder.item
        name = "call" if holder.type in CALLS else "item"
        fresh = (name, 0) not in holder.slots
        slot = self._slot_in(holder, name, 0)
        before = (slot.data.get("item"), slot.text)
        slot.data.update(
            item=item,
            name=item.get("name") or "",
            call_id=item.get("call_id") or "",
            custom=holder.type == "custom_tool_call",
        )
        for key in ("arguments", "input", "code"):
            value = item.get(key)
            if isinstance(value, dict | list):
                self.warn("arguments_object")
                value = dump(value).decode()
            if isinstance(value, str) and value:
                slot.set_text(value)
        if not fresh and before == (item, slot.text):
            return []
        return [self._show(slot)]

    def _fill_part(self, holder: Item, name: str, position: int, part: dict[str, Any]) -> list[Update]:
        text = part.get("refusal" if name == "refusal" else "text")
        fresh = (name, position) not in holder.slots
        slot = self._slot_in(holder, name, position)
        changed = isinstance(text, str) and bool(text) and slot.set_text(text)
        for key in ("annotations", "logprobs"):
            if _listed(part.get(key)) and slot.data.get(key) != part[key]:
                slot.data[key] = part[key]
                changed = True
        return [self._show(slot)] if changed or fresh else []

    def _slot_in(self, holder: Item, name: str, position: int) -> Slot:
        slot = holder.slots.get((name, position))
        if slot is None:
            place = f"{holder.index}/{name}" + (f"/{position}" if name in KIND and name != "call" else "")
            data: dict[str, Any] = {"item_index": holder.index, "position": position}
            if name in ("summary", "reasoning"):
                data["of"] = name
            elif name == "thought":
                data["hidden"] = True
            kind = KIND.get(name) or ("image" if holder.type == "image_generation_call" else "builtin")
            slot = holder.slots[name, position] = self._slot(place, kind, data)
        return slot

    def _find(self, payload: dict[str, Any], expected: str = "") -> Item:
        """The item an event is about: by index, else by id, else the last one; made up when there is none."""
        index = payload.get("output_index")
        if isinstance(index, int):
            if index not in self.items:
                self.items[index] = Item(index, {"id": payload.get("item_id"), "type": expected})
            return self.items[index]
        self.warn("missing_index")
        identity = payload.get("item_id")
        for holder in self.items.values():
            if identity and holder.item.get("id") == identity:
                return holder
        if self.items:
            return self.items[max(self.items)]
        self.items[0] = Item(0, {"id": identity, "type": expected})
        return self.items[0]

    # -- inside an item -----------------------------------------------------------------------------------------

    def _where(self, name: str, index_key: str, payload: dict[str, Any]) -> tuple[Slot, bool]:
        if name in ("audio", "transcript"):
            fresh = name not in self.slots
            return (self._slot(name, "audio", {"of": name}) if fresh else self.slots[name]), fresh
        implied = {"text": "message", "refusal": "message", "summary": "reasoning", "reasoning": "reasoning"}
        holder = self._find(payload, implied.get(name, "function_call" if name == "call" else ""))
        position = payload.get(index_key) if index_key else 0
        if not isinstance(position, int):
            self.warn("missing_index")
            position = max((p for n, p in holder.slots if n == name), default=0)
        fresh = (name, position) not in holder.slots
        return self._slot_in(holder, name, position), fresh

    def _delta(self, kind: str, payload: dict[str, Any]) -> list[Update]:
        name, index_key = DELTAS[kind]
        slot, fresh = self._where(name, index_key, payload)
        updates: list[Update] = [self._show(slot)] if fresh else []
        delta = payload.get("delta")
        if isinstance(delta, dict):  # a shell's output comes as an object of streams
            delta = "".join(str(delta[key]) for key in ("stdout", "stderr", "text") if isinstance(delta.get(key), str))
        if _listed(payload.get("logprobs")):
            slot.data.setdefault("logprobs", []).extend(payload["logprobs"])
        elif isinstance(payload.get("output_index"), int) and name not in ("audio", "transcript"):
            at = payload.get(index_key) if index_key else -1
            if isinstance(at, int):
                content, summary = (at, -1) if index_key == "content_index" else (-1, at)
                self._hot[kind, payload["output_index"], content, summary] = slot
        if not isinstance(delta, str) or not delta:
            return updates
        slot.append(delta)
        return [*updates, ("delta", slot.place, delta)]

    def _delta_done(self, kind: str, payload: dict[str, Any]) -> list[Update]:
        name, index_key, text_key = DONES[kind]
        slot, fresh = self._where(name, index_key, payload)
        text = payload.get(text_key) if text_key else None
        changed = isinstance(text, str) and bool(text) and slot.set_text(text)
        if _listed(payload.get("logprobs")):
            slot.data["logprobs"] = payload["logprobs"]
        return [*([self._show(slot)] if changed or fresh else []), *self._close(slot)]

    def _part(self, payload: dict[str, Any]) -> list[Update]:
        part = payload.get("part")
        if not isinstance(part, dict):
            return []
        kind = part.get("type")
        if kind == "summary_text" or "summary_index" in payload:
            name, key = "summary", "summary_index"
        elif kind == "reasoning_text":
            name, key = "reasoning", "content_index"
        else:
            name, key = ("refusal" if kind == "refusal" else "text"), "content_index"
        slot, fresh = self._where(name, key, payload)
        holder = self.items[slot.data["item_index"]]
        updates = self._fill_part(holder, name, slot.data["position"], part)
        return updates or ([self._show(slot)] if fresh else [])

    def _annotation(self, payload: dict[str, Any]) -> list[Update]:
        slot, _ = self._where("text", "content_index", payload)
        slot.data.setdefault("annotations", []).append(payload.get("annotation"))
        return [self._show(slot)]

    def _phase(self, phase: str, payload: dict[str, Any]) -> list[Update]:
        holder = self._find(payload)
        slot = self._slot_in(holder, "call" if holder.type in CALLS else "item", 0)
        slot.data.setdefault("item", holder.item)
        slot.data["phase"] = phase
        if isinstance(payload.get("partial_image_b64"), str):
            slot.kind = "image"
            slot.data["image"] = payload["partial_image_b64"]
            slot.data["format"] = payload.get("output_format") or "png"
        return [self._show(slot)]

    def _shell_output(self, payload: dict[str, Any]) -> list[Update]:
        holder = self._find(payload)
        slot = self._slot_in(holder, "item", 0)
        slot.data.setdefault("item", holder.item)
        slot.data["output"] = payload.get("output")
        return [self._show(slot)]

    # -- the end ------------------------------------------------------------------------------------------------

    def _done(self) -> list[Update]:
        self.warn("done_sentinel_on_responses")
        return []

    def finish(self) -> list[Update]:
        if not self.outcome:
            self._truncate()
        self.ended = True
        return self._close_all()

    def _fail(self, payload: Any) -> list[Update]:
        updates = super()._fail(payload)
        if self.error and payload.get("type") == "error" and not payload.get("error"):
            self.error = ErrorReport(
                "in_band", message=self.error.message, code=self.error.code, param=self.error.param
            )
        return updates

    def _whole(self, document: dict[str, Any]) -> list[Update]:
        self._body = document
        status = document.get("status")
        if not isinstance(document.get("output"), list) and (document.get("error") or status is None):
            self.error, self.outcome = from_payload(document, "body", self._status), "error"
            return []
        self._take(document)
        updates: list[Update] = []
        for index, item in enumerate(_dicts(document.get("output"))):
            updates += self._settle(index, item)
        self.outcome = STATUS_OUTCOME.get(str(status), "completed")
        if self.outcome == "failed":
            self.error = from_payload({"error": document.get("error")}, "in_band", self._status)
        return updates + self._close_all()

    def response_body(self) -> bytes:
        if self._body is not None:
            return dump(self._body)
        if self.outcome in ("", "truncated", "error") or not _listed(self.base.get("output")):
            output = [self._assembled(holder) for _, holder in sorted(self.items.items())]
            return dump({"object": "response", **self.base, "output": output})
        return dump(self.base)

    def _assembled(self, holder: Item) -> dict[str, Any]:
        """An item as the deltas built it, for a reply whose own ending never came or came empty."""
        item = dict(holder.item)
        texts = dict(sorted(holder.slots.items()))
        if holder.type == "message":
            item["content"] = [_content(name, slot) for (name, _), slot in texts.items()]
        elif holder.type == "reasoning":
            for name, key, part in (("summary", "summary", "summary_text"), ("reasoning", "content", "reasoning_text")):
                parts = [{"type": part, "text": slot.text} for (n, _), slot in texts.items() if n == name]
                if parts:
                    item[key] = parts
        elif ("call", 0) in texts:
            item["input" if holder.type == "custom_tool_call" else "arguments"] = texts["call", 0].text
        return item

    def _texts(self, *names: str) -> str | None:
        found = [
            slot.text
            for _, holder in sorted(self.items.items())
            for (name, _), slot in sorted(holder.slots.items())
            if name in names
        ]
        return "".join(found) if found else None

    def _conclusion(self) -> dict[str, Any]:
        status = self.base.get("status") if self.outcome not in ("", "truncated", "error") else None
        text_slots = [slot for h in self.items.values() for (name, _), slot in h.slots.items() if name == "text"]
        encrypted = [h.item["encrypted_content"] for h in self.items.values() if h.item.get("encrypted_content")]
        details = self.base.get("incomplete_details")
        return {
            "finish_reason": status,
            "finish_reason_raw": status,
            "text": self._texts("text") or "",
            "refusal": self._texts("refusal") or None,
            "reasoning": self._texts("summary", "reasoning") or None,
            "tool_calls": [_concluded_call(h) for _, h in sorted(self.items.items()) if h.type in CALLS],
            "choices": [],
            "logprob_tokens": [
                entry.get("token") for slot in text_slots for entry in _dicts(slot.data.get("logprobs"))
            ],
            "annotations": [entry for slot in text_slots for entry in _listed(slot.data.get("annotations"))],
            "incomplete_reason": details.get("reason") if isinstance(details, dict) else None,
            "encrypted_content": encrypted[-1] if encrypted else None,
        }


def _content(name: str, slot: Slot) -> dict[str, Any]:
    if name == "refusal":
        return {"type": "refusal", "refusal": slot.text}
    part = {"type": "output_text", "text": slot.text, "annotations": slot.data.get("annotations", [])}
    return {**part, "logprobs": slot.data["logprobs"]} if "logprobs" in slot.data else part


def _concluded_call(holder: Item) -> dict[str, Any]:
    slot = holder.slots.get(("call", 0))
    text = slot.text if slot else ""
    custom = holder.type == "custom_tool_call"
    return {
        "id": holder.item.get("call_id") or None,
        "name": holder.item.get("name") or "",
        "arguments": text,
        "arguments_json": text if custom else parse_arguments(text),
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in _listed(value) if isinstance(entry, dict)]
