"""One style sheet out of many, and nothing lost on the way."""

import os
from pathlib import Path

import pytest

from playground import stylesheet

LAYERS = "@layer reset, components;\n@import url(a.css) layer(reset);\n@import url(b.css) layer(components);\n"


@pytest.fixture
def folder(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
    css = tmp_path / "static" / "css"
    css.mkdir(parents=True)
    (css / "layers.css").write_text(LAYERS)
    (css / "a.css").write_text("/* a */\n* { margin: 0 }\n")
    (css / "b.css").write_text('.b::before { content: "/* kept */  {a; b}" ; }\n')
    return css


def test_files_are_joined_in_the_order_of_the_layers(folder: Path) -> None:
    assert stylesheet.joined(folder) == (
        "@layer reset,components;@layer reset{*{margin: 0}}"
        '@layer components{.b::before{content: "/* kept */  {a; b}";}}'
    )


def test_space_that_means_something_stays() -> None:
    assert stylesheet.stripped(".a :hover , .b > .c { inset : 0  1px }") == ".a :hover,.b > .c{inset : 0 1px}"


def test_the_file_is_made_once_and_again_when_a_source_is_newer(folder: Path) -> None:
    built = stylesheet.join()
    made = built.stat().st_mtime_ns
    assert stylesheet.join().stat().st_mtime_ns == made

    (folder / "a.css").write_text("a { color: red }")
    os.utime(folder / "a.css", ns=(made + 1_000_000_000, made + 1_000_000_000))

    assert "a{color: red}" in stylesheet.join().read_text()


def test_every_style_sheet_of_ours_is_in_the_list_once() -> None:
    named = stylesheet._IMPORT.findall((stylesheet.sources() / "layers.css").read_text())

    templates = "".join(path.read_text() for path in (stylesheet.sources().parents[1] / "templates").rglob("*.html"))
    files = {path.name for path in stylesheet.sources().glob("*.css") if f"css/{path.name}" not in templates}
    files -= {"layers.css"}
    assert sorted(name for name, _ in named) == sorted(files)


def test_the_style_sheet_fetches_nothing() -> None:
    css = stylesheet.joined(stylesheet.sources())

    assert "@import" not in css
    assert "http://" not in css.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in css
    assert css.count("{") == css.count("}")
