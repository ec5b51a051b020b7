"""Joins the style sheets into the one file that pages load. Run at set-up."""

from typing import Any

from django.core.management.base import BaseCommand

from playground import stylesheet


class Command(BaseCommand):
    help = "Join static/css, in the order of layers.css, into static/built/app.css."

    def handle(self, *args: Any, **options: Any) -> None:
        path = stylesheet.join(force=True)
        self.stdout.write(f"{path.stat().st_size} bytes of CSS joined")
