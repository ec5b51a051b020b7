"""What the gate knows about this playground, read once from the settings."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from ipaddress import ip_address

from django.conf import settings

from playground.environment import Network

SANDBOX = "/sandbox/v1"
HEALTH = ("/healthz", "/readyz")
IMPORT = "/import/"
USUAL_PORTS = {"http": "80", "https": "443"}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Policy:
    """Which names we answer to, over which scheme, and which proxies we believe."""

    hosts: frozenset[str]
    scheme: str = "http"
    team: bool = False
    sandbox_open: bool = True
    proxies: tuple[Network, ...] = ()
    start_cookie: str = ""  # the cookie's name; empty where no start token is asked for
    start_value: str = field(default="", repr=False)

    @classmethod
    def from_settings(cls) -> Policy:
        asks_for_token = settings.START_TOKEN and not settings.TEAM
        scheme = "https" if settings.SECURE else "http"
        return cls(
            hosts=frozenset(host.removesuffix(":" + USUAL_PORTS[scheme]) for host in settings.HOSTS),
            scheme=scheme,
            team=settings.TEAM,
            sandbox_open=settings.SANDBOX_OPEN,
            proxies=tuple(settings.PROXIES),
            start_cookie=settings.START_COOKIE_NAME if asks_for_token else "",
            start_value=start_cookie_value() if asks_for_token else "",
        )

    def knows_host(self, host: str) -> bool:
        """`host` is in the list, exactly; a listed name without a port stands for any port in local mode."""
        name, port = split_host(host)
        if port == USUAL_PORTS[self.scheme]:
            host = name
        return host in self.hosts or (not self.team and name in self.hosts)

    def origin(self, host: str) -> str:
        """The origin that a page of ours has when the browser asks for this host."""
        name, port = split_host(host)
        return f"{self.scheme}://{name}" if port in ("", USUAL_PORTS[self.scheme]) else f"{self.scheme}://{host}"

    def trusts(self, address: str) -> bool:
        try:
            where = ip_address(address)
        except ValueError:
            return False
        return any(where in network for network in self.proxies)


def largest_body(path: str) -> int:
    """How much may be sent to this address."""
    return settings.MAX_IMPORT if path == IMPORT else settings.MAX_BODY


def split_host(host: str) -> tuple[str, str]:
    """Name and port of a Host header; the port is empty if there is none, or if what stands there is none."""
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        return host, ""
    return (name, port) if port.isascii() and port.isdigit() else (host, "")


def start_cookie_value() -> str:
    """What the start token's cookie holds. It follows from the secret key: a restart locks no page out."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"the start cookie", "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
