"""Fixtures of the room `runs`, for what goes wrong in it."""

from tests.runs.conftest import playing

__all__ = ["playing"]
