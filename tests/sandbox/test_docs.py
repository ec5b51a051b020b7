"""The sandbox's page tells the truth: its models, its settings, and every parameter with its effect."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from playground.sandbox.behaviours import catalogue
from playground.sandbox.settings import PER_REQUEST, PREFIX, Settings
from playground.sandbox.wire import chat_shapes, responses_rules
from tests.environment import ROOT

PAGE = (ROOT / "docs" / "sandbox.md").read_text("utf-8")
LISTED = json.loads((Path(__file__).parent / "parameters.json").read_text("utf-8"))


def rows(title: str) -> list[list[str]]:
    """The cells of the table under a title, without its head."""
    section = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


@pytest.mark.parametrize(
    ("title", "endpoint"),
    [("Parameters of POST /responses", "responses"), ("Parameters of POST /chat/completions", "chat")],
)
def test_every_parameter_is_listed_with_its_effect(title: str, endpoint: str) -> None:
    told = {cells[0].strip("`"): cells[1] for cells in rows(title)}

    assert list(told) == LISTED[endpoint]
    assert all(len(effect) > 4 for effect in told.values())


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [("responses", responses_rules.FIELDS), ("chat", chat_shapes.FIELDS)],
    ids=["responses", "chat"],
)
def test_the_sandbox_takes_exactly_the_listed_parameters(endpoint: str, known: dict[str, object]) -> None:
    listed = {name.partition(".")[0].removesuffix("[]") for name in LISTED[endpoint]}

    # One helper of the SDK posts `verbosity` to /responses, though it is no parameter there.
    assert set(known) == listed | ({"verbosity"} if endpoint == "responses" else set())


def test_every_model_is_listed_with_its_aliases() -> None:
    told = [(cells[0].strip("`"), re.findall("`([^`]+)`", cells[1]), cells[-1]) for cells in rows("Models")]

    models = [model for model in catalogue().values() if model.id.startswith("sandbox-")]
    assert told == [(model.id, list(model.aliases), model.description) for model in models]


def test_every_setting_is_listed_with_its_default() -> None:
    told = [(cells[0].strip("`"), cells[1].strip("`"), cells[2].strip("`")) for cells in rows("Settings")]

    expected = [
        (
            PREFIX + field.name.upper(),
            "x-sandbox-" + field.name.replace("_", "-") if field.name in PER_REQUEST else "",
            str(field.default),
        )
        for field in fields(Settings)
    ]
    assert told == expected
