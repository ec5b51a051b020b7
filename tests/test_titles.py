"""What a session is called until somebody gives it a name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.titles import LONGEST, title_of


def title(**body: Any) -> str:
    return title_of(json.dumps(body).encode())


def test_the_first_words_of_the_first_prompt() -> None:
    assert title(input="Tell me a story.\nA short one.") == "Tell me a story."
    assert title(messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]) == "Hi"
    assert title(input=[{"role": "user", "content": [{"type": "input_text", "text": "# Parts"}]}]) == "Parts"


def test_what_another_role_says_is_better_than_nothing() -> None:
    assert title(messages=[{"role": "developer", "content": "You are a poet"}]) == "You are a poet"


@pytest.mark.parametrize("body", [b"", b"[", b"[1]", b'{"input": 3}', b'{"input": "data:image/png;base64,AA"}', b"{}"])
def test_a_request_without_words_gives_no_title(body: bytes) -> None:
    assert title_of(body) == ""


def test_a_long_prompt_is_cut_between_words_where_there_are_any() -> None:
    assert title(input="word " * 60) == "word " * 15 + "word…"
    assert title(input="一角獣" * 60) == ("一角獣" * 60)[:LONGEST] + "…"


def test_nothing_in_it_turns_the_line_around() -> None:
    assert title(input="\x00\u202eevil\u2066 title\ud800") == "evil title"
    assert title(input="👩\u200d👧 می\u200cخواهم") == "👩\u200d👧 می\u200cخواهم"


@given(st.text())
def test_a_title_always_fits_its_row(prompt: str) -> None:
    assert len(title(input=prompt)) <= LONGEST + 1
