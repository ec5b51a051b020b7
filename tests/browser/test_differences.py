"""What the form says otherwise than the run beside it: marked at the control, on the tape, in a line, and undone."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.forming import Form

BODY = {"model": "sandbox-echo", "input": "One", "temperature": 0.5, "stream": True}


def ran(page: Page) -> Form:
    form = Form(page, "responses", BODY)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#run .status").first).to_have_text("Finished", timeout=20_000)
    return form


def remark(form: Form, path: str) -> Locator:
    return form.row(path).locator("> .field__hints > .hint--was")


def pegs(page: Page) -> list[str]:
    marked = page.locator("#request .pegs--tape .diff").all()
    return [peg.get_attribute("data-peg") or "" for peg in marked]


def test_a_form_that_says_what_was_sent_is_not_marked(page: Page) -> None:
    form = ran(page)
    form.saved()
    page.reload()

    expect(page.locator("#request .hint--was")).to_have_count(0)
    expect(page.locator("[data-differing]")).to_have_text("")
    assert pegs(page) == []


def test_what_was_changed_is_marked_with_what_the_run_sent(page: Page) -> None:
    form = ran(page)

    form.control("temperature").locator("[data-box]").fill("0.9")
    form.switch("top_p", "value")
    expect(remark(form, "temperature")).to_contain_text("Run 1 sent 0.5.")  # though it cannot be sent like this
    form.control("top_p").locator("[data-box]").fill("0.3")

    expect(remark(form, "temperature")).to_contain_text("Run 1 sent 0.5.")
    expect(remark(form, "top_p")).to_contain_text("Run 1 did not send this.")
    expect(page.locator("[data-differing]")).to_have_text("2 differ from run 1")
    assert pegs(page) == ["temperature", "top_p"]

    page.reload()  # the marks come with the page too
    expect(remark(form, "temperature")).to_contain_text("Run 1 sent 0.5.")
    assert pegs(page) == ["temperature", "top_p"]


def test_one_click_puts_back_what_the_run_sent(page: Page) -> None:
    form = ran(page)
    form.control("temperature").locator("[data-box]").fill("0.9")

    remark(form, "temperature").get_by_role("button", name="Put it back").click()

    expect(form.control("temperature").locator("[data-box]")).to_have_value("0.5")
    expect(remark(form, "temperature")).to_have_count(0)


def test_the_next_run_takes_the_marks_away_and_tells_the_differences_itself(page: Page) -> None:
    form = ran(page)
    form.control("temperature").locator("[data-box]").fill("0.9")
    expect(remark(form, "temperature")).to_be_visible()

    page.keyboard.press("Control+Enter")

    expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 2")
    expect(page.locator("#run .pane__head")).to_contain_text("Differs from run 1 in temperature")
    expect(remark(form, "temperature")).to_have_count(0)
    assert pegs(page) == []


def test_the_json_view_lists_what_differs(page: Page) -> None:
    form = ran(page)
    form.control("temperature").locator("[data-box]").fill("0.9")
    expect(remark(form, "temperature")).to_be_visible()

    page.get_by_role("navigation", name="View of the request").get_by_role("link", name="JSON").click()

    expect(page.locator("[data-said-of-json]")).to_contain_text("temperature Run 1 sent 0.5.")


def test_an_earlier_run_beside_the_form_is_what_it_is_held_against(page: Page) -> None:
    form = ran(page)
    form.control("temperature").locator("[data-box]").fill("0.9")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#run .pane__title")).to_have_text("Run 2 of 2")

    page.get_by_role("link", name="Earlier run").click()

    expect(page.locator("#run .pane__title")).to_have_text("Run 1 of 2")
    expect(remark(form, "temperature")).to_contain_text("Run 1 sent 0.5.")
