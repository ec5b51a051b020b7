"""How often an address may ask for links that are not there, and how often a passphrase may be guessed."""

from __future__ import annotations

import hashlib
from typing import Final

from django.core.cache import cache

from playground.gate.callers import household
from playground.models import Share

MINUTE: Final = 60
MISSES: Final = 30
#: Wrong passphrases of one address for one link; and of all addresses, so that many cannot share the work.
GUESSES: Final = 10
GUESSES_OF_ALL: Final = 300


def misses_too_often(client: str) -> bool:
    """Whether this address has asked for too many links that are not there. Then it is not even looked for what it
    asks: else the answer would still tell a guess that is right."""
    return int(cache.get(_key("miss", client), 0)) >= MISSES


def missed(client: str) -> None:
    _count(_key("miss", client))


def may_guess(found: Share, client: str) -> bool:
    """Take one try. It counts before it is looked at, so that a hundred at once are a hundred."""
    mine, everybodys = _guess_keys(found, client)
    return _count(mine) <= GUESSES and _count(everybodys) <= GUESSES_OF_ALL


def guessed_right(found: Share, client: str) -> None:
    """A right passphrase was no guess: a room that opens a link together is not locked out."""
    for key in _guess_keys(found, client):
        _count(key, -1)


def _guess_keys(found: Share, client: str) -> tuple[str, str]:
    return f"{_key('guess', client)}:{found.pk.hex}", f"links:guesses:{found.pk.hex}"


def _key(kind: str, client: str) -> str:
    address = household({"client": [client, 0]})
    return f"links:{kind}:{hashlib.sha256(address.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _count(key: str, by: int = 1) -> int:
    cache.add(key, 0, MINUTE)
    try:
        return int(cache.incr(key, by))
    except ValueError:  # it ran out between the two
        cache.set(key, max(by, 0), MINUTE)
        return max(by, 0)
