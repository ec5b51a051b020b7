"""How the stream of POST /v1/chat/completions is read: chunks in, one assembled completion and page updates out.

Everything in a chunk may be null or missing on one server or another; null means absent throughout.
"""

from __future__ import annotations

from typing import Any

import msgspec

from playground.api.errors import from_payload, is_error
from playground.api.reading import Reader, Slot, Update, dump, parse_arguments

KNOWN_REASONS = frozenset(("stop", "length", "tool_calls", "content_filter", "function_call", "error"))

#: Top-level keys of a chunk that the assembled completion spells differently or builds itself.
_OURS = frozenset(("choices", "object", "usage", "obfuscation", "error"))


class _Delta(msgspec.Struct):
    content: str
    role: str | None = None
    refusal: None = None
    tool_calls: None = None
    function_call: None = None
    reasoning: None = None
    reasoning_content: None = None
    reasoning_details: None = None
    audio: None = None
    annotations: None = None
    images: None = None


class _Choice(msgspec.Struct):
    delta: _Delta
    index: int = 0
    finish_reason: None = None
    logprobs: None = None
    message: None = None


class _Chunk(msgspec.Struct):
    """The chunk that makes up nearly all of a stream: one choice, some text, nothing else."""

    choices: tuple[_Choice]
    usage: None = None
    error: None = None
    x_groq: None = None


_decode_plain = msgspec.json.Decoder(_Chunk).decode


class Call:
    """One tool call being written."""

    __slots__ = ("id", "key", "kind", "name", "slot")

    def __init__(self, key: int, slot: Slot) -> None:
        self.key = key
        self.slot = slot
        self.id = ""
        self.name = ""
        self.kind = "function"


class Choice:
    """One of the `n` answers."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.role = "assistant"
        self.finish_reason: str | None = None
        self.text: Slot | None = None
        self.refusal: Slot | None = None
        self.reasoning: Slot | None = None
        self.audio: dict[str, Any] = {}
        self.images: dict[str, Any] = {}  # by their address
        self.calls: list[Call] = []
        self.by_index: dict[int, Call] = {}
        self.legacy_call: Call | None = None
        self.logprobs: dict[str, list[Any]] | None = None
        self.annotations: list[Any] = []
        self.extra: dict[str, Any] = {}  # whatever else the choice or its message carried
        self.had_delta = False
        self.last_delta = ""
        self.growing = 0


class ChatReader(Reader):
    endpoint = "chat"

    def __init__(self) -> None:
        super().__init__()
        self.choices: dict[int, Choice] = {}
        self.top: dict[str, Any] = {}

    # -- events -------------------------------------------------------------------------------------------------

    def read(self, name: str, data: bytes) -> list[Update]:
        # Nearly every event of a long answer ends here; whatever is the least unusual takes the careful way.
        try:
            chunk = _decode_plain(data)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return super().read(name, data)
        if self.done_sentinel or name == "body" or not self.top:
            return super().read(name, data)
        plain = chunk.choices[0]
        choice = self.choices.get(plain.index)
        if choice is None or choice.text is None:
            return super().read(name, data)
        self.malformed = False
        self.payloads += 1
        text = plain.delta.content
        if not text:
            return []
        if choice.growing < 5:
            self._notice_growth(choice, text)
        choice.text.append(text)
        return [("delta", choice.text.place, text)]

    def _payload(self, name: str, payload: dict[str, Any]) -> list[Update]:
        self._remember_top(payload)
        if is_error(payload) or (name == "error" and "choices" not in payload):
            updates = self._choices(payload.get("choices"))
            return updates + self._fail(payload)
        groq = payload.get("x_groq")
        for usage in (payload.get("usage"), groq.get("usage") if isinstance(groq, dict) else None):
            if isinstance(usage, dict):
                self.usage = usage
        choices = payload.get("choices")
        if not isinstance(choices, list):
            named = name not in ("", "message") or "type" in payload
            self.warn("unknown_event" if named and "choices" not in payload else "missing_choices")
            return []
        return self._choices(choices)

    def _remember_top(self, payload: dict[str, Any]) -> None:
        """Ids and names come from the first chunk that really has them; vendors' own keys are kept as last seen."""
        for key, value in payload.items():
            if key in _OURS or value is None:
                continue
            if key in ("id", "model", "created"):
                if value and not self.top.get(key):
                    self.top[key] = value
            else:
                self.top[key] = value
        self.top.setdefault("id", None)
        self.id = str(self.top.get("id") or "")
        self.model = str(self.top.get("model") or "")

    def _choices(self, choices: Any) -> list[Update]:
        updates: list[Update] = []
        for entry in choices if isinstance(choices, list) else ():
            if isinstance(entry, dict):
                updates += self._choice(entry)
        return updates

    def _choice(self, entry: dict[str, Any]) -> list[Update]:
        index = entry.get("index")
        choice = self._at(index if isinstance(index, int) else 0)
        updates: list[Update] = []
        delta = entry.get("delta")
        message = entry.get("message")
        if isinstance(message, dict):
            self.warn("message_in_chunk")
        if isinstance(delta, dict):
            choice.had_delta = True
            updates += self._delta(choice, delta)
        elif isinstance(message, dict) and not choice.had_delta:
            updates += self._message_so_far(choice, message)
        elif isinstance(entry.get("text"), str):
            updates += self._text(choice, entry["text"])
        elif not isinstance(message, dict):
            self.warn("missing_delta")
        self._logprobs(choice, entry.get("logprobs"))
        for key, value in entry.items():
            if value is not None and key not in ("index", "delta", "message", "logprobs", "finish_reason", "text"):
                choice.extra[key] = value
        return updates + self._finish_reason(choice, entry.get("finish_reason"))

    def _at(self, index: int) -> Choice:
        if index not in self.choices:
            self.choices[index] = Choice(index)
        return self.choices[index]

    def _delta(self, choice: Choice, delta: dict[str, Any]) -> list[Update]:
        updates: list[Update] = []
        if isinstance(delta.get("role"), str) and delta["role"]:
            choice.role = delta["role"]
        updates += self._reasoning(choice, delta)
        content = delta.get("content")
        if isinstance(content, str):
            updates += self._text(choice, content)
        elif isinstance(content, list):
            updates += self._content_parts(choice, content)
        refusal = delta.get("refusal")
        if isinstance(refusal, str) and refusal:
            updates += self._grow(choice, "refusal", refusal)
        for position, fragment in enumerate(_listed(delta.get("tool_calls"))):
            if isinstance(fragment, dict):
                updates += self._tool_call(choice, fragment, position)
        if isinstance(delta.get("function_call"), dict):
            updates += self._legacy_call(choice, delta["function_call"])
        if isinstance(delta.get("audio"), dict):
            updates += self._audio(choice, delta["audio"])
        for image in _listed(delta.get("images")):
            updates += self._image(choice, image)
        if _listed(delta.get("annotations")):
            updates += self._annotate(choice, delta["annotations"])
        return updates

    def _annotate(self, choice: Choice, annotations: list[Any]) -> list[Update]:
        choice.annotations += annotations
        if choice.text is None:
            return []
        choice.text.data["annotations"] = choice.annotations
        return [self._show(choice.text)]

    def _text(self, choice: Choice, text: str) -> list[Update]:
        if not text:
            return []
        self._notice_growth(choice, text)
        return self._grow(choice, "text", text)

    def _grow(self, choice: Choice, kind: str, text: str) -> list[Update]:
        slot: Slot | None = getattr(choice, kind)
        updates: list[Update] = []
        if slot is None:
            slot = self._slot(f"c{choice.index}/{kind}", kind, {"choice": choice.index})
            setattr(choice, kind, slot)
            updates.append(self._show(slot))
        slot.append(text)
        return [*updates, ("delta", slot.place, text)]

    def _notice_growth(self, choice: Choice, text: str) -> None:
        """Some servers send the whole text so far in every delta. It cannot be told safely from a repetition, so
        it is only said, never undone."""
        if choice.last_delta and len(text) > len(choice.last_delta) and text.startswith(choice.last_delta):
            choice.growing += 1
            if choice.growing == 5:
                self.warn("deltas_repeat_the_text")
        else:
            choice.growing = 0
        choice.last_delta = text

    def _reasoning(self, choice: Choice, delta: dict[str, Any]) -> list[Update]:
        """Under two names, sometimes both with the same text."""
        for key in ("reasoning_content", "reasoning"):
            text = delta.get(key)
            if isinstance(text, str) and text:
                return self._grow(choice, "reasoning", text)
        updates: list[Update] = []
        for detail in _listed(delta.get("reasoning_details")):
            text = detail.get("text") or detail.get("summary") if isinstance(detail, dict) else None
            if isinstance(text, str) and text:
                updates += self._grow(choice, "reasoning", text)
        return updates

    def _content_parts(self, choice: Choice, parts: list[Any]) -> list[Update]:
        updates: list[Update] = []
        for part in parts:
            if not isinstance(part, dict):
                continue
            if isinstance(part.get("text"), str):
                updates += self._text(choice, part["text"])
            if "image_url" in part:
                updates += self._image(choice, part)
            for thought in _listed(part.get("thinking")):
                if isinstance(thought, dict) and isinstance(thought.get("text"), str) and thought["text"]:
                    updates += self._grow(choice, "reasoning", thought["text"])
        return updates

    def _message_so_far(self, choice: Choice, message: dict[str, Any]) -> list[Update]:
        """A chunk that has only a growing `message`: take what is new in it."""
        content = message.get("content")
        have = choice.text.text if choice.text else ""
        if not isinstance(content, str):
            return []
        return self._text(choice, content.removeprefix(have))

    # -- tool calls ---------------------------------------------------------------------------------------------

    def _tool_call(self, choice: Choice, fragment: dict[str, Any], position: int) -> list[Update]:
        call, fresh = self._which_call(choice, fragment, position)
        inner, custom = fragment.get("function"), fragment.get("custom")
        if not isinstance(inner, dict) and isinstance(custom, dict):
            call.kind, inner = "custom", custom
        return self._fill(call, fragment.get("id"), inner if isinstance(inner, dict) else {}, fresh)

    def _which_call(self, choice: Choice, fragment: dict[str, Any], position: int) -> tuple[Call, bool]:
        """The index says which; where it is missing or reused, a new id starts a new call."""
        index, identity = fragment.get("index"), fragment.get("id") or ""
        if isinstance(index, int):
            call = choice.by_index.get(index)
            if call is not None and not (identity and call.id and identity != call.id):
                return call, False
        else:
            self.warn("missing_tool_index")
            known = [call for call in choice.calls if identity and call.id == identity]
            if known or (not identity and choice.calls):
                return (known or choice.calls)[-1], False
        call = self._new_call(choice)
        if isinstance(index, int):
            choice.by_index[index] = call
        return call, True

    def _new_call(self, choice: Choice) -> Call:
        key = len(choice.calls)
        slot = self._slot(f"c{choice.index}/call/{key}", "call", {"choice": choice.index, "name": "", "call_id": ""})
        call = Call(key, slot)
        choice.calls.append(call)
        return call

    def _legacy_call(self, choice: Choice, inner: dict[str, Any]) -> list[Update]:
        fresh = choice.legacy_call is None
        if choice.legacy_call is None:
            choice.legacy_call = self._new_call(choice)
            choice.legacy_call.kind = "legacy"
        return self._fill(choice.legacy_call, None, inner, fresh)

    def _fill(self, call: Call, identity: Any, inner: dict[str, Any], fresh: bool) -> list[Update]:
        updates: list[Update] = []
        name = inner.get("name")
        changed = fresh
        if isinstance(identity, str) and identity and not call.id:
            call.id, changed = identity, True
        if isinstance(name, str) and name:
            if name == call.name:
                self.warn("tool_header_repeated")
            elif not (call.name and isinstance(identity, str) and identity and not fresh):
                call.name, changed = call.name + name, True
        if changed:
            call.slot.data.update(name=call.name, call_id=call.id, custom=call.kind == "custom")
            updates.append(self._show(call.slot))
        arguments = inner.get("input") if call.kind == "custom" else inner.get("arguments")
        if isinstance(arguments, dict | list):
            self.warn("arguments_object")
            arguments = dump(arguments).decode()
        if isinstance(arguments, str) and arguments:
            call.slot.append(arguments)
            updates.append(("delta", call.slot.place, arguments))
        return updates

    # -- the rest of a choice -----------------------------------------------------------------------------------

    def _audio(self, choice: Choice, audio: dict[str, Any]) -> list[Update]:
        updates: list[Update] = []
        for key, value in audio.items():
            if key in ("data", "transcript") and isinstance(value, str):
                before = choice.audio.get(key)
                choice.audio[key] = before + value if isinstance(before, str) else value
            elif value is not None:
                choice.audio[key] = value
        place = f"c{choice.index}/audio"
        slot = self.slots.get(place)
        if slot is None:
            slot = self._slot(place, "audio", {"choice": choice.index})
            updates.append(self._show(slot))
        slot.data["sound"] = choice.audio.get("data")
        if isinstance(audio.get("transcript"), str) and audio["transcript"]:
            slot.append(audio["transcript"])
            updates.append(("delta", place, audio["transcript"]))
        return updates

    def _image(self, choice: Choice, image: Any) -> list[Update]:
        """A picture; some servers repeat with the last chunk what came before."""
        inner = image.get("image_url") if isinstance(image, dict) else None
        url = inner.get("url") if isinstance(inner, dict) else inner
        if not isinstance(url, str) or not url or url in choice.images:
            return []
        place = f"c{choice.index}/image/{len(choice.images)}"
        choice.images[url] = image
        return [
            self._show(self._slot(place, "image", {"choice": choice.index, "item": {"type": "image_url", "url": url}}))
        ]

    def _logprobs(self, choice: Choice, logprobs: Any) -> None:
        if not isinstance(logprobs, dict):
            return
        if choice.logprobs is None:
            choice.logprobs = {}
        for key, tokens in logprobs.items():
            choice.logprobs.setdefault(key, []).extend(_listed(tokens))

    def _finish_reason(self, choice: Choice, reason: Any) -> list[Update]:
        if not isinstance(reason, str) or not reason:
            return []
        if choice.finish_reason is not None:
            self.warn("duplicate_finish")
            return []
        choice.finish_reason = reason
        if reason.lower() not in KNOWN_REASONS:
            self.warn("unknown_finish_reason")
        place = f"c{choice.index}/finish"
        slot = self._slot(place, "finish", {"choice": choice.index, "reason": reason})
        return [self._show(slot)]

    # -- the end ------------------------------------------------------------------------------------------------

    def _done(self) -> list[Update]:
        return self.finish()

    def finish(self) -> list[Update]:
        if self.outcome:
            return []
        finished = [choice for choice in self.choices.values() if choice.finish_reason]
        if finished and not self.done_sentinel and "ndjson" not in self.warnings:
            self.warn("no_done")
        if not finished and not self.done_sentinel:
            self._truncate()
            return self._close_all()
        if not finished:
            self.warn("no_finish_reason")
        self._remark_on_calls()
        self.outcome = "completed"
        self.ended = True
        return self._close_all()

    def _remark_on_calls(self) -> None:
        for choice in self.choices.values():
            if choice.calls and (choice.finish_reason or "").lower() not in ("tool_calls", "function_call"):
                self.warn("tool_call_without_tool_finish")
            if any(not call.slot.text for call in choice.calls):
                self.warn("empty_arguments")

    def _whole(self, document: dict[str, Any]) -> list[Update]:
        self._body = document
        choices = document.get("choices")
        if is_error(document) or not isinstance(choices, list) or not choices:
            self.error, self.outcome = from_payload(document, "body", self._status), "error"
            return []
        self._remember_top(document)
        if isinstance(document.get("usage"), dict):
            self.usage = document["usage"]
        updates: list[Update] = []
        for entry in choices:
            if isinstance(entry, dict):
                updates += self._choice({**entry, "delta": entry.get("message") or entry.get("delta"), "message": None})
        self._remark_on_calls()
        self.outcome = "completed"
        return updates + self._close_all()

    def response_body(self) -> bytes:
        if self._body is not None:
            return dump(self._body)
        completion: dict[str, Any] = {
            "id": self.top.get("id"),
            "object": "chat.completion",
            "created": self.top.get("created"),
            "model": self.top.get("model"),
            "choices": [self._assembled(choice) for _, choice in sorted(self.choices.items())],
            "usage": self.usage,
        }
        return dump({**completion, **{k: v for k, v in self.top.items() if k not in completion}})

    def _assembled(self, choice: Choice) -> dict[str, Any]:
        message: dict[str, Any] = {
            "role": choice.role,
            "content": choice.text.text if choice.text else None,
            "refusal": choice.refusal.text if choice.refusal else None,
        }
        if choice.reasoning:
            message["reasoning_content"] = choice.reasoning.text
        if choice.annotations:
            message["annotations"] = choice.annotations
        if choice.audio:
            message["audio"] = choice.audio
        if choice.images:
            message["images"] = list(choice.images.values())
        calls = [_assembled_call(call) for call in choice.calls if call.kind != "legacy"]
        if calls:
            message["tool_calls"] = calls
        if choice.legacy_call:
            message["function_call"] = {"name": choice.legacy_call.name, "arguments": choice.legacy_call.slot.text}
        return {
            "index": choice.index,
            "message": message,
            "logprobs": choice.logprobs,
            "finish_reason": choice.finish_reason,
            **choice.extra,
        }

    def _conclusion(self) -> dict[str, Any]:
        first = self.choices.get(0) or next(iter(self.choices.values()), None) or Choice(0)
        logprobs = (first.logprobs or {}).get("content") or []
        return {
            "finish_reason": (first.finish_reason or "").lower() or None,
            "finish_reason_raw": first.finish_reason,
            "text": first.text.text if first.text else "",
            "refusal": first.refusal.text if first.refusal else None,
            "reasoning": first.reasoning.text if first.reasoning else None,
            "tool_calls": [_concluded_call(call) for call in first.calls],
            "choices": [
                {
                    "index": choice.index,
                    "text": choice.text.text if choice.text else "",
                    "finish_reason": (choice.finish_reason or "").lower() or None,
                }
                for _, choice in sorted(self.choices.items())
            ],
            "logprob_tokens": [entry.get("token") for entry in logprobs if isinstance(entry, dict)],
            "annotations": first.annotations,
            "incomplete_reason": None,
            "encrypted_content": None,
        }


def _assembled_call(call: Call) -> dict[str, Any]:
    if call.kind == "custom":
        return {"id": call.id, "type": "custom", "custom": {"name": call.name, "input": call.slot.text}}
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.slot.text}}


def _concluded_call(call: Call) -> dict[str, Any]:
    text = call.slot.text
    return {
        "id": call.id or None,
        "name": call.name,
        "arguments": text,
        "arguments_json": text if call.kind == "custom" else parse_arguments(text),
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
