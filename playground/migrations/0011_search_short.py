"""Words of one and two characters are found by an index too: on SQLite by the trigrams they begin, on PostgreSQL by an
index of the pairs and the single characters of each text."""

from typing import Any

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE playground_search_trigrams USING fts5vocab('playground_search', 'row')",
    # Its last characters begin a trigram as well.
    "UPDATE playground_searchtext SET text = text || char(10, 10)",
)
SQLITE_BACK = ("DROP TABLE playground_search_trigrams",)
POSTGRES = (
    """
    CREATE FUNCTION playground_pieces(text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT array_agg(DISTINCT piece) FROM (
            SELECT letter AS one, letter || lead(letter) OVER (ORDER BY place) AS two
            FROM unnest(string_to_array($1, NULL)) WITH ORDINALITY AS letters(letter, place)
        ) AS pairs, LATERAL (VALUES (one), (two)) AS pieces(piece)
        WHERE piece IS NOT NULL
    $$
    """,
    "CREATE INDEX playground_search_short ON playground_searchtext USING gin (playground_pieces(UPPER(text)))",
)
POSTGRES_BACK = ("DROP INDEX playground_search_short", "DROP FUNCTION playground_pieces(text)")


def _run(schema_editor: Any, sqlite: tuple[str, ...], postgres: tuple[str, ...]) -> None:
    for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgres:
        schema_editor.execute(statement, params=None)


def make(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, SQLITE, POSTGRES)


def unmake(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, SQLITE_BACK, POSTGRES_BACK)


class Migration(migrations.Migration):
    dependencies = [("playground", "0010_run_prices")]

    operations = [migrations.RunPython(make, unmake)]
