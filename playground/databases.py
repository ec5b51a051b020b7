"""One address in, Django's settings for a database, a channel layer or a cache out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from django.db.backends.signals import connection_created

from playground.data_folder import private_file
from playground.environment import BadSetting

SQLITE = "sqlite:///"
POSTGRES = ("postgres", "postgresql")
REDIS = ("redis", "rediss")
#: As long as a lease holds: a process that froze in the middle of a transaction would keep its locks for ever, and with
#: them its runs from whoever takes over what nobody carries out.
FROZEN_SECONDS: Final = 15


def database(name: str, url: str, folder: Path, synchronous: str) -> dict[str, Any]:
    """`sqlite:///path` (relative to the data folder) or `postgresql://user:password@host:port/name?option=value`."""
    if url.startswith(SQLITE):
        return _sqlite(folder / unquote(url.removeprefix(SQLITE)), synchronous)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    database_name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in POSTGRES or not database_name:
        raise BadSetting(
            f"{name} is not an address of a database. Write sqlite:///file or postgresql://user:password@host/name."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": port or "",
        "OPTIONS": {"connect_timeout": 5, **dict(parse_qsl(parts.query))},
    }


def _sqlite(path: Path, synchronous: str) -> dict[str, Any]:
    """WAL lets readers go on while one writes; IMMEDIATE takes the lock where waiting for it is possible."""
    try:
        private_file(path)
    except OSError as problem:
        raise BadSetting(f"The database {path} cannot be made: {problem.strerror}.") from None
    pragmas = f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};"
    options = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": pragmas}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": options}


def channel_layer(name: str, url: str) -> dict[str, Any]:
    """`memory://` for one process, `redis://…` for several: announcements only, so pub/sub without queues."""
    if url == "memory://":
        return {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    if urlsplit(url).scheme not in REDIS:
        raise BadSetting(f"{name} is not an address of a channel layer. Write memory:// or redis://host:port/0.")
    return {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [url]}}


def cache(url: str) -> dict[str, Any]:
    """Counts of failed log-ins and the like live where all processes see them, if there is such a place."""
    if url == "memory://":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url, "KEY_PREFIX": "playground"}


def let_go_of_frozen_transactions() -> None:
    """Have PostgreSQL end what nobody goes on with, on every connection from now on."""
    connection_created.connect(_bounded, dispatch_uid="databases")


def _bounded(connection: Any, **_: Any) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET idle_in_transaction_session_timeout = '{FROZEN_SECONDS}s'")
