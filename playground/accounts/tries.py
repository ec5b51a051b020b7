"""How often somebody may guess: so many tries a minute, then a wait that grows.

Tries count before the password is looked at, so that a hundred at once are a hundred. They count by name and by
address; a browser that logged in before has a count of its own, so that nobody can lock a member out by failing
in his name.
"""

from __future__ import annotations

import hashlib
import math
import time

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from playground.gate.callers import household

BY_NAME = 5
BY_ADDRESS = 20
MINUTE = 60
LONGEST = 900  # seconds
FORGET = 3600

KNOWN_COOKIE = settings.COOKIE_PREFIX + "known"
KNOWN_FOR = 365 * 24 * 3600


def seconds_to_wait(request: HttpRequest, name: str) -> int:
    """Take one try for this name from this address; 0 if there was one left, else how long to wait."""
    return max(_take(_address_key(request), BY_ADDRESS), _take(_name_key(request, name), BY_NAME))


def succeeded(request: HttpRequest, name: str) -> None:
    """A right password was no guess: it counts neither for the name nor for a class that logs in together."""
    cache.delete_many([_name_key(request, name) + part for part in (":tries", ":blocks", ":until")])
    key = _address_key(request) + ":tries"
    if cache.get(key, 0) > 0:
        _count(key, MINUTE, -1)


def remember_browser(response: HttpResponse, name: str) -> None:
    response.set_cookie(
        KNOWN_COOKIE,
        signing.dumps(_digest(name), salt=KNOWN_COOKIE),
        max_age=KNOWN_FOR,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )


def _take(key: str, allowed: int) -> int:
    left = cache.get(key + ":until", 0.0) - time.time()
    if left > 0:
        return math.ceil(float(left))
    if _count(key + ":tries", MINUTE) <= allowed:
        return 0
    blocks = _count(key + ":blocks", FORGET)
    cache.touch(key + ":blocks", FORGET)  # it is forgotten an hour after the last
    wait = int(min(MINUTE * 2 ** (blocks - 1), LONGEST))
    cache.set(key + ":until", time.time() + wait, wait)
    cache.delete(key + ":tries")
    return wait


def _count(key: str, lasting: int, by: int = 1) -> int:
    cache.add(key, 0, lasting)
    try:
        return int(cache.incr(key, by))
    except ValueError:  # it ran out between the two
        by = max(by, 0)
        cache.set(key, by, lasting)
        return by


def _address_key(request: HttpRequest) -> str:
    address = household({"client": [request.META.get("REMOTE_ADDR", ""), 0]})
    return f"tries:address:{_digest(address)}"


def _name_key(request: HttpRequest, name: str) -> str:
    cookie = request.COOKIES.get(KNOWN_COOKIE, "")
    try:
        if cookie and signing.loads(cookie, salt=KNOWN_COOKIE, max_age=KNOWN_FOR) == _digest(name):
            return f"tries:browser:{_digest(cookie)}"
    except signing.BadSignature:
        pass
    return f"tries:name:{_digest(name)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.casefold().encode("utf-8", "replace")).hexdigest()[:32]
