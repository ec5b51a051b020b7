"""What every template knows about this playground."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from playground import VERSION


def playground(request: HttpRequest) -> dict[str, Any]:
    return {"mode": "team" if settings.TEAM else "local", "team": settings.TEAM, "version": VERSION}
