"""Watching a run: snapshot or tail, then live. The same for a first load, a reload, a second tab and another process.

A `Watch` is one run as this process shows it; whoever carries the run out, or follows it, feeds it with stored
events. What they change becomes frames once for each `Audience`: all pages that look through the same lens. A
`Watcher` is one page: what it has not acknowledged is bounded, and one that reads too slowly gets a snapshot when it
is ready for one.
"""

from __future__ import annotations

import logging
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import playground
from playground.api.growing import GrowingText
from playground.models import Run
from playground.runs import frames, parts
from playground.runs.frames import Frame, message
from playground.runs.packing import Stored
from playground.runs.painter import Painter
from playground.runs.parts import Lens
from playground.runs.screen import Change, Screen
from playground.runs.veil import Discretion, Veil

logger = logging.getLogger(__name__)

#: How many characters may wait for a slow browser.
WINDOW: Final = 1 << 20
#: How much of what was shown last is kept for pages that come back: half of it at least, in bytes of a plain text.
RECENT: Final = 16 * 1024
#: What a thing kept weighs besides its text.
OVERHEAD: Final = 500


class Watcher:
    """One page that looks at a run. `send` must not wait."""

    def __init__(self, lens: Lens, send: Callable[[str], None]) -> None:
        self.lens = lens
        self.send = send
        self.watch: Watch | None = None
        self.at = 0  # the event after which the page is whole, once it has read what was sent
        self.missed = False  # frames went by that it did not get
        self._sizes: deque[int] = deque()  # of frames sent and not acknowledged
        self._unread = 0
        self._acknowledged = 0
        self._queue: deque[Frame] = deque()

    def push(self, new: list[Frame]) -> None:
        """Show it these, unless it is behind already."""
        if self.missed or self._queue:
            self.missed = True
            return
        if len(new) == 1 and self._unread + len(new[0].text) <= WINDOW:  # nearly always
            if new[0].number >= 0:
                self.at = new[0].number
            self.say(new[0].text)
            return
        self._queue.extend(new)
        self._flush()
        if self._queue:  # no room: it gets a snapshot later, so none of this need be kept
            self._queue.clear()
            self.missed = True

    def say(self, text: str) -> None:
        """Something that is no part of the page: a greeting, a beat, an error."""
        self._sizes.append(len(text))
        self._unread += len(text)
        self.send(text)

    def queue(self, new: list[Frame]) -> None:
        """Show it all of these, as fast as it reads."""
        self._queue.extend(new)
        self._flush()

    def acknowledge(self, count: int) -> None:
        """It has read so many frames of this connection; more than were sent counts as all."""
        while self._acknowledged < count and self._sizes:
            self._unread -= self._sizes.popleft()
            self._acknowledged += 1
        self._flush()
        if self.missed and not self._queue and self._unread < WINDOW // 2 and self.watch:
            self.missed = False
            self.queue(self.watch.since(self.at, self.lens))

    def _flush(self) -> None:
        while self._queue and (self._unread + len(self._queue[0].text) <= WINDOW or not self._unread):
            frame = self._queue.popleft()
            if frame.number >= 0:
                self.at = frame.number
            self.say(frame.text)


class Recent:
    """What was shown last, for pages that were away for a moment. There is one for every run that is looked at, so
    text, which is nearly all of it, is kept as text: a frame for each delta would weigh ten times as much."""

    def __init__(self) -> None:
        self._older: list[Stretch | Shown] = []
        self._newer: list[Stretch | Shown] = []
        self._size = 0  # of the newer ones

    def add(self, before: int, number: int, text: tuple[str, str] | None, new: list[Frame]) -> None:
        """A change from the event `before` to `number`: these frames, or text alone with its place."""
        last = self._newer[-1] if self._newer else None
        if text is None or before < 0:
            self._newer.append(Shown(before, new))
            self._size += sum([len(frame.text) for frame in new]) + OVERHEAD
        elif isinstance(last, Stretch) and last.place == text[0]:
            self._size += last.add(before, number, text[1])
        else:
            self._newer.append(stretch := Stretch(text[0]))
            self._size += stretch.add(before, number, text[1]) + OVERHEAD
        if self._size > RECENT // 2:
            self._older, self._newer, self._size = self._newer, [], 0

    def since(self, after: int) -> list[Frame] | None:
        """What came behind the event `after`, if a change ended there and all later ones are still here."""
        found: list[Frame] | None = None
        for piece in (*self._older, *self._newer):
            if found is None:
                found = piece.since(after)
            else:
                found += piece.all()
        return found


class Shown(NamedTuple):
    """A change as it was shown."""

    before: int
    frames: list[Frame]

    def since(self, after: int) -> list[Frame] | None:
        return self.all() if after == self.before else None

    def all(self) -> list[Frame]:
        return list(self.frames)


class Stretch:
    """Text that came at one place with nothing between, and where in it each change began."""

    __slots__ = ("_befores", "_number", "_starts", "_text", "place")

    def __init__(self, place: str) -> None:
        self.place = place
        self._befores = array("I")  # the event before each change
        self._starts = array("I")
        self._text = GrowingText()
        self._number = 0

    def add(self, before: int, number: int, text: str) -> int:
        """Gives how much more it takes now."""
        self._befores.append(before)
        self._starts.append(self._text.size)
        self._text.append(text)
        self._number = number
        return len(text) + 8

    def since(self, after: int) -> list[Frame] | None:
        at = bisect_left(self._befores, after)
        if at == len(self._befores) or self._befores[at] != after:
            return None
        return frames.of_text(self.place, self._text.whole[self._starts[at] :], self._number)

    def all(self) -> list[Frame]:
        return frames.of_text(self.place, self._text.whole, self._number)


class Audience:
    """The pages that see the same frames of one run."""

    def __init__(self, watch: Watch, lens: Lens) -> None:
        self.watchers: set[Watcher] = set()
        self._watch = watch
        self._lens = lens
        self._recent = Recent()
        self._snapshot: list[Frame] | None = None
        self._veil = self._veil_for(lens)
        self._screen = self._veil or watch.screen
        self._painter = Painter(lens.language, watch.screen.asked, self._painted, self._at_rest)

    def _veil_for(self, lens: Lens) -> Veil | None:
        """For those who must not read all of it."""
        if not lens.room and not lens.hidden:
            return None
        return Veil(self._watch.screen, Discretion(lens.hidden, lens.room), lambda: not self._watch.is_over)

    def paint(self) -> None:
        """Begin to turn texts into blocks. A page that only asks now and then shows texts as they are."""
        for place in self._screen.order:
            self._paint(place)

    def show(
        self, change: Change, before: int, text: tuple[str, str] | None = None, shared: list[Frame] | None = None
    ) -> None:
        if self._veil:
            change, shared = self._veil.seen(change), None
            text = change.text_alone
        self._tell(shared or frames.of_change(self._screen, change, self._lens), before, change.number, text)
        if text:  # nearly always
            self._painter.add(self._screen.slot(text[0]), text[1])
            return
        for place, anew in change.parts.items():
            if anew:
                self._paint(place)
        for place, texts in change.deltas.items():
            if not change.parts.get(place):
                self._painter.add(self._screen.slot(place), "".join(texts))
        for place in change.done:
            self._painter.done(self._screen.slot(place))

    def state(self, names: tuple[str, ...] = parts.STATE) -> Frame:
        """The run itself. That it has ended is said last, when all of it is on the page."""
        run = self._watch.run
        content: dict[str, Any] = {"s": self._parts(names)}
        if self._watch.is_over and not self._painter.busy:
            content["end"] = run.status
        return Frame(message(content), -1)

    def _parts(self, names: tuple[str, ...]) -> dict[str, str]:
        try:
            return parts.state(self._watch.run, self._screen, self._lens, names)
        except Exception:
            # A page without its status line still shows the answer, and still hears that the run has ended.
            logger.exception("the state of run %s could not be shown", self._watch.run.pk)
            return {}

    def push(self, new: list[Frame]) -> None:
        for watcher in list(self.watchers):
            watcher.push(new)

    def since(self, after: int) -> list[Frame]:
        """What a page lacks that is whole after event `after`: the tail if we still have it, else everything."""
        tail = self._tail(after)
        return [*(self._everything() if tail is None else tail), self.state()]

    def close(self) -> None:
        self._painter.stop()

    async def rest(self) -> None:
        await self._painter.rest()

    def _tell(self, new: list[Frame], before: int, number: int, text: tuple[str, str] | None = None) -> None:
        self._snapshot = None
        self._recent.add(before, number, text, new)
        self.push(new)

    def _tail(self, after: int) -> list[Frame] | None:
        if not after or self._watch.is_over:
            return None
        found = self._recent.since(after)
        return [] if found is None and after == self._screen.number else found

    def _everything(self) -> list[Frame]:
        """Made once for all pages that come at the same moment."""
        if self._snapshot is None:
            self._snapshot = frames.of_snapshot(self._screen, self._lens, self._painter.covered)
        return self._snapshot

    def _paint(self, place: str) -> None:
        self._painter.anew(self._screen.slot(place))

    def _painted(self, updates: list[list[Any]]) -> None:
        self._tell(frames.of_updates(updates), self._screen.number, self._screen.number)

    def _at_rest(self) -> None:
        if self._watch.is_over:
            self.push([self.state()])


class Watch:
    """One run, shown by this process."""

    def __init__(self, run: Run, screen: Screen, settled: bool = True) -> None:
        self.run = run
        self.screen = screen
        self.has_last_words = settled  # if it has ended
        self.audiences: dict[Lens, Audience] = {}

    @property
    def is_over(self) -> bool:
        """It has ended and nothing more will be said of it."""
        return self.has_last_words and not self.run.is_live

    # -- for whoever carries the run out or follows it ----------------------------------------------------------

    def stored(self, events: list[Stored]) -> None:
        """These are stored: read and show them."""
        before = self.screen.number
        change = self.screen.advance(events)
        if self.audiences:
            self._show(change, before)

    def settled(self, change: Change) -> None:
        """Nothing more will come: the last words of the screen, the run's state, the end."""
        if self.audiences:
            self._show(change, -1)
            self.state_changed()

    def state_changed(self, names: tuple[str, ...] = parts.STATE) -> None:
        """The run itself changed: its status, a wait, a problem, a moment of its timings."""
        for audience in self.audiences.values():
            audience.push([audience.state(names)])

    def say(self, text: str) -> None:
        for watcher in self.watchers:
            watcher.say(text)

    async def rest(self) -> None:
        """Until all that was stored is on the pages, in the shape it keeps."""
        for audience in list(self.audiences.values()):
            await audience.rest()

    # -- for pages ----------------------------------------------------------------------------------------------

    @property
    def watchers(self) -> list[Watcher]:
        return [watcher for audience in self.audiences.values() for watcher in audience.watchers]

    def attach(self, watcher: Watcher, after: int) -> None:
        """A page that has seen events up to `after`: what it lacks, then everything as it comes."""
        audience = self.audiences.get(watcher.lens)
        if audience is None:
            audience = self.audiences[watcher.lens] = Audience(self, watcher.lens)
            audience.paint()
        audience.watchers.add(watcher)
        watcher.watch = self
        hello = message({"hello": playground.VERSION, "live": not self.is_over})
        try:
            watcher.queue([Frame(hello, -1), *audience.since(after)])
        except BaseException:
            self.detach(watcher)  # nobody else would
            raise

    def detach(self, watcher: Watcher) -> None:
        watcher.watch = None
        audience = self.audiences.get(watcher.lens)
        if audience:
            audience.watchers.discard(watcher)
            if not audience.watchers:
                self.audiences.pop(watcher.lens).close()

    def since(self, after: int, lens: Lens) -> list[Frame]:
        """What a page lacks that asks now and then instead of listening."""
        audience = self.audiences.get(lens) or Audience(self, lens)
        return audience.since(after)

    def _show(self, change: Change, before: int) -> None:
        # Text alone is the same in every language.
        text = change.text_alone
        shared = frames.of_text(*text, change.number) if text else None
        for audience in list(self.audiences.values()):
            try:
                audience.show(change, before, text, shared)
            except Exception:
                # Whatever it is, it concerns how one run is shown in one language; its end must still be told.
                logger.exception("run %s: showing events up to %d failed", self.run.pk, change.number)
        if change.moment:
            self.state_changed(("head",))
