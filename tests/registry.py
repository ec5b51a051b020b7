"""Finds and runs the scripts of `./run bench` and `./run soak`.

Every module `tests/bench/bench_NAME.py` or `tests/soak/soak_NAME.py` with a `main() -> None` that prints what it found
is one script. A soak script raises when something that must hold does not.
"""

import importlib
import pkgutil
import sys
import time
import traceback
from types import ModuleType


def names(package: ModuleType, prefix: str) -> list[str]:
    modules = pkgutil.iter_modules(package.__path__)
    return sorted(module.name.removeprefix(prefix) for module in modules if module.name.startswith(prefix))


def run(package: ModuleType, prefix: str, chosen: list[str]) -> int:
    """Run the chosen scripts, or all; the exit code is 1 if one of them failed."""
    known = names(package, prefix)
    strangers = [name for name in chosen if name not in known]
    if strangers:
        print(f"Nothing here is called {strangers[0]!r}. There are: {', '.join(known)}.")
        return 2
    failed = [name for name in chosen or known if not passed(package, prefix, name)]
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


def passed(package: ModuleType, prefix: str, name: str) -> bool:
    print(f"== {name}", flush=True)
    begun = time.monotonic()
    try:
        importlib.import_module(f"{package.__name__}.{prefix}{name}").main()
    except Exception:
        traceback.print_exc(file=sys.stdout)
        return False
    print(f"   ({time.monotonic() - begun:.1f} s)\n", flush=True)
    return True


def table(title: str, rows: list[tuple[str, str]]) -> None:
    """Print figures, one a line, in two columns."""
    width = max(len(label) for label, _ in rows)
    print(title)
    for label, figure in rows:
        print(f"  {label:<{width}}  {figure:>12}")
