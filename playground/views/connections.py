"""Connections: where requests go. Add, edit, try out, delete."""

from __future__ import annotations

import uuid
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.connections import presets, trial
from playground.connections.form import ConnectionForm
from playground.models import SANDBOX_ID, Connection, Draft

INVALID = 422


@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    """All of them, and beside them the form for a new one, filled in by `?preset=` if that is given. `?show=` leads to
    one, where it is one's own to change."""
    if wanted := _shown(request):
        return redirect(reverse("connection", args=[wanted.pk]) + "#edit")
    chosen = {preset.slug: preset for preset in presets.presets(settings.TEAM)}.get(request.GET.get("preset", ""))
    given = {"name": chosen.name, "base_url": chosen.base_url, "profile": chosen.profile} if chosen else {}
    return _page(request, _form(request, initial=given), preset=chosen)


@sensitive_post_parameters("key", "header_value")
@require_POST
def connection_new(request: HttpRequest) -> HttpResponse:
    return _save(request, Connection(owner=_user(request)))


@sensitive_post_parameters("key", "header_value")
@require_http_methods(["GET", "HEAD", "POST"])
def connection(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = _mine(request, connection_id)
    return _save(request, found) if request.method == "POST" else _page(request, _form(request, instance=found))


@require_POST
def connection_delete(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Gone with its key. Runs that were sent with it keep its name."""
    _mine(request, connection_id).delete()
    return redirect("connections")


@require_POST
def connection_take(request: HttpRequest, variable: str) -> HttpResponse:
    """Makes a connection of a key that stands in the environment. In team mode there is no such offer."""
    if settings.TEAM:
        raise Http404
    offers = {found.variable: found for found in presets.in_environment(_editable(request))}
    if variable not in offers:
        raise Http404
    offer = offers[variable]
    made = Connection.objects.create(owner=_user(request), name=offer.name, base_url=offer.base_url, key=offer.key)
    return redirect("connection", made.pk)


def _save(request: HttpRequest, instance: Connection) -> HttpResponse:
    form = _form(request, request.POST, instance=instance)
    if unknown := set(request.POST) - form.known:
        raise SuspiciousOperation(f"fields that the form does not have: {len(unknown)}")
    then = request.POST.get("then", "")
    if form.is_valid():
        async_to_sync(form.check_address)()
    if not form.is_valid():
        return _page(request, form, status=INVALID)
    saved = form.save(drop_key=then == "drop_key")
    if then == "test":
        return _test(request, saved)
    return redirect(reverse("connection", args=[saved.pk]) + ("?moved" if form.cleared else ""))


def _test(request: HttpRequest, saved: Connection) -> HttpResponse:
    if not trial.may_try(request.user):
        return _page(request, _form(request, instance=saved), status=429, too_often=True)
    async_to_sync(trial.try_out)(saved)
    saved.save(update_fields=["tested", "models_found"])
    return redirect(reverse("connection", args=[saved.pk]) + "#trial")  # what it found stands below the form


def _form(request: HttpRequest, *args: Any, **kwargs: Any) -> ConnectionForm:
    kwargs.setdefault("instance", Connection())  # with its defaults
    may_share = settings.TEAM and bool(getattr(request.user, "is_superuser", False))
    return ConnectionForm(*args, may_share=may_share, **kwargs)


def _user(request: HttpRequest) -> Any:
    return request.user


def _editable(request: HttpRequest) -> Any:
    return Connection.objects.editable_by(request.user).exclude(pk=SANDBOX_ID)


def _shown(request: HttpRequest) -> Connection | None:
    try:
        wanted = uuid.UUID(request.GET.get("show", ""))
    except ValueError:
        return None
    found: Connection | None = _editable(request).filter(pk=wanted).first()
    return found


def _mine(request: HttpRequest, connection_id: uuid.UUID) -> Connection:
    found: Connection = get_object_or_404(_editable(request), pk=connection_id)
    return found


def _page(request: HttpRequest, form: ConnectionForm, status: int = 200, **more: Any) -> HttpResponse:
    everyone = Connection.objects.for_user(request.user).order_by("created", "name")
    chosen = None if form.instance._state.adding else form.instance
    rows = [
        {"connection": each, "trial": trial.last_trial(each), "mine": each.owner_id == request.user.pk}
        for each in everyone
    ]
    context = {
        "here": "connections",
        "rows": rows,
        "none_of_my_own": not any(row["mine"] for row in rows),
        "form": form,
        "chosen": chosen,
        "trial": trial.last_trial(chosen) if chosen else None,
        "moved": "moved" in request.GET,
        "sessions": Draft.objects.filter(session__owner=_user(request), connection=chosen).count() if chosen else 0,
        "presets": presets.presets(settings.TEAM),
        "offers": [] if settings.TEAM else presets.in_environment(_editable(request)),
        **more,
    }
    return render(request, "connections/page.html", context, status=status)
