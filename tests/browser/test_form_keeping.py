"""What is typed is kept: in two tabs, on the way back, while nobody answers. What is not kept is said."""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.forming import Form
from tests.browser.test_form import ASKED, json_text, type_json
from tests.browsing import Watcher
from tests.forms.test_uploads import png

WIDE = {"width": 1440, "height": 1000}


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page(viewport=WIDE)


def test_two_tabs_show_one_request(page: Page) -> None:
    first = Form(page, "responses", ASKED)
    other = page.context.new_page()
    other.goto(page.url)
    second = Form.here(other)

    second.switch("temperature", "value")
    other.keyboard.type("0.5")
    second.saved()
    page.bring_to_front()
    expect(first.control("temperature").locator("[data-box]")).to_have_value("0.5")

    first.switch("user", "value")
    page.keyboard.type("me")
    first.saved()
    other.bring_to_front()
    expect(second.control("user").locator("input")).to_have_value("me")
    assert second.body() == {**ASKED, "temperature": 0.5, "user": "me"}


def test_what_is_typed_is_there_on_the_way_back_and_forth(page: Page) -> None:
    form = Form(page, "responses", ASKED)
    form.control("input").locator("textarea").fill("asked and left")
    page.get_by_role("link", name="Connections").first.click()
    expect(page).to_have_url(re.compile("/connections/"))

    page.go_back()
    form.ready()
    expect(form.control("input").locator("textarea")).to_have_value("asked and left")
    page.go_forward()
    page.go_back()
    form.ready()
    assert form.body() == {**ASKED, "input": "asked and left"}


def test_what_is_not_kept_is_said_until_it_is(page: Page, console: Watcher) -> None:
    console.expect("ERR_FAILED|Failed to load resource")
    form = Form(page, "responses", ASKED)
    page.route("**/draft/", lambda route: route.abort())
    form.control("input").locator("textarea").fill("nobody takes this")
    expect(page.locator("#notice")).to_contain_text("does not answer")

    page.unroute("**/draft/")
    form.control("input").locator("textarea").press("End")
    page.keyboard.type("!")

    expect(page.locator("#notice")).to_be_hidden()
    form.saved()
    page.reload()
    form.ready()
    expect(form.control("input").locator("textarea")).to_have_value("nobody takes this!")


def test_an_upload_that_fails_says_why(page: Page, console: Watcher, tmp_path: Path) -> None:
    picture = tmp_path / "small.png"
    picture.write_bytes(png(3, 4))
    console.expect("ERR_FAILED|Failed to load resource")
    content = [{"type": "input_image", "image_url": ""}]
    form = Form(page, "responses", {"model": "m", "input": [{"role": "user", "content": content}]})
    control = form.control("input[].content[].image_url")

    page.route("**/uploads/", lambda route: route.fulfill(status=413))
    control.locator("[data-file]").set_input_files(picture)

    expect(control.locator("[data-about]")).to_contain_text("too large")
    page.unroute("**/uploads/")
    control.locator("[data-file]").set_input_files(picture)
    expect(control.locator("[data-about]")).to_contain_text("3 × 4")


def test_a_file_that_cannot_go_there_is_a_problem_beside_its_control(
    page: Page, console: Watcher, tmp_path: Path
) -> None:
    (tmp_path / "bomb.png").write_bytes(png(30_000, 30_000))
    (tmp_path / "really.png").write_bytes(b"%PDF-1.7")
    console.expect("status of 422")
    content = [{"type": "input_image", "image_url": ""}]
    form = Form(page, "responses", {"model": "m", "input": [{"role": "user", "content": content}]})
    control = form.control("input[].content[].image_url")

    control.locator("[data-file]").set_input_files(tmp_path / "bomb.png")
    expect(control.locator("[data-about]")).to_contain_text("at most 50 megapixels")
    expect(control.locator("input[type=text]")).to_have_value("")

    control.locator("[data-file]").set_input_files(tmp_path / "really.png")
    told = form.row("input[].content[].image_url").locator(".hint")
    expect(told).to_contain_text("This is no PNG, JPEG, GIF or WebP image but application/pdf.")
    token = control.locator("input[type=text]").input_value()
    with page.expect_response("**/runs/") as answered:
        page.keyboard.press("Control+Enter")
    assert answered.value.status == 422

    summary = page.get_by_role("alert").filter(has_text="1 parameter needs a look")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("button", name="Send it anyway")).to_be_visible()
    page.locator("[data-item] [data-fold]").first.click()
    expect(control).to_be_hidden()
    summary.get_by_role("link").click()
    expect(control.locator("input[type=text]")).to_be_focused()
    expect(control.locator("input[type=text]")).to_have_value(token)


def test_an_upload_shows_how_far_it_is(page: Page, tmp_path: Path) -> None:
    picture = tmp_path / "small.png"
    picture.write_bytes(png(3, 4))
    content = [{"type": "input_image", "image_url": ""}]
    form = Form(page, "responses", {"model": "m", "input": [{"role": "user", "content": content}]})
    control = form.control("input[].content[].image_url")
    held: list[Route] = []
    page.route("**/uploads/", lambda route: held.append(route))

    with page.expect_request("**/uploads/"):
        control.locator("[data-file]").set_input_files(picture)
    expect(control.get_by_role("progressbar")).to_be_visible()
    held[0].continue_()

    expect(control.locator("[data-about]")).to_contain_text("3 × 4")
    expect(control.get_by_role("progressbar")).to_have_count(0)


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_file_can_be_pasted_and_dropped(page: Page, way: str) -> None:
    content = [{"type": "input_image", "image_url": ""}]
    form = Form(page, "responses", {"model": "m", "input": [{"role": "user", "content": content}]})
    control = form.control("input[].content[].image_url")

    control.locator("input[type=text]").evaluate(
        """(box, [way, base64]) => {
            const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
            const carried = new DataTransfer();
            carried.items.add(new File([bytes], "shot.png", {type: "image/png"}));
            const kind = way === "paste" ? ClipboardEvent : DragEvent;
            const with_ = way === "paste" ? {clipboardData: carried} : {dataTransfer: carried};
            box.dispatchEvent(new kind(way, {bubbles: true, cancelable: true, ...with_}));
        }""",
        [way, base64.b64encode(png(5, 6)).decode()],
    )

    expect(control.locator("[data-about]")).to_contain_text("5 × 6")
    assert form.body()["input"][0]["content"][0]["image_url"].startswith("data:image/png;base64,")


def test_json_is_laid_out_and_that_can_be_undone(page: Page) -> None:
    Form(page, "responses", ASKED)
    page.get_by_role("link", name="JSON", exact=True).click()
    dense = '{"model":"m","input":[{"a":[]}],"seed":12345678901234567890,"x":1.0,"t":"\\u00e9 , {"}'
    type_json(page, dense)

    page.get_by_role("button", name="Lay out").click()
    assert json_text(page).splitlines()[:3] == ["{", '  "model": "m",', '  "input": [']
    assert '"seed": 12345678901234567890,\n  "x": 1.0,\n  "t": "\\u00e9 , {"' in json_text(page)

    page.keyboard.press("Control+z")
    assert json_text(page) == dense
    type_json(page, '{"model": }')
    page.get_by_role("button", name="Lay out").click()
    assert json_text(page) == '{"model": }'


def test_marks_of_rows_that_are_gone_lead_nowhere(page: Page) -> None:
    """The text is laid out before the server has said anything of it, while marks of the one before are there."""
    Form(page, "responses", ASKED)
    page.get_by_role("link", name="JSON", exact=True).click()
    type_json(page, '{\n  "model": }')
    expect(page.locator(".ace_gutter-cell.ace_error, .ace_gutter_annotation").first).to_be_attached()
    held: list[Route] = []
    page.route("**/draft/", lambda route: held.append(route))

    with page.expect_request("**/draft/"):
        type_json(page, '{"model": }')
    page.get_by_role("button", name="Lay out").click()

    assert json_text(page) == '{"model": }'
    expect(page.locator(".ace_text-input")).to_be_focused()  # and the console had nothing to say
    held[0].continue_()
    page.unroute("**/draft/")
    expect(page.locator("#request-form")).to_have_attribute("data-saved", "yes")


def test_values_of_several_forms_are_named_by_what_goes_on_the_wire(page: Page) -> None:
    body = {**ASKED, "prompt": {"id": "p", "variables": {"city": "Oslo"}}}
    form = Form(page, "responses", body)
    choice = form.control("prompt.variables").locator('select[name$="~form"]').first

    assert choice.locator("option").all_text_contents() == ["text", "input_text", "input_image", "input_file"]
    choice.select_option(label="input_file")
    expect(form.row("prompt.variables{}.file_url")).to_be_attached()
    assert json.loads(form.sent())["prompt"]["variables"]["city"]["type"] == "input_file"
