"""From a base URL to an open, checked connection.

Every address the name resolves to has to pass the policy, the connection goes to one of exactly those addresses, and
the address at the other end is checked once more. Addresses are tried side by side, a quarter of a second apart, so a
network whose IPv6 leads nowhere costs that and no more.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

import certifi

from playground.upstream.addresses import BaseURL, IPAddress, Policy
from playground.upstream.problems import ConnectTimeout, NoAnswer, Problem, RefusedAddress, TlsFailed, Unreachable

Resolve = Callable[[str, int], Awaitable[Sequence[IPAddress]]]
P = TypeVar("P", bound=asyncio.Protocol)

#: How long an address has the field to itself before the next one is tried as well.
HEAD_START = 0.25

# A resolver that hangs must not take the threads that everything else uses.
_resolvers = ThreadPoolExecutor(max_workers=16, thread_name_prefix="resolve")


async def resolve(host: str, port: int) -> Sequence[IPAddress]:
    """What the operating system says, in its order of preference; an address as such stands for itself."""
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_resolvers, _getaddrinfo, host, port)
    return list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))


def _getaddrinfo(host: str, port: int) -> list[tuple[object, object, object, object, tuple[str, int]]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)  # type: ignore[return-value]


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """The system's certificate authorities, which may know a company's own, and the usual ones in any case."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


class Dialer:
    """`policy` is asked anew for every connection, so that it is today's."""

    def __init__(
        self, policy: Callable[[], Policy], resolve: Resolve = resolve, tls: Callable[[], ssl.SSLContext] = tls
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._tls = tls

    async def dial(self, base: BaseURL, protocol: Callable[[], P], seconds: float) -> tuple[asyncio.Transport, P]:
        """An open connection, TLS done; a Problem when there is none within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                return await self._dial(base, protocol)
        except TimeoutError:
            problem = ConnectTimeout(host=base.authority, seconds=round(seconds))
        raise problem

    async def _dial(self, base: BaseURL, protocol: Callable[[], P]) -> tuple[asyncio.Transport, P]:
        addresses = await self.check(base)
        if not addresses:
            raise Unreachable(host=base.host, reason="name")
        connection = await self._first(base, addresses)
        context, name = (self._tls(), base.host) if base.scheme == "https" else (None, None)
        try:
            loop = asyncio.get_running_loop()
            return await loop.create_connection(protocol, sock=connection, ssl=context, server_hostname=name)
        except ssl.SSLError as error:
            problem: NoAnswer = TlsFailed(host=base.authority, reason=_tls_reason(error))
        except OSError:
            problem = Unreachable(host=base.authority, reason="closed")
        except BaseException:
            connection.close()
            raise
        connection.close()
        raise problem

    async def check(self, base: BaseURL) -> Sequence[IPAddress]:
        """The addresses of that name, each of which the policy allows. None, if nobody knows the name."""
        policy = self._policy()
        policy.check_url(base)
        try:
            addresses = await self._resolve(base.host, base.port)
        except (OSError, ValueError):
            return []
        for address in addresses:
            policy.check_address(base, address)
        return addresses

    async def _first(self, base: BaseURL, addresses: Sequence[IPAddress]) -> socket.socket:
        """A connection to the first address that answers; the others are given up."""
        queue = _alternating(addresses)
        racing: set[asyncio.Task[socket.socket]] = set()
        problem: Problem = Unreachable(host=base.authority, reason="route")
        try:
            while queue or racing:
                if queue:
                    racing.add(asyncio.create_task(self._connect(base, queue.pop(0))))
                done, racing = await asyncio.wait(
                    racing, timeout=HEAD_START if queue else None, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    if not task.exception():
                        racing |= done - {task}
                        return task.result()
                    problem = _worse(problem, task.exception())
        finally:
            for task in racing:
                task.add_done_callback(_drop)
                task.cancel()
        raise problem

    async def _connect(self, base: BaseURL, address: IPAddress) -> socket.socket:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().sock_connect(connection, (str(address), base.port))
            peer = ipaddress.ip_address(connection.getpeername()[0])
            if peer != address:
                raise RefusedAddress(reason="changed", host=base.authority)
            self._policy().check_address(base, peer)
        except OSError as error:
            problem = Unreachable(
                host=base.authority, reason="refused" if error.errno == errno.ECONNREFUSED else "route"
            )
        except BaseException:
            connection.close()
            raise
        else:
            return connection
        connection.close()
        raise problem


def _alternating(addresses: Sequence[IPAddress]) -> list[IPAddress]:
    """The preferred family first, then in turns: a family that leads nowhere must not come first four times."""
    first = [address for address in addresses if address.version == addresses[0].version]
    other = [address for address in addresses if address.version != addresses[0].version]
    mixed: list[IPAddress] = []
    while first or other:
        mixed += first[:1] + other[:1]
        first, other = first[1:], other[1:]
    return mixed


def _worse(before: Problem, error: BaseException | None) -> Problem:
    """The more telling of two failures: that nothing listens says more than that there is no way."""
    if not isinstance(error, Problem):
        return before
    if isinstance(before, Unreachable) and before.facts.get("reason") == "refused":
        return before
    return error


def _drop(task: asyncio.Task[socket.socket]) -> None:
    """Closes a connection that came too late."""
    if not task.cancelled() and not task.exception():
        task.result().close()


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return (error.reason or "TLS").replace("_", " ").lower()
