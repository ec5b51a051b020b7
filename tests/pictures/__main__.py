"""`./run pictures`: each picture is a page, a size and a light; all of them go to docs/screenshots."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

import tests.environment  # noqa: F401  (clean surroundings, before anything reads a setting)
from tests import browsing, linking, serving
from tests.environment import ROOT
from tests.pictures.scene import Scene

FOLDER = ROOT / "docs" / "screenshots"
MOST = 250_000  # bytes: a picture comes along with every clone


@dataclass(frozen=True)
class Picture:
    path: Callable[[Scene], str]
    width: int = 1440
    height: int = 900
    dark: bool = False
    language: str = "en"
    before: Callable[[Page], None] = lambda page: None


def share_dialog(page: Page) -> None:
    page.locator("#run a[href*='/share/']").first.click()
    page.locator("#share-look .output").first.wait_for()


def on_stage(page: Page) -> None:
    page.locator("[data-stage-bar]:not([inert])").wait_for()
    page.get_by_role("radiogroup").locator("input").last.check()
    page.locator("[data-stage-replay]").click()
    page.locator("[data-flow] .card__body").last.wait_for()


PICTURES = {
    "workbench": Picture(lambda scene: scene.workbench("showcase")),
    "workbench-dark": Picture(lambda scene: scene.workbench("weather"), dark=True),
    "workbench-ar": Picture(lambda scene: scene.workbench("showcase"), width=1280, height=800, language="ar"),
    "workbench-phone": Picture(lambda scene: scene.workbench("showcase", "#run"), width=390, height=844),
    "events": Picture(lambda scene: scene.workbench("thinking", "&tab=events"), width=1280, height=800),
    "compare": Picture(lambda scene: f"/compare/?a={scene.run['showcase']}&b={scene.run['again']}", width=1280),
    "share-dialog": Picture(lambda scene: scene.workbench("showcase"), width=1280, height=800, before=share_dialog),
    "present": Picture(
        lambda scene: f"/sessions/{scene.session['weather']}/present/", width=1280, height=720, before=on_stage
    ),
    "share": Picture(lambda scene: scene.share, width=1280, height=800),
}


def take(browser: Browser, scene: Scene, name: str) -> int:
    """Takes one picture and says how many bytes it has."""
    wanted = PICTURES[name]
    context: Any = browser.new_context(
        base_url=scene.server.base_url,
        viewport={"width": wanted.width, "height": wanted.height},
        color_scheme="dark" if wanted.dark else "light",
        locale=wanted.language,
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    page: Page = context.new_page()
    page.set_default_timeout(120_000)  # a bound against hanging
    page.goto(wanted.path(scene))
    page.mouse.move(200, 4)  # a sign of a person, so that all modules come
    page.mouse.move(202, 4)
    if page.locator("#request-form").count():
        page.locator("#request-form[data-ready]").wait_for(state="attached")
    wanted.before(page)
    page.wait_for_load_state("load")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    taken = page.screenshot(path=str(FOLDER / f"{name}.png"), animations="disabled", caret="hide")
    context.close()
    return len(taken)


def main(names: list[str]) -> int:
    if strangers := [name for name in names if name not in PICTURES]:
        print(f"Nothing here is called {strangers[0]!r}. There are: {', '.join(PICTURES)}.")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    settings = {**linking.QUICK, "PLAYGROUND_TIME_ZONE": "UTC"}
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        template = Path(folder) / "template"
        serving.manage(serving.surroundings(template), "migrate", "--verbosity", "0")
        with serving.servers(template, Path(folder)) as start, browsing.browser() as browser:
            scene = Scene(start(settings))
            sizes = {name: take(browser, scene, name) for name in names or PICTURES}
    for name, size in sizes.items():
        print(f"docs/screenshots/{name}.png  {size / 1000:.0f} kB")
    heavy = [name for name, size in sizes.items() if size > MOST]
    if heavy:
        print(f"Too heavy, more than {MOST / 1000:.0f} kB: {', '.join(heavy)}.")
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
