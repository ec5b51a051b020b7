"""What must be in place before the first page: compiled translations, the joined stylesheet, an up-to-date database.

Every start goes through here, so each part first looks whether there is anything to do.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from playground import stylesheet

LOCK = 0x706C6179
"""The number of our advisory lock in PostgreSQL: "play"."""


def prepare() -> None:
    prepare_files()
    prepare_database()


def prepare_files() -> None:
    """What depends on the code alone; an image does it when it is built."""
    for folder in settings.LOCALE_PATHS:
        for catalogue in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            compile_catalogue(catalogue)
    stylesheet.join()


def compile_catalogue(source: Path) -> None:
    """Make the .mo beside a .po when it is missing or older."""
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return
    import polib

    draft = target.with_suffix(f".{os.getpid()}.new")
    polib.pofile(str(source)).save_as_mofile(str(draft))
    draft.replace(target)


def prepare_database() -> None:
    """Migrate if anything is missing; of several processes that start at once, one does it and the others wait."""
    with one_at_a_time():
        if is_behind():
            call_command("migrate", verbosity=0, interactive=False)


def is_behind() -> bool:
    """Does the code know a migration that the database does not?"""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Alone among the processes that start on one PostgreSQL. A SQLite file has one server, which holds its lock."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
