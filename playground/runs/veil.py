"""A screen as others may see it, also while it is being written: a room without keys, hosts and mail addresses, the
readers of a link without the hosts that it does not name.

The word that is being written is held back until it is whole; only then can be told whether it is a secret. For
readers that is only what a host's name may begin with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

from playground.api.reading import Slot
from playground.runs.screen import Change, Screen
from playground.secret_texts import hide, hide_names, hide_within, settled, settled_for_names

#: The bytes of a picture or a sound: long, and nothing in them is a word.
_BYTES: Final = re.compile(r"[A-Za-z0-9+/]{4000}[A-Za-z0-9+/]*+={0,2}\Z")


class Discretion(NamedTuple):
    """What is hidden: these names, and in a room what looks like a secret as well."""

    names: tuple[str, ...]
    room: bool

    def hide(self, text: str) -> str:
        return hide(text, self.names) if self.room else hide_names(text, self.names)

    def hide_within(self, data: Any) -> Any:
        return hide_within(data, self.names, self._hide_but_bytes)

    def _hide_but_bytes(self, text: str, names: Collection[str]) -> str:
        return text if _BYTES.match(text) else self.hide(text)

    def settled(self, text: str, new: int | None = None) -> int:
        """Up to where a text that grows can be shown; the last `new` characters just came."""
        return settled(text, new) if self.room else settled_for_names(text, self.names)


class VeiledData(Mapping[str, Any]):
    """Looked through by the entry, when somebody asks for it: a slot is asked for with each word that is written, and
    may hold likelihoods of all words before it."""

    def __init__(self, data: dict[str, Any], discretion: Discretion) -> None:
        self._data, self._discretion = data, discretion
        self._seen: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        if key not in self._seen:
            self._seen[key] = self._discretion.hide_within(self._data[key])
        return self._seen[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


class VeiledSlot(Slot):
    """What of a slot may be seen; all of it only when nothing more comes."""

    __slots__ = ("_discretion", "_slot", "_whole")

    def __init__(self, slot: Slot, discretion: Discretion, whole: bool) -> None:
        super().__init__(slot.place, slot.kind, VeiledData(slot.data, discretion))  # type: ignore[arg-type]  # to read
        self.done, self.edition = slot.done, slot.edition
        self._slot, self._discretion, self._whole = slot, discretion, whole

    @property
    def text(self) -> str:
        text = self._slot.text
        return self._discretion.hide(text if self._whole else text[: self._discretion.settled(text)])


class Veil(Screen):
    """Looks like the screen behind it, which goes on to be fed; what is not said here is said there."""

    def __init__(self, behind: Screen, discretion: Discretion, is_live: Callable[[], bool]) -> None:
        self._behind = behind
        self._discretion = discretion
        self._is_live = is_live
        self._held = {place: self._unsettled(place) for place in behind.order}  # by place, what is not shown yet

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)

    def slot(self, place: str) -> Slot:
        return VeiledSlot(self._behind.slot(place), self._discretion, self._is_whole(place))

    @property
    def hides_something(self) -> bool:
        """Whether what is said here is not all that was said."""
        return any(self._discretion.hide(slot.text) != slot.text for slot in self._behind.reader.slots.values())

    def seen(self, change: Change) -> Change:
        """The same change for those before the veil: with the words that became whole by it. Only what is held back is
        looked at again, not the text before it: a long answer costs no more by the word than a short one."""
        deltas: dict[str, list[str]] = {}
        for place in self._behind.order:
            anew = change.parts.get(place)
            if place not in change.deltas and place not in change.done and anew is None and self._is_live():
                continue
            if anew:
                self._held[place] = self._unsettled(place)
                continue
            new = "".join(change.deltas.get(place, ()))
            text = self._held.get(place, "") + new
            end = len(text) if self._is_whole(place) else self._discretion.settled(text, len(new))
            if end:
                deltas[place] = [self._discretion.hide(text[:end])]
            self._held[place] = text[end:]
        return Change(change.number, change.parts, deltas, change.done, change.moment)

    def _unsettled(self, place: str) -> str:
        if self._is_whole(place):
            return ""
        text = self._behind.slot(place).text
        return text[self._discretion.settled(text) :]

    def _is_whole(self, place: str) -> bool:
        return self._behind.slot(place).done or not self._is_live()
