"""`manage.py read_stream`: a recorded stream in, what our reader concludes of it out."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.api.test_readers import CASES, STREAMS, differences, expected
from tests.runs import streams


def read(file: Path, endpoint: str, *options: str) -> dict[str, Any]:
    printed = StringIO()
    call_command("read_stream", str(file), "--endpoint", endpoint, *options, stdout=printed)
    found: dict[str, Any] = json.loads(printed.getvalue())
    return found


@pytest.mark.parametrize("name", CASES)
def test_it_prints_what_a_right_reader_concludes(name: str) -> None:
    case = expected(name)
    options = [] if case["stream_requested"] or not case["file"].endswith(".http") else ["--no-stream"]

    found = read(STREAMS / case["file"], case["endpoint"], *options)

    assert differences(case, found) == {}


def test_a_whole_reply_is_known_by_its_first_line(tmp_path: Path) -> None:
    file = tmp_path / "saved-with-curl-include"
    file.write_bytes(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + streams.chat(["All ", "well."]))

    assert read(file, "chat")["text"] == "All well."


@pytest.mark.parametrize(
    ("name", "holds", "said"),
    [("not-there.sse", None, "cannot be read"), ("x.http", b"data: {}\n\n", "does not begin like an HTTP reply")],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, name: str, holds: bytes | None, said: str) -> None:
    if holds is not None:
        (tmp_path / name).write_bytes(holds)

    with pytest.raises(CommandError, match=said):
        read(tmp_path / name, "responses")


def test_a_file_of_anything_is_read_for_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "x.sse"
    file.write_bytes(bytes(range(256)) * 10)

    assert read(file, "responses")["outcome"] == "truncated"
