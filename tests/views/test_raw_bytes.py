"""What is shown as received is every byte that came, and says where one is no letter."""

from __future__ import annotations

import pytest
from django.test import Client

from playground.accounts.owner import local_owner
from playground.views.run_events import as_text
from tests.runs.finished import finished

pytestmark = pytest.mark.django_db
LINE_END = 'data-c="CR"'
ESCAPED = "Some of it is no text"


def test_a_letter_that_is_cut_through_is_no_odd_byte() -> None:
    assert as_text("あい".encode(), 4) == ("あ", False)
    assert as_text(b"ab\xff", 4) == ("ab\\xff", True)


@pytest.mark.parametrize(
    ("stream", "told_of"),
    [
        pytest.param(b'data: {"a":1}\n\n', [], id="text"),
        pytest.param(b'data: {"a":1}\r\n\r\n', [LINE_END], id="CR LF"),
        pytest.param(b"data: \xff\xfe\n\n", [ESCAPED], id="no text"),
        pytest.param(b"data: \xff\r\n\r\n", [LINE_END, ESCAPED], id="both"),
    ],
)
@pytest.mark.parametrize("place", ["events/1/", "response/?view=raw"])
def test_every_byte_is_shown(client: Client, place: str, stream: bytes, told_of: list[str]) -> None:
    run = finished(local_owner(), stream)

    page = client.get(f"/runs/{run.pk}/{place}").content.decode()

    assert [told for told in (LINE_END, ESCAPED) if told in page] == told_of
    assert ("\\xff" in page) == (ESCAPED in told_of)
    assert "\ufffd" not in page
