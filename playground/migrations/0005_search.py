"""Trigram indexes for search: FTS5 on SQLite, pg_trgm on PostgreSQL."""

from typing import Any

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE playground_search USING fts5(text, content='playground_searchtext', content_rowid='id',"
    " tokenize='trigram', detail='none')",
    "CREATE TRIGGER playground_search_added AFTER INSERT ON playground_searchtext BEGIN"
    " INSERT INTO playground_search(rowid, text) VALUES (new.id, new.text); END",
    "CREATE TRIGGER playground_search_removed AFTER DELETE ON playground_searchtext BEGIN"
    " INSERT INTO playground_search(playground_search, rowid, text) VALUES ('delete', old.id, old.text); END",
    "CREATE TRIGGER playground_search_changed AFTER UPDATE ON playground_searchtext BEGIN"
    " INSERT INTO playground_search(playground_search, rowid, text) VALUES ('delete', old.id, old.text);"
    " INSERT INTO playground_search(rowid, text) VALUES (new.id, new.text); END",
)
SQLITE_BACK = (
    "DROP TRIGGER playground_search_added",
    "DROP TRIGGER playground_search_removed",
    "DROP TRIGGER playground_search_changed",
    "DROP TABLE playground_search",
)
POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX playground_search ON playground_searchtext USING gin (UPPER(text) gin_trgm_ops)",
)
POSTGRES_BACK = ("DROP INDEX playground_search",)


def _run(schema_editor: Any, sqlite: tuple[str, ...], postgres: tuple[str, ...]) -> None:
    for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgres:
        schema_editor.execute(statement, params=None)


def make(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, SQLITE, POSTGRES)


def unmake(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, SQLITE_BACK, POSTGRES_BACK)


class Migration(migrations.Migration):
    dependencies = [("playground", "0004_sessions_and_sharing")]

    operations = [migrations.RunPython(make, unmake)]
