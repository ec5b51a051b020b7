"""A page of ours with HTML of a test in it: our base page, our headers, our address."""

from playwright.sync_api import Page, Route

from tests.serving import Server

PLACE = "/held/"


def held(page: Page, server: Server, html: str) -> None:
    """Open a page that came from the server, policy and all, but for its middle."""
    answer = server.client().get(PLACE)
    start, _, rest = answer.text.partition('id="main">')
    _, _, end = rest.partition("</main>")
    body = f'{start}id="main">{html}</main>{end}'
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}

    def fulfil(route: Route) -> None:
        # Encoded here: whatever of a hostile string UTF-8 cannot say would not have left the server either.
        route.fulfill(status=200, headers=headers, body=body.encode("utf-8", "replace"))

    page.route(f"**{PLACE}", fulfil)
    page.goto(PLACE)
