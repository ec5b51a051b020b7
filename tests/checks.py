"""What `./run check` runs: everything that can be said about the code without running it as people do.

`./run check --fix` first puts right what can be put right without thinking: imports, layout of code and templates.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.environment import ROOT, without_ours

TEAM = {
    "PLAYGROUND_MODE": "team",
    "PLAYGROUND_URL": "https://playground.example.org",
}
"""The settings a team starts with; the rest is generated or has its default."""


def templates() -> list[str]:
    return [str(path.relative_to(ROOT)) for path in sorted((ROOT / "templates").rglob("*.html"))]


def checks() -> dict[str, list[str]]:
    """Name -> command, in the order in which they say most for the time they take."""
    python = sys.executable
    tools = Path(python).parent
    return {
        "lint": [str(tools / "ruff"), "check", "--output-format", "concise", "."],
        "format": [str(tools / "ruff"), "format", "--check", "--output-format", "concise", "."],
        "locks": [python, "-m", "tests.locks"],
        "templates": [str(tools / "djade"), "--check", "--target-version", "5.2", *templates()],
        "html": [str(tools / "djlint"), "--lint", "--quiet", "templates"],
        "messages": [python, "manage.py", "messages", "--check"],
        "migrations": [python, "manage.py", "makemigrations", "--check", "--dry-run"],
        "deploy": [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        "types": [python, "-m", "mypy"],
    }


def fixes() -> list[list[str]]:
    tools = Path(sys.executable).parent
    ruff = str(tools / "ruff")
    djade = [str(tools / "djade"), "--target-version", "5.2", *templates()]
    return [[ruff, "check", "--fix", "--quiet", "--exit-zero", "."], [ruff, "format", "--quiet", "."], djade]


def passes(name: str, command: list[str], environment: Mapping[str, str]) -> bool:
    done = subprocess.run(command, cwd=ROOT, env=dict(environment), capture_output=True, text=True)
    print(f"{name:<12}{'ok' if done.returncode == 0 else 'FAILED'}", flush=True)
    if done.returncode:
        print(f"{done.stdout}{done.stderr}".strip() or f"{command[0]} exited {done.returncode}", flush=True)
    return done.returncode == 0


def main(names: list[str]) -> int:
    known = checks()
    if "--fix" in names:
        names.remove("--fix")
        for command in fixes():
            subprocess.run(command, cwd=ROOT, check=False)
    strangers = [name for name in names if name not in known]
    if strangers:
        print(f"No check is called {strangers[0]!r}. There are: {', '.join(known)}.")
        return 2
    with tempfile.TemporaryDirectory() as data:
        plain = {**without_ours(dict(os.environ)), "PLAYGROUND_DATA": data}
        surroundings = {"deploy": {**plain, **TEAM}}
        results = [passes(name, known[name], surroundings.get(name, plain)) for name in names or known]
    failed = results.count(False)
    print("All checks passed." if not failed else f"{failed} of {len(results)} checks failed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
