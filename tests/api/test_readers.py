"""The recorded streams: what real servers send, and what a right reader concludes of it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from playground.runs.reading import conclude_reply, conclude_stream

STREAMS = Path(__file__).parent.parent / "streams"
CASES = sorted(path.name.removesuffix(".expect.json") for path in STREAMS.glob("*.expect.json"))
ABOUT_THE_CASE = {"case", "file", "stream_requested", "seen_on", "thread", "note", "feed_sizes"}


def expected(case: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((STREAMS / f"{case}.expect.json").read_text())
    return document


def conclude(case: dict[str, Any], sizes: list[int] | None = None) -> dict[str, Any]:
    recorded = (STREAMS / case["file"]).read_bytes()
    if case["file"].endswith(".http"):
        return conclude_reply(case["endpoint"], recorded, case["stream_requested"])
    return conclude_stream(case["endpoint"], recorded, sizes)


def differences(case: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    wanted = {key: value for key, value in case.items() if key not in ABOUT_THE_CASE}
    wanted["warnings"], found["warnings"] = sorted(case["warnings"]), sorted(found["warnings"])
    return {key: (value, found.get(key)) for key, value in wanted.items() if found.get(key, "absent") != value}


def test_all_recorded_streams_are_here() -> None:
    assert len(CASES) == 92


@pytest.mark.parametrize("name", CASES)
def test_a_recorded_stream_is_concluded_rightly(name: str) -> None:
    case = expected(name)

    assert differences(case, conclude(case, case.get("feed_sizes"))) == {}


@pytest.mark.parametrize("name", [name for name in CASES if (STREAMS / f"{name}.sse").exists()])
def test_the_conclusion_does_not_depend_on_where_the_stream_is_cut(name: str) -> None:
    case = expected(name)
    length = len((STREAMS / case["file"]).read_bytes())
    dice = random.Random(name)

    assert differences(case, conclude(case, [1] * length)) == {}
    for _ in range(5):
        assert differences(case, conclude(case, [dice.randint(1, 200) for _ in range(length // 20)])) == {}
