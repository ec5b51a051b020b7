"""What the documents say about the code is true."""

import re
import tomllib
from pathlib import Path

import pytest

from playground import VERSION
from playground.environment import REGISTRY
from tests.environment import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ROW = re.compile(r"^\| `(?P<name>[A-Z_]+)` \| (?P<default>.*?) \| (?P<meaning>.*?) \|$", re.MULTILINE)
LINK = re.compile(r"\]\((?P<target>[^)#]+)(?:#[^)]*)?\)")


def settings_table() -> str:
    """The table as settings.py would write it."""
    settings = sorted(REGISTRY.values(), key=lambda one: one.name)
    return "\n".join(f"| `{one.name}` | {literal(one.default)} | {one.meaning} |" for one in settings)


def literal(default: str) -> str:
    """As code if it could be typed, as words if it says where the value comes from."""
    return f"`{default}`" if default and " " not in default else default


def test_the_readme_lists_every_setting_with_its_default_and_meaning() -> None:
    written = "\n".join(row[0] for row in ROW.finditer((ROOT / "README.md").read_text("utf-8")))

    assert written == settings_table(), f"Put this into README.md:\n{settings_table()}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    targets = [found["target"] for found in LINK.finditer(page.read_text("utf-8"))]

    lost = [target for target in targets if "://" not in target and not (page.parent / target).exists()]

    assert not lost


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

    assert project["project"]["version"] == VERSION
