"""Making an audience link: what its visitors write, what it may use, what they would see; and the link, shown once."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from playground import sharing
from playground.models import Preset
from playground.views.audience_wishes import Asked
from playground.views.sessions import frame
from playground.views.share_new import address_of
from playground.views.share_wishes import allowed_scopes


@require_http_methods(["GET", "HEAD", "POST"])
def audience_new(request: HttpRequest, preset_id: uuid.UUID) -> HttpResponse:
    """`do=look` shows the form again with what visitors would see of it; else the link is made."""
    preset = get_object_or_404(Preset.objects.for_user(request.user).select_related("owner"), pk=preset_id)
    if request.method != "POST":
        return _form(request, Asked.at_first(request, preset))
    asked = Asked.from_form(request, preset)
    if request.POST.get("do") == "look":
        return _form(request, asked)
    if asked.problem:
        return _form(request, asked, status=422)
    made, token = sharing.open_audience(asked.terms())
    context = {
        "frame": frame(request),
        "here": "workbench",
        "preset": preset,
        "audience": made,
        "address": address_of(request, token, "audience"),
        "local": not settings.TEAM,
    }
    return render(request, "audience/made.html", context)


def _form(request: HttpRequest, asked: Asked, status: int = 200) -> HttpResponse:
    context = {
        "frame": frame(request),
        "here": "workbench",
        "preset": asked.preset,
        "asked": asked,
        "problem": asked.problem if status != 200 else "",
        "scopes": allowed_scopes(),
        "local": not settings.TEAM,
        "boxes": asked.words.boxes(),
        "told": asked.words.told if asked.shows else [],
    }
    return render(request, "audience/new.html", context, status=status)
