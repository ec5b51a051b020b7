"""Who is calling: the client's address and scheme, as far as somebody we trust says so."""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import Any

from playground.gate.policy import Policy

FORWARDED = (b"x-forwarded-", b"x-real-ip", b"forwarded")


def settle(scope: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """The scope with client and scheme as they are; forwarding headers count only from a listed proxy.

    Daphne lets a client choose `root_path` with a header of its own; no door of ours lies below a path.
    """
    headers = scope["headers"]
    peer = (scope.get("client") or ["", 0])[0]
    is_proxy = policy.trusts(peer)
    client, secure = (_client(peer, headers, policy), _proto(headers)) if is_proxy else (peer, "")
    scheme = secure or ("https" if scope.get("scheme") in ("https", "wss") else "http")
    if scope["type"] == "websocket":
        scheme = scheme.replace("http", "ws")
    return {
        **scope,
        "root_path": "",
        "client": scope.get("client") if client == peer else [client, 0],
        "scheme": scheme,
        "believed": is_proxy,
    }


def without_forwarding(scope: dict[str, Any]) -> dict[str, Any]:
    """What the doors see: nothing in the headers that a client could have made up about itself."""
    return {**scope, "headers": [pair for pair in scope["headers"] if not pair[0].startswith(FORWARDED)]}


def _values(headers: list[tuple[bytes, bytes]], wanted: bytes) -> list[str]:
    text = b",".join(value for name, value in headers if name == wanted).decode("latin-1")
    return [part.strip() for part in text.split(",") if part.strip()]


def _client(peer: str, headers: list[tuple[bytes, bytes]], policy: Policy) -> str:
    """The nearest address in the chain that is no proxy of ours: what lies before it, the client may have invented."""
    chain = _values(headers, b"x-forwarded-for")
    address = peer
    while chain and policy.trusts(address):
        address = chain.pop()
    return address


def _proto(headers: list[tuple[bytes, bytes]]) -> str:
    said = _values(headers, b"x-forwarded-proto")
    return said[-1].lower() if said and said[-1].lower() in ("http", "https") else ""


class SocketCount:
    """How many websockets are open, in all and from each address."""

    def __init__(self) -> None:
        self.by_address: Counter[str] = Counter()

    @property
    def all(self) -> int:
        return self.by_address.total()

    def enter(self, address: str) -> None:
        self.by_address[address] += 1

    def leave(self, address: str) -> None:
        self.by_address[address] -= 1
        if self.by_address[address] <= 0:
            del self.by_address[address]


def household(scope: dict[str, Any]) -> str:
    """The address that is counted: of IPv6 the /64, because one subscriber has all of it."""
    client = (scope.get("client") or [""])[0]
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return str(client)
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
