"""Times are told in the reader's own zone, once a page of ours has said in a cookie which that is."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from functools import cache
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware

COOKIE = "zone"


@sync_and_async_middleware
def readers_zone(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    if not iscoroutinefunction(get_response):

        def synchronous(request: HttpRequest) -> HttpResponseBase:
            with timezone.override(zone_of(request)):
                answer: HttpResponseBase = get_response(request)
            return answer

        return synchronous

    async def asynchronous(request: HttpRequest) -> HttpResponseBase:
        with timezone.override(zone_of(request)):
            answer: HttpResponseBase = await get_response(request)
        return answer

    return asynchronous


def zone_of(request: HttpRequest) -> zoneinfo.ZoneInfo | None:
    """The cookie is not believed blindly. Without one: the server's own."""
    name = request.COOKIES.get(COOKIE, "")
    return zoneinfo.ZoneInfo(name) if name and name in _known() else None


@cache
def _known() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
