"""Two runs side by side."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from playground.models import Run, Session, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client: Client) -> User:
    client.get("/")
    Session.objects.all().delete()
    return User.objects.get()


def run(owner: User, session: Session, answer: str = "An answer.", **body: Any) -> Run:
    sent = {"model": "m", "input": "Tell me", **body}
    return Run.objects.create(
        owner=owner,
        session=session,
        endpoint="responses",
        model="m",
        request_body=json.dumps(sent).encode(),
        status="finished",
        summary={"text": answer},
        response_body=json.dumps({"text": answer}).encode(),
        timings={"first_text": 100.0, "done": 2000.0},
        usage={"input_tokens": 5, "output_tokens": 10},
        last_number=7,
    )


def page(client: Client, query: str) -> str:
    answer = client.get(f"/compare/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_parameters_that_differ_stand_first_then_words_then_numbers(client: Client, owner: User) -> None:
    session = Session.objects.create(owner=owner, title="Both")
    one = run(owner, session, "The quick brown fox", temperature=0.5)
    two = run(owner, session, "The slow brown fox", temperature=1.5, store=None)

    shown = page(client, f"a={one.pk}&b={two.pk}")

    places = [
        shown.index(text) for text in ("2 parameters differ", "<del>quick</del>", "<ins>slow</ins>", "first text")
    ]
    assert places == sorted(places)
    assert "temperature" in shown
    assert "2 are the same" in shown
    assert "75 % of the words are shared" in shown


def test_alone_a_run_is_compared_with_the_one_before_it(client: Client, owner: User) -> None:
    session = Session.objects.create(owner=owner)
    first, second, third = (run(owner, session, name) for name in ("one", "two", "three"))

    def sides(given: Run) -> tuple[Run, Run]:
        found = client.get(f"/compare/?a={given.pk}").context
        return found["one"].run, found["two"].run

    assert sides(third) == (second, third)
    assert sides(second) == (first, second)
    assert sides(first) == (second, first)


def test_an_only_run_is_compared_with_the_newest_elsewhere_or_with_nothing(client: Client, owner: User) -> None:
    lonely = run(owner, Session.objects.create(owner=owner, title="Lonely"))
    assert "the only run there is" in page(client, f"a={lonely.pk}")

    other = run(owner, Session.objects.create(owner=owner, title="Other"))
    assert client.get(f"/compare/?a={lonely.pk}").context["one"].run == other


def test_before_the_first_run_the_page_says_what_it_is_for(client: Client, owner: User) -> None:
    assert "No run yet" in page(client, "")


def test_any_run_can_be_named_by_its_link(client: Client, owner: User) -> None:
    session, other = (Session.objects.create(owner=owner) for _ in range(2))
    one, two, far = run(owner, session), run(owner, session), run(owner, other)

    for link in (f"http://localhost/sessions/{other.pk}/?run={far.pk}", f"/runs/{far.pk}/", far.pk.hex):
        found = client.get("/compare/", {"a": str(one.pk), "b": str(two.pk), "with": link})
        assert found.context["two"].run == far


def test_the_request_can_be_compared_by_words_lines_and_json(client: Client, owner: User) -> None:
    session = Session.objects.create(owner=owner)
    one, two = run(owner, session, "a b\nsame"), run(owner, session, "a c\nsame")
    both = f"a={one.pk}&b={two.pk}"

    assert "<del>b</del>" in page(client, both)
    assert "<del>a b\n</del>" in page(client, f"{both}&by=lines")
    assert "<del>  &quot;text&quot;: &quot;a b\\nsame&quot;\n</del>" in page(client, f"{both}&by=json")
    assert "<del>b</del>" in page(client, f"{both}&by=nonsense")


def test_a_long_text_in_the_request_is_compared_by_words(client: Client, owner: User) -> None:
    session = Session.objects.create(owner=owner)
    prompt = "Explain in a heading, a short list and one table how events are framed on the wire."
    one, two = run(owner, session, input=prompt), run(owner, session, input=prompt.replace("short", "long"))

    shown = page(client, f"a={one.pk}&b={two.pk}")

    assert "<del>short</del>" in shown
    assert "<ins>long</ins>" in shown


def test_everything_else_that_was_answered_is_compared_too(client: Client, owner: User) -> None:
    session = Session.objects.create(owner=owner)
    one, two = run(owner, session, ""), run(owner, session, "")
    one.summary = {"reasoning": "hmm", "refusal": "no", "choices": [{"index": 1, "text": "second"}]}
    two.summary = {"tool_calls": [{"name": "weather", "arguments": "{}", "arguments_json": {"city": "Oslo"}}]}
    Run.objects.bulk_update([one, two], ["summary"])

    shown = page(client, f"a={one.pk}&b={two.pk}")

    for text in (
        "<del>hmm</del>",
        "<del>no</del>",
        "Choice 2",
        "<del>second</del>",
        "city&quot;: &quot;Oslo",
    ):
        assert text in shown
    assert "Answer" not in shown


@pytest.mark.parametrize("body", [b"", b"[", b"[1]", b'"x"', b"\xff", b"[" * 5000])
def test_a_request_that_is_no_object_is_compared_as_empty(client: Client, owner: User, body: bytes) -> None:
    session = Session.objects.create(owner=owner)
    one, two = run(owner, session), run(owner, session)
    Run.objects.filter(pk=two.pk).update(request_body=body, response_body=body, summary=None, usage=None, timings={})

    for by in ("words", "json"):
        assert "not sent" in page(client, f"a={one.pk}&b={two.pk}&by={by}")


def test_numbers_that_are_none_are_left_out(client: Client, owner: User) -> None:
    session = Session.objects.create(owner=owner)
    one, two = run(owner, session), run(owner, session)
    Run.objects.filter(pk=two.pk).update(usage={"input_tokens": "many", "output_tokens": -3}, timings={})

    shown = page(client, f"a={one.pk}&b={two.pk}")

    assert "none" in shown
    assert "many" not in shown


def test_cost_and_the_reason_of_the_end_stand_among_the_numbers(client: Client, owner: User) -> None:
    session = Session.objects.create(owner=owner)
    one, two = run(owner, session), run(owner, session)
    Run.objects.filter(pk=one.pk).update(
        prices={"in": "2", "out": "8"}, usage={"input_tokens": 1_000_000, "output_tokens": 250_000}, outcome="completed"
    )
    Run.objects.filter(pk=two.pk).update(summary={"incomplete_reason": "max_output_tokens"}, outcome="incomplete")

    found = {str(each.name): each for each in client.get(f"/compare/?a={one.pk}&b={two.pk}").context["numbers"]}

    assert (found["cost"].before, found["cost"].after) == ("4.00", "none")
    assert (found["finish reason"].before, found["finish reason"].after) == ("completed", "max_output_tokens")
    Run.objects.filter(pk=two.pk).update(endpoint="chat", summary={"finish_reason_raw": "<b>length"})
    assert "&lt;b&gt;length" in page(client, f"a={one.pk}&b={two.pk}")


def test_the_only_run_of_a_session_leads_to_comparing(client: Client, owner: User) -> None:
    made = run(owner, Session.objects.create(owner=owner))

    assert f'href="/compare/?a={made.pk}"' in client.get(f"/runs/{made.pk}/", follow=True).content.decode()


def test_whatever_was_answered_is_text(client: Client, owner: User) -> None:
    session = Session.objects.create(owner=owner, title="<script>t</script>")
    one, two = run(owner, session, "<script>a</script>", x="<b>"), run(owner, session, "<img src=x>")

    for by in ("words", "lines", "json"):
        shown = page(client, f"a={one.pk}&b={two.pk}&by={by}&all=1")
        assert not any(tag in shown for tag in ("<script>a", "<script>t", "<img", "<b>"))


def test_a_secret_in_the_request_is_not_shown(client: Client, owner: User) -> None:
    session = Session.objects.create(owner=owner)
    tool = {"type": "mcp", "server_label": "s", "server_url": "https://example.org", "authorization": "mcp-token-123"}
    one, two = run(owner, session), run(owner, session, tools=[tool])

    assert "mcp-token-123" not in page(client, f"a={one.pk}&b={two.pk}&all=1")


def test_a_run_under_way_is_compared_as_far_as_it_is(client: Client, owner: User) -> None:
    session = Session.objects.create(owner=owner)
    one, two = run(owner, session), run(owner, session)
    Run.objects.filter(pk=two.pk).update(status="running", summary=None, response_body=b"", timings={})

    assert "Running" in page(client, f"a={one.pk}&b={two.pk}")


def test_nobody_elses_run_can_be_compared(client: Client, owner: User) -> None:
    stranger = User.objects.create(username="somebody-else")
    theirs = run(stranger, Session.objects.create(owner=stranger, title="Not yours"))
    mine = run(owner, Session.objects.create(owner=owner))

    for query in (f"a={theirs.pk}", f"a={mine.pk}&b={theirs.pk}", f"a={mine.pk}&with={theirs.pk}"):
        assert client.get(f"/compare/?{query}").status_code == 404
    assert client.get(f"/compare/?a={uuid.uuid4()}").status_code == 404
    assert client.get("/compare/?a=x").status_code == 404
    assert "Not yours" not in page(client, f"a={mine.pk}")
