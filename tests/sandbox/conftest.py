"""A sandbox of the test's own, at full speed."""

from collections.abc import Callable
from typing import Any

import pytest

from playground.sandbox.asgi import Sandbox
from playground.sandbox.settings import Settings

from .api import Api


@pytest.fixture
def api() -> Api:
    return Api(Sandbox(Settings(pace=0)))


@pytest.fixture
def api_with() -> Callable[..., Api]:
    """A caller of a sandbox with other settings: api_with(profile="claude")."""

    def make(**settings: Any) -> Api:
        return Api(Sandbox(Settings(**{"pace": 0, **settings})))

    return make
