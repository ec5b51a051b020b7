"""A run that has ended, recorded for replay: its stored events through the same reader, the same watch and the same
frames as when it was live, each with the moment at which a page showed it. No upstream, no key.

The page has the whole recording and plays it by itself: at its own pace, faster or at once, forwards and back. Once it
is there it needs nobody any more, not even us.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from copy import copy
from typing import Final

from playground.models import Run
from playground.runs.asked import asked
from playground.runs.facts import length_of
from playground.runs.following import reply_of
from playground.runs.frames import Frame
from playground.runs.hub import hub
from playground.runs.packing import Stored
from playground.runs.parts import Lens
from playground.runs.screen import Screen
from playground.runs.watch import Watch, Watcher

#: What comes within so many microseconds is shown together: nobody sees the difference, and it is a frame less.
TOGETHER: Final = 20_000
#: How many characters go out at once.
PIECE: Final = 32_000


async def recording(run: Run, pieces: Iterator[tuple[int, list[Stored]]], lens: Lens) -> AsyncIterator[str]:
    """A line for each frame, `[milliseconds since the request was sent, frame]`; the last one ends the run."""
    screen = Screen(run.endpoint, reply_of(run), asked(run.endpoint, bytes(run.request_body)))
    watch = Watch(_while_it_ran(run), screen)
    page = Recorder(lens)
    watch.attach(page, 0)
    page.at_moment(0)
    try:
        # Read in a thread and a piece at a time: a long log is never in memory as a whole.
        while (piece := await hub().ask(lambda: next(pieces, None))) is not None:
            for moment in _moments(piece[1]):
                watch.stored(moment)
                await asyncio.sleep(0)  # others are served by the same loop
                await watch.rest()
                page.at_moment(moment[-1].at / 1000)
            if page.size > PIECE:
                yield page.lines()
        last = screen.finish()
        watch.run = run
        watch.settled(last)
        await watch.rest()
        page.at_moment(length_of(run, screen))
        yield page.lines()
    finally:
        watch.detach(page)


class Recorder(Watcher):
    """A page that writes down what it is shown, and is never behind."""

    def __init__(self, lens: Lens) -> None:
        self._said: list[str] = []
        self._lines: list[str] = []
        self.size = 0
        super().__init__(lens, self._said.append)

    def push(self, new: list[Frame]) -> None:
        self._said += [frame.text for frame in new]

    queue = push

    def at_moment(self, at: float) -> None:
        """What was said since the last moment was said now."""
        self._lines += [f"[{at:.0f},{frame}]\n" for frame in self._said]
        self.size += sum(map(len, self._said))
        self._said.clear()

    def lines(self) -> str:
        lines = "".join(self._lines)
        self._lines.clear()
        self.size = 0
        return lines


def _while_it_ran(run: Run) -> Run:
    """What was known of it before it had ended."""
    running = copy(run)
    running.status = Run.Status.RUNNING
    running.outcome, running.problem, running.usage, running.timings = "", None, None, {}
    return running


def _moments(events: list[Stored]) -> Iterator[list[Stored]]:
    """The events in order, those that came together as one."""
    moment: list[Stored] = []
    for event in events:
        if moment and event.at - moment[0].at >= TOGETHER:
            yield moment
            moment = []
        moment.append(event)
    if moment:
        yield moment
