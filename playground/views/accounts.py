"""Accounts, in team mode only: coming in, going out, and who may."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import login as auth_login
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.accounts import tries
from playground.accounts.forms import AccountForm, FirstOwnerForm, LoginForm, OwnPasswordForm
from playground.accounts.middleware import SEEN
from playground.accounts.owner import make_first_owner, team_has_owner
from playground.models import User

View = Callable[..., Any]
INVALID = 422


def team_only(view: View) -> View:
    """In local mode there are no accounts, and so no pages about them."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not settings.TEAM:
            raise Http404
        return view(request, *args, **kwargs)

    return checked


def owner_only(view: View) -> View:
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not getattr(request.user, "is_superuser", False):
            raise Http404
        return view(request, *args, **kwargs)

    return team_only(checked)


def begin_session(request: HttpRequest, user: User) -> None:
    """A new session id, an end that no use can put off, and a note of when it was last used."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()  # nobody else would ever clear them away
    auth_login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.set_expiry(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    request.session[SEEN] = time.time()


@method_decorator(team_only, name="dispatch")
@method_decorator(require_http_methods(["GET", "HEAD", "POST"]), name="dispatch")
class Login(auth_views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().get(request, *args, **kwargs) if team_has_owner() else redirect("first_owner")

    def form_valid(self, form: Any) -> HttpResponse:
        name = form.cleaned_data["username"]
        begin_session(self.request, form.get_user())
        tries.succeeded(self.request, name)
        response = redirect(self.get_success_url())
        tries.remember_browser(response, name)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 429 if form.came_too_often else INVALID
        return response


@method_decorator(team_only, name="dispatch")
class Logout(auth_views.LogoutView):
    http_method_names = ["post"]


@method_decorator(team_only, name="dispatch")
@method_decorator(require_http_methods(["GET", "HEAD", "POST"]), name="dispatch")
class PasswordChange(auth_views.PasswordChangeView):
    """Changing it ends every other session of the same person."""

    template_name = "accounts/password_change.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("password_changed")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        begin_session(self.request, form.user)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = INVALID
        return response


@team_only
@require_safe
def password_changed(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_changed.html")


@login_not_required
@team_only
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def first_owner(request: HttpRequest) -> HttpResponse:
    """The first account, made with the code from the terminal. Once there is one, there is no such page."""
    if team_has_owner():
        raise Http404
    form = FirstOwnerForm(request.POST or None, instance=_local_owner(), request=request)
    if not form.is_valid():
        return render(request, "accounts/first.html", {"form": form}, status=INVALID if form.is_bound else 200)
    owner = make_first_owner(form.cleaned_data["username"], form.cleaned_data["password"])
    if owner is None:
        raise Http404
    begin_session(request, owner)
    response = redirect("workbench")
    tries.remember_browser(response, owner.username)
    return response


@owner_only
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def accounts(request: HttpRequest) -> HttpResponse:
    form = AccountForm(request.POST or None)
    if form.is_valid():
        form.save()
        return redirect("accounts")
    context = {"form": form, "accounts": User.objects.order_by("-is_active", "username"), "here": "accounts"}
    return render(request, "accounts/list.html", context, status=INVALID if form.is_bound else 200)


@owner_only
@require_POST
def account_switch(request: HttpRequest, account_id: int, active: bool) -> HttpResponse:
    """Deactivate, or let in again. Open pages of a deactivated account lose their connection within seconds."""
    if account_id == request.user.pk:
        raise Http404  # who closes his own account could not open it again
    account = get_object_or_404(User, pk=account_id)
    account.is_active = active
    account.save(update_fields=["is_active"])
    return redirect("accounts")


def _local_owner() -> User | None:
    return User.objects.filter(is_superuser=True).order_by("pk").first()
