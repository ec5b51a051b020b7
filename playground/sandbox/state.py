"""What the sandbox remembers: in memory, bounded in count, bytes and age. The oldest leaves first."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import RLock
from time import monotonic
from typing import Any, Protocol, TypeVar


class Kept(Protocol):
    """Something the store can hold. Its size may change while it is held."""

    id: str

    @property
    def size(self) -> int: ...


Thing = TypeVar("Thing", bound=Kept)
OVERHEAD = 1000  # bytes counted for a thing beside its content


@dataclass(frozen=True, slots=True)
class History:
    """A chain of turns, newest first. Each link counts the whole chain: a link keeps its ancestors alive."""

    items: bytes  # a JSON array
    parent: History | None = None
    size: int = 0

    @staticmethod
    def after(parent: History | None, items: list[dict[str, Any]]) -> History:
        raw = json.dumps(items).encode()
        return History(raw, parent, len(raw) + (parent.size if parent else 0))

    def all(self) -> list[dict[str, Any]]:
        """Every item of the chain, oldest first."""
        links, link = [], self
        while True:
            links.append(link)
            if link.parent is None:
                break
            link = link.parent
        return [item for one in reversed(links) for item in json.loads(one.items)]


@dataclass(slots=True)
class Conversation:
    id: str
    created_at: int
    metadata: dict[str, str] = field(default_factory=dict)
    items: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    bytes: int = 0
    running: object | None = None  # what is being made in it: a Run, or a mark that something is

    @property
    def size(self) -> int:
        return self.bytes + OVERHEAD

    def add(self, items: list[dict[str, Any]]) -> None:
        for item in items:
            raw = json.dumps(item).encode()
            self.bytes += len(raw)
            self.items[item["id"]] = raw

    def remove(self, item_id: str) -> None:
        self.bytes -= len(self.items.pop(item_id))

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(raw) for raw in self.items.values()]

    def document(self) -> dict[str, Any]:
        head = {"id": self.id, "object": "conversation", "created_at": self.created_at}
        return {**head, "metadata": self.metadata}


@dataclass(slots=True)
class Completion:
    """A stored chat completion: the reply, and the messages that led to it."""

    id: str
    body: dict[str, Any]
    messages: list[dict[str, Any]]
    size: int


@dataclass(slots=True)
class Attempts:
    """How often one very request has come; the failing family counts them."""

    id: str
    count: int = 0
    size: int = OVERHEAD


class Store:
    """Everything kept, by caller and id. A caller (an API key) never sees what belongs to another."""

    def __init__(self, count: int, size: int, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._count, self._size, self._seconds, self._clock = count, size, seconds, clock
        self._things: OrderedDict[tuple[str, str], tuple[float, Any]] = OrderedDict()
        self._lock = RLock()

    def put(self, caller: str, thing: Kept) -> None:
        with self._lock:
            self._things.pop((caller, thing.id), None)
            self._things[caller, thing.id] = (self._clock(), thing)
            self._make_room()

    def get(self, caller: str, identity: str, kind: type[Thing]) -> Thing | None:
        with self._lock:
            self._forget_old()
            _, thing = self._things.get((caller, identity), (0.0, None))
            return thing if isinstance(thing, kind) else None

    def drop(self, caller: str, identity: str) -> None:
        with self._lock:
            self._things.pop((caller, identity), None)

    def of(self, caller: str, kind: type[Thing]) -> Iterator[Thing]:
        """The caller's things of a kind, oldest first."""
        with self._lock:
            self._forget_old()
            found = [thing for (whose, _), (_, thing) in self._things.items() if whose == caller]
        return (thing for thing in found if isinstance(thing, kind))

    @property
    def size(self) -> int:
        return sum(thing.size for _, thing in self._things.values())

    def __len__(self) -> int:
        return len(self._things)

    def settle(self) -> None:
        """Look at the bounds again, after something held has grown."""
        with self._lock:
            self._make_room()

    def _make_room(self) -> None:
        self._forget_old()
        size = self.size
        while self._things and (len(self._things) > self._count or size > self._size):
            _, (_, thing) = self._things.popitem(last=False)
            size -= thing.size

    def _forget_old(self) -> None:
        limit = self._clock() - self._seconds
        while self._things:
            key, (kept_since, _) = next(iter(self._things.items()))
            if kept_since > limit:
                return
            del self._things[key]
