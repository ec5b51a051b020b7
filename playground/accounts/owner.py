"""The owner of a playground: in local mode the one who is always here, in team mode the first account."""

from __future__ import annotations

import base64
import hmac

from django.conf import settings
from django.db import transaction

from playground.models import User

LOCAL_NAME = "owner"


def local_owner() -> User:
    """The one user of local mode: the first owner there is, else one is made, who cannot log in."""
    owner = User.objects.filter(is_superuser=True).order_by("pk").first()
    if owner is not None:
        return owner
    with transaction.atomic():
        owner, made = User.objects.get_or_create(username=LOCAL_NAME, defaults={"is_superuser": True, "is_staff": True})
        if made:
            owner.set_unusable_password()
            owner.save(update_fields=["password"])
    return owner


def team_has_owner() -> bool:
    """Whether somebody can log in as owner. The owner of local mode cannot: team mode starts by giving him a name."""
    return any(owner.has_usable_password() for owner in User.objects.filter(is_superuser=True))


def first_owner_code() -> str:
    """The code that makes the first owner, printed in the terminal.

    It follows from the secret key, so that every process prints the same one and nothing is stored.
    """
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"the first owner", "sha256")
    letters = base64.b32encode(digest).decode()[:20]
    return "-".join(letters[at : at + 5] for at in range(0, 20, 5))


@transaction.atomic
def make_first_owner(username: str, password: str) -> User | None:
    """The first owner, who takes over what was made in local mode; nothing if somebody was quicker."""
    if team_has_owner():
        return None
    owner = User.objects.filter(is_superuser=True).order_by("pk").first() or User(is_superuser=True, is_staff=True)
    owner.username = username
    owner.set_password(password)
    owner.save()
    return owner
