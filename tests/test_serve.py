"""`manage.py serve` as a person starts it: where it may listen, what it says, one server for one database. Attacks 38,
39; faults F44 (the small half), F48, F57."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.environment import ROOT
from tests.services import end, free_port, wait_until
from tests.serving import Server, Servers, surroundings
from tests.visiting import fetch

Serve = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Run the command where it is expected to end by itself."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", "serve", *arguments]
        surrounded = surroundings(tmp_path / "data", **settings)
        return subprocess.run(command, cwd=ROOT, env=surrounded, capture_output=True, text=True, timeout=120)

    return run


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_without_log_in_only_this_machine_is_served(serve: Serve, host: str) -> None:
    ended = serve("--host", host, "--port", "0")

    assert ended.returncode == 2
    assert "PLAYGROUND_MODE=team" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_not_even_in_a_container_unless_its_link_has_a_token(serve: Serve) -> None:
    assert serve("--host", "0.0.0.0", PLAYGROUND_CONTAINER="on").returncode == 2


def test_a_busy_port_is_one_sentence(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]

        ended = serve("--port", str(port))

    assert ended.returncode == 1
    assert ended.stderr == f"Port {port} is taken by another program. Choose another with --port.\n"


def test_an_address_that_is_not_here_is_one_sentence(serve: Serve) -> None:
    ended = serve("--host", "127.0.0.300", "--port", "0", PLAYGROUND_MODE="team", PLAYGROUND_URL="https://a.example")

    assert ended.returncode == 1
    assert ended.stderr.startswith("This machine has no address 127.0.0.300")


def test_a_database_that_is_behind_is_one_sentence(serve: Serve) -> None:
    ended = serve("--port", "0")

    assert ended.returncode == 1
    assert ended.stderr == "The database is not up to date. Run manage.py migrate, or serve with --setup.\n"


def test_a_database_that_is_not_there_is_one_sentence(serve: Serve) -> None:
    ended = serve("--port", "0", PLAYGROUND_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")

    assert ended.returncode == 1
    assert ended.stderr.startswith("The database cannot be opened: ")
    assert "Traceback" not in ended.stderr


def test_a_file_that_is_no_database_is_one_sentence(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "playground.sqlite3").write_bytes(b"not a database at all" * 100)

    ended = serve("--port", "0", "--setup")

    assert ended.returncode == 1
    assert ended.stderr.startswith("The database cannot be opened: ")


def test_it_sets_up_prints_its_address_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as output:
        command = [sys.executable, "manage.py", "serve", "--setup", "--port", "0"]
        process = subprocess.Popen(command, cwd=ROOT, env=surroundings(tmp_path / "data"), stdout=output, stderr=output)

    def address() -> str:
        found = re.search(r"serves at (http://127\.0\.0\.1:\d+/)\n", log.read_text())
        return found[1] if found else ""

    try:
        wait_until(lambda: bool(address()), "its address", process)
        assert fetch("GET", address() + "healthz").json()["status"] == "ok"
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        end(process)
    assert "Traceback" not in log.read_text()


def test_f48_a_second_server_on_the_same_database_is_refused(start_server: Servers) -> None:
    first = start_server(anew=True)
    assert first.client().get("/healthz").status_code == 200

    second = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", "0"],
        cwd=ROOT,
        env=first.environment,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert second.returncode == 1
    assert f"process {first.process.pid} at 127.0.0.1:{first.port}" in second.stderr
    assert first.client().get("/healthz").status_code == 200


def test_a_killed_server_leaves_no_lock_behind(start_server: Servers) -> None:
    first = start_server(anew=True)
    first.kill()

    second = start_server(data=first.data, anew=True)

    assert second.client().get("/healthz").status_code == 200


def test_a_socket_may_be_handed_over(tmp_path: Path, start_server: Servers) -> None:
    """How several processes share a port."""
    migrated = start_server(anew=True)
    migrated.stop()
    with socket.create_server(("127.0.0.1", 0)) as shared:
        port = shared.getsockname()[1]
        command = [sys.executable, "manage.py", "serve", "--fd", str(shared.fileno())]
        process = subprocess.Popen(
            command, cwd=ROOT, env=migrated.environment, pass_fds=[shared.fileno()], stdout=subprocess.DEVNULL
        )
    try:
        assert fetch("GET", f"http://127.0.0.1:{port}/healthz").status_code == 200
    finally:
        end(process)


# ---- the start token


def printed_link(server: Server) -> str:
    """The port answers before anything is printed, so wait for it."""
    link = re.compile(r"serves at (http://\S+\?token=\S+)\n")
    wait_until(lambda: bool(link.search(server.output())), "the link", server.process)
    return str(link.findall(server.output())[-1])


def test_with_the_start_token_only_the_printed_link_opens(start_server: Servers) -> None:
    port = free_port()
    server = start_server({"PLAYGROUND_START_TOKEN": "on"}, port=port, anew=True)
    link = printed_link(server)
    stranger = fetch("GET", server.base_url, headers={"Accept": "text/html"})
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"{server.websocket_url}/ws/runs/1/", origin=Origin(server.base_url), proxy=None, open_timeout=60),
    ):
        pass
    with httpx.Client(trust_env=False, timeout=60) as owner:
        arrived = owner.get(link, follow_redirects=True)
        later = owner.get(server.base_url + "/", follow_redirects=True)

    assert stranger.status_code == 403
    assert "Open the link printed at its start" in stranger.text
    assert refused.value.response.status_code == 403
    assert arrived.status_code == later.status_code == 200
    assert "token=" not in str(arrived.url)
    assert fetch("GET", server.base_url + "/healthz").status_code == 200


def test_the_cookie_of_the_start_token_survives_a_restart(start_server: Servers) -> None:
    port = free_port()
    first = start_server({"PLAYGROUND_START_TOKEN": "on"}, port=port, anew=True)
    link = printed_link(first)
    with httpx.Client(trust_env=False, timeout=60) as owner:
        owner.get(link)
        first.stop()
        start_server({"PLAYGROUND_START_TOKEN": "on"}, data=first.data, port=port, anew=True)

        assert owner.get(first.base_url, follow_redirects=True).status_code == 200
        assert fetch("GET", link).status_code == 403  # the old link is spent
