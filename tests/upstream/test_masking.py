"""An echoed key is replaced, wherever it stands and however it was cut; nothing else is touched."""

from __future__ import annotations

import json
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.secrets import DOTS, Secret
from playground.upstream.masking import SHORTEST, Masker, Trail
from playground.upstream.sse import Event, EventReader, LimitReached, Limits

KEY = "sk-canary/0123+456789&abc<d>'e"
MASKER = Masker([Secret(KEY)])


def masked(raw: bytes) -> tuple[bytes, list[bool]]:
    reader = EventReader()
    events = reader.feed(raw) + reader.flush()
    marks = [MASKER.event(event) for event in events]
    return b"".join(event.raw for event in events), marks


@pytest.mark.parametrize(
    "spelled",
    [
        KEY,
        f"Bearer {KEY}",
        json.dumps(KEY)[1:-1],
        json.dumps(KEY)[1:-1].replace("/", "\\/"),
        KEY.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("'", "\\u0027")
        .replace("+", "\\u002b")
        .replace("/", "\\/"),
        quote(KEY, safe=""),
        KEY.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;"),
    ],
)
def test_an_echo_is_masked_in_every_spelling(spelled: str) -> None:
    """Attack 81."""
    raw, marks = masked(b'data: {"error":"Incorrect key: %s."}\n\ndata: next\n\n' % spelled.encode())

    assert (
        raw
        == b'data: {"error":"Incorrect key: %s."}\n\ndata: next\n\n'
        % spelled.replace(spelled.removeprefix("Bearer "), DOTS).encode()
    )
    assert marks == [True, False]


def test_data_and_name_are_masked_with_the_raw_bytes() -> None:
    event = Event(f"name {KEY}", f"data {KEY}".encode(), f"event: name {KEY}\ndata: data {KEY}\n\n".encode())

    assert MASKER.event(event)
    assert (event.name, event.data) == (f"name {DOTS}", f"data {DOTS}".encode())
    assert KEY.encode() not in event.raw


@given(st.integers(1, 80))
def test_a_key_that_comes_in_two_chunks_is_masked(position: int) -> None:
    raw = b'data: {"delta":"the key is %s, is it not"}\n\n' % KEY.encode()
    reader = EventReader()
    (event,) = reader.feed(raw[:position]) + reader.feed(raw[position:])

    assert MASKER.event(event)
    assert KEY.encode() not in event.raw + event.data


def test_half_a_key_at_the_end_of_what_was_cut_is_masked() -> None:
    raw, marks = masked(b"data: the key is " + KEY[:15].encode())
    assert (raw, marks) == (b"data: the key is " + DOTS.encode(), [True])

    reader = EventReader(Limits(line=40))
    with pytest.raises(LimitReached) as caught:
        reader.feed(b"data: so the key must be " + KEY.encode() + b"\n\n")
    (piece,) = caught.value.events
    assert MASKER.event(piece)
    assert piece.raw == b"data: so the key must be " + DOTS.encode()


def spelled_out(pieces: list[str], around: str = '{"choices":[{"index":0,"delta":{"content":%s}}]}') -> list[str]:
    """What is kept of these deltas, each in an event of its own."""
    masker, kept = Masker([Secret(KEY)]), []
    for piece in pieces:
        data = (around % json.dumps(piece)).encode()
        event = Event("", data, b"data: %s\n\n" % data)
        masker.event(event)
        assert event.raw == b"data: %s\n\n" % event.data
        document = json.loads(event.data)
        kept.append(document["choices"][0]["delta"]["content"] if "choices" in document else document["delta"])
    return kept


def cut(text: str, places: list[int]) -> list[str]:
    """The text in pieces that begin at these places."""
    edges = [0, *sorted({place % len(text) for place in places} - {0}), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


@settings(max_examples=300)
@given(st.lists(st.integers(0, 60), max_size=60), st.sampled_from(["", "The key is ", "s sk- sk-can "]))
def test_a_key_that_is_spread_over_events_shows_its_first_characters_at_most(places: list[int], before: str) -> None:
    """Attack 81, of a model that spells it out."""
    kept = "".join(spelled_out(cut(f"{before}{KEY}, is it not", places)))

    first, dots, last = kept.removeprefix(before).removesuffix(", is it not").partition(DOTS)
    assert dots
    assert len(first) < SHORTEST
    assert len(last) < Trail.LEAST


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 12, 20])
def test_a_key_that_several_choices_spell_in_turns_is_masked_in_each(size: int) -> None:
    pieces = cut(KEY, list(range(0, len(KEY), size)))

    kept = spelled_out([text for piece in pieces for text in (piece, "and", piece)])

    for said in (kept[0::3], kept[2::3]):
        assert len("".join(said).removesuffix(DOTS)) < SHORTEST
    assert kept[1::3] == ["and"] * len(pieces)


@given(st.lists(st.text(alphabet=sorted(set(KEY) | set(' "\\'))), max_size=30))
def test_what_only_looks_like_a_piece_of_a_key_is_left_alone(pieces: list[str]) -> None:
    if KEY[:SHORTEST] not in "".join(pieces):
        assert spelled_out(pieces) == pieces


def test_the_beginning_of_a_key_that_goes_on_otherwise_is_left_alone() -> None:
    pieces = ["sk-canary", "/0x", "s", "k-c", "at", "sk-can", *["word"] * 20, "ary/0123+456789"]

    assert spelled_out(pieces, '{"type":"response.output_text.delta","delta":%s}') == pieces


def test_a_short_key_is_a_word_like_any_other() -> None:
    masker = Masker([Secret("ollama"), Secret("")])
    event = Event("", b"run ollama", b"data: run ollama\n\n")

    assert not masker.event(event)
    assert masker.bytes(b"ollama") == b"ollama"


def test_the_value_of_a_header_is_masked_without_its_scheme() -> None:
    masker = Masker([Secret("Basic dXNlcjpwYXNzd29yZA==")])

    assert masker.text("you sent dXNlcjpwYXNzd29yZA==") == f"you sent {DOTS}"
    assert masker.text("Basic things") == "Basic things"


@pytest.mark.parametrize(
    "value", ['{"provider": "openai"}', '{"provider":  ["anthropic-eu"]}', "a team of platform-people"]
)
def test_a_header_that_is_no_credential_is_looked_for_as_a_whole(value: str) -> None:
    masker = Masker([Secret(value)])
    text = '{"provider": "anthropic-eu", "by": "platform-people"}'

    assert masker.text(text) == text
    assert masker.text(f"you sent {value}") == f"you sent {DOTS}"


def test_a_lone_surrogate_beside_a_key_survives() -> None:
    assert MASKER.text(f"\ud800{KEY}") == f"\ud800{DOTS}"
