"""Nobody is shut out of any page: axe on the whole site map, in light and in dark, and on each tab of runs that ended.

A route that is not listed below fails, so that no page can be added without being looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests import linking
from tests.browsing import Watcher
from tests.gate.test_url_map import ROUTES
from tests.serving import Server, Servers
from tests.views.test_access import words
from tests.visiting import Visitor, become_owner, first_owner_code, start_team

WIDE = {"width": 1440, "height": 900}
TOOL = {
    "type": "function",
    "name": "get_current_weather",
    "description": "Get the current weather in a given location",
    "parameters": {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]},
}
RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    "rich": (
        "responses",
        {
            "model": "sandbox-markdown",
            "input": "Show me what you can render",
            "reasoning": {"effort": "low", "summary": "detailed"},
            "stream": True,
        },
    ),
    "calls": ("responses", {"model": "sandbox-writer", "input": "What is the weather in Boston?", "tools": [TOOL]}),
    "choices": (
        "chat",
        {
            "model": "sandbox-writer",
            "messages": [{"role": "user", "content": "Hello!"}],
            "n": 2,
            "logprobs": True,
            "top_logprobs": 3,
            "stream": True,
        },
    ),
    "odds": (
        "responses",
        {
            "model": "sandbox-markdown",
            "input": "Show me what you can render",
            "include": ["message.output_text.logprobs"],
            "top_logprobs": 3,
            "max_output_tokens": 12,
        },
    ),
    "failed": ("responses", {"model": "no-such-model", "input": "Hello"}),
}
#: What is not looked at here, test_output looks at, on a run with every kind of item.
TABS = {
    "rich": ("output",),
    "calls": ("output", "response"),
    "choices": ("output", "logprobs"),
    "odds": ("logprobs", "response"),
    "failed": ("output", "events"),
}

#: What a person may open, by the name of its route and, behind a colon, what is seen there.
PAGES = {
    **{
        f"session:{run}-{tab}": f"/sessions/{{{run}_session}}/?run={{{run}}}&tab={tab}"
        for run, tabs in TABS.items()
        for tab in tabs
    },
    "workbench": "/",
    "session:json": "/sessions/{calls_session}/?view=json",
    "session:chat": "/sessions/{choices_session}/?view=form",
    "session:found": "/sessions/{rich_session}/?q=render",
    "session_manage": "/sessions/{rich_session}/manage/",
    "present": "/sessions/{rich_session}/present/",
    "import": "/import/",
    "compare": "/compare/?a={rich}&b={choices}",
    "compare:nothing": "/compare/",
    "presets": "/presets/",
    "preset": "/presets/{preset}/",
    "audience_new": "/presets/{preset}/audience/",
    "audience": "{audience}",
    "connections": "/connections/?preset=openai",
    "connection": "/connections/{connection}/",
    "run_next": "/runs/{calls}/next/",
    "run_delete": "/runs/{rich}/delete/",
    "run_link": "/runs/{rich}/link/",
    "share_new": "/runs/{rich}/share/",
    "shares": "/links/",
    "share_mine": "/links/{mine}/",
    "share": "{share}",
    "share:closed": "/s/no-such-link/",
    "share:passphrase": "{locked}",
    "share_fork": "{share}fork/",
    "new": "/new",
    "nothing": "/no/such/page/",
}
TEAM = {
    "login": "/login/",
    "accounts": "/accounts/",
    "password_change": "/password/",
    "password_changed": "/password/changed/",
    "workbench:team": "/",
}
#: What no person opens by itself: answers to forms, parts of pages, files, what machines ask.
NO_PAGES = words(
    "account_activate account_deactivate attachment audience_close audience_frames audience_run audience_source "
    "audience_state audience_stop audiences_close connection_delete connection_new connection_take csp_report "
    "draft healthz logout look_event look_file look_panel look_recording look_rows metrics mine_event mine_panel "
    "mine_recording mine_rows new_open present_prompts present_run preset_delete preset_save preview readyz "
    "request_change request_part "
    "robots run run_again run_body run_edit run_event run_event_rows run_events run_export run_recording "
    "run_retry_now run_source run_start run_state run_stop run_tab run_try schema session_archive session_delete "
    "session_duplicate session_edit session_export session_forget session_list session_new session_pin "
    "session_rename session_restore session_several sessions_export set_language share_event share_file share_look "
    "share_panel share_recording share_revoke share_rows share_state share_unlock shares_revoke uploads"
)


@pytest.fixture(scope="module")
def server(start_server: Servers) -> Server:
    return start_server(linking.QUICK)


@pytest.fixture(scope="module")
def made(server: Server) -> dict[str, str]:
    """The ids of what the pages show."""
    visitor = Visitor(server)
    visitor.get("/", follow_redirects=True)
    ids: dict[str, str] = {}
    for name, (endpoint, body) in RUNS.items():
        ids[name], ids[f"{name}_session"] = linking.finished_run(visitor, body, **{"~endpoint": endpoint})
    ids["share"] = linking.share(visitor, ids["rich"])
    ids["locked"] = linking.share(visitor, ids["rich"], passphrase="correct horse battery")
    ids["mine"] = first(r"/links/([0-9a-f-]{36})/", visitor.get("/links/").text)
    visitor.post(f"/sessions/{ids['rich_session']}/preset/", {"name": "Mine"})
    ids["preset"] = first(r"/presets/([0-9a-f-]{36})/", visitor.get("/presets/").text)
    ids["audience"] = linking.open_audience(visitor, f"/presets/{ids['preset']}/")
    limits = {"connect_timeout": 10, "idle_timeout": 600, "total_timeout": 3600}
    saved = visitor.post("/connections/new/", {"name": "Mine", "base_url": "http://127.0.0.1:9/v1", **limits})
    ids["connection"] = first(r"/connections/([0-9a-f-]{36})/", saved.headers.get("location", ""))
    return ids


def first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, f"{pattern} in {text[:2000]}"
    return found[1]


@pytest.fixture(scope="module")
def team(start_server: Servers) -> Visitor:
    return become_owner(start_team(start_server))


Check = Callable[..., None]


#: What another page shows around it needs no second look.
PLACES = {"session:json": "#request", "session:chat": "#request", "session:found": "#sessions"} | {
    f"session:{run}-{tab}": "#run" for run, tabs in TABS.items() for tab in tabs
}


def look(page: Page, path: str, assert_accessible: Check, place: str | None = None) -> None:
    page.goto(path)
    if page.locator("[data-logprobs], [data-event-list], [data-run-panel]").count():
        page.mouse.move(5, 5)
    page.emulate_media(reduced_motion="reduce")
    assert_accessible(page, place, both=True)


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(
    name: str, made: dict[str, str], new_page: Callable[..., Page], console: Watcher, assert_accessible: Check
) -> None:
    console.expect("status of 4")  # what is not there says so
    page = new_page(viewport=WIDE)

    look(page, PAGES[name].format(**made), assert_accessible, PLACES.get(name))


@pytest.mark.parametrize("name", TEAM)
def test_axe_finds_nothing_in_a_team(
    name: str, team: Visitor, new_page: Callable[..., Page], assert_accessible: Check
) -> None:
    page = new_page(viewport=WIDE, base_url=team.server.base_url)
    if name != "login":
        kept = [{"name": each.name, "value": each.value, "url": team.server.base_url} for each in team.http.cookies.jar]
        page.context.add_cookies(kept)  # type: ignore[arg-type]

    look(page, TEAM[name], assert_accessible)
    assert urlsplit(page.url).path == TEAM[name] or name == "workbench:team"


def test_axe_finds_nothing_where_the_first_owner_comes_in(
    start_server: Servers, new_page: Callable[..., Page], assert_accessible: Check
) -> None:
    fresh = start_team(start_server)
    assert first_owner_code(fresh)

    look(new_page(viewport=WIDE, base_url=fresh.base_url), "/accounts/first/", assert_accessible)


def test_every_page_of_the_site_map_is_looked_at() -> None:
    seen = {name.partition(":")[0] for name in (*PAGES, *TEAM, "first_owner")} - {"nothing"}

    assert seen | NO_PAGES == {name for name, _ in ROUTES}
    assert not seen & NO_PAGES
