"""Which addresses may be reached. Pure but for `own_address`, which asks the operating system.

One parser reads a base URL, and what it found is what is checked and connected to: there is no second reading that
could see another host. Names are judged by every address they resolve to, never by how they are spelled.

Both modes refuse link-local, cloud metadata, unspecified, multicast and reserved addresses in any spelling, and this
playground itself. Local mode allows the rest, loopback and private networks included: that is where Ollama and vLLM
live. Team mode allows public addresses by https, and what the operator listed as exact `host:port`.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import idna

from playground.upstream.problems import RefusedAddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_URL = 2048
PORTS = {"http": 80, "https": 443}
_SHAPE = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>\[[0-9a-f:.]+\]|[^\s/?#@:\\\[\]]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^\s?#\\]*)?(?:\?(?P<query>[^\s#\\]*))?",
    re.IGNORECASE,
)
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\.?\Z)(?:{_LABEL}\.)*{_LABEL}\.?")
_SAFE = re.compile(r"[!-~]*")


@dataclass(frozen=True, slots=True)
class BaseURL:
    """A base URL, read once. `host` is ASCII and lower case, without the brackets of an IPv6 address."""

    scheme: str
    host: str
    port: int
    path: str = ""
    query: str = ""

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """What a key is bound to."""
        return f"{self.scheme}://{self.authority}"

    @property
    def place(self) -> str:
        """How the operator's list writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def target(self, path: str, query: str = "") -> str:
        """The request target of an endpoint: the base path as given, nothing forced between."""
        both = "&".join(part for part in (self.query, query) if part)
        return self.path.rstrip("/") + path + (f"?{both}" if both else "")

    def join(self, path: str, query: str = "") -> str:
        return self.origin + self.target(path, query)


def parse(text: str) -> BaseURL:
    """Reads a base URL or raises RefusedAddress with the reason."""
    found = _SHAPE.fullmatch(text)
    if len(text) > LONGEST_URL or not found:
        raise RefusedAddress(reason=_why_not(text))
    scheme = found["scheme"].lower()
    if scheme not in PORTS:
        raise RefusedAddress(reason="scheme")
    host = _host(found["host"])
    port = int(found["port"]) if found["port"] else PORTS[scheme]
    path, query = found["path"] or "", found["query"] or ""
    if not 1 <= port <= 65535 or not _SAFE.fullmatch(path + query):
        raise RefusedAddress(reason="shape")
    return BaseURL(scheme, host, port, path, query)


def _why_not(text: str) -> str:
    if re.match(r"[a-z]+://[^/?#\s\\]*@", text, re.IGNORECASE):
        return "userinfo"
    if not re.match(r"https?:", text, re.IGNORECASE):
        return "scheme"
    return "shape"


def _host(text: str) -> str:
    """The host in the one spelling that is resolved and sent."""
    try:
        if text.startswith("["):
            return str(ipaddress.IPv6Address(text[1:-1]))
        host = text.lower() if text.isascii() else idna.encode(text, uts46=True, transitional=False).decode().lower()
    except (ValueError, UnicodeError):
        raise RefusedAddress(reason="shape") from None
    if not _NAME.fullmatch(host):
        raise RefusedAddress(reason="shape")
    return host.removesuffix(".")


# -- what may be reached

_NEVER = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "169.254.0.0/16",  # link-local, where most clouds keep their metadata
        "100.100.100.200/32",  # Alibaba's metadata
        "168.63.129.16/32",  # Azure's
        "192.0.0.192/32",  # Oracle's
        "224.0.0.0/4",
        "240.0.0.0/4",
        "fe80::/10",
        "fec0::/10",
        "fd00:ec2::254/128",  # Amazon's
        "ff00::/8",
    )
]
_NEVER_NAMED = ("metadata", "metadata.google.internal", "metadata.goog", "instance-data")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")
_TEREDO = ipaddress.ip_network("2001::/32")
_COMPATIBLE = ipaddress.ip_network("::/96")


@dataclass(frozen=True, slots=True)
class Policy:
    """What this server may reach: the mode, the operator's list, and what it must not call because it is itself."""

    team: bool = False
    listed: frozenset[str] = frozenset()  # exact host:port
    own_ports: frozenset[int] = frozenset()
    own_hosts: frozenset[str] = frozenset()  # public names of this playground, as host:port

    def check_url(self, base: BaseURL) -> None:
        """What can be said before the name is resolved."""
        if base.host in _NEVER_NAMED:
            raise RefusedAddress(reason="never", host=base.host)
        if base.place in self.own_hosts:
            raise RefusedAddress(reason="ourselves", host=base.authority)
        if self.team and base.scheme != "https" and base.place not in self.listed:
            raise RefusedAddress(reason="plain", host=base.authority)

    def check_address(self, base: BaseURL, address: IPAddress) -> None:
        """One address the name resolved to; every one has to pass, and again the one that was connected to."""
        if address.is_unspecified:
            raise RefusedAddress(reason="unspecified", host=str(address))
        for judged in _inside(address):
            if _is_never(judged):
                raise RefusedAddress(reason="never", host=str(address))
            if self.team and not judged.is_global and base.place not in self.listed:
                raise RefusedAddress(reason="private", host=base.authority, place=base.place)
        if base.port in self.own_ports and own_address(address):
            raise RefusedAddress(reason="ourselves", host=base.authority)


def _is_never(address: IPAddress) -> bool:
    if address.is_unspecified or any(address in network for network in _NEVER if network.version == address.version):
        return True
    return address.version == 6 and address.is_reserved and not address.is_loopback


def _inside(address: IPAddress) -> list[IPAddress]:
    """The IPv4 addresses that an IPv6 address stands for, else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    return list(_embedded(address)) or [address]


def _embedded(address: ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    number = int(address)
    last = ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if address.ipv4_mapped or address in _NAT64:
        yield last
    elif address in _NAT64_LOCAL:
        yield last
        # RFC 6052 spreads the four bytes around bits 64 to 71 when the prefix has 48 bits.
        yield ipaddress.IPv4Address((number >> 64 & 0xFFFF) << 16 | number >> 40 & 0xFFFF)
    elif address in _SIX_TO_FOUR:
        yield ipaddress.IPv4Address(number >> 80 & 0xFFFFFFFF)
    elif address in _TEREDO:
        yield ipaddress.IPv4Address(number >> 64 & 0xFFFFFFFF)
        yield ipaddress.IPv4Address(~number & 0xFFFFFFFF)
    elif address in _COMPATIBLE and number > 1:
        yield last


def own_address(address: IPAddress) -> bool:
    """Whether this is an address of this machine: only such a one can be bound to."""
    if address.is_loopback:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True
