"""What can be set about the sandbox, and how the environment says it."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

PREFIX = "PLAYGROUND_SANDBOX_"
CHOICES: dict[str, tuple[str, ...]] = {
    "unknown_fields": ("strict", "lenient"),
    "profile": ("none", "openai", "claude", "gemini"),
    "shape": ("openai", "comet"),
    "stream_errors": ("nested", "flat"),
}
# What one request may change for itself with an `x-sandbox-…` header: how it is answered, never how much is kept.
PER_REQUEST = ("pace", "first_wait", "unknown_fields", "profile", "shape", "stream_errors", "ping_every")


@dataclass(frozen=True, slots=True)
class Settings:
    pace: float = 40.0  # tokens a second; 0 is as fast as the reader reads
    first_wait: float = 0.25  # seconds before the first token
    ping_every: float = 15.0  # seconds of silence before a `: ping` comment; 0 is never
    json_wait: float = 2.0  # seconds a reply that is not streamed may take at most
    unknown_fields: str = "strict"
    profile: str = "none"
    shape: str = "openai"
    stream_errors: str = "nested"
    max_body: int = 25 * 1024 * 1024
    keep_count: int = 2000
    keep_bytes: int = 128 * 1024 * 1024
    keep_seconds: float = 6 * 3600.0
    resume_seconds: float = 300.0  # how long the events of a background run can still be streamed

    def for_request(self, headers: Mapping[str, str]) -> Settings:
        """These settings with what the request's own `x-sandbox-…` headers change."""
        given = {name: headers.get("x-sandbox-" + name.replace("_", "-")) for name in PER_REQUEST}
        wanted = {name: text for name, text in given.items() if text is not None}
        return _changed(self, wanted, "x-sandbox-", "-") if wanted else self


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings the environment asks for; an odd value is refused in plain words."""
    names = {field.name for field in fields(Settings)}
    given = {key[len(PREFIX) :].lower(): text for key, text in environ.items() if key.startswith(PREFIX)}
    return _changed(Settings(), {name: text for name, text in given.items() if name in names}, PREFIX, "_")


def _changed(settings: Settings, wanted: Mapping[str, str], prefix: str, joint: str) -> Settings:
    kinds = {field.name: type(field.default) for field in fields(settings)}
    changes: dict[str, Any] = {}
    for name, text in wanted.items():
        shown = prefix + (name.upper() if joint == "_" else name.replace("_", joint))
        changes[name] = _read(name, text.strip(), kinds[name], shown)
    return replace(settings, **changes)


def _read(name: str, text: str, kind: type, shown: str) -> str | float | int:
    if kind is str:
        if text not in CHOICES[name]:
            raise ValueError(f"{shown} is {text!r}; it can be {', '.join(CHOICES[name])}.")
        return text
    try:
        number = kind(text)
    except ValueError:
        number = -1
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{shown} is {text!r}; it needs a number that is not below 0.")
    return int(number) if kind is int else float(number)
