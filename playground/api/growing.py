"""A text that comes in many small pieces and is seldom asked for as a whole."""

from __future__ import annotations

from typing import Final

#: So many pieces become one: a string of its own weighs several times the few letters of a delta, and lists and
#: `io.StringIO` keep one for each piece. Joined far less often than they come, as it costs little only then.
MANY: Final = 32


class GrowingText:
    __slots__ = ("_loose", "_pieces", "size")

    def __init__(self, text: str = "") -> None:
        self._pieces = [text] if text else []
        self._loose = 0  # the newest pieces, not joined yet
        self.size = len(text)

    def append(self, text: str) -> None:
        pieces = self._pieces
        pieces.append(text)
        self.size += len(text)
        self._loose += 1
        if self._loose == MANY:
            pieces[-MANY:] = ["".join(pieces[-MANY:])]
            self._loose = 0

    def __contains__(self, text: str) -> bool:
        """Whether it lies within one of the pieces it came in."""
        return any(text in piece for piece in self._pieces)

    @property
    def whole(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        self._loose = 0
        return self._pieces[0] if self._pieces else ""

    def take(self) -> str:
        """All of it, which is then no longer here."""
        text = self.whole
        self._pieces, self.size = [], 0
        return text
