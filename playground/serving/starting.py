"""What happens between the command and the first connection."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource

from django.conf import settings
from django.db import DatabaseError

from playground import preparing
from playground.accounts import owner
from playground.environment import Environment
from playground.gate import start_token
from playground.serving.places import Place, Refused

M_ARENA_MAX = -8  # of <malloc.h>


def ready_database(setup: bool) -> None:
    """Brought up to date if asked to; a sentence if it is not there, or not ready to be served from."""
    try:
        if setup:
            preparing.prepare()
        missing = not setup and preparing.is_behind()
    except DatabaseError as problem:
        reason = str(problem).strip().partition("\n")[0]
        raise Refused(f"The database cannot be opened: {reason}", 1) from None
    if missing:
        raise Refused("The database is not up to date. Run manage.py migrate, or serve with --setup.", 1)


def raise_file_limit() -> None:
    """Each open page is an open file; the usual limit of 1024 is a relic of select()."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def share_one_heap() -> None:
    """glibc gives each thread a heap of its own, and what one request leaves in it is of no use to the next thread.
    Requests come in threads of their own, so a stream would cost a quarter more memory; and the lock that heaps of
    one's own avoid is hardly ever contended, because Python runs one thread at a time anyway."""
    with contextlib.suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def address(place: Place | None) -> str:
    """What to type into a browser: with the start token in it, if one is asked for."""
    if settings.TEAM and settings.SITE:
        return f"{settings.SITE.geturl()}/"
    if place is None:
        return "the given descriptor"
    name = "127.0.0.1" if place.host in ("0.0.0.0", "::") else place.host  # noqa: S104
    where = f"http://[{name}]:{place.port}/" if ":" in name else f"http://{name}:{place.port}/"
    return f"{where}?{start_token.NAME}={start_token.TOKEN}" if settings.START_TOKEN else where


def notes(place: Place | None) -> list[str]:
    """What the person at the terminal should know besides."""
    found = [f"Note: {stranger}" for stranger in Environment(os.environ).unknown()]
    if settings.TEAM and not owner.team_has_owner():
        found.append(
            f"Make the first account at {address(place)}accounts/first/ with the code {owner.first_owner_code()}"
        )
    if settings.DEBUG:
        found.append("Note: PLAYGROUND_DEBUG is on. Error pages show what is inside.")
    return found
