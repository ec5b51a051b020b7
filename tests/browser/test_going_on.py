"""Going on from a run: the next turn, answers to calls, the same again, its request to change."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import new_session, post
from tests.browsing import Watcher
from tests.serving import Server, Servers


def begin(page: Page, body: dict[str, Any], endpoint: str = "responses") -> None:
    """A new session with this request, run to its end."""
    form = {"~endpoint": endpoint, "~view": "json", "~json": json.dumps(body), "run": str(uuid.uuid4())}
    answer = post(page, new_session(page) + "runs/", form)
    page.goto(answer.url)
    ended(page)


def ended(page: Page) -> None:
    expect(page.locator("#run .status").first).to_have_text("Finished", timeout=20_000)
    expect(page.locator("#run #next-turn")).to_be_visible()


def test_a_further_question_is_a_new_run_that_remembers(page: Page) -> None:
    begin(page, {"model": "sandbox-echo", "input": "One", "stream": True})

    page.get_by_label("Next turn").fill("Two")
    page.keyboard.press("Meta+Enter")  # sends what one writes in, not the request

    expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 2")
    ended(page)
    expect(page.locator("#run")).to_contain_text("previous_response_id")
    expect(page.locator("#request textarea[name='input']").first).to_have_value("Two")

    page.get_by_label("Next turn").fill("Three")
    page.get_by_role("link", name="Earlier run").click()
    expect(page.locator("#run .pane__title")).to_have_text("Run 1 of 2")
    expect(page.locator("#next-turn[data-kept]")).to_be_attached()
    expect(page.get_by_label("Next turn")).to_have_value("")  # it was sent
    page.get_by_role("link", name="Later run").click()
    expect(page.get_by_label("Next turn")).to_have_value("Three")


def test_every_call_is_answered_before_the_model_goes_on(page: Page, console: Watcher) -> None:
    console.expect("status of 422")
    tool = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}
    begin(page, {"model": "sandbox-tools", "input": "Weather?", "tools": [tool], "tool_choice": "required"})

    page.get_by_role("button", name="Send the answers").click()
    expect(page.get_by_role("alert")).to_contain_text("Every call needs an answer")
    for each in page.locator("#next-turn textarea").all():
        each.fill('{"sky": "clear"}')
    page.get_by_label("Keep these answers").check()
    page.locator("#next-turn textarea").last.press("Control+Enter")

    expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 2")
    ended(page)


def test_a_call_that_asks_for_approval_is_made_once_it_is_approved(page: Page) -> None:
    tool = {"type": "mcp", "server_label": "notes", "server_url": "https://mcp.example"}
    begin(page, {"model": "sandbox-tools", "input": "Look it up.", "tools": [tool], "stream": True})
    expect(page.locator("#run article.card--warn")).to_contain_text("waits for an answer")
    expect(page.get_by_role("button", name="Deny")).to_be_visible()

    page.get_by_role("button", name="Approve").click()

    expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 2")
    ended(page)
    expect(page.locator("#run .output")).to_contain_text("The simulated server notes answered")


def test_an_answer_that_was_kept_is_offered_until_it_is_forgotten(
    page: Page, assert_accessible: Callable[..., None]
) -> None:
    tool = {"type": "function", "name": "get_tides", "parameters": {"type": "object", "properties": {}}}
    asked = {"model": "sandbox-tools", "input": "Tides?", "tools": [tool], "tool_choice": "required"}
    for kept in ("high", "low"):
        begin(page, asked)
        page.get_by_label("What get_tides gives back").first.fill(kept)
        for other in page.get_by_label("What get_tides gives back").all()[1:]:
            other.fill(kept)
        page.get_by_label("Keep these answers").check()
        page.get_by_role("button", name="Send the answers").click()
        expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 2")
    begin(page, asked)
    typed = page.get_by_label("What get_tides gives back").first
    typed.fill("between")
    typed.evaluate("box => { box.style.blockSize = '120px' }")  # as by its corner; no script may carry it over

    page.get_by_text("Kept answers").first.click()
    assert_accessible(page, "#run")
    page.get_by_role("button", name="Forget high").first.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Forget high")).to_have_count(0)
    expect(page.get_by_role("button", name="Forget low").first).to_be_focused()
    expect(typed).to_have_value("between")
    expect(page.get_by_label("or one kept earlier").first.locator("option")).to_have_text(["none", "low"])


@pytest.mark.parametrize("endpoint", ["responses", "chat"])
def test_the_same_bytes_can_be_sent_again(page: Page, endpoint: str) -> None:
    body: dict[str, Any] = {"model": "sandbox-echo", "input": "One"}
    if endpoint == "chat":
        body = {"model": "sandbox-echo", "messages": [{"role": "user", "content": "One"}], "stream": True}
    begin(page, body, endpoint)

    page.get_by_role("button", name="Run again").click()

    expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 2")
    ended(page)
    expect(page.locator("#run")).not_to_contain_text("Differs from")


def test_a_start_that_is_refused_loses_neither_the_run_nor_what_was_typed(
    start_server: Servers, new_page: Callable[..., Page], console: Watcher
) -> None:
    console.expect("status of 422")
    page = new_page(base_url=start_server({"PLAYGROUND_RUNS_A_MINUTE": "1"}).base_url)
    begin(page, {"model": "sandbox-echo", "input": "One", "stream": True})
    typed = page.get_by_label("Next turn")
    typed.fill("Two")

    for name in ("Send", "Run again"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator("#next-turn").get_by_role("alert")).to_contain_text("Wait a moment. Nothing was sent.")
        expect(typed).to_have_value("Two")
    expect(page.locator("#run .output")).to_have_text("One")

    page.locator("#request").get_by_role("button", name="Run").click()
    expect(page.locator("#run").get_by_role("alert")).to_contain_text("Wait a moment")
    page.get_by_role("link", name="Back to run 1").click()
    expect(page.locator("#run .output")).to_have_text("One")
    expect(typed).to_have_value("Two")


def test_an_earlier_request_comes_back_into_the_form_and_its_branches_can_be_walked(page: Page) -> None:
    begin(page, {"model": "sandbox-echo", "input": "One", "temperature": 0.5, "stream": True})
    for number, text in ((2, "Two"), (3, "Three")):
        page.goto(page.url.split("?")[0] + "?run=" + first_run(page))
        page.get_by_label("Next turn").fill(text)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator("#run .pane__title")).to_have_text(f"Run {number} of {number}")
        ended(page)

    expect(page.locator("#run")).to_contain_text("branch 2 of 2")
    page.get_by_role("link", name="Earlier branch").click()
    expect(page.locator("#run")).to_contain_text("branch 1 of 2")
    page.get_by_role("button", name="Edit this request").click()
    expect(page.locator("#request textarea[name='input']").first).to_have_value("Two")


def first_run(page: Page) -> str:
    while page.get_by_role("link", name="Earlier run").count():
        with page.expect_navigation():
            page.get_by_role("link", name="Earlier run").click()
    return page.locator("#run [data-run]").get_attribute("data-run") or ""


def test_the_turns_before_stand_above_and_each_can_be_edited(page: Page) -> None:
    begin(page, {"model": "sandbox-echo", "input": "One", "stream": True})
    for text in ("Two", "Three"):
        go_on(page, text)

    turns = page.locator("#run .turns li")
    expect(turns).to_have_count(2)
    expect(turns.nth(0)).to_contain_text("One")
    expect(turns.nth(1)).to_contain_text("Two")
    expect(page.locator("#run .turn")).to_contain_text("Three")

    turns.nth(1).get_by_role("button", name="Edit and run from here").click()
    expect(page.locator("#request textarea[name='input']").first).to_have_value("Two")
    expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 3")
    ready(page)
    page.locator("#request textarea[name='input']").first.fill("Two and a half")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#run .pane__title")).to_have_text("Run 4 of 4")
    expect(page.locator("#run .pane__head")).to_contain_text("branch 2 of 2")  # another try at the same turn
    expect(page.locator("#run .turns li")).to_have_count(1)
    page.get_by_role("link", name="Earlier branch").click()
    expect(page.locator("#run .pane__head")).to_contain_text("Goes on in run 3")


def test_a_request_that_is_asked_for_is_not_overwritten_by_what_was_typed_before_it(page: Page) -> None:
    begin(page, {"model": "sandbox-echo", "input": "One", "stream": True})
    go_on(page, "Two")
    ready(page)
    expect(page.locator('#request-form[data-saved="not yet"]')).to_have_count(0)  # which is held against the new run
    drafts: list[str] = []
    page.on("request", lambda request: drafts.append(request.url) if request.url.endswith("/draft/") else None)

    page.evaluate(
        """() => {
            const box = document.querySelector("#request textarea[name='input']");
            box.value = "Something else";
            box.dispatchEvent(new Event("input", { bubbles: true }));
            document.querySelector("#run .turns form button").click();
        }"""
    )

    expect(page.locator("#run .pane__title")).to_have_text("Run 1 of 2")
    expect(page.locator("#request textarea[name='input']").first).to_have_value("One")
    assert drafts == []


def test_everything_is_sent_again_when_the_server_kept_nothing(page: Page, server: Server) -> None:
    begin(page, {"model": "sandbox-echo", "input": "One", "stream": True})
    answer = page.locator("#run [data-run]").get_attribute("data-run")
    lost = f"import json; from playground.models import Run; run = Run.objects.get(pk='{answer}'); "
    lost += "told = json.loads(bytes(run.response_body)); told['id'] = 'resp_lost'; "
    server.shell(lost + "run.response_body = json.dumps(told).encode(); run.save()")
    page.reload()

    page.get_by_label("Next turn").fill("Two")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#run .status").first).to_have_text("Failed", timeout=20_000)
    page.get_by_role("button", name="Send everything that was said instead").click()

    expect(page.locator("#run .pane__title")).to_have_text("Run 3 of 3")
    ended(page)
    expect(page.locator("#run .output")).to_have_text("Two")
    expect(page.locator("#run .turns li")).to_have_count(1)
    page.locator("#run .tabs").get_by_role("link", name="Request").click()
    expect(page.locator("#run .tree")).to_contain_text("One")
    expect(page.locator("#run .tree")).not_to_contain_text("resp_lost")


def test_one_goes_on_from_any_of_several_choices(page: Page) -> None:
    body = {"model": "sandbox-writer", "messages": [{"role": "user", "content": "Hi"}], "n": 2, "stream": True}
    begin(page, body, "chat")
    second = page.locator("#run [data-group=c1] .output").inner_text()

    with page.expect_response("**/next/?choice=1"):
        page.get_by_label("continue from").select_option("1")
    expect(page.get_by_label("continue from")).to_have_value("1")
    page.get_by_label("Next turn").fill("Go on")
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 2")
    ended(page)
    page.locator("#run .tabs").get_by_role("link", name="Request").click()
    expect(page.locator("#run .tree")).to_contain_text(second.strip()[:60])


def test_one_answer_for_all_calls_is_kept_and_offered_again(page: Page) -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    tools = [{"type": "function", "name": name, "parameters": schema} for name in ("get_time", "get_date")]
    begin(page, {"model": "sandbox-tools", "input": "Now?", "tools": tools, "stream": True})

    page.get_by_label("The same for all that are empty").fill('{"hour": 12}')
    page.get_by_label("Keep these answers").check()
    page.get_by_role("button", name="Send the answers").click()
    expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 2")
    ended(page)
    expect(page.locator("#run .turn pre")).to_have_text(['{"hour": 12}', '{"hour": 12}'])

    page.get_by_role("link", name="Earlier run").click()
    expect(page.get_by_label("or one kept earlier").first).to_contain_text('{"hour": 12}')


def test_answers_to_calls_take_no_room_from_the_other_tabs(page: Page) -> None:
    tool = {"type": "function", "name": "get_time", "parameters": {"type": "object", "properties": {}}}
    begin(page, {"model": "sandbox-tools", "input": "Now?", "tools": [tool], "stream": True})

    page.locator("#run .tabs").get_by_role("link", name="Events").click()
    expect(page.locator("#run .answer-card").first).to_be_hidden()
    page.locator("#run .tabs").get_by_role("link", name="Output").click()
    expect(page.locator("#run .answer-card").first).to_be_visible()


def go_on(page: Page, text: str) -> None:
    before = page.locator("#run .pane__title").inner_text()
    page.get_by_label("Next turn").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#run .pane__title")).not_to_have_text(before)
    ended(page)


def ready(page: Page) -> None:
    for place in (300, 310):  # the form's modules come at the first sign of a person
        page.mouse.move(place, place)
    expect(page.locator("#request-form[data-ready]")).to_be_attached()


def test_nothing_is_open_to_others_or_by_get(server: Server) -> None:
    with server.client() as client:
        for name in ("next", "again", "edit"):
            address = f"/runs/{uuid.uuid4()}/{name}/"
            assert client.get(address).status_code in (404, 405)
            assert client.post(address, headers={"Origin": server.base_url}).status_code in (403, 404)
