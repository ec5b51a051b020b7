"""How a serving process begins and ends, and who wants to know.

    @lifecycle.on_start        async, before the first request is answered
    @lifecycle.on_drain        async, when the server is told to end: say good-bye, finish what runs. All of these run
                               side by side and share `settings.DRAIN_SECONDS`; whoever needs longer is cancelled.
    @lifecycle.on_stop         async, last, after every socket is closed: write down what is left
    lifecycle.is_draining()    true from SIGTERM on: start nothing new, answer 503
    @lifecycle.ready("name")   async check for /readyz; it raises when its part is not ready

`on_drain` and `on_stop` give back a function that takes the hook out again, for hooks that live as long as a socket.
Everything here runs in the server's event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

Hook = Callable[[], Awaitable[object]]

log = logging.getLogger(__name__)

#: The addresses this process listens on, as (host, port): nothing of ours may be called back through them.
listening: set[tuple[str, int]] = set()
checks: dict[str, Hook] = {}

_starting: list[Hook] = []
_draining: list[Hook] = []
_stopping: list[Hook] = []
_is_draining = False


def on_start(hook: Hook) -> Hook:
    _starting.append(hook)
    return hook


def on_drain(hook: Hook) -> Callable[[], None]:
    return _register(_draining, hook)


def on_stop(hook: Hook) -> Callable[[], None]:
    return _register(_stopping, hook)


def ready(name: str) -> Callable[[Hook], Hook]:
    def register(hook: Hook) -> Hook:
        checks[name] = hook
        return hook

    return register


def is_draining() -> bool:
    return _is_draining


async def start() -> None:
    """Run the start hooks in order. What fails here stops the start: a server without its journal helps nobody."""
    for hook in _starting:
        await hook()


async def drain(seconds: float) -> None:
    """From now on nothing new; what runs gets this long."""
    global _is_draining
    _is_draining = True
    await _together(_draining, seconds)


async def stop(seconds: float = 5) -> None:
    await _together(_stopping, seconds)


def _register(hooks: list[Hook], hook: Hook) -> Callable[[], None]:
    hooks.append(hook)

    def take_out() -> None:
        if hook in hooks:
            hooks.remove(hook)

    return take_out


async def _together(hooks: list[Hook], seconds: float) -> None:
    tasks = [asyncio.ensure_future(hook()) for hook in list(hooks)]
    if not tasks:
        return
    done, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for task in done:
        if not task.cancelled() and (problem := task.exception()):
            log.error("a hook failed while the server was ending", exc_info=problem)
