"""One conversion under way: what is made, what went along, what stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Move:
    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body
        self.made: dict[str, Any] = {}
        self.carried: list[str] = []
        self.left: list[str] = []

    def put(self, name: str, value: Any, path: str) -> None:
        """`value` becomes the field `name`; it came from `path`."""
        self.made[name] = value
        self.carried.append(path)

    def leave(self, path: str) -> None:
        """There is nothing like it on the other side."""
        self.left.append(path)

    def fields(self, path: str, value: Any) -> Iterator[tuple[str, Any]]:
        """The fields of an object to move one by one; anything else stays behind."""
        if isinstance(value, dict):
            yield from value.items()
        elif value is not None:
            self.leave(path)
