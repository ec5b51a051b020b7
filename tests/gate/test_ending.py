"""What happens at SIGTERM: F34 at its smallest."""

import contextlib
import signal

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.gate.conftest import Echo
from tests.services import wait_until
from tests.visiting import fetch


def post(echo: Echo, path: str) -> None:
    assert fetch("POST", echo.base_url + path, headers={"Origin": echo.base_url}).status_code == 200


def refuses(echo: Echo) -> bool:
    try:
        echo.connection().close()
    except OSError:
        return True
    return False


def test_f34_watchers_are_told_work_is_finished_and_sockets_close_with_1012(own_echo: Echo) -> None:
    post(own_echo, "/work")
    client = httpx.Client(
        base_url=own_echo.base_url, headers={"Origin": own_echo.base_url}, trust_env=False, timeout=60
    )
    client.get("/")  # keeps a connection that was open before
    with connect(own_echo.websocket_url, origin=Origin(own_echo.base_url), proxy=None, open_timeout=60) as watcher:
        own_echo.process.send_signal(signal.SIGTERM)

        assert watcher.recv(timeout=60) == "restarting"
        wait_until(lambda: refuses(own_echo), "the listener to close")
        assert own_echo.process.poll() is None  # work goes on
        client.post("/done")
        with pytest.raises(ConnectionClosed) as closed:
            watcher.recv(timeout=60)

    client.close()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert own_echo.process.wait(60) == 0
    assert "ended in order" in own_echo.log.read_text()


def test_f34_a_second_signal_ends_at_once(own_echo: Echo) -> None:
    post(own_echo, "/work")

    own_echo.process.send_signal(signal.SIGTERM)
    wait_until(lambda: refuses(own_echo), "the listener to close")
    own_echo.process.send_signal(signal.SIGTERM)

    assert own_echo.process.wait(60) == 128 + signal.SIGTERM


def test_an_idle_server_ends_without_waiting(own_echo: Echo) -> None:
    with contextlib.closing(own_echo.connection()) as idle:
        idle.sendall(b"GET / HT")  # a request that never comes
        own_echo.process.send_signal(signal.SIGINT)

        assert own_echo.process.wait(60) == 0
    assert "Traceback" not in own_echo.log.read_text()
