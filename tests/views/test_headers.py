"""The headers of a run: what was sent, what came, and nothing that is somebody's secret."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from playground.accounts.owner import local_owner
from tests.runs.finished import finished

pytestmark = pytest.mark.django_db


def headers_of(client: Client, **noted: Any) -> str:
    run = finished(local_owner(), b'data: {"a":1}\n\n', **noted)
    return client.get(f"/runs/{run.pk}/headers/").content.decode()


def test_both_sides_have_their_own_list(client: Client) -> None:
    page = headers_of(
        client,
        request_headers=[["Authorization", "Bearer •••wxyz"], ["X-Team", "•••"]],
        response_headers=[["x-request-id", "req_1"], ["Set-Cookie", "__cf=secret"]],
        http_status=200,
    )

    sent, _title, received = page.partition("<h3>Headers received, status 200</h3>")
    assert "Headers sent" in sent
    assert "Bearer •••wxyz" in sent
    assert "The key of the connection." in sent
    assert "req_1" in received
    assert "support will ask for it" in received
    assert "Set-Cookie" in received
    assert "__cf=secret" not in page


def test_where_nothing_came_the_page_says_so(client: Client) -> None:
    page = headers_of(client, request_headers=[["Accept", "*/*"]], response_headers=[], http_status=None)

    assert "None." in page.partition("<h3>Headers received</h3>")[2]
