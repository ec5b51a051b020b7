"""The house stays as `docs/architecture.md` draws it: who may import whom, and what only one room may touch."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.environment import ROOT

PACKAGE = ROOT / "playground"
PAGE = ROOT / "docs" / "architecture.md"
ROW = re.compile(r"^\| (?P<rooms>(?:`[\w.]+`(?:, )?)+) +\| (?P<may>[^|]*?) *\|", re.MULTILINE)

PURE = ("api", "samples", "upstream.sse")
"""Rooms that know no rows, no network and no request; of Django they may use translation alone."""

TRANSLATION = ("django.utils.translation", "django.utils.functional.Promise", "django.utils.text.format_lazy")


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    """The module's name inside the house: `playground/runs/owner.py` is `runs.owner`."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Every module this file imports, at the top or inside a function, by its whole name."""
    package = ["playground", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{source}.{alias.name}" for alias in node.names)


def table() -> dict[str, set[str]]:
    """Room -> the rooms it may import, as the page says."""
    text = PAGE.read_text("utf-8").partition("## Who may import whom")[2].partition("\n## ")[0]
    allowed: dict[str, set[str]] = {}
    for row in ROW.finditer(text):
        for room in re.findall(r"`([\w.]+)`", row["rooms"]):
            allowed[room] = set(re.findall(r"`([\w.]+)`", row["may"]))
    return allowed


def room_of(module: str, rooms: dict[str, set[str]]) -> str | None:
    """The most precise row of the table that covers this module."""
    while module:
        if module in rooms:
            return module
        module = module.rpartition(".")[0]
    return None


def test_every_module_belongs_to_a_room_of_the_table() -> None:
    rooms = table()

    homeless = [name for name in map(name_of, modules()) if name and room_of(name, rooms) is None]

    assert not homeless, "Give these a row in docs/architecture.md"


def may(here: str, module: str, allowed: set[str]) -> bool:
    """Within a room everybody meets; outside, the row decides, and a row that names a package covers all inside it."""
    return any(module == room or module.startswith(f"{room}.") for room in {here} | allowed)


def test_rooms_import_only_what_the_table_allows() -> None:
    rooms = table()
    trespasses = []

    for path in modules():
        here = room_of(name_of(path), rooms)
        for imported in imports(path):
            module = imported.removeprefix("playground.")
            if here and module != imported and room_of(module, rooms) and not may(here, module, rooms[here]):
                trespasses.append(f"{path.relative_to(ROOT)} imports {imported}: not in the row of {here}")

    assert not trespasses, "\n".join(trespasses)


def test_the_table_names_no_room_that_is_gone() -> None:
    built = {name_of(path) for path in modules()}
    named = set(table()) | {room for allowed in table().values() for room in allowed}

    gone = [room for room in named if not any(name == room or name.startswith(f"{room}.") for name in built)]

    assert not gone


@pytest.mark.parametrize(
    ("package", "only"),
    [("httpx", {"upstream.door"}), ("django.utils.safestring.mark_safe", {"rendering"}), ("openai", set())],
)
def test_what_only_one_room_may_touch(package: str, only: set[str]) -> None:
    users = {
        name_of(path)
        for path in modules()
        if any(one == package or one.startswith(f"{package}.") for one in imports(path))
    }

    strangers = {user for user in users if not any(user == room or user.startswith(f"{room}.") for room in only)}

    assert not strangers, f"{package} belongs to {only or 'nobody'}"


NAMED_ONLY = {
    "argon2-cffi": "Argon2PasswordHasher",
    "channels-redis": "channels_redis.",
    "django-ace": "django_ace/",
    "heroicons": 'files("heroicons")',
    "psycopg": "django.db.backends.postgresql",
}
"""Dependencies that others load for us, and the words by which we ask for them."""


def test_every_dependency_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked_for = {canonicalize_name(Requirement(line).name) for line in project["project"]["dependencies"]}
    imported = {one.partition(".")[0] for path in modules() for one in imports(path)}
    brought = {
        canonicalize_name(name)
        for module, names in packages_distributions().items()
        if module in imported
        for name in names
    }
    text = "".join(path.read_text("utf-8") for path in [*modules(), *(ROOT / "templates").rglob("*.html")])

    idle = {name for name in asked_for - brought if name not in NAMED_ONLY or NAMED_ONLY[name] not in text}

    assert not idle


def test_pure_rooms_use_nothing_of_django_but_translation() -> None:
    impure = [
        f"{path.relative_to(ROOT)} imports {one}"
        for path in modules()
        if name_of(path).startswith(PURE)
        for one in imports(path)
        if one.startswith(("django", "channels")) and not one.startswith(TRANSLATION)
    ]

    assert not impure


def test_the_sandbox_is_a_witness_of_its_own() -> None:
    borrowed = [
        f"{path.relative_to(ROOT)} imports {one}"
        for path in modules()
        if name_of(path).startswith("sandbox")
        for one in imports(path)
        if one.startswith(("django", "channels", "httpx"))
        or (one.startswith("playground") and not one.startswith("playground.sandbox"))
    ]

    assert not borrowed


def test_rows_know_nothing_about_pages_or_sockets() -> None:
    known = [
        one for one in imports(PACKAGE / "models.py") if one.startswith(("django.http", "django.shortcuts", "channels"))
    ]

    assert not known
