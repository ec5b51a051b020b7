"""Servers for soaks: as in the tests, on a folder that is gone afterwards; and the database of this process itself."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import serving

#: No limit of people is what these measure.
ROOM = {
    "PLAYGROUND_RUNS": "1000",
    "PLAYGROUND_RUNS_PER_USER": "1000",
    "PLAYGROUND_RUNS_A_MINUTE": "100000",
    "PLAYGROUND_SOCKETS_PER_USER": "2000",
    "PLAYGROUND_SOCKETS_PER_ADDRESS": "2000",
}


@contextlib.contextmanager
def servers() -> Iterator[serving.Servers]:
    """Starts playgrounds with room for everything."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        template = Path(folder, "migrated")
        serving.manage(serving.surroundings(template), "migrate", "--verbosity", "0")
        with serving.servers(template, Path(folder)) as start:
            yield start


def seed() -> int:
    """Printed by whoever uses it; SEED replays one."""
    return int(os.environ.get("SEED") or int.from_bytes(os.urandom(4)))
