"""What a run would send around its body, said before there is a run."""

from __future__ import annotations

from dataclasses import dataclass

from playground.api.endpoints import ENDPOINTS
from playground.models import Connection
from playground.runs import background
from playground.runs.starting import target_of
from playground.upstream import door
from playground.upstream.problems import Problem


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where a request goes and with which headers, the key masked. `sentence`: why it could not go at all."""

    url: str
    headers: list[tuple[str, str]]
    sentence: str = ""


def envelope(connection: Connection, endpoint: str, body: bytes) -> Envelope:
    try:
        target = target_of(connection)
        url = target.url(ENDPOINTS[endpoint].path)
        return Envelope(url, door.request_headers(target, body, background.wishes_in(body, endpoint).stream is True))
    except Problem as problem:
        return Envelope(connection.base_url, [], str(problem.sentence))
