"""Do the locks still say what `pyproject.toml` asks for? Used by `./run check` and by a test."""

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.environment import ROOT

GROUPS = {"requirements.txt": [], "requirements-test.txt": ["test"], "requirements-check.txt": ["test", "check"]}
"""What each lock holds besides the dependencies themselves."""

ASKED_FOR = re.compile(r"#(?:\s+via)?\s+playground \(pyproject\.toml(?::\w+)?\)")


@dataclass
class Pin:
    """One line of a lock: exactly this version of that package, in one of these files."""

    requirement: Requirement
    hashes: list[str] = field(default_factory=list)
    asked_for: bool = False

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        return next(iter(self.requirement.specifier)).version


def read_lock(path: Path) -> list[Pin]:
    pins: list[Pin] = []
    for line in path.read_text("utf-8").splitlines():
        if line and not line[0].isspace():
            pins.append(Pin(Requirement(line.rstrip("\\ "))))
        elif line.strip().startswith("--hash="):
            pins[-1].hashes.append(line.strip().removeprefix("--hash=").rstrip("\\ "))
        elif ASKED_FOR.search(line):
            pins[-1].asked_for = True
    return pins


def asked_for(project: dict[str, Any], groups: list[str]) -> list[Requirement]:
    metadata, extra = project["project"], project["dependency-groups"]
    lines = [*metadata["dependencies"], *(line for group in groups for line in extra[group])]
    return [Requirement(line) for line in lines]


def problems(root: Path = ROOT) -> list[str]:
    """One sentence for each way in which the locks are wrong."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    base = {(pin.name, str(pin.requirement.marker)): pin.version for pin in read_lock(root / "requirements.txt")}
    found = []
    for file_name, groups in GROUPS.items():
        pins = read_lock(root / file_name)
        found += [f"{file_name}: {said}" for said in against_project(pins, asked_for(project, groups))]
        found += [f"{file_name}: {said}" for said in within(root / file_name, pins)]
        found += [f"{file_name}: {said}" for said in without_extras(pins)]
        for pin in pins:
            locked = base.get((pin.name, str(pin.requirement.marker)), pin.version)
            if locked != pin.version:
                found.append(f"{file_name}: {pin.name} is {pin.version} here and {locked} in requirements.txt")
    return found


def against_project(pins: list[Pin], wanted: list[Requirement]) -> list[str]:
    found = []
    for requirement in wanted:
        name = canonicalize_name(requirement.name)
        here = [pin for pin in pins if pin.name == name and applies(pin)]
        if not here:
            found.append(f"{requirement} is asked for and not locked")
        found += [
            f"{name} {pin.version} is not {requirement}" for pin in here if pin.version not in requirement.specifier
        ]
    names = {canonicalize_name(requirement.name) for requirement in wanted}
    found += [f"{pin.name} is no longer asked for" for pin in pins if pin.asked_for and pin.name not in names]
    return found


def applies(pin: Pin) -> bool:
    marker = pin.requirement.marker
    return marker is None or marker.evaluate()


def within(path: Path, pins: list[Pin]) -> list[str]:
    found = [f"{pin.name} has no hash" for pin in pins if not any(one.startswith("sha256:") for one in pin.hashes)]
    if re.search(r"://|--(extra-)?index-url|--find-links", path.read_text("utf-8")):
        found.append("it names an address")
    return found


def without_extras(pins: list[Pin]) -> Iterator[str]:
    """A name with extras that the lock has without them: pip would take its newest release, and refuse that."""
    named = {pin.name: pin.requirement.extras for pin in pins}
    for pin in pins:
        for wanted in needs(pin):
            lacking = wanted.extras - named.get(canonicalize_name(wanted.name), set())
            if lacking:
                yield f"{pin.name} asks for {wanted.name}[{','.join(sorted(lacking))}], which the lock does not name"


def needs(pin: Pin) -> list[Requirement]:
    """What a package that is installed here asks for."""
    try:
        lines = [Requirement(line) for line in requires(pin.name) or []]
    except PackageNotFoundError:
        return []
    extras = ["", *pin.requirement.extras]
    return [
        line for line in lines if not line.marker or any(line.marker.evaluate({"extra": extra}) for extra in extras)
    ]


if __name__ == "__main__":
    said = problems()
    print("\n".join([*said, "Run ./run lock."] if said else ["The locks say what pyproject.toml asks for."]))
    sys.exit(1 if said else 0)
