"""What one run looks like after its event N: a reader fed only with stored events, and what changed on the page.

The owner's process feeds it from the journal's commits; any other process, and a page that is loaded, from the
database. Both come to the same picture, because both read the same bytes in the same order.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from playground.api.reading import Slot, Update
from playground.runs.asked import NOTHING, Asked
from playground.runs.packing import Stored, to_event
from playground.runs.reading import new_reader, read_event

_GROUP = re.compile(r"(\D*)(\d{0,9})")
_OrderKey = tuple[str, int, int]

#: The kind of a slot -> which of a run's moments its first words are.
MOMENTS = {
    "text": "first_text",
    "refusal": "first_text",
    "audio": "first_text",
    "reasoning": "first_reasoning",
    "call": "first_call",
    "builtin": "first_call",
    "image": "first_call",
}


@dataclass(slots=True)
class Change:
    """What some events changed. Text that came is joined per slot, however many deltas brought it."""

    number: int = 0
    parts: dict[str, bool] = field(default_factory=dict)  # place -> whether its text must be shown anew
    deltas: dict[str, list[str]] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    moment: bool = False  # the first text, call or thought is among it

    @property
    def text_alone(self) -> tuple[str, str] | None:
        """The place and its new text, where that is all that changed."""
        if self.parts or self.done or len(self.deltas) != 1:
            return None
        ((place, texts),) = self.deltas.items()
        return place, texts[0] if len(texts) == 1 else "".join(texts)


@dataclass(slots=True)
class Span:
    """When something was on its way: microseconds since the request was sent."""

    begin: int
    end: int
    grew: bool = False


@dataclass(slots=True)
class Reply:
    """What was known before the first byte of the body."""

    status: int = 200
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)


class Screen:
    def __init__(self, endpoint: str, reply: Reply | None = None, asked: Asked = NOTHING) -> None:
        self.reader = new_reader(endpoint)
        self.reply = reply or Reply()
        self.asked = asked
        self.number = 0
        self.moments: dict[str, int] = {}  # microseconds since the request was sent
        self.longest_gap = 0
        self.last_at = 0
        self.body_start = b""  # of a reply that is no stream, to tell what it is instead
        self.spans: dict[str, Span] = {}
        self.order: list[str] = []  # places, as they stand on the page
        self._keys: list[_OrderKey] = []  # beside `order`
        self._editions: dict[str, int] = {}
        self._told = False  # what is known of all slots only at the end was shown with them

    def advance(self, events: list[Stored]) -> Change:
        """Read the next stored events."""
        change = Change()
        reader = self.reader
        for stored in events:
            gap = stored.at - self.last_at
            if gap > self.longest_gap and self.number:
                self.longest_gap = gap
            self.last_at = stored.at
            self.number += 1
            if stored.marks and stored.kind == "body":
                updates = self._read_body(stored.raw)
            else:
                updates = read_event(reader, to_event(stored))
            if updates:
                self._take(updates, stored.at, change)
        if events and "first_event" not in self.moments:
            self.moments["first_event"] = events[0].at
            change.moment = True
        change.number = self.number
        if reader.ended and not self._told:
            self._tell(change)
        return change

    def finish(self) -> Change:
        """Nothing more will come."""
        change = Change(number=self.number)
        if not self.reader.outcome or not self.reader.ended:
            self._take(self.reader.finish(), self.last_at, change)
        if not self._told:
            self._tell(change)
        return change

    def everything(self) -> Change:
        """The whole page as a change of an empty one."""
        slots = self.reader.slots
        done = [place for place in self.order if slots[place].done]
        return Change(number=self.number, parts=dict.fromkeys(self.order, True), done=done)

    def before(self, place: str) -> str:
        """The place that stands before this one; nothing for the first."""
        at = self.order.index(place)
        return self.order[at - 1] if at else ""

    def slot(self, place: str) -> Slot:
        return self.reader.slots[place]

    # -- inside -------------------------------------------------------------------------------------------------

    def _read_body(self, body: bytes) -> list[Update]:
        """A reply that is no stream, or one of several while a background response is asked after."""
        reader, reply = self.reader, self.reply
        self.body_start = body[:500]
        if reply.status >= 400:
            reader.read_error(reply.status, reply.reason, reply.headers, body)
            return []
        reader.at_status(reply.status)
        return reader.read("body", body)

    def _take(self, updates: list[Update], at: int, change: Change) -> None:
        for update in updates:
            what, place = update[0], update[1]
            if what == "delta":
                texts = change.deltas.get(place)
                if texts is None:
                    texts = change.deltas[place] = []
                    self._note_moment(place, at, change)
                    self.spans[place].grew = True
                texts.append(update[2])  # type: ignore[misc]  # a delta has its text there
                self.spans[place].end = at
            elif what == "part":
                if place in self.reader.slots:  # else it is about the reply as a whole, which `head` shows
                    self._show(place, change)
            else:
                change.done.append(place)
                change.parts.setdefault(place, False)  # what is complete looks different
                if not self.spans[place].grew:
                    self.spans[place].end = at

    def _show(self, place: str, change: Change) -> None:
        slot = self.reader.slots[place]
        known = self._editions.get(place)
        if known is None:
            key = (*_group(place), len(self.order))
            position = bisect_left(self._keys, key)
            self._keys.insert(position, key)
            self.order.insert(position, place)
            self.spans[place] = Span(self.last_at, self.last_at)
        anew = known != slot.edition
        change.parts[place] = anew or change.parts.get(place, False)
        self._editions[place] = slot.edition
        if slot.kind not in ("text", "reasoning", "refusal"):
            self._note_moment(place, self.last_at, change)

    def _tell(self, change: Change) -> None:
        """How many tokens went into thinking is known only now."""
        self._told = True
        for place in self.order:
            if self.reader.slots[place].kind == "reasoning":
                change.parts.setdefault(place, False)

    def _note_moment(self, place: str, at: int, change: Change) -> None:
        moment = MOMENTS.get(self.reader.slots[place].kind, "")
        if moment and moment not in self.moments:
            self.moments[moment] = at
            change.moment = True


def _group(place: str) -> tuple[str, int]:
    """Output items and choices stand in the order of their numbers; what is inside one, in the order it came."""
    name, number = _GROUP.match(place).groups()  # type: ignore[union-attr]  # it matches anything
    return name, int(number or 0)
