"""The playground as people run it: `manage.py serve` in a process of its own, on a database and a port of its own."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import httpx

from tests import nursery
from tests.environment import ROOT, without_ours
from tests.services import answers, end, free_port, wait_until

#: A shell that runs one program after the other: to start one for each would cost more than the programs do.
SHELL = """
import contextlib, io, json, sys, traceback
from django.db import connections
lines, answers = sys.stdin, sys.stdout
for line in lines:
    program, given = json.loads(line)
    sys.stdin, said, wrong = io.StringIO(given), io.StringIO(), ""
    with contextlib.redirect_stdout(said):
        try:
            exec(program, {})
        except Exception:
            wrong = traceback.format_exc()
    connections.close_all()
    print(json.dumps([said.getvalue(), wrong]), file=answers, flush=True)
"""


@dataclass
class Server:
    """One running playground."""

    base_url: str
    data: Path
    environment: dict[str, str]
    process: nursery.Process
    log: Path
    _clients: list[httpx.Client] = field(default_factory=list)
    _shell: tuple[nursery.Process, TextIO] | None = None

    @property
    def port(self) -> int:
        return int(self.base_url.rsplit(":", 1)[1])

    @property
    def websocket_url(self) -> str:
        return self.base_url.replace("http", "ws", 1)

    def client(self, **options: object) -> httpx.Client:
        """A plain HTTP client of this server; sends the Origin a page of ours would send."""
        options.setdefault("timeout", 60)  # a bound against hanging, never a measure
        client = httpx.Client(base_url=self.base_url, headers={"Origin": self.base_url}, trust_env=False, **options)  # type: ignore[arg-type]
        self._clients.append(client)
        return client

    def output(self) -> str:
        """Everything it printed so far."""
        return self.log.read_text(errors="replace")

    def shell(self, program: str, stdin: str = "") -> str:
        """Run a program in this server's surroundings, on its database, and give back what it printed."""
        if self._shell is None:
            ours, its = socket.socketpair()
            with ours, its, self.log.open("ab") as output:
                files = (its.fileno(), its.fileno(), output.fileno())
                process = nursery.start(["shell", "--verbosity", "0", "-c", SHELL], self.environment, files)
                self._shell = process, ours.makefile("rw")
        _, line = self._shell
        print(json.dumps([program, stdin]), file=line, flush=True)
        said, wrong = json.loads(line.readline())
        assert not wrong, wrong
        return str(said)

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self, patience: float = 45) -> int:
        """End it in the ordinary way; the exit code."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        if self._shell is not None:
            process, line = self._shell
            line.close()  # it ends when nothing more can come
            process.wait()
            self._shell = None
        end(self.process, seconds=patience)
        return int(self.process.returncode)


def manage(environment: Mapping[str, str], *arguments: str, stdin: str = "") -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=dict(environment), input=stdin, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"manage.py {' '.join(arguments)} exited {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def surroundings(data: Path, **settings: str) -> dict[str, str]:
    return {**without_ours(dict(os.environ)), "PYTHONUNBUFFERED": "1", "PLAYGROUND_DATA": str(data), **settings}


def serve_arguments(port: int, arguments: Sequence[str]) -> list[str]:
    return ["serve", "--setup", "--host", "127.0.0.1", "--port", str(port), *arguments]


def start(
    template: Path,
    data: Path,
    settings: Mapping[str, str],
    arguments: Sequence[str] = (),
    port: int = 0,
    anew: bool = False,
) -> Server:
    """Start one and wait until it accepts connections, on a copy of the template folder if `data` is new."""
    if not data.exists():
        shutil.copytree(template, data)
    environment = surroundings(data, **settings)
    port = port or free_port()
    log = data.with_name(data.name + ".log")
    with log.open("ab") as output, Path(os.devnull).open() as nothing:
        files = (nothing.fileno(), output.fileno(), output.fileno())
        process = nursery.start(serve_arguments(port, arguments), environment, files, anew)
    server = Server(f"http://127.0.0.1:{port}", data, environment, process, log)
    try:
        wait_until(lambda: answers(port), "the server", process)
    except Exception as problem:
        server.stop()
        raise AssertionError(f"{problem}\n{server.output()}") from problem
    return server


class Servers:
    """Starts servers for one test module and ends them all when it is over."""

    def __init__(self, template: Path, folder: Path, anew: bool) -> None:
        self.template = template
        self.folder = folder
        self.anew = anew
        self.running: list[Server] = []

    def __call__(
        self,
        env: Mapping[str, str] | None = None,
        args: Sequence[str] = (),
        data: Path | None = None,
        port: int = 0,
        anew: bool | None = None,
    ) -> Server:
        where = data or self.folder / f"data-{len(self.running)}"
        server = start(self.template, where, env or {}, args, port, self.anew if anew is None else anew)
        self.running.append(server)
        return server

    def stop(self) -> None:
        """Told to end, a server lets its runs go on for half a minute: those of a test that is over need not."""
        for server in self.running:
            if server.process.poll() is None:
                server.process.terminate()
        for server in self.running:
            server.stop(patience=2)


@contextlib.contextmanager
def servers(template: Path, folder: Path, anew: bool = True) -> Iterator[Servers]:
    """`anew`: each by an interpreter of its own, as people start it; else as copies, which is quicker."""
    started = Servers(template, folder, anew)
    try:
        yield started
    finally:
        started.stop()
