"""Servers that fail before they answer: 500, 503."""

from __future__ import annotations

from collections.abc import Iterator

from ..ask import Ask
from ..steps import Fail, Step
from . import Model


def error_500(ask: Ask) -> Iterator[Step]:
    text = "The server had an error while processing your request. Sorry about that! (Simulated.)"
    yield Fail("http", "server_error", text, status=500)


def error_503(ask: Ask) -> Iterator[Step]:
    text = "The engine is currently overloaded, please try again later. (Simulated.)"
    yield Fail("http", "engine_overloaded", text, status=503, headers=(("retry-after", "2"),))


MODELS = (
    Model("sandbox-error-500", "Simulated failure: always HTTP 500.", error_500),
    Model("sandbox-error-503", "Simulated failure: always HTTP 503 with Retry-After.", error_503),
)
