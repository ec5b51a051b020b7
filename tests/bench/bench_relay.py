"""What the playground adds between an upstream and the browser, everything stored before it is shown.

Beside it, in the same rounds: a client that reads the upstream itself, a relay that only passes bytes on, and the
least that this stack can do when it stores first. Figures of different rounds do not compare; ratios within one do.
"""

from __future__ import annotations

import asyncio
import os
import statistics
from typing import Any

from tests.bench.relay import contenders, measuring
from tests.bench.relay.measuring import Figures

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "2"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
LEVELS = ((1, 50.0), (10, 50.0), (100, 20.0), (500, 20.0))
LENGTHS = (1_000, 10_000, 100_000)


def main() -> None:
    chosen = set(filter(None, os.environ.get("BENCH_ONLY", "").split(",")))
    os.sched_setaffinity(0, contenders.OTHER_CORE)
    with contenders.upstream() as port:
        for streams, rate in LEVELS:
            if not chosen or str(streams) in chosen:
                show_level(port, streams, rate)
        if not chosen or "flat" in chosen:
            show_flat_out(port)
        if not chosen or "length" in chosen:
            show_lengths(port)


def rounds(port: int, measure: Any) -> dict[str, list[Any]]:
    """Each contender once, then each again: the machine's moods fall on all of them."""
    found: dict[str, list[Any]] = {}
    for _ in range(ROUNDS):
        for kind in contenders.CONTENDERS:
            with kind(port).running() as contender:
                found.setdefault(kind.name, []).append(asyncio.run(warmed(contender, measure)))
    return found


async def warmed(contender: Any, measure: Any) -> Any:
    await measuring.warm(contender)
    return await measure(contender)


def middle(values: Any) -> float:
    return float(statistics.median(values))


def show_level(port: int, streams: int, rate: float) -> None:
    found = rounds(port, lambda contender: measuring.paced(contender, streams, rate, SECONDS))
    print(f"{streams} x {rate:g}/s")
    heads = ("p50 ms", "p95 ms", "p99 ms", "CPU µs", "/splice", "/floor", "kB each", "kept")
    print(f"  {'':22}" + "".join(f"{head:>9}" for head in heads))
    splice = [each.cpu for each in found["byte splice"]]
    floor = [each.cpu for each in found["stored first, floor"]]
    for name, figures in found.items():
        ages = [middle(each.age(share) for each in figures) / 1000 for share in (0.5, 0.95, 0.99)]
        cpu = [each.cpu for each in figures]
        shown = "".join(f"{age:9.2f}" for age in ages)
        shown += f"{middle(cpu):9.0f}{ratio(cpu, splice):>9}{ratio(cpu, floor):>9}"
        shown += f"{middle(each.memory for each in figures):9.0f}{middle(each.offered for each in figures):9.0%}"
        print(f"  {name:22}{shown}", flush=True)


def ratio(mine: list[float], theirs: list[float]) -> str:
    """The middle of the ratios of each round."""
    pairs = [one / other for one, other in zip(mine, theirs, strict=True) if other]
    return f"{middle(pairs):.2f}" if pairs and any(mine) else "-"


def show_flat_out(port: int) -> None:
    found = rounds(port, lambda contender: measuring.flat_out(contender, 40_000))
    print("1 stream flat out, 40,000 deltas")
    print(f"  {'':22}{'deltas/s':>10}{'CPU µs':>8}")
    for name, results in found.items():
        figures: list[Figures] = [each for each, _ in results]
        print(f"  {name:22}{middle(e.rate for e in figures):10,.0f}{middle(e.cpu for e in figures):8.1f}", flush=True)


def show_lengths(port: int) -> None:
    print("one run of the playground, flat out")
    print(f"  {'deltas':>10}{'deltas/s':>10}{'text kB':>9}{'memory kB':>11}{'times text':>12}  end arrived")
    for count in LENGTHS:
        with contenders.Playground(port).running() as contender:
            figures, ended = asyncio.run(warmed(contender, lambda here, n=count: measuring.flat_out(here, n)))
        text = count * measuring.SIZE / 1000
        row = f"  {count:10,}{figures.rate:10,.0f}{text:9,.0f}{figures.memory:11,.0f}{figures.memory / text:12.1f}"
        print(f"{row}  {'yes' if ended else 'NO'}", flush=True)


if __name__ == "__main__":
    main()
