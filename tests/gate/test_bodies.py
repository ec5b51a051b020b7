"""Request bodies that are too large or too slow. Attacks 100 and 101, at the smallest size that can fail."""

import os
import select
from pathlib import Path

import psutil
import pytest

from playground.serving.limits import LEAST_RATE, PATIENCE, Budget, is_too_slow
from tests.gate.conftest import Echo

MIB = 1024 * 1024
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


def talk(echo: Echo, data: bytes, pieces: int = 0, piece: bytes = b"") -> bytes:
    """The answer's head to these bytes; sending ends when the server answers."""
    with echo.connection() as connection:
        connection.sendall(data)
        for _ in range(pieces):
            if select.select([connection], [], [], 0)[0]:
                break
            connection.sendall(piece)
        return connection.recv(65536)


def disk_held(process: psutil.Process) -> int:
    """Bytes in temporary files without a name, which only the process itself can see."""
    return sum(Path(f"/proc/{process.pid}/fd/{name}").stat().st_size for name in open_files(process))


def open_files(process: psutil.Process) -> list[str]:
    folder = Path(f"/proc/{process.pid}/fd")
    names = []
    for entry in folder.iterdir():
        try:
            if "(deleted)" in os.readlink(entry):
                names.append(entry.name)
        except OSError:
            continue
    return names


def test_a_body_of_25_mib_arrives_whole(echo: Echo) -> None:
    answer = talk(echo, HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (25 * MIB) + b"a" * 25 * MIB)

    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(str(25 * MIB).encode())


def test_an_announced_body_over_the_limit_is_refused_before_it_is_read(echo: Echo) -> None:
    process = psutil.Process(echo.process.pid)
    before = process.memory_info().rss

    answer = talk(echo, HEAD + b"Content-Length: 314572800\r\n\r\n", 300, b"a" * MIB)

    assert answer.startswith(b"HTTP/1.1 413 Request Entity Too Large")
    assert b"frame-ancestors 'none'" in answer
    assert disk_held(process) == 0
    assert process.memory_info().rss - before < 30 * MIB


def test_a_client_that_asks_first_is_told_no(echo: Echo) -> None:
    answer = talk(echo, HEAD + b"Content-Length: 314572800\r\nExpect: 100-continue\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413")


def test_a_body_without_a_length_is_counted_while_it_arrives(echo: Echo) -> None:
    process = psutil.Process(echo.process.pid)

    answer = talk(echo, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", 300, b"100000\r\n" + b"a" * MIB + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 413")
    assert disk_held(process) <= 26 * MIB


def test_an_understated_length_does_not_smuggle_the_rest_in(echo: Echo) -> None:
    answer = talk(echo, HEAD + b"Content-Length: 3\r\n\r\nabcdef: smuggled\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200")
    with echo.connection() as connection:
        connection.sendall(HEAD + b"Content-Length: 3\r\nConnection: close\r\n\r\nabcGET /work HTTP/1.1\r\n\r\n")
        assert connection.recv(65536).endswith(b"3")
        assert connection.recv(65536) == b""


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: -1\r\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip\r\n",
        b"Content-Length: 99999999999999999999999999\r\n",
        b"no colon\r\n",
        b"X: " + b"a" * 20_000 + b"\r\n",
        b"X: 1\r\n" * 600,
    ],
)
def test_odd_headers_are_a_4xx_with_our_headers(echo: Echo, lines: bytes) -> None:
    answer = talk(echo, HEAD + lines + b"\r\n")

    assert answer[:10] == b"HTTP/1.1 4"
    assert b"frame-ancestors 'none'" in answer


def test_sandbox_clients_read_the_limit_in_their_own_words(echo: Echo) -> None:
    answer = talk(echo, HEAD.replace(b"/ ", b"/sandbox/v1/responses ") + b"Content-Length: 314572800\r\n\r\n")

    assert b'"code": "too_large"' in answer


def test_slow_requests_are_ended_and_others_served_meanwhile(impatient_echo: Echo) -> None:
    """One waits in the headers, one in the body, one sends a byte now and then: all are closed, none is served."""
    beginnings = [
        b"POST / HT",
        HEAD,
        HEAD + b"Content-Length: 1000\r\n\r\na",
        HEAD + b"Content-Length: 100000\r\n\r\na",
    ]
    echo = impatient_echo
    slow = [echo.connection() for _ in beginnings]
    for connection, beginning in zip(slow, beginnings, strict=True):
        connection.sendall(beginning)

    waiting, answers = set(slow), []
    while waiting:
        for connection in select.select(list(waiting), [], [], 0.2)[0]:
            answers.append(connection.recv(100))
            waiting.discard(connection)
        if slow[3] in waiting:
            slow[3].sendall(b"a")  # trickles on, a byte now and then
        assert talk(echo, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith(b"HTTP/1.1 200")
    for connection in slow:
        connection.close()

    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 408"] * 4


def test_slow_is_a_matter_of_rate_after_patience() -> None:
    assert not is_too_slow(0, PATIENCE - 1)
    assert is_too_slow(1, PATIENCE)
    assert not is_too_slow(int(LEAST_RATE * 100), 100)
    assert is_too_slow(int(LEAST_RATE * 100) - 1, 100)


def test_a_budget_refills_with_time() -> None:
    budget = Budget(rate=2, left=2)

    assert [budget.spend(0), budget.spend(0), budget.spend(0)] == [True, True, False]
    assert budget.spend(1)


def test_a_file_of_sessions_may_be_larger_but_only_where_it_is_taken_in(echo: Echo) -> None:
    import_head = HEAD.replace(b"POST /", b"POST /import/")
    body = b"Connection: close\r\nContent-Length: %d\r\n\r\n"

    taken = talk(echo, import_head + body % (50 * MIB) + b"a" * 50 * MIB)
    refused = talk(echo, import_head + body % (52 * MIB))
    elsewhere = talk(echo, HEAD.replace(b"POST /", b"POST /uploads/") + body % (26 * MIB))

    assert taken.endswith(str(50 * MIB).encode())
    assert refused.startswith(b"HTTP/1.1 413")
    assert elsewhere.startswith(b"HTTP/1.1 413")
