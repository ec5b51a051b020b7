"""Reads settings from the environment, strictly: an odd value is refused by name, never guessed at.

Every reader notes the setting's name, default and meaning in `REGISTRY`; the README's table is compared with it.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

ON = ("1", "true", "yes", "on")
OFF = ("0", "false", "no", "off")
PREFIX = "PLAYGROUND_"


class BadSetting(ImproperlyConfigured):
    """A setting that cannot be used, with the sentence that says why and what to write instead."""


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    meaning: str


REGISTRY: dict[str, Setting] = {}


class Environment:
    """The readers. An empty value counts as not set, because that is how compose files pass on what is missing."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def text(self, name: str, default: str, meaning: str, *, shown: str | None = None) -> str:
        REGISTRY[name] = Setting(name, default if shown is None else shown, meaning)
        value = self.values.get(name, "").strip() or default
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise BadSetting(f"{name} holds a control character.")
        return value

    def flag(self, name: str, default: bool, meaning: str) -> bool:
        value = self.text(name, "on" if default else "off", meaning).lower()
        if value not in ON + OFF:
            raise BadSetting(f"{name} is {value!r}. Write on or off.")
        return value in ON

    def whole(self, name: str, default: int, meaning: str, *, least: int = 0, most: int = 10**9) -> int:
        value = self.text(name, str(default), meaning)
        if not (value.isascii() and value.isdigit() and least <= int(value[:12]) <= most and len(value) <= 12):
            raise BadSetting(f"{name} is {value!r}. Write a whole number from {least} to {most}.")
        return int(value)

    def choice(self, name: str, choices: tuple[str, ...], meaning: str) -> str:
        """One of the choices; the first is the default."""
        value = self.text(name, choices[0], meaning)
        if value not in choices:
            raise BadSetting(f"{name} is {value!r}. Write one of: {', '.join(choices)}.")
        return value

    def words(self, name: str, meaning: str) -> list[str]:
        """A list, separated by commas or spaces."""
        return self.text(name, "", meaning).replace(",", " ").split()

    def networks(self, name: str, meaning: str) -> list[Network]:
        return [_network(name, word) for word in self.words(name, meaning)]

    def address(self, name: str, meaning: str) -> SplitResult | None:
        """The address of a site: scheme, host and port, nothing more."""
        value = self.text(name, "", meaning).rstrip("/")
        if not value:
            return None
        return _site(name, value)

    def path(self, name: str, default: Path, meaning: str, *, shown: str) -> Path:
        return Path(self.text(name, str(default), meaning, shown=shown)).expanduser().absolute()

    def unknown(self) -> list[str]:
        """Names that begin like ours and are not ours, each with the one that was probably meant."""
        strangers = sorted(name for name in self.values if name.startswith(PREFIX) and name not in REGISTRY)
        hints = {name: _nearest(name) for name in strangers}
        return [f"{name} is not a setting. Did you mean {hint}?" for name, hint in hints.items() if hint]


def _nearest(name: str) -> str:
    bare = name.removeprefix(PREFIX)
    return bare if bare in REGISTRY else next(iter(difflib.get_close_matches(name, REGISTRY, n=1, cutoff=0.8)), "")


def _network(name: str, word: str) -> Network:
    try:
        return ipaddress.ip_network(word)
    except ValueError:
        raise BadSetting(
            f"{name} holds {word!r}. Write addresses or networks, such as 127.0.0.1 or 10.0.0.0/8."
        ) from None


def _site(name: str, value: str) -> SplitResult:
    example = "Write scheme, host and, if it is not the usual one, port: https://playground.example.org."
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise BadSetting(f"{name} is not an address. {example}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise BadSetting(f"{name} is not an address. {example}")
    if parts.username is not None or parts.path or parts.query or parts.fragment:
        raise BadSetting(f"{name} says more than where the site is. {example}")
    return parts


def local_zone(values: Mapping[str, str] = os.environ) -> str:
    """The time zone of this machine, or UTC where it does not say."""
    linked = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    for name in (values.get("TZ", "").lstrip(":"), linked):
        if name and name in zoneinfo.available_timezones():
            return name
    return "UTC"
