"""Places in a body, as text and back; changes that leave the original alone."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import paths

steps = st.lists(st.text(max_size=8) | st.integers(0, 10**6), max_size=6).map(tuple)
BODY = {"model": "m", "messages": [{"role": "user", "content": "a"}, {"role": "user"}], "a.b": {"": 1}}


@given(steps)
def test_a_path_survives_being_text(path: paths.Steps) -> None:
    assert paths.parse(paths.show(path)) == path


@pytest.mark.parametrize("text", [".a", "a..b", "a b", "[", "a.[0]", "a[-1]", 'a["b]', "a[1"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        paths.parse(text)


def test_a_path_reads_like_code() -> None:
    assert paths.show(("messages", 2, "content", 0, "image_url", "url")) == "messages[2].content[0].image_url.url"
    assert paths.show(("metadata", "a.b")) == 'metadata["a.b"]'


def test_a_change_leaves_the_original_alone() -> None:
    before = copy.deepcopy(BODY)

    assert paths.put(BODY, ("messages", 1, "content"), "b")["messages"][1] == {"role": "user", "content": "b"}
    assert paths.put(BODY, ("text", "format"), {})["text"] == {"format": {}}
    assert paths.remove(BODY, ("messages", 0))["messages"] == [{"role": "user"}]
    assert paths.insert(BODY, ("messages", 0), "x")["messages"][0] == "x"
    assert list(paths.rename(BODY, ("model",), "name")) == ["name", "messages", "a.b"]
    assert before == BODY


@pytest.mark.parametrize("path", [("nothing",), ("messages", 7), ("model", "x"), ("messages", "x")])
def test_removing_what_is_not_there_changes_nothing(path: paths.Steps) -> None:
    assert paths.remove(BODY, path) == BODY
    with pytest.raises(paths.NoSuchPlace):
        paths.get(BODY, path)


def test_a_hole_in_a_list_is_not_made() -> None:
    with pytest.raises(paths.NoSuchPlace):
        paths.put(BODY, ("messages", 5), {})
