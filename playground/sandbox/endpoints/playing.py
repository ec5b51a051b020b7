"""A reply played to its reader: as a stream, or in one piece when it is through."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from ..http import Stream
from ..pacing import BATCH, Playback, sleep
from ..settings import Settings


def stream_of(playback: Playback, settings: Settings, on_close: Callable[[], None] = lambda: None) -> Stream:
    return Stream(playback, settings.ping_every, on_close)


async def play_out(beats: Iterator[bytes | float], longest: float) -> None:
    """Play all the beats with nobody listening; of their silences at most so many seconds are waited."""
    silence = 0.0
    for number, beat in enumerate(beats):
        if type(beat) is float:
            silence += beat
            if silence == math.inf:
                await sleep(math.inf)
        if number % BATCH == 0:
            await sleep(0)
    if silence:
        await sleep(min(silence, longest))
