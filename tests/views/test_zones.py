"""Times are told in the zone of whoever reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from playground.models import Session, User

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def owner(client: Client, settings: LazySettings) -> User:
    settings.TIME_ZONE = "UTC"
    client.get("/")
    Session.objects.all().delete()
    return User.objects.get()


def days(client: Client) -> list[str]:
    return [str(day.name) for day in client.get("/sessions/list/", headers=HTMX).context["listing"].page.days]


def test_a_day_begins_where_the_reader_is(client: Client, owner: User) -> None:
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    Session.objects.create(owner=owner, title="late", updated=noon + timedelta(hours=10))
    assert days(client) == ["March 4, 2026"]

    client.cookies["zone"] = "Asia/Tokyo"

    assert days(client) == ["March 5, 2026"]


def test_what_is_looked_for_by_day_is_of_that_day_there(client: Client, owner: User) -> None:
    Session.objects.create(owner=owner, title="late", updated=datetime(2026, 3, 4, 22, tzinfo=UTC))

    client.cookies["zone"] = "Asia/Tokyo"

    found = client.get("/sessions/list/?since=2026-03-05&until=2026-03-05", headers=HTMX).context["listing"].page.days
    assert [row.session.title for day in found for row in day.rows] == ["late"]


@pytest.mark.parametrize("odd", ["", "../../etc/passwd", "Mars/Olympus", "UTC" * 500])
def test_a_zone_that_is_none_is_not_believed(client: Client, owner: User, odd: str) -> None:
    Session.objects.create(owner=owner, title="late", updated=datetime(2026, 3, 4, 22, tzinfo=UTC))

    client.cookies["zone"] = odd

    assert days(client) == ["March 4, 2026"]


def test_the_next_reader_has_his_own(client: Client, owner: User) -> None:
    client.cookies["zone"] = "Asia/Tokyo"
    client.get("/")

    assert timezone.get_current_timezone_name() == "UTC"
