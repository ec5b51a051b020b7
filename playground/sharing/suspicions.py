"""What in a snapshot looks like a secret, so that its owner can leave it out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.secret_texts import secret_fields, secrets_in
from playground.sharing.snapshots import spoken


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something in a snapshot that its owner may not want to show."""

    kind: str
    name: str | Promise
    text: str  # as it stands in the snapshot
    shown: str  # enough of it to recognise

    @property
    def id(self) -> str:
        """How a form names it without saying it."""
        return salted_hmac("playground.suspicion", self.text.encode("utf-8", "replace")).hexdigest()[:20]

    @property
    def is_certain(self) -> bool:
        """Nobody shows these on purpose; a mail address or a file may well be what the request is about."""
        return self.kind not in ("mail", "file")


_NAMES: Final = {
    "private": _("a private key"),
    "key": _("a key"),
    "token": _("a token"),
    "bearer": _("a credential"),
    "basic": _("a credential"),
    "login": _("a name and a password in an address"),
    "named": _("a password or a key"),
    "mail": _("a mail address"),
    "file": _("a file"),
}

_NAME_OF: Final = re.compile(r"[^:=]*[:=]?")


def suspicions(made: dict[str, Any]) -> list[Suspicion]:
    """Everything in a snapshot that looks like a secret, once each."""
    found: dict[str, Suspicion] = {}
    said = (text for session in made.get("sessions", ()) for run in session["runs"] for text in spoken(run))
    for text in chain(_strings(made), said):
        for kind, secret in secrets_in(text):
            found.setdefault(secret, Suspicion(kind, _NAMES[kind], secret, _recognisable(kind, secret)))
    for name, secret in secret_fields(made):
        found.setdefault(secret, Suspicion("named", _NAMES["named"], secret, f"{name[:80]}: …"))
    return list(found.values())


def _recognisable(kind: str, secret: str) -> str:
    match kind:
        case "mail":
            return secret
        case "file":
            return secret.partition(",")[0]
        case "private":
            return secret[:40].partition("\n")[0]
        case "login" | "named":  # a short one would be half said by its ends
            return f"{_NAME_OF.match(secret)[0]}…"  # type: ignore[index]
    return f"{secret[:8]}…{secret[-4:]}"


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    children = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for child in children for text in _strings(child)]
