"""The busy one: 429 twice, then an answer. The same request is counted, so trying again is enough."""

from __future__ import annotations

from collections.abc import Iterator

from ..ask import Ask
from ..steps import Fail, Step
from . import Model
from .common import answer

REFUSED = 2
RETRY_AFTER = (("retry-after", "1"),)


def write(ask: Ask) -> str:
    return ask.sampler.render("The {third|last} try {worked|got through}: this simulated model is no longer busy.")


def behave(ask: Ask) -> Iterator[Step]:
    if ask.attempt % (REFUSED + 1):
        text = "Rate limit reached for this simulated model. Please try again in 1s; the third try succeeds."
        yield Fail("http", "rate_limit_exceeded", text, status=429, type="requests", headers=RETRY_AFTER)
        return
    yield from answer(ask, write)


def always(ask: Ask) -> Iterator[Step]:
    text = "You exceeded your current quota, please check your plan and billing details. (Simulated.)"
    yield Fail("http", "insufficient_quota", text, status=429, type="insufficient_quota")


MODELS = (
    Model(
        "sandbox-busy",
        "Simulated failure: 429 with Retry-After twice, the third same request succeeds.",
        behave,
        counted=True,
    ),
    Model("sandbox-quota", "Simulated failure: always 429 insufficient_quota, with no Retry-After.", always),
)
