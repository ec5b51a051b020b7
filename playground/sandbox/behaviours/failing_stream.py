"""Streams that go wrong half-way: an error inside, a failed response, a cut, a stall, garbage."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..ask import Ask
from ..steps import Cut, Fail, Raw, Say, Step, Wait
from . import Model

OPENING = "This simulated answer begins as if all were well, "


def stream_error(ask: Ask) -> Iterator[Step]:
    yield Say(OPENING)
    yield Fail("stream", "server_error", "The model produced an error in the middle of the stream. (Simulated.)")


def failed(ask: Ask) -> Iterator[Step]:
    yield Say(OPENING)
    yield Fail("result", "server_error", "The model failed while it answered. (Simulated.)")


def cut(ask: Ask) -> Iterator[Step]:
    yield Say(OPENING + "but the line")
    yield Cut()


def stall(ask: Ask) -> Iterator[Step]:
    yield Say(OPENING + "and then nothing comes any more")
    yield Wait(math.inf)


def garbage(ask: Ask) -> Iterator[Step]:
    yield Say(OPENING)
    yield Raw(b'data: {"type":"response.output_text.delta","delta":"half of an ev\n\n')
    yield Raw(b"event: \xff\xfe\ndata: \xc3\x28 not UTF-8\n\n")
    yield Raw(b"<html><body><h1>502 Bad Gateway</h1></body></html>\n\n")
    yield Raw(b"data: [1, 2, 3]\n\ndata: null\n\n")
    yield Cut()


MODELS = (
    Model("sandbox-stream-error", "Simulated failure: an error event inside the stream.", stream_error),
    Model("sandbox-failed", "Simulated failure: HTTP 200 and a response whose status is failed.", failed),
    Model("sandbox-cut", "Simulated failure: the stream stops without an end, the JSON half-way.", cut),
    Model("sandbox-stall", "Simulated failure: a few words, then silence without pings and without end.", stall),
    Model("sandbox-garbage", "Simulated failure: broken JSON, broken UTF-8 and HTML inside the stream.", garbage),
)
