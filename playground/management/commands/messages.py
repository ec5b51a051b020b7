"""Brings the translation catalogues up to date with the code, or says what they lack."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from playground.translations import bring_up_to_date, collect, faults


class Command(BaseCommand):
    help = "Brings the translation catalogues up to date with the code; with --check only says what they lack."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail if anything is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        messages = collect(settings.BASE_DIR)
        lacking = 0
        for language, _ in settings.LANGUAGES:
            if language == "en":
                continue  # the messages themselves are English
            path = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
            if not options["check"]:
                bring_up_to_date(path, language, messages)
            wrong = faults(path, messages)
            lacking += len(wrong)
            self.stdout.write(f"{language}: {len(messages)} messages, {len(wrong)} to be seen to")
            for line in wrong if options["check"] else ():
                self.stdout.write(f"  {line}")
        if options["check"] and lacking:
            raise CommandError(
                f"{lacking} translations are missing or wrong; `manage.py messages` lists them in the files"
            )
