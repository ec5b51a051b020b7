"""Responses events one by one: numbered, spelled as server-sent events, grouped by output item."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..tokens import split
from .ids import Ids
from .sse import dumps, padding, quoted

Beat = bytes | float  # an event, or so many seconds of silence
HIDDEN_PACE = 8  # reasoning nobody sees is this many times quicker than text


@dataclass(frozen=True, slots=True)
class Manner:
    """How a stream is written: its pace, and what rides along with the deltas."""

    gap: float = 0.0  # seconds between two tokens
    first_wait: float = 0.0
    queue_wait: float = 0.0
    obfuscate: bool = True
    logprobs: int | None = None  # how many alternatives, or None for no log probabilities at all
    temperature: float = 1.0
    encrypted: bool = False
    flat_errors: bool = False
    comet: bool = False


class EventWriter:
    """The events of one stream, and the output items they build up."""

    def __init__(self, ids: Ids, manner: Manner, shown: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.ids, self.manner = ids, manner
        self.shown = shown  # what of an item's data was asked for
        self.output: list[dict[str, Any]] = []  # as it is sent
        self._whole: list[dict[str, Any]] = []  # the finished items with all their data
        self.sequence = 0
        self.saying, self.reached = "", 0  # the text whose deltas are being written, and how many characters they said

    def event(self, type: str, **fields: Any) -> bytes:
        body = dumps({"type": type, "sequence_number": self.sequence, **fields})
        self.sequence += 1
        return f"event: {type}\ndata: {body}\n\n".encode()

    def deltas(self, type: str, place: dict[str, Any], text: str, **extra: str) -> Iterator[Beat]:
        """One delta event for each token. Written by hand: this is where nearly all the events come from."""
        gap = self.manner.gap
        self.saying, self.reached = text, 0
        start = f'event: {type}\ndata: {dumps({"type": type, **place})[:-1]},"delta":'
        tail = "".join(f',"{name}":{value}' for name, value in extra.items()) + ',"sequence_number":'
        for token in split(text):
            hidden = f',"obfuscation":"{padding(len(token), self.sequence)}"' if self.manner.obfuscate else ""
            event = f"{start}{quoted(token)}{tail}{self.sequence}{hidden}}}\n\n".encode()
            self.sequence += 1
            self.reached += len(token)
            yield event
            if gap:
                yield gap

    def open(self, item: dict[str, Any]) -> bytes:
        """Start an output item; it is in `output` from here on and grows there."""
        self.output.append(item)
        return self.event("response.output_item.added", item=item, output_index=len(self.output) - 1)

    def close(self) -> bytes:
        self._whole.append(self.output[-1])
        self.output[-1] = self.shown(self.output[-1])
        return self.event("response.output_item.done", item=self.output[-1], output_index=len(self.output) - 1)

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The output with the data that nobody asked for this time, and may ask for later."""
        return self._whole + self.output[len(self._whole) :]

    @property
    def place(self) -> dict[str, Any]:
        return {"item_id": self.output[-1]["id"], "output_index": len(self.output) - 1}
