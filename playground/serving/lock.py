"""One server for one SQLite file: two would each take the other's runs for leftovers of a crash."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from django.conf import settings
from django.db import connection

from playground.data_folder import private_file
from playground.serving.places import Refused


class ServerLock:
    """Held as long as the process lives; the system lets go of it however the process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = os.open(private_file(path), os.O_RDWR | os.O_CLOEXEC)

    def take(self) -> None:
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self.file, 100, 0).decode("ascii", "replace").strip()
            raise Refused(
                f"Another playground ({holder}) is serving this database already. "
                "End it first, or give this one a data folder of its own with --data.",
                1,
            ) from None

    def say(self, where: str) -> None:
        """Note who holds it, for the sentence that a second one reads."""
        os.ftruncate(self.file, 0)
        os.pwrite(self.file, f"process {os.getpid()} at {where}\n".encode("ascii", "replace"), 0)

    def release(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self.file)


def lock_database() -> ServerLock | None:
    """The lock beside the SQLite file; nothing for PostgreSQL, which several servers may share."""
    if connection.vendor != "sqlite":
        return None
    database = Path(str(settings.DATABASES["default"]["NAME"])).resolve()
    lock = ServerLock(database.with_name(database.name + ".lock"))
    lock.take()
    return lock
