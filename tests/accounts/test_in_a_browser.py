"""The account pages as a person meets them, in Chromium: our own forms pass our own gate."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import Watcher
from tests.serving import Server, Servers
from tests.visiting import PASSWORD, first_owner_code, start_team


@pytest.fixture(scope="module")
def team(start_server: Servers) -> Server:
    return start_team(start_server)


def test_from_the_first_owner_to_a_deactivated_member(
    team: Server, new_page: Callable[..., Page], assert_accessible: Callable[..., None], console: Watcher
) -> None:
    console.expect("status of 422")
    console.expect("status of 404")
    owner = new_page(base_url=team.base_url)
    owner.goto("/")
    expect(owner.get_by_role("heading", name="The first account")).to_be_visible()
    assert_accessible(owner)
    owner.get_by_label("Code").fill(first_owner_code(team))
    owner.get_by_label("Name").fill("olga")
    owner.get_by_label("Password").fill("short")
    owner.get_by_role("button", name="Make the account").click()
    expect(owner.get_by_text("This password is too short")).to_be_visible()
    owner.get_by_label("Password").fill(PASSWORD)
    owner.get_by_role("button", name="Make the account").click()
    expect(owner).to_have_url(re.compile("/sessions/"))

    owner.goto("/accounts/")
    assert_accessible(owner)
    owner.get_by_label("Name").fill("mara")
    owner.get_by_label("Password").fill(PASSWORD)
    owner.get_by_role("button", name="Add account").click()
    expect(owner.get_by_role("row", name="mara")).to_contain_text("active")

    member = new_page(base_url=team.base_url)
    member.goto("/accounts/")
    assert_accessible(member)
    member.get_by_label("Name").fill("mara")
    member.get_by_label("Password").fill("wrong-password")
    member.get_by_role("button", name="Sign in").click()
    expect(member.get_by_role("alert")).to_contain_text("do not belong together")
    member.get_by_label("Password").fill(PASSWORD)
    member.get_by_role("button", name="Sign in").click()
    expect(member.get_by_role("heading", name="There is nothing at this address")).to_be_visible()

    owner.get_by_role("button", name="Deactivate mara").click()
    expect(owner.get_by_role("row", name="mara")).to_contain_text("deactivated")
    member.goto("/")
    expect(member.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_policy_bites_and_its_report_arrives(page: Page, server: Server, console: Watcher) -> None:
    """Attack 60: what is injected into a page does not run, and we hear of it."""
    console.expect("Content Security Policy")
    page.goto("/")

    with page.expect_response(lambda answer: answer.url.endswith("/csp-report")) as told:
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")

    assert told.value.status == 204
    assert page.evaluate("window.ran") is None
    assert "the content security policy blocked something" in server.output()
