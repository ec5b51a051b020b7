"""Starts `manage.py` as a copy of a process that has imported already what every one of them imports.

Most of what it takes to start a server are imports, and the tests start some two hundred. A copy is a process of its
own with settings and an event loop of its own: nothing that reads or makes those is imported before it. What a copy
cannot be told, and all while coverage is measured or where processes cannot be copied, starts in the ordinary way.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parent.parent
#: With all that they import themselves.
COMMON = (
    "argon2",
    "channels.generic.websocket",
    "channels.layers",
    "cryptography.fernet",
    "daphne.http_protocol",
    "daphne.ws_protocol",
    "django.contrib.auth.hashers",
    "django.core.asgi",
    "django.core.management",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.template.loader_tags",
    "django.views.generic",
    "httptools",
    "httpx",
    "jsonschema",
    "msgspec.json",
    "msgspec.msgpack",
    "playground.api.endpoints",
    "playground.api.examples",
    "playground.rendering",
    "playground.samples",
    "playground.sandbox.endpoints.chat",
    "playground.sandbox.endpoints.responses",
    "playground.secret_texts",
    "playground.upstream.sse",
    "prometheus_client",
    "twisted.internet.asyncioreactor",
    "twisted.internet.endpoints",
)
#: What copies must not share: settings, the sandbox made by them, and Daphne's event loop.
OWN = ("playground.settings", "playground.sandbox.asgi", "daphne.server", "twisted.internet.reactor")
#: The names of what an interpreter reads as it starts, which is too early for a copy.
READ_AT_START = ("PYTHON", "COV", "LANG", "LC_", "TZ", "LD_")
LARGEST = 1 << 20  # of a question


class Process(Protocol):
    """As much of `subprocess.Popen` as both kinds have."""

    pid: int
    returncode: int | Any

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


def start(
    arguments: Sequence[str], environment: Mapping[str, str], files: tuple[int, int, int], anew: bool = False
) -> Process:
    """Run `manage.py` with these arguments, surroundings and standard files; `anew`: by a new interpreter."""
    if anew or sys.platform != "linux" or early(environment) != early(os.environ) or "COV_CORE_SOURCE" in os.environ:
        command = [sys.executable, "manage.py", *arguments]
        stdin, stdout, stderr = files
        return subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdin=stdin, stdout=stdout, stderr=stderr)
    nursery = the_nursery()
    return Copy(nursery, nursery.ask({"arguments": arguments, "environment": dict(environment)}, files))


def early(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(READ_AT_START)}


# ---- the side of the tests


@cache
def the_nursery() -> Nursery:
    return Nursery()


class Nursery:
    """The process that is copied. It ends when the one that started it has ended."""

    def __init__(self) -> None:
        self.line, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.lock = threading.Lock()
        with other:
            command = [sys.executable, "-m", "tests.nursery", str(other.fileno())]
            self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, pass_fds=[other.fileno()])
        atexit.register(self.close)

    def ask(self, question: dict[str, Any], descriptors: Sequence[int] = ()) -> Any:
        with self.lock:
            socket.send_fds(self.line, [json.dumps(question).encode()], list(descriptors))
            answer = self.line.recv(LARGEST)
        assert answer, "the nursery has ended"
        return json.loads(answer)

    def close(self) -> None:
        self.line.close()
        self.process.wait()


class Copy:
    """A process that is the nursery's child."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.nursery = nursery
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self.nursery.ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        deadline = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"copy {self.pid}", timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:  # until it is asked for, an ended one keeps its number
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


# ---- the side of the nursery


def serve(line: socket.socket) -> list[str]:
    """Make a copy whenever one is asked for. Returns in the copies, with the arguments of each."""
    while True:
        said, descriptors, _, _ = socket.recv_fds(line, LARGEST, 3)
        if not said:
            os._exit(0)
        question = json.loads(said)
        if "ended" in question:
            pid, status = os.waitpid(question["ended"], os.WNOHANG)
            line.send(json.dumps(os.waitstatus_to_exitcode(status) if pid else None).encode())
            continue
        pid = os.fork()
        if pid == 0:
            line.close()
            settle_in(question["environment"], descriptors)
            return list(question["arguments"])
        for descriptor in descriptors:
            os.close(descriptor)
        line.send(json.dumps(pid).encode())


def settle_in(environment: dict[str, str], descriptors: list[int]) -> None:
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def hash_quickly() -> None:
    """Passwords go the same way as ever, at the least that argon2 takes: the tests sign in some hundreds of times."""
    argon2 = importlib.import_module("django.contrib.auth.hashers").Argon2PasswordHasher
    argon2.time_cost, argon2.memory_cost, argon2.parallelism = 1, 8, 1


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the tests, which end this one
    for module in COMMON:
        importlib.import_module(module)
    assert not sys.modules.keys() & OWN
    hash_quickly()
    gc.freeze()
    arguments = serve(socket.socket(fileno=int(sys.argv[1])))
    sys.argv = ["manage.py", *arguments]
    runpy.run_path("manage.py", run_name="__main__")


if __name__ == "__main__":
    main()
