"""Serve the playground: pages, websockets, static files and the sandbox, in one process."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from playground import VERSION, lifecycle
from playground.serving import places
from playground.serving.lock import lock_database


class Command(BaseCommand):
    help = "Serve the playground until it is told to end."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help=f"the address to bind to ({settings.HOST})")
        parser.add_argument("--port", type=int, default=settings.PORT, help=f"the port ({settings.PORT}); 0: any free")
        parser.add_argument("--fd", type=int, help="take connections from this open socket instead")
        parser.add_argument("--setup", action="store_true", help="first put in place what is missing")

    def handle(self, *args: Any, host: str, port: int, fd: int | None, setup: bool, **options: Any) -> None:
        try:
            self.serve(host, port, fd, setup)
        except places.Refused as refused:
            self.stderr.write(str(refused))
            sys.exit(refused.code)

    def serve(self, host: str, port: int, fd: int | None, setup: bool) -> None:
        from playground.serving import starting

        if fd is None:
            places.check_host(host)
        # Bound first: a browser that is quicker than we are waits instead of being refused.
        bound = places.bind(host, port) if fd is None else None
        place = places.place_of(bound) if bound else None
        lock = lock_database()
        starting.share_one_heap()
        starting.raise_file_limit()
        starting.ready_database(setup)
        os.umask(0o077)  # from here on, what is made is ours alone
        if lock:
            lock.say(f"{place.host}:{place.port}" if place else f"descriptor {fd}")
        if place:
            lifecycle.listening.add((place.host, place.port))

        from playground.asgi import application
        from playground.serving.server import Server

        descriptor = bound.fileno() if bound else fd
        assert descriptor is not None
        self.announce(place)
        Server(application, [descriptor]).run()

    def announce(self, place: places.Place | None) -> None:
        from playground.serving import starting

        self.stdout.write(f"Playground {VERSION} serves at {starting.address(place)}")
        for line in starting.notes(place):
            self.stdout.write(line)
        if sys.stdout.isatty():
            self.stdout.write("End it with Ctrl+C.")
        self.stdout.flush()
