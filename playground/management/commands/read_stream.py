"""What our reader concludes of a recorded stream: for people whose server behaves strangely."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.runs.reading import READERS, conclude_reply, conclude_stream


class Command(BaseCommand):
    help = "Reads a recorded stream (.sse) or reply (.http) and prints as JSON what our reader concludes of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the bytes of an SSE body, or with .http of a whole HTTP reply")
        parser.add_argument("--endpoint", choices=sorted(READERS), required=True)
        parser.add_argument(
            "--no-stream", action="store_true", help="the request did not ask for a stream (a .http file only)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            recorded = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from None
        try:
            if file.suffix == ".http" or recorded.startswith(b"HTTP/"):
                found = conclude_reply(options["endpoint"], recorded, streamed=not options["no_stream"])
            else:
                found = conclude_stream(options["endpoint"], recorded)
        except ValueError:
            raise CommandError(f"{file} does not begin like an HTTP reply") from None
        self.stdout.write(json.dumps(found, indent=1))
