"""The folder where everything of one playground lives: database, uploads, secrets. Only its owner may read it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

from playground.environment import BadSetting

#: What stays free on the disk, so that what is under way can be written down.
MIN_FREE = 500 * 1024 * 1024


def prepare(folder: Path) -> Path:
    """The folder, made if it is missing; a sentence instead of a traceback if it cannot be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            keep_to_ourselves(folder, 0o700)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except PermissionError:
        writable = False
    except OSError as problem:
        raise BadSetting(f"The data folder {folder} cannot be made: {problem.strerror}. Set PLAYGROUND_DATA.") from None
    if not writable:
        raise BadSetting(f"The data folder {folder} cannot be written. Choose another with PLAYGROUND_DATA.")
    return folder


def has_room(folder: Path, size: int = 0) -> bool:
    """Whether so many bytes more may go to the disk of this folder."""
    return shutil.disk_usage(folder).free - size >= MIN_FREE


def private_file(path: Path) -> Path:
    """A file that only we can read, empty unless it is there. SQLite gives its side files the same mode."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    keep_to_ourselves(path, 0o600)
    return path


def keep_to_ourselves(path: Path, mode: int) -> None:
    """Take away what others may do with it, where it is ours to take: a backup may have come back open to all."""
    found = path.stat()
    if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(mode)


def generated(folder: Path, name: str, make: Callable[[], str]) -> str:
    """The secret kept in this file, made on first use. Two processes that start together agree on one."""
    path = folder / name
    if not path.exists():
        draft = folder / f".{name}.{secrets.token_hex(8)}"
        private_file(draft).write_text(make() + "\n", "ascii")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # fails when the other process was quicker, and never shows half a file
        draft.unlink()
    try:
        return private_file(path).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise BadSetting(f"The secret in {path} cannot be read.") from None
