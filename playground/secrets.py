"""Keys that cannot be printed.

A `Secret` shows itself as dots wherever Python would print, serialise or pickle it; the value leaves only through
`reveal()`, which few places call: those that build headers or look for an echo of them (`upstream`), that read a
connection's extra headers or let them be changed (`runs.starting`, `connections.form`), and the field, to encrypt.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import Any, Never

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

DOTS = "•••"
SHORTEST_MASKED = 8
"""Shorter values are not masked in logs: what a local server takes for a key is a word, and no line may lose it."""

REMEMBERED = 2000
_loaded: dict[str, None] = {}  # the values of the secrets met last, in order; for `mask_loaded` alone
_met = threading.Lock()  # held by whoever touches them: several threads make secrets
_edition = object()  # another one after each change of `_loaded`
_compiled: tuple[object, re.Pattern[str] | None] = (None, None)  # the edition it was made of, and all of those values


def remember(value: str) -> None:
    """Let this value be masked in logs; every Secret does so with its own."""
    global _edition
    if len(value) < SHORTEST_MASKED:
        return
    with _met:
        known = value in _loaded
        _loaded.pop(value, None)  # one that is in use is not forgotten for many that were met once
        _loaded[value] = None
        if known:
            return
        if len(_loaded) > REMEMBERED:
            del _loaded[next(iter(_loaded))]
        _edition = object()


class Secret:
    """A string that never shows itself. Equality compares values; the empty secret is false."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value
        remember(value)

    def reveal(self) -> str:
        return self.__value

    @property
    def hint(self) -> str:
        """The last four characters, and nothing at all of a short value."""
        return self.__value[-4:] if len(self.__value) >= 12 else ""

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.__value

    def __hash__(self) -> int:
        return hash(self.__value)

    def __repr__(self) -> str:
        return f"Secret({DOTS})"

    def __str__(self) -> str:
        return DOTS

    def __reduce__(self) -> Never:
        raise TypeError("a Secret cannot be pickled")


class UnreadableSecret(Exception):
    """The stored value was encrypted with a key that is no longer here."""


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _cipher() -> MultiFernet:
    return _fernet(tuple(settings.ENCRYPTION_KEYS))


def encrypt(value: str) -> bytes:
    return _cipher().encrypt(value.encode())


def decrypt(token: bytes) -> str:
    try:
        return _cipher().decrypt(bytes(token)).decode()
    except InvalidToken:
        raise UnreadableSecret from None


class SecretField(models.BinaryField):  # type: ignore[type-arg]
    """A Secret, encrypted in the column with a key that lives outside the database."""

    def from_db_value(self, value: bytes | None, expression: Any, connection: Any) -> Secret:
        if not value:
            return Secret("")
        try:
            return Secret(decrypt(value))
        except UnreadableSecret:
            return Secret("")

    def get_db_prep_value(self, value: Secret | None, connection: Any, prepared: bool = False) -> Any:
        token = encrypt(value.reveal()) if value else b""
        return super().get_db_prep_value(token, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        return DOTS


def mask_loaded(text: str) -> str:
    """`text` with every secret that this process has met replaced by dots: what logs are written through."""
    global _compiled
    edition, pattern = _compiled
    if edition is not _edition:
        with _met:
            edition, values = _edition, list(_loaded)
        pattern = _any_of(values)  # a secret that is met meanwhile makes this edition an old one
        _compiled = (edition, pattern)
    return pattern.sub(DOTS, text) if pattern else text


def _any_of(values: list[str]) -> re.Pattern[str] | None:
    """Matches each of the values, longest first so that no tail of one is left."""
    return re.compile("|".join(map(re.escape, sorted(values, key=len, reverse=True)))) if values else None
