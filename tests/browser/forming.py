"""The request form in a real browser, as a person works it."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.running import new_session, post

TEXT = "input[type=text], textarea"
ASK = """async () => {
    const main = document.querySelector("script[src*='/js/main']").src;
    const { entries, post } = await import(new URL("request/sending.js", main));
    const url = document.querySelector("[data-preview]").dataset.preview;
    const answer = await post(url, entries(document.getElementById("request-form")));
    const preview = new DOMParser().parseFromString(await answer.text(), "text/html");
    const body = preview.querySelector("[data-preview-body]");
    if (!body) throw new Error(`no body: ${answer.status} ${preview.body.textContent}`);
    return body.textContent;
}"""


class Form:
    """The form of a session of its own. `sent()` is what Preview shows of it, byte for byte."""

    def __init__(self, page: Page, endpoint: str = "responses", body: dict[str, Any] | None = None) -> None:
        """Without a body: whatever the first visit shows."""
        self.page = page
        if body is None:
            page.goto("/")
        else:
            self._show(new_session(page), endpoint, body)
        self.ready()

    @classmethod
    def here(cls, page: Page) -> "Form":
        """The form of the page that is open."""
        form = cls.__new__(cls)
        form.page = page
        form.ready()
        return form

    def ready(self) -> None:
        for place in (200, 210):  # the form's modules come at the first sign of a person
            self.page.mouse.move(place, place)
        expect(self.page.locator("#request-form[data-ready]")).to_be_attached()

    def load(self, endpoint: str, body: dict[str, Any]) -> None:
        """Begin again with this body, as if it had been pasted into the JSON view."""
        self.saved()
        self._show(self.page.url.split("?")[0], endpoint, body)
        self.ready()

    def _show(self, session: str, endpoint: str, body: dict[str, Any]) -> None:
        post(self.page, session + "draft/", {"~endpoint": endpoint, "~view": "json", "~json": json.dumps(body)})
        self.page.goto(session + "?view=form")

    def saved(self, seconds: float = 15) -> None:
        """Wait until everything typed is kept on the server."""
        expect(self.page.locator('#request-form[data-saved="not yet"]')).to_have_count(0, timeout=seconds * 1000)

    def row(self, path: str, number: int = 0) -> Locator:
        return self.page.locator(f'#request-form .field[data-parameter="{path}"]').nth(number)

    def switch(self, path: str, state: str, number: int = 0) -> Locator:
        """Turn a parameter's switch. Groups that fold it away are opened first."""
        row = self.row(path, number)
        row.evaluate("row => { for (let e = row; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true }")
        row.locator(f'> .states > [value="{state}"]').click()
        return row

    def turn(self, paths: list[str], state: str) -> None:
        """As `switch`, without a mouse: where there are hundreds of them."""
        self.page.evaluate(
            """([paths, state]) => {
                for (const path of paths) {
                    const row = document.querySelector(`#request-form .field[data-parameter="${CSS.escape(path)}"]`);
                    for (let e = row; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
                    const button = row.querySelector(`:scope > .states > [value="${state}"]`);
                    if (!button.checkVisibility()) throw new Error(`${path} cannot be seen`);
                    button.click();
                }
            }""",
            [paths, state],
        )

    def control(self, path: str, number: int = 0) -> Locator:
        return self.row(path, number).locator("> .field__control")

    def give(self, path: str, number: int = 0) -> None:
        """Put some value into the control, whatever kind it is."""
        control = self.control(path, number)
        acts: dict[str, Callable[[Locator], Any]] = {
            "[data-box]": lambda box: box.fill(
                box.evaluate("b => b.parentElement.querySelector('[data-slide]')?.min ?? '7'")
            ),
            "[data-json] > textarea": lambda box: box.fill('{"type": "object"}'),
            ".pairs": self._pair,
            ".tags textarea": lambda box: box.fill("END"),
            "[type=checkbox]": lambda box: box.check(),
            ":scope > .seg input[type=radio]": lambda box: box.check(),
            ":scope > select": lambda box: box.select_option(index=1),
            ":scope > .union > .union__part > .seg input": lambda box: box.check(),
            TEXT: lambda box: box.fill("x"),
        }
        kind = control.evaluate(
            """(control, kinds) => kinds.find((kind) =>
                [...control.querySelectorAll(kind)].some((each) => each.checkVisibility()))""",
            list(acts),
        )
        if kind:
            acts[kind](control.locator(kind).locator("visible=true").first)

    def _pair(self, pairs: Locator) -> None:
        pairs.locator("input[type=text]").nth(0).fill("key")
        pairs.locator(TEXT).locator("visible=true").nth(1).fill("1")

    def body(self) -> Any:
        """What Preview asks for, without its dialog."""
        return json.loads(self.page.evaluate(ASK))

    def sent(self) -> str:
        self.page.locator("[data-preview]").click()
        dialog = self.page.locator("#preview[open]")
        expect(dialog).to_be_visible(timeout=60_000)
        text = (
            dialog.locator("[data-preview-body]").text_content()
            if dialog.locator("[data-preview-body]").count()
            else ""
        )
        self.page.keyboard.press("Escape")
        expect(self.page.locator("#preview")).not_to_be_visible()
        return text or ""
