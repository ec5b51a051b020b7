"""Puts in place what serving needs. `serve` does it by itself; an image has the part without a database done early."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from playground import preparing


class Command(BaseCommand):
    help = "Compile translations, join the stylesheet and bring the database up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--files", action="store_true", help="only what depends on the code, no database")

    def handle(self, *args: Any, files: bool = False, **options: Any) -> None:
        preparing.prepare_files() if files else preparing.prepare()
