"""What templates and scripts name must be there: icons, style sheets, modules; and nothing is inline."""

import re
from pathlib import Path

import pytest

from playground.rendering import icon

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODULES = sorted((ROOT / "static" / "js").rglob("*.js"))


def test_every_icon_exists() -> None:
    names = {name for path in TEMPLATES for name in re.findall(r'{% icon "([\w-]+)"', path.read_text("utf-8"))}

    assert names
    for name in names:
        assert "<path" in icon(name)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_has_script_or_style_in_it(path: Path) -> None:
    text = path.read_text("utf-8")

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"\|safe\b|{% autoescape off|hx-on|hx-vals=.js:", text)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_that_is_imported_is_there(path: Path) -> None:
    for name in re.findall(r"""(?:from|import\()\s*["'](\.[^"']+)["']""", path.read_text("utf-8")):
        assert (path.parent / name).is_file(), name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_makes_code_or_markup_out_of_text(path: Path) -> None:
    text = path.read_text("utf-8")

    assert not re.search(r"\beval\(|new Function|document\.write|setTimeout\(\s*[\"'`]|window\.open", text)
