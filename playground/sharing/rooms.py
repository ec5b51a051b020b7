"""What a room that looks on must not read: the hosts to which requests of this person may go, or went."""

from __future__ import annotations

from typing import Any

from playground.models import Connection, Run
from playground.sharing.snapshots import hosts_in


def hidden_in_a_room(user: Any) -> tuple[str, ...]:
    """Names of hosts, in an order that does not change: pages that hide the same see the same frames."""
    bases = Connection.objects.for_user(user).values_list("base_url", flat=True)
    went = Run.objects.for_user(user).order_by().values_list("url", flat=True).distinct()
    return tuple(sorted(set().union(*map(hosts_in, {*bases, *went}))))
