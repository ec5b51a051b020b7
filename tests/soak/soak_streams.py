"""F22 at full size: 100,000 streams with something broken in each. The reader never raises and keeps every byte.

TIMES and SEED change it.
"""

from __future__ import annotations

import json
import os
import random

from playground.runs.packing import from_event
from playground.runs.screen import Screen
from playground.upstream import sse
from tests.registry import table
from tests.runs import streams
from tests.soak.serving import seed

TIMES = int(os.environ.get("TIMES", "100000"))
WHOLE = {
    "responses": [streams.odd(), streams.whole(["Grüße, ", "日本語 ", "und 🦄"])],
    "chat": [streams.chat(["Grüße, ", "日本語 ", "und 🦄"])],
}
ODD = [b"\r", b"\n", b"\r\n", b"\xef\xbb\xbf", b"\0", b"\xff", b"data:", b"data: [DONE]\n\n", b": x\n", b"{", b"null"]
ODD += [
    b"1e999",
    b"retry: x\n",
    b"id: \0\n",
    "\u2028\u0085".encode(),
    b"event: error\n",
    b'"\\ud800"',
    b"[" * 300,
    b"\n\n",
]


def main() -> None:
    number = seed()
    print(f"seed {number}")
    dice = random.Random(number)
    events = 0
    for _ in range(TIMES):
        endpoint = dice.choice(list(WHOLE))
        stream = spoiled(dice, dice.choice(WHOLE[endpoint]))
        events += read(dice, endpoint, stream)
    table(f"{TIMES:,} spoiled streams", [("events in them", f"{events:,}"), ("bytes lost", "0"), ("raised", "0")])


def spoiled(dice: random.Random, stream: bytes) -> bytes:
    """Cut, doubled, turned round or with something put in, some times over."""
    for _ in range(dice.randint(1, 6)):
        start, end = sorted(dice.randrange(len(stream) + 1) for _ in range(2))
        piece = stream[start : min(end, start + 200)]
        kind = dice.randrange(4)
        new = [b"", piece * 2, piece[::-1], dice.choice(ODD)][kind]
        stream = stream[:start] + new + stream[start + len(piece) :]
    return stream


def read(dice: random.Random, endpoint: str, stream: bytes) -> int:
    """As a run reads it, in pieces of any size."""
    reader, screen = sse.EventReader(), Screen(endpoint)
    kept, at = b"", 0
    while at < len(stream):
        size = dice.randint(1, 400)
        kept += advance(screen, reader.feed(stream[at : at + size]))
        at += size
    kept += advance(screen, reader.flush())
    assert kept == stream, (endpoint, stream)
    screen.finish()
    assert screen.reader.outcome
    screen.reader.response_body()
    json.dumps(screen.reader.conclusion())
    return screen.number


def advance(screen: Screen, events: list[sse.Event]) -> bytes:
    stored = [from_event(event, 1) for event in events]
    screen.advance(stored)
    return b"".join(event.raw for event in stored)
