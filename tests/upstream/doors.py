"""Doors for tests: the real one, with a name server that says what the test wants."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

from playground.secrets import Secret
from playground.upstream.addresses import IPAddress, Policy
from playground.upstream.dialing import Dialer, resolve, tls
from playground.upstream.door import Door, Target
from playground.upstream.sse import Limits

KEY = "sk-canary-0123456789abcdefghij"


class Names:
    """A name server. A name with several answers in a row gives one of them a time, the last for ever."""

    def __init__(self, names: Mapping[str, Sequence[str] | Sequence[Sequence[str]]]) -> None:
        self.answers = {name: [[a] if isinstance(a, str) else list(a) for a in given] for name, given in names.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[IPAddress]:
        self.asked.append(host)
        if host not in self.answers:
            return await resolve(host, port)
        answers = self.answers[host]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return [ipaddress.ip_address(address) for address in answer]


def make_door(
    policy: Policy | None = None,
    names: Names | Mapping[str, Any] | None = None,
    context: ssl.SSLContext | None = None,
    sandbox: Any = None,
    limits: Limits | None = None,
) -> Door:
    server = names if isinstance(names, Names) else Names(names or {})
    return Door(Dialer(lambda: policy or Policy(), server, lambda: context or tls()), sandbox, limits)


def target(base_url: str, key: str = KEY, **given: Any) -> Target:
    return Target(base_url, Secret(key), **given)
