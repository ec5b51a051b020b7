"""What can go wrong, in words: every recorded error reply, every kind, in every language."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from playground.api.errors import ErrorReport, from_body
from playground.upstream import problems, replies
from playground.upstream.problems import KINDS, Problem, from_document

STREAMS = Path(__file__).parent.parent / "streams"

FACTS: dict[str, dict[str, Any]] = {
    "refused_address": {"reason": "private", "host": "10.0.0.5", "place": "10.0.0.5:443"},
    "unreachable": {"reason": "refused", "host": "127.0.0.1:9"},
    "limit_reached": {"limit": "line", "allowed": 16777216},
    "rate_limited": {"status": 429, "retry_after_ms": 2000},
}


def reply(status: int, body: bytes, endpoint: str = "responses", *headers: tuple[str, str]) -> Problem:
    return replies.from_reply(status, "Reason", list(headers), body, endpoint)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_problem_is_stored_and_told_again(kind: type[Problem]) -> None:
    problem = kind("what upstream said", param="temperature", **FACTS.get(kind.code, {"status": 400}))

    again = from_document(json.loads(json.dumps(problem.as_document())))

    assert type(again) is kind
    assert (again.sentence, again.detail, again.param) == (problem.sentence, "what upstream said", "temperature")
    assert re.fullmatch(r"[A-Z%(].*[.?]", again.sentence, re.DOTALL) or again.facts.get("host", "?") in again.sentence
    assert again.tries
    assert all(action and str(label) for action, label in again.tries)


def test_the_tree_at_the_top_of_the_file_is_the_tree() -> None:
    drawn = re.findall(r"[├└]── (\w+)(?: +([a-z_]+)(?= |\n|$))?", problems.__doc__ or "")
    leaves = {
        name: code
        for name, code in drawn
        if name not in {"NotSent", "NoAnswer", "ErrorReply", "BrokenReply", "OurSide"}
    }

    assert leaves == {kind.__name__: kind.code for kind in KINDS.values() if not kind.__subclasses__()}


def test_a_document_of_another_version_still_has_a_sentence() -> None:
    assert from_document({}).sentence
    assert from_document({"code": "from_the_future", "detail": "d"}).detail == "d"
    assert "?" in from_document({"code": "tls", "facts": {}}).sentence


def test_a_sentence_is_put_into_the_readers_words_when_it_is_shown() -> None:
    problem = problems.Unauthorized(status=401)
    with translation.override("en"):
        english = problem.sentence
    with translation.override("xx"):
        assert problem.sentence == english  # no such language: the source text, not a stored one
    assert not isinstance(problem.as_document()["facts"].get("sentence"), str)


@pytest.mark.parametrize(
    ("status", "body", "code", "detail"),
    [
        (401, b'{"error":{"message":"Incorrect API key"}}', "unauthorized", "Incorrect API key"),
        (403, b'{"error":"no"}', "forbidden", "no"),
        (404, b'{"detail":"Not Found"}', "not_found", "Not Found"),
        (429, b'{"message":"slow down"}', "rate_limited", "slow down"),
        (400, b'[{"error":{"message":"in a list"}}]', "bad_request", "in a list"),
        (402, b"", "bad_request", "Reason"),
        (418, b"short and stout", "bad_request", "short and stout"),
        (500, b'{"error":{"message":"oops"}}', "upstream_error", "oops"),
        (502, b"<html><head><title>502 Bad Gateway</title></head></html>", "upstream_error", "502 Bad Gateway"),
        (404, b"<!DOCTYPE html><title>Nothing here</title>", "html_instead_of_api", "Nothing here"),
        (200, b"\xef\xbb\xbf <!doctype HTML><title>Log in</title>", "html_instead_of_api", "Log in"),
        (200, b'{"error":{"message":"in spite of 200"}}', "unreadable_reply", "in spite of 200"),
        (302, b"", "upstream_redirect", "Reason\nLocation: http://169.254.169.254/"),
    ],
)
def test_a_reply_becomes_the_problem_it_is(status: int, body: bytes, code: str, detail: str) -> None:
    problem = reply(status, body, "chat", ("Location", "http://169.254.169.254/"))

    assert (problem.code, problem.detail) == (code, detail)
    assert problem.facts["status"] == status


@pytest.mark.parametrize("expected", sorted(STREAMS.glob("*http-[345]*.expect.json")), ids=lambda path: path.stem[:3])
def test_a_recorded_error_reply_keeps_what_was_said(expected: Path) -> None:
    expect = json.loads(expected.read_bytes())
    head, _, body = (STREAMS / expect["file"]).read_bytes().partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    status, _, reason = line.partition(" ")[2].partition(" ")
    headers = [(name, value.strip()) for name, _, value in (each.partition(":") for each in fields)]

    problem = replies.from_reply(int(status), reason, headers, body, expect["endpoint"])

    assert problem.facts["status"] == expect["error"]["status"]
    assert (expect["error"]["message"] or "") in problem.detail
    assert problem.facts.get("retry_after_ms") == expect["error"]["retry_after_ms"]


@pytest.mark.parametrize(
    ("endpoint", "body", "elsewhere"),
    [
        ("responses", b'{"detail":"Not Found"}', "chat"),
        ("responses", b"404 page not found", "chat"),
        ("responses", b"", "chat"),
        ("responses", b'{"error":{"message":"Unknown request URL: POST /v1/responses","code":"unknown_url"}}', "chat"),
        ("responses", b'{"error":{"message":"The model x does not exist","code":"model_not_found"}}', ""),
        ("responses", b'{"error":{"message":"No model x"}}', ""),
        ("responses", b'{"error":{"message":"Response with id \'resp_x\' not found."}}', ""),
        ("chat", b'{"detail":"Not Found"}', ""),
        ("chat", b'{"error":{"message":"This is not a chat model","param":"model"}}', "responses"),
    ],
)
def test_a_404_offers_the_other_endpoint_when_that_may_help(endpoint: str, body: bytes, elsewhere: str) -> None:
    problem = reply(404, body, endpoint)

    actions = [action for action, _ in problem.tries]
    assert (f"send_to_{elsewhere}" in actions) if elsewhere else not any(a.startswith("send_to") for a in actions)
    assert "404" in problem.sentence


@pytest.mark.parametrize(
    ("body", "param", "removable"),
    [
        (b'{"error":{"message":"Unsupported parameter","param":"max_tokens"}}', "max_tokens", True),
        (b'{"error":{"message":"bad","param":"text.format.schema"}}', "text.format.schema", True),
        (b'{"error":{"message":"bad","param":"messages.[3].role"}}', "messages.[3].role", False),
        (b'{"error":{"message":"bad","param":"model"}}', "model", False),
        (b'{"detail":[{"loc":["body","top_p"],"msg":"too large"}]}', "top_p", True),
        (b'{"error":{"message":"bad"}}', None, False),
    ],
)
def test_a_blamed_parameter_can_be_taken_out(body: bytes, param: str | None, removable: bool) -> None:
    problem = reply(400, body)

    assert problem.param == param
    assert ("remove_param" in dict(problem.tries)) is removable


def test_what_upstream_said_is_text_that_shows_itself_and_ends() -> None:
    said = "\x1b[31mred\x00\r\nline\u202eturned\u2028" + "x" * 100_000
    problem = reply(500, json.dumps({"error": {"message": said}}).encode())

    assert problem.detail.startswith("\\x1b[31mred\\x00\nline\\u202eturned\\u2028xxx")
    assert len(problem.detail) == problems.MAX_DETAIL


def test_an_error_inside_the_stream_has_its_code() -> None:
    report = ErrorReport("in_band", message="overloaded", code="server_error", param="tools")
    problem = replies.from_stream(report)

    assert (problem.code, problem.detail, problem.param) == ("stream_error", "overloaded", "tools")
    assert problem.facts == {"upstream_code": "server_error"}


def test_a_report_of_the_reader_becomes_the_same_problem_as_the_reply() -> None:
    body = b'{"error":{"message":"no"}}'
    report = from_body(400, "Bad Request", [], body)

    assert (
        replies.from_report(report, 400, [], body).as_document()
        == replies.from_reply(400, "Bad Request", [], body).as_document()
    )


def test_the_wait_of_a_429_is_at_hand() -> None:
    problem = reply(429, b"", "chat", ("Retry-After", "7"))

    assert isinstance(problem, problems.RateLimited)
    assert problem.retry_after_ms == 7000
    assert problems.RateLimited(status=429).retry_after_ms is None
