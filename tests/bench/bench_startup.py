"""How long until the first page after `./run`, what that page weighs and how many requests it takes."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests import browsing, services
from tests.environment import ROOT, without_ours
from tests.registry import table

TIMES = 5


@dataclass(frozen=True)
class Start:
    """One start: how long it took until the first page was there, and how much of that the processor worked for it."""

    address: str
    seconds: float
    processor: float


@contextmanager
def started(data: Path) -> Iterator[Start]:
    """`./run` from a set-up checkout, until its first page was there."""
    port = services.free_port()
    command = [sys.executable, str(ROOT / "run"), "--port", str(port), "--data", str(data)]
    begun = time.monotonic()
    with (data.parent / "log").open("ab") as log:
        process = subprocess.Popen(command, env=without_ours(dict(os.environ)), stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        services.wait_until(lambda: services.answers(port), "./run", process)
        httpx.get(address, trust_env=False, follow_redirects=True, timeout=services.WAIT).raise_for_status()
        seconds = time.monotonic() - begun
        worked = psutil.Process(process.pid).cpu_times()
        yield Start(address, seconds, worked.user + worked.system)
    finally:
        services.end(process)


def starts(data: Path, times: int) -> list[Start]:
    taken = []
    for _ in range(times):
        with started(data) as start:
            taken.append(start)
    return taken


def show_first_page(address: str) -> None:
    """The first visit in a fresh browser, until it is quiet."""
    with browsing.browser() as browser:
        weights = browsing.first_visit(browser.new_context().new_page(), address)
    rows = [(path, f"{weight:,} B") for path, weight in weights]
    together = sum(weight for _, weight in weights)
    table("First page, gzipped:", [*rows, ("together", f"{together:,} B"), ("requests", str(len(weights)))])


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "data"
        cold = starts(data, 1)
        warm = starts(data, TIMES)
        seconds = [start.seconds for start in warm]
        rows = [
            ("new data folder", f"{cold[0].seconds:.2f} s"),
            ("warm, median", f"{statistics.median(seconds):.2f} s"),
            ("warm, quickest and slowest", f"{min(seconds):.2f} and {max(seconds):.2f} s"),
            ("warm, processor time, median", f"{statistics.median(start.processor for start in warm):.2f} s"),
        ]
        table("From ./run to the first page:", rows)
        with started(data) as start:
            show_first_page(start.address)
