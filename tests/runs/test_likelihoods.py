"""How sure a model was: what marks a token, what stands in place of odd ones, and long answers in pages."""

from __future__ import annotations

import html
import json
import math
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from playground.accounts.owner import local_owner
from playground.models import Run, User
from playground.runs import likelihoods
from playground.runs.following import screen_of
from playground.sharing import Wish, share
from tests.runs.finished import finished

pytestmark = pytest.mark.django_db


def spelled(token: str, chance: float | None, *others: tuple[str, float], spelling: Any = ...) -> dict[str, Any]:
    told = list(token.encode()) if spelling is ... else spelling
    logprob = None if chance is None else math.log(chance)
    top = [{"token": other, "logprob": math.log(given), "bytes": None} for other, given in others]
    return {"token": token, "logprob": logprob, "bytes": told, "top_logprobs": top}


def answer(tokens: list[Any]) -> bytes:
    message = {"role": "assistant", "content": "".join(each["token"] for each in tokens if isinstance(each, dict))}
    choice = {"index": 0, "message": message, "logprobs": {"content": tokens}, "finish_reason": "stop"}
    return json.dumps({"id": "c", "object": "chat.completion", "model": "m", "choices": [choice]}).encode()


def text_of(tokens: list[Any]) -> likelihoods.Text:
    run = finished_chat(local_owner(), tokens)
    (found,) = likelihoods.texts(screen_of(run))
    return found


def finished_chat(owner: User, tokens: list[Any]) -> Run:
    body = {"model": "m", "messages": [{"role": "user", "content": "go"}], "logprobs": True}
    return finished(owner, answer(tokens), "chat", body, plain=True)


@pytest.mark.parametrize(
    ("chance", "mark"), [(1.0, 0), (0.81, 0), (0.79, 3), (0.51, 3), (0.49, 2), (0.21, 2), (0.19, 1), (None, 0)]
)
def test_the_less_likely_a_token_was_the_more_it_is_marked(chance: float | None, mark: int) -> None:
    (token,) = text_of([spelled("a", chance)]).tokens(0, 10)

    assert token.doubt == mark


def test_the_mean_is_the_geometric_one_and_leaves_out_what_is_not_known() -> None:
    assert text_of([spelled("a", 0.9), spelled("b", 0.4), spelled("c", None)]).mean == pytest.approx(0.6)
    assert text_of([spelled("c", None)]).mean is None


def test_the_token_that_was_taken_is_among_the_others_and_they_go_down() -> None:
    (token,) = text_of([spelled("b", 0.3, ("a", 0.5), ("c", 0.1))]).tokens(0, 10)

    assert [(odd.text, round(odd.chance or 0, 1)) for odd in token.odds] == [("a", 0.5), ("b", 0.3), ("c", 0.1)]


@pytest.mark.parametrize(
    ("spelling", "shown"),
    [
        pytest.param(..., "", id="those of its text"),
        pytest.param([0xF0, 0x9F], "F0 9F", id="a piece of a character"),
        pytest.param(None, "", id="none"),
        pytest.param([256], "", id="no bytes at all"),
        pytest.param("ab", "", id="text"),
    ],
)
def test_bytes_are_told_only_where_the_text_is_not_them(spelling: Any, shown: str) -> None:
    (token,) = text_of([spelled("�", 0.5, spelling=spelling)]).tokens(0, 10)

    assert token.bytes == shown


def test_what_is_no_token_is_left_out() -> None:
    assert text_of(["x", None, spelled("a", 0.5)]).count == 1


@pytest.mark.parametrize("shared", [False, True], ids=["the page", "a share"])
def test_a_long_answer_comes_in_pages(client: Client, shared: bool) -> None:
    cache.clear()
    run = finished_chat(local_owner(), [spelled(f"w{number} ", 0.9) for number in range(1203)])
    address = f"/runs/{run.pk}/logprobs/"
    if shared:
        address = f"/s/{share(Wish(run.session, run))[1]}/1/logprobs/"
    first = client.get(address)
    assert first.status_code == 200, address
    left = [first.content.decode()]

    while more := re.search(r'data-more-tokens="([^"]+)"', left[-1]):
        left.append(client.get(html.unescape(more[1])).content.decode())

    words = [re.findall(r">(w\d+) <", page) for page in left]
    assert [len(page) for page in words] == [500, 500, 203]
    assert [word for page in words for word in page] == [f"w{number}" for number in range(1203)]
    assert "703 more tokens" in left[0]
    assert all("data-odds " not in page for page in left[1:]), "the rest comes without the box around it"
