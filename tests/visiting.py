"""A person at a browser, as far as plain HTTP can be one: cookies, the CSRF token, our Origin."""

import re
from pathlib import Path
from typing import Any

import httpx

from tests.services import free_port, wait_until
from tests.serving import Server, Servers

PASSWORD = "violet-harbour-91"


class Visitor:
    """Keeps cookies between requests and sends what a page of ours would send."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.http = server.client()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        headers = {"X-CSRFToken": self.csrf_token, **options.pop("headers", {})}
        return self.http.post(path, data=data or {}, headers=headers, **options)

    @property
    def csrf_token(self) -> str:
        if self.cookie("csrf") is None:
            self.http.get("/login/", follow_redirects=True)
        return self.cookie("csrf") or ""

    def cookie(self, ending: str) -> str | None:
        return next((cookie.value for cookie in self.http.cookies.jar if cookie.name.endswith("_" + ending)), None)

    @property
    def cookies(self) -> str:
        """The Cookie header, for a websocket."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        return self.post("/login/", {"username": name, "password": password})


def fetch(method: str, url: str, **options: Any) -> httpx.Response:
    """One request of somebody without cookies, with all the patience a busy machine needs."""
    return httpx.request(method, url, trust_env=False, timeout=60, **options)


def first_owner_code(server: Server) -> str:
    """The port answers before anything is printed, so wait for it."""
    code = re.compile(r"with the code ([\w-]+)\n")
    wait_until(lambda: bool(code.search(server.output())), "the code", server.process)
    return str(code.findall(server.output())[-1])


def start_team(start_server: Servers, data: Path | None = None, **settings: str) -> Server:
    """A server in team mode, on its own address without TLS."""
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    return start_server({"PLAYGROUND_MODE": "team", "PLAYGROUND_URL": site, **settings}, data=data, port=port)


def become_owner(server: Server, name: str = "olga") -> Visitor:
    visitor = Visitor(server)
    form = {"code": first_owner_code(server), "username": name, "password": PASSWORD}
    answer = visitor.post("/accounts/first/", form)
    assert answer.status_code == 302, answer.text
    return visitor


def make_member(owner: Visitor, name: str) -> Visitor:
    answer = owner.post("/accounts/", {"username": name, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    visitor = Visitor(owner.server)
    assert visitor.sign_in(name).status_code == 302
    return visitor
