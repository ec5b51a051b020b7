"""How much one client may send, and how fast it has to be. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MESSAGE_BYTES = 256 * 1024
MESSAGES_A_SECOND = 50
WAITING_MESSAGES = 100  # unread by the consumer; more is a flood, whatever its rate

PATIENCE = 20.0  # seconds for the headers of a request, and for its body to show that it moves
LOOK_AGAIN = 5.0  # seconds between two looks at a slow body
LEAST_RATE = 16 * 1024  # bytes a second that a body must reach on average once patience is over


@dataclass
class Budget:
    """So many a second, and as many at once."""

    rate: float = MESSAGES_A_SECOND
    left: float = MESSAGES_A_SECOND
    looked: float = 0.0

    def spend(self, now: float) -> bool:
        """Take one; false when there is none left."""
        self.left = min(self.rate, self.left + (now - self.looked) * self.rate)
        self.looked = now
        self.left -= 1
        return self.left >= 0


def is_too_slow(received: int, seconds: float) -> bool:
    """A body so slow that whoever sends it only wants to hold the line."""
    return seconds >= PATIENCE and received < LEAST_RATE * seconds
