"""What came back, as a person sees it: while it comes, when it is there, and in each of the run's tabs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from playground.samples.pasted import read_pasted
from tests.browser.running import ended, run, show
from tests.browsing import Watcher
from tests.runs.streams import closing, delta, opening
from tests.serving import Server
from tests.upstream.hostile import OK_STREAM, in_thread, say, wait_for_free

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


def format_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"format": {"type": "json_schema", "name": "person", "schema": schema}}


def test_markdown_is_rendered_block_by_block_while_it_comes_and_its_text_is_one_click_away(
    page: Page, server: Server
) -> None:
    first, rest = "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThen **bo", "ld** words."
    begun = say(OK_STREAM, opening(), delta(first))

    with in_thread(begun, wait_for_free(), say(delta(rest, 1), closing(first + rest, 2))) as upstream:
        run(page, server, {"model": "m", "input": "Hi", "stream": True}, url=upstream.base_url)
        output = page.locator("#run .output")
        expect(output.locator("table td").first).to_have_text("1")  # whole blocks already
        expect(output.locator("[data-text]")).to_have_text("Then **bo")  # and what is not whole yet as it came
        upstream.free_now()
        ended(page)

    expect(output.locator("strong")).to_have_text("bold")
    page.get_by_role("button", name="Raw text").click()
    expect(page.locator("#run .raw")).to_have_text(first + rest)
    expect(output).to_be_hidden()
    page.get_by_role("button", name="Raw text").click()
    expect(output).to_be_visible()


#: Thoughts can be over before anybody has looked twice.
NOTE_OPEN = """
new MutationObserver((_, observer) => {
  if (!document.querySelector("#run [data-flow] .fold[open]")) return;
  observer.disconnect();
  document.documentElement.dataset.thought = "open";
}).observe(document, { subtree: true, childList: true, attributes: true });
"""


def test_thoughts_are_open_while_they_come_and_folded_with_their_time_and_tokens(page: Page, server: Server) -> None:
    asked = {"effort": "medium", "summary": "auto"}
    page.add_init_script(NOTE_OPEN)
    run(page, server, {"model": "sandbox-reasoner", "input": "Why?", "reasoning": asked, "stream": True})
    fold = page.locator("#run [data-flow] .fold").first

    ended(page)
    expect(page.locator("html")).to_have_attribute("data-thought", "open")

    expect(fold).not_to_have_attribute("open", "")
    expect(fold.locator("summary")).to_have_text(re.compile(r"^Thought for [\d.,]+ m?s · \d+ tokens\s+· summary$"))
    fold.locator("summary").click()
    fold.get_by_role("button", name="Raw text").click()
    expect(fold.locator(".raw")).to_contain_text("**Reading the request.**")


def test_an_answer_is_held_against_its_schema_and_the_first_violation_is_named(page: Page, server: Server) -> None:
    body = {"model": "sandbox-json", "input": "A person", "text": format_of(PERSON), "stream": True}
    run(page, server, body)
    ended(page)
    expect(page.locator("#run .verdict--ok")).to_contain_text("the shape that the schema asks for")

    said = '{"name": "Ada", "age": "36"}'
    with in_thread(say(OK_STREAM, opening(), delta(said), closing(said, 1))) as upstream:
        run(page, server, {**body, "model": "m"}, url=upstream.base_url)
        ended(page)
    expect(page.locator("#run .verdict--bad")).to_contain_text("age: It is string, and should be integer.")


def test_an_answer_that_was_cut_off_names_the_parameter_and_leads_to_it(page: Page, server: Server) -> None:
    run(page, server, {"model": "sandbox-writer", "input": "Write", "max_output_tokens": 16, "stream": True})
    ended(page, "Incomplete")

    expect(page.get_by_role("note")).to_contain_text("max_output_tokens was 16, and the answer reached it.")
    page.get_by_role("link", name="Show max_output_tokens").click()
    expect(page.locator(".field[data-parameter=max_output_tokens] :focus")).to_have_count(1)


def test_several_choices_stand_side_by_side(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    said = [{"role": "user", "content": "Write"}]
    run(page, server, {"model": "sandbox-writer", "messages": said, "n": 2, "stream": True}, "chat")
    ended(page)

    boxes = [page.locator(f"#run [data-group=c{number}]").bounding_box() for number in (0, 1)]
    assert boxes[0]
    assert boxes[1]
    assert abs(boxes[0]["y"] - boxes[1]["y"]) < 2
    assert boxes[1]["x"] >= boxes[0]["x"] + boxes[0]["width"]


def test_every_kind_of_item_and_all_event_types_are_shown(page: Page, server: Server) -> None:
    run(page, server, {"model": "sandbox-parade", "input": "all", "stream": True})
    ended(page)

    cards = page.locator("#run [data-flow] .card .card__head")
    for name in ("Web search", "File search", "Code interpreter", "Picture", "MCP call", "Shell"):
        expect(cards.filter(has_text=name).first).to_be_visible()
    picture = page.locator("#run .pictures img").first
    assert (picture.get_attribute("src") or "").startswith("data:image/")
    show(page, "Events")
    expect(page.locator("[data-show-type] option")).to_have_count(60)  # and "every type"
    expect(page.locator("[data-show-lane=u] .num")).to_have_text("0")


def test_events_are_filtered_by_lane_type_and_text_and_opened(page: Page, server: Server) -> None:
    run(page, server, {"model": "sandbox-garbage", "input": "Hi", "stream": True})
    ended(page, "Cut off")
    show(page, "Events")
    rows = page.locator("[data-event-rows] .event")

    page.locator("[data-show-lane=u]").click()
    expect(rows).to_have_count(5)
    expect(page.locator(".event--bad")).to_have_count(3)
    expect(page.locator(".event--odd")).to_have_count(2)
    page.locator("[data-show-lane='']").click()
    page.locator("[data-show-type]").select_option("response.created")
    expect(rows).to_have_count(1)
    page.locator("[data-show-type]").select_option("")
    page.get_by_role("searchbox", name="Find in events").fill("502 Bad")
    expect(rows).to_have_count(1)
    rows.locator("summary").click()
    expect(rows.locator(".event__body pre").last).to_contain_text("<h1>502 Bad Gateway</h1>")
    page.get_by_role("searchbox", name="Find in events").fill("nothing like it")
    expect(page.get_by_text("No event is like that.")).to_be_visible()


MANY = """
from playground.models import User
from tests.runs.finished import finished
from tests.runs.streams import delta
run = finished(User.objects.get(), delta("x") * 100_000)
print(f"/sessions/{run.session_id}/?run={run.pk}&tab=events#run")
"""


def test_a_number_of_six_digits_has_room_in_the_list(page: Page, server: Server) -> None:
    page.request.get("/")  # makes the owner
    page.goto(server.shell(MANY).strip())
    expect(page.locator("[data-event-filter]")).to_be_visible()

    page.locator("#run .pane__body").evaluate("box => (box.scrollTop = box.scrollHeight)")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        cells = page.locator('.event[data-number="100000"] .num:visible')
        expect(cells.first).to_have_text("100000")
        assert cells.evaluate_all("cells => cells.every((cell) => cell.scrollWidth <= cell.clientWidth)")


def test_all_events_leave_as_a_file(page: Page, server: Server) -> None:
    run(page, server, {"model": "sandbox-echo", "input": "One two", "stream": True})
    ended(page)
    show(page, "Events")

    saved = {}
    for ending in ("sse", "jsonl", "har"):
        with page.expect_download() as started:
            page.locator(f"#run a[download][href$='/{ending}/'], #run a[download][href$='.{ending}']").click()
        saved[ending] = started.value.path().read_text()

    assert saved["sse"].startswith("event: response.created\n")
    assert [json.loads(line)["number"] for line in saved["jsonl"].splitlines()][:3] == [1, 2, 3]
    assert json.loads(saved["har"])["log"]["version"] == "1.2"


def test_the_time_line_has_a_lane_for_each_kind_and_marks_the_first_text(page: Page, server: Server) -> None:
    asked = {"effort": "medium", "summary": "auto"}
    run(page, server, {"model": "sandbox-reasoner", "input": "Why?", "reasoning": asked, "stream": True})
    ended(page)
    show(page, "Events")

    for lane, seen in {"r": True, "t": True, "c": False, "u": False, "g": False}.items():
        expect(page.locator(f"[data-lane-name={lane}]")).to_be_visible(visible=seen)
    expect(page.locator("[data-axis=top] .firsttext")).to_have_text(re.compile(r"first text [\d.]+ s"))
    expect(page.locator("[data-chart] figcaption")).to_contain_text("First text after")


def test_the_time_line_has_a_lane_for_gaps_where_there_are_any(page: Page, server: Server) -> None:
    """The run comes back from a file in which upstream was silent for five seconds before its last word."""
    run(page, server, {"model": "sandbox-echo", "input": "One two three", "stream": True})
    ended(page)
    number = page.url.partition("run=")[2].partition("#")[0]
    kept = page.request.get(f"/runs/{number}/export.json").json()
    for event in kept["sessions"][0]["runs"][0]["events"][-1:]:
        event[0] += 5_000_000

    opened = imported(page, json.dumps(kept).encode())
    page.goto(opened)
    show(page, "Events")

    expect(page.locator("[data-lane-name=g]")).to_have_text("gaps")
    expect(page.locator("[data-lane=g] .gap")).to_have_count(1)
    expect(page.locator("[data-lane=t] .band")).to_have_count(1)
    expect(page.locator("[data-axis=top]")).to_contain_text("5 s of silence")


def test_the_events_of_a_run_that_has_ended_are_read_from_the_first(page: Page, server: Server) -> None:
    """All of a short answer can be seen, so one is at its end from the start."""
    run(page, server, {"model": "sandbox-writer", "input": "Write", "stream": True})
    ended(page)
    page.reload()
    expect(page.locator("#run .output")).to_be_visible()

    show(page, "Events")

    expect(page.locator("[data-chart]")).to_be_visible()
    expect(page.locator("[data-event-rows] details").nth(20)).to_be_attached()
    expect(page.locator("[data-chart]")).to_be_in_viewport()
    expect(page.locator("[data-follow-jump]")).to_be_hidden()


def imported(page: Page, file: bytes) -> str:
    token = next(each["value"] for each in page.context.cookies() if each["name"].endswith("_csrf"))
    sent: dict[str, Any] = {"file": {"name": "kept.json", "mimeType": "application/json", "buffer": file}}
    return page.request.post("/import/", multipart=sent, headers={"X-CSRFToken": token}).url


@pytest.mark.parametrize("endpoint", ["responses", "chat"])
def test_tokens_tell_what_could_have_stood_there_by_pointer_and_by_keyboard(
    endpoint: str, page: Page, server: Server
) -> None:
    body: dict[str, Any] = {"model": "sandbox-writer", "top_logprobs": 3, "stream": True}
    if endpoint == "chat":
        body |= {"messages": [{"role": "user", "content": "Write"}], "logprobs": True}
    else:
        body |= {"input": "Write", "include": ["message.output_text.logprobs"]}
    run(page, server, body, endpoint)
    ended(page)
    show(page, "Logprobs")
    tokens, odds = page.locator("#run .tokens button"), page.locator("#run [data-odds]")

    tokens.nth(3).hover()
    expect(odds.locator("code")).to_have_count(3)
    tokens.first.focus()
    expect(odds).to_contain_text((tokens.first.inner_text()).strip())
    page.keyboard.press("ArrowRight")
    expect(tokens.nth(1)).to_be_focused()
    expect(tokens.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(odds.locator(".num").first).to_have_text(re.compile(r"\d+(\.\d)?\s?%"))
    page.keyboard.press("Home")
    expect(tokens.first).to_be_focused()


def test_tokens_beyond_the_first_page_are_added_to_it(page: Page, server: Server) -> None:
    said = " ".join(f"w{number}" for number in range(300))
    body = {"model": "sandbox-echo", "messages": [{"role": "user", "content": said}], "logprobs": True}
    run(page, server, body, "chat")
    ended(page)
    show(page, "Logprobs")
    tokens = page.locator("#run .tokens button")
    expect(tokens).to_have_count(500)

    tokens.last.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page.locator("#run .tokens a")).to_have_count(0)
    expect(tokens.nth(500)).to_be_focused()
    expect(page.locator("#run [data-odds] code").first).to_have_text(tokens.nth(500).inner_text().replace(" ", "␣"))
    assert "".join(tokens.all_inner_texts()).replace("\n", "").split() == said.split()


def test_of_two_tabs_the_one_that_was_pressed_last_is_shown(page: Page, server: Server) -> None:
    run(page, server, {"model": "sandbox-echo", "input": "One two", "stream": True})
    ended(page)
    held: list[Route] = []
    page.route("**/response/", lambda route: held.append(route))

    page.locator("#run .tabs").get_by_role("link", name="Response").click()
    expect(page.locator("#run .tabs [aria-current]")).to_have_text("Response")
    page.locator("#run .tabs").get_by_role("link", name="Output").click()
    with page.expect_response("**/response/"):
        held[0].continue_()
    page.evaluate("new Promise(requestAnimationFrame)")

    expect(page.locator("#run .output")).to_be_visible()
    expect(page.locator("#run [data-run-panel=other]")).to_be_hidden()


def test_a_tab_that_does_not_come_is_said_and_the_one_before_stays(
    page: Page, server: Server, console: Watcher
) -> None:
    console.expect("ERR_FAILED")
    run(page, server, {"model": "sandbox-markdown", "input": "All of it"})
    ended(page)
    body, current = page.locator("#run .pane__body"), page.locator("#run .tabs [aria-current]")
    body.evaluate("box => (box.scrollTop = 200)")
    address = page.url

    page.route(re.compile("/numbers/|/source[?]"), lambda route: route.abort())
    page.locator("#run .tabs").get_by_role("link", name="Numbers").click()
    notice = page.locator("#notice:visible")
    expect(notice).to_contain_text("does not answer")
    expect(current).to_have_text("Output")
    assert page.url == address
    notice.get_by_role("button", name="Close").click()
    page.locator("#run [data-source=raw]").first.dispatch_event("click")
    expect(notice).to_contain_text("does not answer")

    page.unroute(re.compile("/numbers/|/source[?]"))
    show(page, "Numbers")
    expect(notice).to_have_count(0)
    assert body.evaluate("box => box.scrollTop") == 0
    show(page, "Output")
    assert body.evaluate("box => box.scrollTop") == 200  # where it was being read


def test_each_number_says_who_says_so(page: Page, server: Server) -> None:
    run(page, server, {"model": "sandbox-echo", "input": "One two", "stream": True})
    ended(page)
    show(page, "Numbers")

    rows = page.locator("#run .numbers tbody tr").filter(has=page.locator("td"))
    told = {row.locator("th").inner_text().split("\n")[0]: row.locator("td").last.inner_text() for row in rows.all()}
    assert told["first event"] == told["first text"] == told["events"] == "measured here"
    assert told["in"] == told["out"] == "estimated by the sandbox"  # which counts no tokens and says so


def test_names_in_the_response_explain_themselves_and_what_is_no_default_is_marked(page: Page, server: Server) -> None:
    run(page, server, {"model": "sandbox-echo", "input": "One", "temperature": 0.5, "stream": True})
    ended(page)
    show(page, "Response")

    expect(page.locator("#run .tree[data-ready]")).to_be_attached()
    page.locator("#run .told", has_text='"temperature"').hover()
    expect(page.locator(".bubble:popover-open")).to_contain_text("when not sent")
    page.locator("#run .told", has_text='"status"').last.focus()
    expect(page.locator(".bubble:popover-open")).to_contain_text("completed")
    page.keyboard.press("Escape")
    expect(page.locator(".bubble:popover-open")).to_have_count(0)
    expect(page.locator("#run .tree .mark").filter(has_text="default: 1")).to_have_count(1)


def test_copying_says_what_was_copied(new_page: Callable[..., Page], server: Server) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    run(page, server, {"model": "sandbox-echo", "input": "One *two*", "stream": True})
    ended(page)

    page.locator("#run .deeds").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Answer")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == "One *two*"
    show(page, "Code")
    page.locator("#run .code__head").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="curl")).to_have_count(1)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "Bearer $OPENAI_API_KEY" in copied
    assert read_pasted(copied).body == {"model": "sandbox-echo", "input": "One *two*", "stream": True}


def test_on_a_phone_the_tab_one_looks_at_is_in_sight(new_page: Callable[..., Page], server: Server) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    run(page, server, {"model": "sandbox-echo", "input": "One", "stream": True})
    ended(page)
    tab = page.locator("#run .tabs [aria-current]")
    expect(tab).to_have_text("Output")
    page.goto(page.url.partition("#")[0].replace("run=", "tab=headers&run=") + "#run")

    expect(tab).to_have_text("Headers")
    expect(tab).to_be_in_viewport()
    page.locator("#run .tabs").get_by_role("link", name="Output").focus()
    page.keyboard.press("Enter")
    expect(tab).to_have_text("Output")
    expect(tab).to_be_in_viewport(ratio=0.9)


def test_every_tab_is_open_to_everybody(
    new_page: Callable[..., Page], server: Server, assert_accessible: Callable[..., None]
) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    run(page, server, {"model": "sandbox-parade", "input": "all", "stream": True})
    ended(page)

    for tab in ("Output", "Events", "Numbers", "Request", "Response", "Headers", "Code"):
        show(page, tab)
        assert_accessible(page, "#run", both=tab in ("Output", "Events"))  # the others have the inks of these


def test_a_remote_picture_is_a_place_holder_and_never_fetched(page: Page, server: Server) -> None:
    run(page, server, {"model": "sandbox-echo", "input": "![cat](https://pictures.example/cat.png)", "stream": True})
    ended(page)

    expect(page.locator("#run .elsewhere")).to_contain_text("pictures.example")
    assert page.locator("#run .output img").count() == 0  # and the watcher saw no request to another host
