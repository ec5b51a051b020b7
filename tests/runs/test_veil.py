"""A room that looks on reads no key, no host and no mail address, not even for the moment in which it is written."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Collection
from itertools import pairwise

import pytest

from playground.models import Run
from playground.runs import veil
from playground.runs.packing import Stored
from playground.runs.parts import Lens
from playground.runs.screen import Screen
from playground.runs.watch import Watch, Watcher
from playground.secret_texts import DOTS, hide, hide_names, settled, settled_for_names
from tests.runs.playing import Page

KEY = "sk-proj-" + "a1B2" * 6
MAIL = "ann.other+demo@mail.example.org"
HOST = "lab.internal:8443"
TEXT = (
    f"Use {KEY}, or write to {MAIL}.\n\nIt is at https://{HOST}/v1; Authorization: Bearer abcdef.ghijklm-nop\n\n"
    f"連絡は{MAIL}まで、鍵は{KEY}です。 يمكن الكتابة إلى {MAIL} الآن. The end"
)
SECRETS = (KEY, MAIL, HOST, "abcdef.ghijklm-nop")
PLACE = "c0/text"
ROOM = Lens(guest=True, room=True, hidden=(HOST,))
#: Names of which one begins with another, ends as another begins, and repeats itself.
NAMES = ("api.lab.example:8443", "api.lab.example", "example.api.lab", "abab.ab")
READER = Lens(guest=True, hidden=NAMES)
NAMING = (
    f"An api, the api.lab, api.lab.example, api.lab.example:8443/v1 and api.lab.example.api.lab; abababab.ab? {MAIL}"
    "\n\nababab.abab.ab. 東京はapi.lab.exampleです。 The end"
)


def chunk(text: str) -> Stored:
    return Stored(1, 0, f'data: {{"choices":[{{"index":0,"delta":{{"content":{json.dumps(text)}}}}}]}}\n\n'.encode())


def pieces(text: str, seed: int) -> list[str]:
    chance = random.Random(seed)
    cuts = sorted({0, len(text), *(chance.randrange(len(text)) for _ in range(chance.choice((3, 40, 400))))})
    return [text[start:end] for start, end in pairwise(cuts)]


class Room(Page):
    """A page that remembers every text it ever showed."""

    def __init__(self) -> None:
        super().__init__()
        self.ever: list[str] = []

    def hear(self, text: str) -> None:
        super().hear(text)
        self.ever.append(self.blocks.get(PLACE, "") + self.tails.get(PLACE, ""))


async def shown(text: str, seed: int, late: int = 0, lens: Lens = ROOM) -> Room:
    """What a room saw that came when `late` pieces had come."""
    room = Room()
    room.watcher = Watcher(lens, room.hear)
    watch = Watch(Run(endpoint="chat", status="running", request_body=b"{}"), Screen("chat"))
    said = pieces(text, seed)
    for number, piece in enumerate(said):
        if number == min(late, len(said) - 1):
            watch.attach(room.watcher, 0)
        watch.stored([chunk(piece)])
        await watch.rest()
    watch.run.status = "finished"
    watch.settled(watch.screen.finish())
    await watch.rest()
    watch.detach(room.watcher)
    return room


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("late", [0, 2])
async def test_nothing_secret_is_ever_on_the_page_however_the_text_is_cut(seed: int, late: int) -> None:
    room = await shown(TEXT, seed, late)

    parts = (*SECRETS, "sk-proj-", "ann.other", "lab.internal", "abcdef")
    assert not [(secret, seen) for seen in room.ever for secret in parts if secret in seen]
    assert DOTS in room.ever[-1]
    assert "The end" in room.ever[-1]


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_no_secret_comes_word_by_word(seed: int) -> None:
    text = "Once upon a time there was a lighthouse. " * 8
    room = await shown(text, seed)

    said = pieces(text, seed)
    assert len({seen for seen in room.ever if seen}) >= min(len(said), 8) // 2
    assert hide(text) == text


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("late", [0, 2])
async def test_readers_of_a_link_see_no_host_of_it_however_the_text_is_cut(seed: int, late: int) -> None:
    reader = await shown(NAMING, seed, late, READER)

    assert not [(name, seen) for seen in reader.ever for name in NAMES if name in seen]
    assert hide_names(NAMING, NAMES).count(DOTS) == reader.ever[-1].count(DOTS)
    assert MAIL in reader.ever[-1]  # what else is left out of a link is its owner's choice


async def test_for_readers_of_a_link_only_the_beginning_of_a_name_is_held_back() -> None:
    assert settled_for_names("It is at lab", ["lab.internal"]) == 9
    assert settled_for_names("It is at lab.intern", ["lab.internal"]) == 9
    assert settled_for_names("It is at lab.intern…", ["lab.internal"]) == 20
    assert settled_for_names("Whatever-else-is-written", ["lab.internal"]) == 24
    assert settled_for_names("lab.internal", ["lab.internal", "internal.lab"]) == 0


async def test_a_text_without_spaces_is_not_held_back() -> None:
    assert settled("昔々あるところに") == 8
    assert settled("昔々 lab") == 3
    assert settled("a Bearer ") == 2


async def test_arguments_of_calls_and_problems_are_told_without_them() -> None:
    room = Room()
    room.watcher = Watcher(ROOM, room.hear)
    call = {
        "index": 0,
        "id": "call_1",
        "type": "function",
        "function": {"name": "mail", "arguments": f'{{"to":"{MAIL}"}}'},
    }
    watch = Watch(Run(endpoint="chat", status="running", request_body=b"{}"), Screen("chat"))
    watch.attach(room.watcher, 0)
    watch.stored(
        [Stored(1, 0, f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'tool_calls': [call]}}]})}\n\n".encode())]
    )
    watch.run.status, watch.run.problem = "failed", {"code": "unreachable", "detail": f"{HOST} does not know {KEY}"}
    watch.settled(watch.screen.finish())
    await watch.rest()

    told = json.dumps(room.heard, ensure_ascii=False)
    assert "mail" in told
    assert not [secret for secret in (MAIL, HOST, KEY) if secret in told]
    watch.detach(room.watcher)


async def test_only_what_a_room_is_shown_is_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with each word the likelihoods of all before it, and never the bytes of a picture."""
    looked_at: list[str] = []

    def look(text: str, names: Collection[str] = ()) -> str:
        looked_at.append(text)
        return hide(text, names)

    monkeypatch.setattr(veil, "hide", look)
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20).decode()
    drawn = {"type": "image_generation_call", "id": "i", "result": picture, "revised_prompt": f"A letter to {MAIL}"}
    said = [{"token": "tick", "logprob": -1}]
    delta = {
        "type": "response.output_text.delta",
        "output_index": 1,
        "content_index": 0,
        "delta": "so ",
        "logprobs": said,
    }
    events = [{"type": "response.output_item.done", "output_index": 0, "item": drawn}, *[delta] * 20]
    room = Room()
    room.watcher = Watcher(ROOM, room.hear)
    watch = Watch(Run(endpoint="responses", status="running", request_body=b"{}"), Screen("responses"))
    watch.attach(room.watcher, 0)
    for event in events:
        watch.stored([Stored(1, 0, f"data: {json.dumps(event)}\n\n".encode())])
    await watch.rest()
    watch.detach(room.watcher)

    told = json.dumps(room.heard, ensure_ascii=False)
    assert picture in told
    assert MAIL not in told
    assert f"A letter to {MAIL}" in looked_at
    assert picture not in looked_at
    assert "tick" not in looked_at
