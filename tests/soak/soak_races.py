"""F13 at full size: Stop races with the end of a run ten thousand times; each has one final state and shows no error.

In this process: the real owner, journal and watch, and an upstream on a real socket. TIMES and SEED change it.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter

from django.core.management import call_command

from playground.models import Session, User
from playground.runs.hub import hub
from tests.faults.test_watching import races
from tests.registry import table
from tests.runs.playing import Playing
from tests.soak.serving import seed

TIMES = int(os.environ.get("TIMES", "10000"))
LANES = 5


def main() -> None:
    number = seed()
    print(f"seed {number}")
    call_command("migrate", verbosity=0)
    ends = asyncio.run(race(random.Random(number)))
    table(f"{TIMES:,} races of Stop with the end", [(status, f"{count:,}") for status, count in ends.most_common()])
    assert set(ends) <= {"stopped", "finished"}
    assert sum(ends.values()) == TIMES // LANES * LANES


async def race(dice: random.Random) -> Counter[str]:
    here = hub()

    def people() -> tuple[User, Session]:
        user = User.objects.create(username="ada")
        return user, Session.objects.create(owner=user)

    playing = Playing(*await here.ask(people))
    lanes = [races(playing, TIMES // LANES, random.Random(dice.random())) for _ in range(LANES)]
    try:
        return Counter(end for ends in await asyncio.gather(*lanes) for end in ends)
    finally:
        await here.close()
