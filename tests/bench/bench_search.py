"""How long the sessions pane takes over ten thousand runs, each in a session of its own, on both databases."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.test.utils import setup_databases, teardown_databases

from tests import services
from tests.environment import ROOT

RUNS = 10_000
TIMES = 30
WORDS = (
    "unicorn",
    "bedtime story",
    "temperature",
    "一角獣",
    "物語",
    "qzx",
    "qz",
    "stream of",
    "everywhere",
    "session 77",
)


def main() -> None:
    measure()
    with services.postgres() as postgres:
        command = [sys.executable, "-m", "tests.bench.bench_search", postgres.database()]
        subprocess.run(command, cwd=ROOT, check=True)


def measure() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    django.setup()
    from django.db import connection

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        print(f"{connection.vendor:<28} {'rows':>6} {'p50 ms':>8} {'p95 ms':>8} {'of our processor':>17}")
        owner = fill()
        for name, look in looks(owner):
            times, ours, rows = timed(look)
            p50, p95 = statistics.median(times), sorted(times)[-2]
            print(f"{name:<28} {rows:>6} {p50:>8.1f} {p95:>8.1f} {statistics.median(ours):>17.1f}", flush=True)
    finally:
        teardown_databases(databases, verbosity=0)


def looks(owner: Any) -> Iterator[tuple[str, Callable[[], int]]]:
    from playground.views.session_filter import Filter
    from playground.views.session_list import page_of

    def look(before: str = "", **wanted: str) -> Callable[[], int]:
        return lambda: page_of(owner, Filter(**wanted), before).count

    yield "the whole list", look()
    yield "its second page", look(page_of(owner, Filter()).more)
    for words in WORDS:
        yield words, look(q=words)
    yield "status: failed", look(status="failed")
    yield "a model nobody used", look(model="nobody")
    yield "a tag", look(tag="demo")
    yield "unicorn, chat, failed", look(q="unicorn", to="chat", status="failed")


def timed(look: Callable[[], int]) -> tuple[list[float], list[float], int]:
    """How long it took, and how much of that this process computed: on SQLite all of the search, and the only one of
    the two that a busy machine does not change."""
    times: list[float] = []
    ours: list[float] = []
    rows = 0
    for _ in range(TIMES):
        began, began_computing = time.perf_counter(), time.process_time()
        rows = look()
        times.append((time.perf_counter() - began) * 1000)
        ours.append((time.process_time() - began_computing) * 1000)
    return times, ours, rows


def fill() -> Any:
    from django.db import connection
    from django.utils import timezone

    from playground.models import Run, SearchText, Session, Tag, User

    dice = random.Random(7)
    vocabulary = ["".join(dice.choices("abcdefghijklmnoprstuvw", k=dice.randint(2, 10))) for _ in range(4000)]
    rare = ["unicorn bedtime story", "temperature of a stream of tokens", "一角獣の寝物語を三文で"]
    owner = User.objects.create(username="bench")
    now = timezone.now()
    sessions = Session.objects.bulk_create(
        Session(owner=owner, title=f"Session {number}", updated=now - timedelta(minutes=number))
        for number in range(RUNS)
    )
    Tag.objects.bulk_create(Tag(session=each, name="demo") for each in sessions[::50])
    runs = Run.objects.bulk_create(
        Run(
            owner=owner,
            session=session,
            endpoint=dice.choice(["responses", "chat"]),
            model=dice.choice(["gpt-5.4", "sandbox-writer"]),
            status="failed" if dice.random() < 0.02 else "finished",
            request_body=b'{"input": "%s"}' % (b"x" * 2000),
        )
        for session in sessions
    )
    SearchText.objects.bulk_create(
        SearchText(
            run=run, session_id=run.session_id, text=" ".join([*dice.choices(vocabulary, k=150), "everywhere", *words])
        )
        for number, run in enumerate(runs)
        for words in [dice.choices(rare) if number % 40 == 0 else []]
    )
    SearchText.objects.bulk_create(SearchText(session=each, text=each.title) for each in sessions)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return owner


if __name__ == "__main__":
    os.environ["PLAYGROUND_DATABASE_URL"] = sys.argv[1]
    measure()
