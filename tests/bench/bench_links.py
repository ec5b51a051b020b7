"""Whether the time of a no tells why: unknown, expired and revoked links, 10,000 of each in turns (attack 91)."""

from __future__ import annotations

import os
import secrets
import statistics
import time
from datetime import timedelta
from unittest.mock import patch

from django.test.utils import setup_databases, teardown_databases

TIMES = 10_000
LINKS = 2_000


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    django.setup()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        measure()
    finally:
        teardown_databases(databases, verbosity=0)


def measure() -> None:
    from django.core.cache import cache
    from django.test import Client
    from django.utils import timezone

    from playground import sharing
    from playground.models import Session, Share, User
    from playground.sharing import misses

    owner = User.objects.create(username="owner", is_superuser=True)
    session = Session.objects.create(owner=owner, title="bench")
    tokens: dict[str, list[str]] = {"revoked": [], "expired": []}
    for number in range(LINKS):
        made, token = sharing.share(sharing.Wish(session))
        kind = ("revoked", "expired")[number % 2]
        changed = {"revoked": timezone.now()} if kind == "revoked" else {"expires": timezone.now() - timedelta(days=1)}
        Share.objects.filter(pk=made.pk).update(**changed)
        tokens[kind].append(token)
    tokens["unknown"] = [secrets.token_urlsafe(32) for _ in range(LINKS // 2)]

    print(f"{'a look-up':<28} {'mean ms':>8} {'p50 ms':>8} {'p99 ms':>8}")
    report({kind: [] for kind in tokens}, tokens, lambda token: sharing.find(token), TIMES)
    client = Client(headers={"host": "localhost"})
    print(f"{'a whole page':<28} {'mean ms':>8} {'p50 ms':>8} {'p99 ms':>8}")
    with patch.object(misses, "MISSES", 10**9):  # all of them come from one address here
        report({kind: [] for kind in tokens}, tokens, lambda token: client.get(f"/s/{token}/"), TIMES // 10)
    cache.clear()


def report(times: dict[str, list[float]], tokens: dict[str, list[str]], look: object, rounds: int) -> None:
    """In turns, so that whatever else this machine does falls on all alike."""
    assert callable(look)
    for number in range(rounds):
        for kind, known in tokens.items():
            token = known[number % len(known)]
            began = time.perf_counter()
            look(token)
            times[kind].append((time.perf_counter() - began) * 1000)
    for kind, took in times.items():
        line = statistics.fmean(took), statistics.median(took), statistics.quantiles(took, n=100)[98]
        print(f"{kind:<28} {line[0]:>8.3f} {line[1]:>8.3f} {line[2]:>8.3f}")
    middles = [statistics.median(took) for took in times.values()]
    print(f"{'largest difference of p50':<28} {max(middles) - min(middles):>17.3f}", flush=True)


if __name__ == "__main__":
    main()
