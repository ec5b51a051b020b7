"""Puts the user on the request."""

from __future__ import annotations

import time
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django_htmx.http import HttpResponseClientRedirect

from playground.accounts.owner import local_owner

SEEN = "seen"
SEEN_EVERY = 300  # seconds between two notes that a session is in use


class LocalOwner(AuthenticationMiddleware):
    """Local mode: whoever comes through the gate is the owner."""

    def process_request(self, request: HttpRequest) -> None:
        request.user = SimpleLazyObject(local_owner)  # type: ignore[assignment]
        request.auser = sync_to_async(local_owner)


class TeamMember(AuthenticationMiddleware):
    """Team mode: whoever is logged in, until the session is too old or was idle too long."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        seen = request.session.get(SEEN)
        if seen is None:
            return
        idle = time.time() - seen
        if idle > settings.SESSION_IDLE:
            logout(request)
        elif idle > SEEN_EVERY:
            request.session[SEEN] = time.time()


class LoginRequired(LoginRequiredMiddleware):
    """Every page needs a log-in but those that say otherwise with `@login_not_required`."""

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        """An open view answers without asking the database who is there: /healthz must, when it is gone."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        htmx = getattr(request, "htmx", None)
        if not htmx:
            return super().handle_no_permission(request, view_func)
        # A piece of a page cannot be the log-in page: the whole page goes there, and comes back afterwards.
        here = htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(redirect_to_login(here).url)
