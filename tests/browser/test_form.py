"""The request form, worked as people work it: by mouse and by keyboard, as a form and as JSON, and with bad input."""

import base64
import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from playground.api.endpoints import ENDPOINTS
from tests.browser.forming import Form
from tests.browsing import Watcher
from tests.forms.test_uploads import png
from tests.serving import Server

WIDE = {"width": 1440, "height": 1000}
ASKED = {"model": "sandbox-writer", "input": "hello"}
TOOL = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {"city": {}}}}


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page(viewport=WIDE)


def last_run(server: Server) -> bytes:
    with sqlite3.connect(server.data / "playground.sqlite3") as database:
        row = database.execute("SELECT request_body FROM playground_run ORDER BY created DESC LIMIT 1").fetchone()
    return bytes(row[0])


def test_the_first_visit_has_an_example_filled_in_that_streams(
    new_page: Callable[..., Page], start_server: Any
) -> None:
    fresh = start_server()
    form = Form(new_page(viewport=WIDE, base_url=fresh.base_url))

    body = form.body()

    assert "unicorn" in body["input"]
    assert (body["stream"], body["model"]) == (True, "sandbox-writer")
    assert len(body) == 3


def test_what_is_sent_equals_the_preview_byte_for_byte(page: Page, server: Server) -> None:
    form = Form(page, "responses", {**ASKED, "metadata": {"é": "<&>\u2028"}, "x_vendor": {"b": None, "a": 1.0}})
    shown = form.sent()

    page.get_by_role("button", name="Run", exact=False).first.click()
    expect(page.get_by_role("heading", name="Run 1 of 1")).to_be_visible()

    assert last_run(server) == shown.encode()


def test_a_switch_shows_the_control_and_puts_the_hand_into_it(page: Page) -> None:
    form = Form(page, "responses", ASKED)

    form.switch("temperature", "value")
    page.keyboard.type("0.7")
    assert form.body()["temperature"] == 0.7
    expect(page.locator('.pegs--tape [data-peg="temperature"]')).to_have_class("on")
    expect(page.locator("[data-group=sampling] [data-group-set]")).to_have_text("1")

    form.switch("temperature", "absent")
    assert form.body() == ASKED
    form.switch("temperature", "value")
    assert form.body()["temperature"] == 0.7


def test_slider_box_and_arrow_keys_say_the_same(page: Page) -> None:
    form = Form(page, "responses", {**ASKED, "temperature": 1})
    control = form.control("temperature")

    control.locator("[data-slide]").focus()
    page.keyboard.press("ArrowRight")
    expect(control.locator("[data-box]")).to_have_value("1.1")

    control.locator("[data-box]").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(control.locator("[data-slide]")).to_have_value("1.3")
    assert form.body()["temperature"] == 1.3


@pytest.mark.parametrize("locale", ["ar", "it"])
def test_a_slider_keeps_its_steps_where_numbers_have_a_comma(locale: str, new_page: Callable[..., Page]) -> None:
    """A step that the browser cannot read is 1: half of it would be drawn as a whole."""
    form = Form(new_page(viewport=WIDE, locale=locale), "responses", {**ASKED, "temperature": 1.5})
    slide, box = (form.control("temperature").locator(f"[data-{each}]") for each in ("slide", "box"))
    expect(slide).to_have_value("1.5")

    box.focus()
    box.press("ArrowUp")

    expect(box).to_have_value("1.6")
    expect(slide).to_have_value("1.6")


def test_finding_and_only_what_is_set(page: Page) -> None:
    form = Form(page, "responses", {**ASKED, "top_p": 0.5})

    page.keyboard.press("/")
    expect(page.locator("[data-find]")).to_be_focused()
    page.keyboard.type("obfus")
    expect(form.row("stream_options")).to_be_visible()
    expect(form.row("temperature")).to_be_hidden()
    page.locator("[data-find]").fill("nothing is called that")
    expect(page.get_by_text("No parameter of that name.")).to_be_visible()
    page.locator("[data-find]").fill("")

    page.get_by_role("button", name="only what is set").click()
    expect(form.row("top_p")).to_be_visible()
    expect(form.row("temperature")).to_be_hidden()


def test_words_that_come_while_a_button_is_down_move_nothing_from_under_it(page: Page) -> None:
    form = Form(page, "responses", ASKED)
    form.switch("temperature", "value")
    form.saved()
    held: list[Route] = []
    page.route("**/draft/", lambda route: held.append(route))
    with page.expect_request("**/draft/"):
        form.switch("model", "absent")  # which the server will have words about, above all others
    place = form.row("temperature").locator('> .states > [value="null"]').bounding_box()
    assert place
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(page.locator("#h-model")).to_be_empty()

    page.mouse.down()
    with page.expect_response("**/draft/"):
        held[0].continue_()
    page.evaluate("new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))")
    page.mouse.up()

    expect(page.locator("#h-model")).not_to_be_empty()
    assert form.body()["temperature"] is None


def test_reset_one_and_reset_all_with_a_way_back(page: Page) -> None:
    form = Form(page, "responses", {**ASKED, "temperature": 1, "top_p": 1})

    form.row("temperature").locator("> .field__about > summary").click()
    form.row("temperature").locator("[data-reset]").click()
    expect(form.row("temperature")).to_have_attribute("data-state", "absent")
    assert form.body() == {**ASKED, "top_p": 1}

    page.get_by_role("button", name="Reset all").click()
    expect(form.row("top_p")).to_have_attribute("data-state", "absent")
    assert form.body() == {**ASKED, "stream": True}

    page.get_by_role("button", name="Bring it back").click()
    expect(form.row("top_p")).to_have_attribute("data-state", "value")
    assert form.body() == {**ASKED, "top_p": 1}


def test_a_hint_stands_at_its_control_and_one_click_follows_it(page: Page) -> None:
    form = Form(page, "responses", {**ASKED, "top_logprobs": 3})

    form.row("top_logprobs").get_by_role("button", name="Add it").click()

    expect(form.row("top_logprobs").locator(".hint")).to_have_count(0)
    assert form.body()["include"] == ["message.output_text.logprobs"]


def test_the_profile_is_guessed_and_can_be_changed(page: Page) -> None:
    form = Form(page, "chat", {"model": "claude-sonnet", "messages": [{"role": "user", "content": "x"}], "n": 2})
    expect(form.row("n").locator(".hint")).to_contain_text("Claude")

    page.get_by_label("Profile: which hints are given").select_option("openai")

    expect(form.row("n").locator(".hint")).to_have_count(0)


def test_bad_input_comes_back_with_422_and_the_keyboard_at_the_summary(page: Page, console: Watcher) -> None:
    console.expect(r"status of 422")
    form = Form(page, "responses", ASKED)
    form.switch("temperature", "value")
    page.keyboard.type("3")
    form.switch("max_output_tokens", "value")
    page.keyboard.type("many")

    page.keyboard.press("Control+Enter")

    summary = page.get_by_role("alert").filter(has_text="2 parameters need a look")
    expect(summary).to_be_focused()
    expect(form.control("max_output_tokens").locator("[data-box]")).to_have_value("many")
    expect(form.control("temperature").locator("[data-box]")).to_have_value("3")
    expect(form.control("temperature").locator("[data-box]")).to_have_attribute("aria-invalid", "true")

    summary.get_by_role("link", name="temperature").click()
    expect(form.control("temperature").locator("[data-box]")).to_be_focused()


def test_one_may_send_it_anyway(page: Page, console: Watcher, server: Server) -> None:
    console.expect(r"status of 422")
    form = Form(page, "responses", {**ASKED, "temperature": 3})
    page.keyboard.press("Control+Enter")
    expect(page.locator("#request-problems")).to_be_visible()

    form.row("temperature").get_by_role("button", name="Send it anyway").click()

    expect(page.get_by_role("heading", name="Run 1 of 1")).to_be_visible()
    assert json.loads(last_run(server))["temperature"] == 3


@pytest.mark.parametrize("where", ["here", "after a reload"])
def test_what_is_typed_after_it_was_sent_anyway_is_looked_at_again(page: Page, console: Watcher, where: str) -> None:
    """However deep it stands, and while nothing else is touched it may be sent again."""
    console.expect(r"status of 422")
    form = Form(page, "responses", {**ASKED, "tools": [{**TOOL, "name": "no name"}]})
    page.keyboard.press("Control+Enter")
    expect(page.locator("#request-problems")).to_be_visible()
    form.row("tools[].name").get_by_role("button", name="Send it anyway").click()
    expect(page.get_by_role("heading", name="Run 1 of 1")).to_be_visible()
    expect(page.locator("#run .problem")).to_contain_text("did not accept the request")
    if where == "after a reload":
        form.saved()
        page.reload()
        form.ready()
    form.control("input").locator("textarea").fill("hello again")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Run 2 of 2")).to_be_visible()
    expect(page.locator("#run .problem")).to_contain_text("did not accept the request")

    form.control("tools[].name").locator("input").fill("no name either")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("alert").filter(has_text="1 parameter needs a look")).to_be_focused()
    assert form.control("tools[].name").locator("input").input_value() == "no name either"


def test_form_and_json_follow_each_other(page: Page) -> None:
    form = Form(page, "responses", {**ASKED, "zz": {"kept": None}})
    page.get_by_role("link", name="JSON", exact=True).click()
    type_json(page, '{"model": "m", "temperature": 0.25, "input": "x", "zz": {"kept": null}}')

    page.get_by_role("link", name="Form", exact=True).click()
    expect(form.control("temperature").locator("[data-box]")).to_have_value("0.25")
    form.control("temperature").locator("[data-box]").fill("0.5")
    assert list(form.body().items()) == [("model", "m"), ("temperature", 0.5), ("input", "x"), ("zz", {"kept": None})]

    page.get_by_role("link", name="JSON", exact=True).click()
    expect(page.locator("[data-editor][data-ready]")).to_be_attached()
    assert json.loads(json_text(page))["temperature"] == 0.5


def type_json(page: Page, text: str) -> None:
    expect(page.locator("[data-editor][data-ready]")).to_be_attached()
    page.locator("[data-editor] .ace_text-input").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def json_text(page: Page) -> str:
    return str(page.locator("[data-editor]").evaluate("place => place.editor.getValue()"))


def test_while_the_json_is_broken_the_form_waits_and_nothing_is_lost(page: Page) -> None:
    form = Form(page, "responses", {**ASKED, "temperature": 1})
    page.get_by_role("link", name="JSON", exact=True).click()
    broken = '{"model": "m",\n  "temperature": }'
    type_json(page, broken)
    expect(page.locator("[data-said-of-json]")).to_contain_text("Line 2, column 18")
    expect(page.locator(".ace_gutter-cell.ace_error")).to_have_count(1)

    page.get_by_role("link", name="Form", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Line 2, column 18")
    expect(form.control("temperature").locator("[data-box]")).to_be_disabled()
    expect(form.control("temperature").locator("[data-box]")).to_have_value("1")

    page.goto(page.url.split("?")[0])
    expect(page.locator("[data-editor][data-ready]")).to_be_attached()
    assert json_text(page) == broken


def test_problems_are_marked_at_their_lines(page: Page) -> None:
    Form(page, "responses", ASKED)
    page.get_by_role("link", name="JSON", exact=True).click()
    type_json(page, '{\n  "model": "m",\n  "input": "x",\n  "temperature": 3,\n  "input": "y"\n}')

    expect(page.locator(".ace_gutter-cell.ace_error")).to_have_count(2)
    marks = page.locator("[data-editor]").evaluate("p => p.editor.session.getAnnotations().map(m => [m.row, m.text])")
    assert [row for row, _text in marks] == [3, 4]
    assert marks[0][1].startswith("temperature:")


def test_the_editor_is_fetched_only_when_the_json_view_opens(page: Page) -> None:
    fetched: list[str] = []
    form = Form(page, "responses", ASKED)
    page.on("request", lambda request: fetched.append(request.url))
    page.reload()
    form.ready()
    assert not [url for url in fetched if "ace" in url.rsplit("/", 1)[-1]]

    page.get_by_role("link", name="JSON", exact=True).click()

    expect(page.locator("[data-editor][data-ready]")).to_be_attached()
    assert [url for url in fetched if url.endswith("/ace.js")]


def test_switching_the_endpoint_carries_over_and_lists_what_it_could_not(page: Page) -> None:
    form = Form(page, "responses", {**ASKED, "max_output_tokens": 50, "truncation": "auto"})

    page.get_by_role("link", name="Chat completions").click()
    expect(page.get_by_text("1 thing has no counterpart here")).to_be_visible()
    expect(page.locator(".problem--note")).to_contain_text("truncation")
    assert form.body() == {
        "model": "sandbox-writer", "messages": [{"role": "user", "content": "hello"}], "max_completion_tokens": 50,
    }  # fmt: skip

    page.get_by_role("link", name="Responses").click()
    expect(form.row("truncation")).to_have_attribute("data-state", "value")
    assert form.body() == {**ASKED, "max_output_tokens": 50, "truncation": "auto"}


def test_a_documented_example_is_one_click(page: Page) -> None:
    form = Form(page, "responses", ASKED)

    page.get_by_text("Start from a documented example").click()
    page.get_by_role("button", name="Functions", exact=True).click()

    expect(form.row("tools[]")).to_have_attribute("data-state", "value")
    body = form.body()
    assert body["tools"][0]["name"] == "get_current_weather"
    assert body["model"] == "sandbox-writer"


def test_messages_are_added_filled_moved_and_removed(page: Page) -> None:
    form = Form(page, "chat", {"model": "m", "messages": [{"role": "user", "content": "first"}]})

    form.control("messages[]").locator("[data-start]").select_option("assistant=assistant")
    form.control("messages[]").locator("> .cards-of > [data-starts] [data-add]").click()
    expect(page.locator("[data-item] textarea").nth(1)).to_be_focused()
    page.keyboard.type("second")
    assert [each["content"] for each in form.body()["messages"]] == ["first", "second"]

    page.locator("[data-item]").nth(1).locator("[data-move=up]").first.click()
    expect(page.locator("#said")).to_have_text("Moved to place 1 of 2")
    assert [each["role"] for each in form.body()["messages"]] == ["assistant", "user"]

    page.locator("[data-item]").nth(1).locator("[data-drop]").first.click()
    assert form.body()["messages"] == [{"role": "assistant", "content": "second"}]


def test_messages_can_be_dragged_at_the_first_try(page: Page) -> None:
    messages = [{"role": "user", "content": name} for name in ("a", "b", "c")]
    form = Form(page, "chat", {"model": "m", "messages": messages})
    page.evaluate("""() => {
        window.told = [];
        const note = ({type, dataTransfer}) => told.push([type, dataTransfer.dropEffect]);
        for (const type of ["drop", "dragend"]) addEventListener(type, note);
    }""")

    page.locator("[data-grip]").nth(2).drag_to(page.locator("[data-item]").nth(0), target_position={"x": 40, "y": 3})

    expect(page.locator("[data-item] textarea").first).to_have_value("c")
    assert page.evaluate("told") == [["drop", "move"], ["dragend", "move"]], "the browser took it for a move"
    assert [each["content"] for each in form.body()["messages"]] == ["c", "a", "b"]


def test_a_role_and_a_form_can_be_changed_without_losing_words(page: Page) -> None:
    form = Form(page, "chat", {"model": "m", "messages": [{"role": "user", "content": "words", "vendor": 1}]})

    page.locator('[data-item] select[name$="~form"]').first.select_option("system=system")
    assert form.body()["messages"] == [{"role": "system", "content": "words", "vendor": 1}]

    form.row("messages[].content").get_by_text("parts", exact=True).click()
    expect(form.row("messages[].content[].text")).to_be_visible()
    assert form.body()["messages"][0]["content"] == [{"type": "text", "text": "words"}]

    form.row("messages[].content").get_by_text("text", exact=True).first.click()
    expect(form.row("messages[].content[].text")).to_have_count(0)
    assert form.body()["messages"][0]["content"] == "words"


def test_parts_come_back_when_the_other_form_was_only_tried(page: Page) -> None:
    content = [{"type": "input_text", "text": "a"}, {"type": "input_image", "image_url": "https://example.com/a.png"}]
    body = {"model": "m", "input": [{"role": "user", "content": content}]}
    form = Form(page, "responses", body)

    form.row("input").locator("> .field__control > .union > .seg").get_by_text("text").click()
    expect(form.row("input[].content")).to_have_count(0)
    form.row("input").locator("> .field__control > .union > .seg").get_by_text("items").click()
    expect(form.row("input[].content")).to_be_visible()

    assert form.body() == body


def test_a_tool_is_described_made_strict_and_offered_to_tool_choice(page: Page) -> None:
    form = Form(page, "responses", {**ASKED, "tools": [{**TOOL, "strict": True}]})
    expect(form.row("tools[].parameters").locator(".hint")).not_to_have_count(0)

    form.row("tools[].parameters").locator('[data-swap="strict"]').click()
    expect(form.row("tools[].parameters").locator(".hint")).to_have_count(0)
    parameters = form.body()["tools"][0]["parameters"]
    assert (parameters["additionalProperties"], parameters["required"]) == (False, ["city"])

    form.switch("tool_choice", "value")
    form.row("tool_choice").get_by_role("button", name="get_weather").click()
    expect(form.row("tool_choice.name")).to_be_visible()
    assert form.body()["tool_choice"] == {"type": "function", "name": "get_weather"}


def test_a_schema_can_be_written_as_rows(page: Page) -> None:
    nested = {"type": "array", "items": {"type": "number", "minimum": 0.5}}
    schema = {"type": "object", "properties": {"city": {"type": "string"}, "list": nested}, "required": ["city"]}
    form = Form(page, "responses", {**ASKED, "tools": [{"type": "function", "name": "f", "parameters": schema}]})
    control = form.control("tools[].parameters")

    control.get_by_role("button", name="Rows").click()
    expect(control.get_by_label("Name of the property").first).to_be_focused()
    expect(control.locator("textarea")).to_be_hidden()
    page.keyboard.type("_name")
    control.get_by_label("Description").first.fill("which one")
    control.get_by_role("button", name="Add property").click()
    page.keyboard.type("days")
    control.get_by_label("Type").last.select_option("integer")
    control.get_by_label("required").last.check()
    control.get_by_label("no others").check()

    assert form.body()["tools"][0]["parameters"] == {
        "type": "object",
        "properties": {
            "city_name": {"type": "string", "description": "which one"}, "list": nested, "days": {"type": "integer"},
        },
        "required": ["city_name", "days"],
        "additionalProperties": False,
    }  # fmt: skip

    control.get_by_role("button", name="Remove").first.click()
    control.locator('[data-swap="strict"]').click()
    expect(control.get_by_label("Name of the property").first).to_have_value("list")
    assert form.body()["tools"][0]["parameters"]["required"] == ["list", "days"]


def test_what_rows_cannot_show_stays_as_it_is(page: Page) -> None:
    odd = '{"type": "object", "properties": {"a": {"const": 12345678901234567890}}}'
    form = Form(page, "responses", {**ASKED, "tools": [TOOL]})
    control = form.control("tools[].parameters")
    control.locator("textarea").fill(odd)

    control.get_by_role("button", name="Rows").click()

    expect(control.get_by_text("Rows show an object")).to_be_visible()
    expect(control.locator("textarea")).to_have_value(odd)
    assert form.body()["tools"][0]["parameters"] == json.loads(odd)


def test_every_kind_of_tool_has_a_card(page: Page) -> None:
    form = Form(page, "responses", {**ASKED, "tools": []})
    kinds = form.control("tools[]").locator("[data-start] option").evaluate_all("all => all.map(each => each.value)")
    for number, kind in enumerate(kinds):
        form.control("tools[]").locator("[data-start]").select_option(kind)
        form.control("tools[]").locator("> .cards-of > [data-starts] [data-add]").click()
        expect(page.locator("[data-at=tools] > [data-items] > [data-item]")).to_have_count(number + 1)

    page.locator("[data-at=tools] > [data-items] > [data-item]").last.locator("textarea").first.fill('{"type": "x"}')

    assert len(kinds) > 10
    expect(page.locator("[data-at=tools] > [data-items] > [data-item]").last.locator("[data-json]")).to_be_visible()


def test_key_value_rows_grow_count_and_can_be_removed(page: Page) -> None:
    form = Form(page, "responses", {**ASKED, "metadata": {"a": "1"}})
    rows = form.control("metadata").locator("[data-pair]")

    rows.nth(1).locator("input[type=text]").nth(0).fill("b")
    expect(rows).to_have_count(3)
    rows.nth(1).locator("input[type=text]").nth(1).fill("2")
    expect(form.control("metadata").locator("[data-number-of]")).to_have_text("2")
    rows.nth(0).locator("[data-drop]").click()

    assert form.body()["metadata"] == {"b": "2"}


def test_an_image_is_uploaded_shown_kept_and_sent_whole(page: Page, server: Server, tmp_path: Path) -> None:
    picture = tmp_path / "receipt.png"
    picture.write_bytes(png(12, 16) + bytes(3000))
    content = [{"type": "input_image", "image_url": ""}]
    form = Form(page, "responses", {"model": "sandbox-writer", "input": [{"role": "user", "content": content}]})

    form.control("input[].content[].image_url").locator("[data-file]").set_input_files(picture)

    expect(page.locator(".file")).to_contain_text("12 × 16")
    form.saved()
    page.reload()
    form.ready()
    expect(page.locator(".file")).to_contain_text("receipt.png")
    assert "…" in form.sent()  # the preview shortens what nobody reads

    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Run 1 of 1")).to_be_visible()
    sent = json.loads(last_run(server))["input"][0]["content"][0]["image_url"]
    assert sent == "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()


def test_a_long_data_url_that_is_pasted_becomes_a_short_token(page: Page) -> None:
    url = "data:image/png;base64," + base64.b64encode(png(3, 4) + bytes(5000)).decode()
    content = [{"type": "input_image", "image_url": ""}]
    form = Form(page, "responses", {"model": "m", "input": [{"role": "user", "content": content}]})
    box = form.control("input[].content[].image_url").locator("input[type=text]")

    box.fill(url)

    expect(box).to_have_value(re.compile(r"^attachment:[0-9a-f-]{36}$"))


def test_what_was_typed_survives_a_reload_even_what_is_not_sent(page: Page) -> None:
    form = Form(page, "responses", ASKED)
    form.switch("instructions", "value")
    page.keyboard.type("kept")
    form.switch("instructions", "absent")
    form.switch("max_output_tokens", "value")
    page.keyboard.type("not a number")
    form.saved()

    page.reload()
    form.ready()

    expect(form.control("instructions").locator("textarea")).to_have_value("kept")
    expect(form.control("max_output_tokens").locator("[data-box]")).to_have_value("not a number")


def test_the_whole_form_can_be_filled_with_the_keyboard_alone(page: Page) -> None:
    """No mouse: `/` and Tab to a switch, arrows to a state, typing into the control that opens."""
    form = Form(page, "responses", {})
    typed: dict[str, Any] = {"temperature": 0.5, "user": "me", "input": "typed", "model": "m"}

    for name, value in typed.items():
        by_keyboard(page, form, name)
        page.keyboard.type(str(value))
    by_keyboard(page, form, "stream")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    by_keyboard(page, form, "tools[]")
    press_until(page, "Tab", "'add' in document.activeElement.dataset")
    page.keyboard.press("Enter")
    expect(form.control("tools[].name").locator("input")).to_be_focused()
    page.keyboard.type("named")

    body = form.body()
    assert body == {**body, **typed, "stream": False, "tools": [{"type": "function", "name": "named"}]}


@pytest.mark.parametrize("endpoint", list(ENDPOINTS))
def test_every_parameter_can_be_reached_and_set_with_the_keyboard_alone(page: Page, endpoint: str) -> None:
    form = Form(page, endpoint, {})
    names = {each.name for each in ENDPOINTS[endpoint].parameters if not each.beyond}

    for place in ENDPOINTS[endpoint].places:
        if not place.depth and place.parameter.name in names:
            by_keyboard(page, form, place.path)

    assert page.locator('#request-form .field[data-state="value"]:not(.field .field)').count() == len(names)


def by_keyboard(page: Page, form: Form, path: str) -> None:
    """Go to a parameter's switch and choose "value". What stands above the box to find things is reached backwards."""
    name = path.rstrip("[]")
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press("/")
    expect(page.locator("[data-find]")).to_be_focused()
    above = form.row(path).evaluate("row => row.compareDocumentPosition(document.activeElement) === 4")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text("" if above else path)  # what the keys do is another test's, and costs a letter each
    press_until(page, "Shift+Tab" if above else "Tab", f"document.activeElement.name === '{name}~state'")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(form.row(path)).to_have_attribute("data-state", "value")
    expect(form.row(path).locator(":focus")).to_have_count(1)


def press_until(page: Page, key: str, condition: str) -> None:
    for _step in range(60):
        page.keyboard.press(key)
        if page.evaluate(condition):
            return
    raise AssertionError(f"{key} never came to where {condition}")


CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CHAT: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "s"},
        {"role": "user", "content": [{"type": "text", "text": "t"}, {"type": "image_url", "image_url": {"url": "u"}}]},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c", "content": "1"},
    ],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "stop": ["a"], "logit_bias": {"1": 2}, "temperature": 9, "metadata": {"a": "b"}, "modalities": ["text"],
}  # fmt: skip


@pytest.mark.parametrize("endpoint", ["responses", "chat"])
def test_axe_finds_nothing_serious(
    new_page: Callable[..., Page], assert_accessible: Callable[..., None], endpoint: str
) -> None:
    page = new_page(viewport=WIDE)
    Form(page, endpoint, CHAT if endpoint == "chat" else {**ASKED, "tools": [TOOL], "temperature": 9, "text": {}})
    page.evaluate("for (const fold of document.querySelectorAll('#request details')) fold.open = true")
    assert_accessible(page, "#request", both=True)

    page.locator("[data-preview]").click()
    expect(page.locator("#preview[open]")).to_be_visible()
    assert_accessible(page, "#preview")
    page.keyboard.press("Escape")

    page.get_by_role("link", name="JSON", exact=True).click()
    expect(page.locator("[data-editor][data-ready]")).to_be_attached()
    assert_accessible(page, "#request", both=True)


def test_nothing_reaches_over_the_edge_of_the_page(page: Page) -> None:
    Form(page, "chat", CHAT)
    page.goto(page.url + "#request")
    page.evaluate("for (const fold of document.querySelectorAll('#request details')) fold.open = true")

    for width in (1440, 1280, 820, 390):
        page.set_viewport_size({"width": width, "height": 900})
        reaches_nowhere_over(page, width)


def reaches_nowhere_over(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    over = page.evaluate(
        """() => {
            const edge = document.getElementById("request").getBoundingClientRect().right + 1;
            const seen = [...document.querySelectorAll("#request *")].filter(e => e.checkVisibility());
            const over = seen.filter(e => !e.closest(".sr, pre, .sash") && e.getBoundingClientRect().right > edge);
            return over.map(e => e.outerHTML.slice(0, 200));
        }"""
    )
    assert not over


def scriptless(new_page: Callable[..., Page]) -> Page:
    """A new session's JSON view in a browser that runs no scripts: everything on the way is a link or a button."""
    page = new_page(viewport=WIDE, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("button", name="New session").click()
    page.get_by_role("link", name="Responses").click()
    page.get_by_role("link", name="JSON", exact=True).click()
    return page


def test_without_javascript_the_json_box_can_be_submitted(new_page: Callable[..., Page], server: Server) -> None:
    page = scriptless(new_page)
    page.locator("#json-text").fill('{"model": "sandbox-writer", "input": "no script"}')

    page.get_by_role("button", name="Run", exact=False).first.click()

    expect(page.get_by_role("heading", name="Run 1 of")).to_be_visible()
    assert json.loads(last_run(server)) == {"model": "sandbox-writer", "input": "no script"}


def test_without_javascript_bad_json_comes_back_with_its_place(new_page: Callable[..., Page], console: Watcher) -> None:
    console.expect(r"status of 422")
    page = scriptless(new_page)
    page.locator("#json-text").fill('{"model": }')

    page.get_by_role("button", name="Run", exact=False).first.click()

    expect(page.get_by_role("alert")).to_contain_text("Line 1, column 11")
    expect(page.locator("#json-text")).to_have_value('{"model": }')


def test_a_prompt_of_five_megabytes_works(page: Page) -> None:
    form = Form(page, "responses", ASKED)
    long = "wörter " * 750_000
    form.control("input").locator("textarea").evaluate(
        "(box, text) => { box.value = text; box.dispatchEvent(new Event('input', {bubbles: true})) }", long
    )
    form.saved(60)

    page.reload()
    form.ready()

    assert form.control("input").locator("textarea").evaluate("box => box.value.length") == len(long)


def test_two_thousand_messages_work(page: Page) -> None:
    many = [{"role": "user", "content": f"message {number}"} for number in range(2000)]
    form = Form(page, "chat", {"model": "m", "messages": many})
    cards = page.locator('[data-list][data-at="messages"] > [data-items] > [data-item]')
    expect(cards).to_have_count(2000)

    cards.last.locator("textarea").first.fill("changed")
    cards.first.get_by_role("button", name="Open").click()
    cards.first.locator("textarea").first.fill("opened")
    form.saved()

    contents = [each["content"] for each in form.body()["messages"]]
    assert contents == ["opened", *(f"message {number}" for number in range(1, 1999)), "changed"]
