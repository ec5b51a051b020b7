"""What a partial says about a slot besides its text: a card, its sources, how long it took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playground.api.reading import Slot, token_details
from playground.rendering import sound_url
from playground.runs.card_kinds import card_of
from playground.runs.citations import citations
from playground.runs.facts import duration
from playground.runs.remarks import ending_of
from playground.runs.screen import Screen


@dataclass(frozen=True, slots=True)
class Thought:
    """Reasoning, or the summary of it. Time and tokens are those of the whole item, told with its first part."""

    is_first: bool
    is_summary: bool
    is_hidden: bool  # upstream thinks, and does not show what
    time: str
    tokens: int | None


@dataclass(frozen=True, slots=True)
class Sound:
    """What was spoken, to be heard once it is whole; without an address, nothing that could be played came."""

    url: str = ""
    came: bool = False


def about(slot: Slot, screen: Screen) -> Any:
    if slot.kind == "reasoning":
        return _thought(slot, screen)
    if slot.kind == "text":
        return citations(slot.data.get("annotations"))
    if slot.kind == "finish":
        return ending_of(slot, screen)
    if slot.kind == "refusal":
        return None
    if slot.kind == "audio":
        return _sound(slot, screen)
    return card_of(slot)


def _sound(slot: Slot, screen: Screen) -> Sound:
    came = slot.text if slot.data.get("of") == "audio" else slot.data.get("sound")
    if not (slot.done and isinstance(came, str) and came):
        return Sound()
    return Sound(sound_url(came, screen.asked.sound), came=True)


def _thought(slot: Slot, screen: Screen) -> Thought:
    group = slot.place.partition("/")[0]
    thoughts = [place for place in screen.order if screen.slot(place).kind == "reasoning"]
    together = [place for place in thoughts if place.partition("/")[0] == group]
    shown = [place for place in together if not screen.slot(place).data.get("hidden")]
    spans = [screen.spans[place] for place in together]
    took = max(span.end for span in spans) - min(span.begin for span in spans)
    tokens = token_details(screen.reader.usage).get("reasoning_tokens")
    alone = len(together) == len(thoughts)  # else nobody says how many belong to this one
    return Thought(
        is_first=slot.place == (shown or together)[0],
        is_summary=slot.data.get("of") == "summary",
        is_hidden=bool(slot.data.get("hidden")),
        time=duration(took / 1000) if took else "",  # of what came at once nobody knows how long it took
        tokens=tokens if alone else None,
    )
