"""What Django is told when the app is there."""

from __future__ import annotations

from django.apps import AppConfig


class Playground(AppConfig):
    name = "playground"

    def ready(self) -> None:
        from playground import search

        search.teach_sqlite()
