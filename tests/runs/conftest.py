"""Fixtures of this room.

playing    a person with a session, whose runs are carried out in the test's own loop (see playing.py)
"""

from collections.abc import AsyncIterator

import pytest

from playground.models import Session, User
from playground.upstream import door
from tests.runs.playing import Playing


@pytest.fixture
async def playing(transactional_db: None) -> AsyncIterator[Playing]:
    from playground.runs.hub import hub

    here = hub()
    # The door's connections belong to the loop they were made in.
    door.default.cache_clear()

    def people() -> tuple[User, Session]:
        user = User.objects.create(username="ada")
        return user, Session.objects.create(owner=user)

    try:
        yield Playing(*await here.ask(people))
    finally:
        await here.close()
        door.default.cache_clear()
