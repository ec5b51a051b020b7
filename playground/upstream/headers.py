"""The headers of a request, built from nothing: what is not written here or in the connection is not sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from playground import VERSION
from playground.secrets import DOTS, Secret
from playground.upstream.problems import UnusableConnection

#: What a connection's extra headers may not be: they frame the message, name its receiver, or carry other people's
#: cookies. `proxy-…` is refused as a whole.
REFUSED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "cookie2",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "set-cookie",
        "te",
        "trailer",
        "trailers",
        "transfer-encoding",
        "upgrade",
    }
)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r"[\x20-\x7e]{0,8192}")
_KEY = re.compile(r"[\x21-\x7e]{1,4096}")


def refused_name(name: str) -> bool:
    """Whether a connection may not have a header of this name."""
    return not _NAME.fullmatch(name) or name.lower() in REFUSED or name.lower().startswith("proxy-")


def usable_value(value: str) -> bool:
    return _VALUE.fullmatch(value) is not None


def usable_key(key: str) -> bool:
    """Printable ASCII without spaces: everything else would break the header line or the client, key and all."""
    return _KEY.fullmatch(key) is not None


def build(
    authority: str, key: Secret | None, extra: Mapping[str, Secret], body: bytes | None, accept_stream: bool
) -> list[tuple[str, Secret | str]]:
    """In the order they are sent; secret values stay wrapped. A connection's own header replaces ours of that name."""
    ours: list[tuple[str, Secret | str]] = [("Host", authority)]
    if key:
        if not usable_key(key.reveal()):
            raise UnusableConnection(what="key")
        ours.append(("Authorization", Secret(f"Bearer {key.reveal()}")))
    ours.append(("Accept", "text/event-stream" if accept_stream else "application/json"))
    ours.append(("Accept-Encoding", "identity"))
    ours.append(("User-Agent", f"playground/{VERSION}"))
    if body is not None:
        ours.append(("Content-Type", "application/json"))
        ours.append(("Content-Length", str(len(body))))
    ours.append(("Connection", "close"))
    for name, value in extra.items():
        if refused_name(name) or not usable_value(value.reveal()):
            raise UnusableConnection(what=name[:100])
    replaced = {name.lower() for name in extra}
    return [*((name, value) for name, value in ours if name.lower() not in replaced), *extra.items()]


def masked(headers: Iterable[tuple[str, Secret | str]]) -> list[tuple[str, str]]:
    """As the page shows them."""
    return [(name, _shown(value)) for name, value in headers]


def _shown(value: Secret | str) -> str:
    if isinstance(value, str):
        return value
    return f"Bearer {DOTS}" if value.reveal().startswith("Bearer ") else DOTS


def on_the_wire(headers: Iterable[tuple[str, Secret | str]]) -> list[tuple[bytes, bytes]]:
    """The one place where a key leaves its wrapping to be sent."""
    return [
        (name.encode("ascii"), (value if isinstance(value, str) else value.reveal()).encode("ascii"))
        for name, value in headers
    ]
