"""Markdown on its way to the page: text is shown as it comes, and becomes blocks a moment later.

Rendering may take a while, so it is done in threads, and the stream never waits for it. What a painter says is
absolute (from which character of the source to which), so a page can hear it twice and be none the wiser.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.utils import translation

from playground.api.reading import Slot
from playground.runs.asked import Asked
from playground.runs.canvases import Canvas, canvas_of, cited_by, is_too_long

#: A plain string of one that is marked as safe, which is all that JSON can be made of.
bare = str.__str__

logger = logging.getLogger(__name__)

_threads = ThreadPoolExecutor(2, "paint")


class Painter:
    """All texts of one run, for one lens. `show` gets updates, in the event loop; `idle` is called when all is done."""

    def __init__(
        self, language: str, asked: Asked, show: Callable[[list[list[Any]]], None], idle: Callable[[], None]
    ) -> None:
        self._language = language
        self._asked = asked
        self._show = show
        self._idle = idle
        self._canvases: dict[str, Canvas | None] = {}  # None: it stays text
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        return self._task is not None

    def add(self, slot: Slot, text: str) -> None:
        """More of the text came."""
        canvas = self._canvas(slot)
        if canvas is not None:
            canvas.waiting.append(text)
            if canvas.wakes(text):
                self._start()

    def anew(self, slot: Slot) -> None:
        """The text is now what the slot says, whatever it was."""
        self._canvases.pop(slot.place, None)
        self.add(slot, slot.text)
        if slot.done:
            self.done(slot)

    def done(self, slot: Slot) -> None:
        canvas = self._canvas(slot)
        if canvas is not None:
            canvas.finish, canvas.cited = True, cited_by(slot)
            self._start()

    def _canvas(self, slot: Slot) -> Canvas | None:
        if slot.place not in self._canvases:
            self._canvases[slot.place] = canvas_of(slot, self._asked)
        return self._canvases[slot.place]

    def covered(self, place: str) -> tuple[str, int]:
        """The blocks so far, and how much of the text they stand for."""
        canvas = self._canvases.get(place)
        return canvas.shown if canvas else ("", 0)

    def stop(self) -> None:
        if self._task:
            self._task.cancel()

    async def rest(self) -> None:
        """Until nothing waits to be painted."""
        while self._task:
            await asyncio.wait([self._task])

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._paint())

    async def _paint(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while work := self._work():
                place, canvas, text = work
                try:
                    update = await loop.run_in_executor(_threads, self._render, place, canvas, text, canvas.finished)
                except Exception:
                    logger.exception("a text could not be painted; it stays text")
                    self._canvases[place] = None
                    continue
                canvas.shown = bare(canvas.html), canvas.upto
                if update and self._canvases.get(place) is canvas:
                    self._show([update])
        finally:
            self._task = None
        self._idle()

    def _work(self) -> tuple[str, Canvas, str] | None:
        for place, canvas in self._canvases.items():
            if canvas is None:
                continue
            if canvas.finish and not canvas.finished:
                canvas.finished = True
                if is_too_long(canvas.size):
                    continue  # what is painted of it stays as it is
            elif not canvas.is_ready:
                continue
            return place, canvas, canvas.waiting.take()
        return None

    def _render(self, place: str, canvas: Canvas, text: str, finish: bool) -> list[Any] | None:
        with translation.override(self._language):
            if finish:
                canvas.hold(text)
                html, _, upto = canvas.whole()
                return ["whole", place, bare(html), upto]
            blocks = canvas.paint(text)
            return ["blocks", place, bare(blocks.html), blocks.since, blocks.upto] if blocks else None
