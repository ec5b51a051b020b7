"""How much work one rendering may cost. Untrusted text can be made to be slow; then it is shown plainly instead."""

import time

SECONDS = 1.0
SECONDS_PER_CHARACTER = 3e-6  # twice what honest text takes on a slow machine
_EACH = 64


class TooCostly(Exception):
    """The rendering has used up what it may cost."""


class Budget:
    """Counts this thread's own computing time, so that a busy machine does not make honest text look hostile."""

    __slots__ = ("_countdown", "_until")

    def __init__(self, length: int, seconds: float = SECONDS) -> None:
        self._until = time.thread_time() + max(seconds, length * SECONDS_PER_CHARACTER)
        self._countdown = _EACH

    def step(self) -> None:
        """Called at each small step of the work; looks at the clock at some of them."""
        self._countdown -= 1
        if self._countdown <= 0:
            self._countdown = _EACH
            self.look()

    def look(self) -> None:
        """Called after a large step of the work."""
        if time.thread_time() > self._until:
            raise TooCostly
