"""What Django is told when the app is there."""

from __future__ import annotations

from django.apps import AppConfig


class Playground(AppConfig):
    name = "playground"

    def ready(self) -> None:
        from playground import databases, search

        databases.let_go_of_frozen_transactions()
        search.teach_sqlite()
