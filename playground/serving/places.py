"""Where a server may listen: the address is checked and bound before anything else is started."""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass

from django.conf import settings


class Refused(Exception):
    """A place where we may not or cannot listen; its text is the sentence for the person who started us."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Place:
    host: str
    port: int


def check_host(host: str) -> None:
    """Local mode is for this machine: without log-in, whoever reaches the port is the owner."""
    if settings.TEAM or is_loopback(host):
        return
    if settings.CONTAINER and settings.START_TOKEN:
        return
    raise Refused(
        f"Without log-in the playground serves this machine only, and {host} can be reached from others. "
        "For several people set PLAYGROUND_MODE=team and PLAYGROUND_URL, then start it again with this --host.",
        2,
    )


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def bind(host: str, port: int) -> socket.socket:
    """A listening socket there; a sentence if it cannot be had."""
    name = host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as problem:
        raise Refused(_why(problem, host, port), 1) from None
    bound.listen(1024)
    bound.setblocking(False)
    return bound


def _why(problem: OSError, host: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Choose another with --port."
    if problem.errno == errno.EACCES:
        return f"Port {port} is reserved for the system. Choose one above 1023 with --port."
    return f"This machine has no address {host} to serve on. Leave --host out to use 127.0.0.1."


def place_of(bound: socket.socket) -> Place:
    name = bound.getsockname()
    return Place(str(name[0]), int(name[1]))
