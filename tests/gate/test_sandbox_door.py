"""The sandbox as other programs reach it, and web pages do not. Attack 40."""

import httpx
import pytest

from tests.serving import Server, Servers
from tests.visiting import fetch, start_team

KEY = {"Authorization": "Bearer sk-anything"}
RUN = {"model": "sandbox-writer", "input": "hello"}
FROM_PAGES = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:5173"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
]


def ask(server: Server, headers: dict[str, str]) -> httpx.Response:
    return fetch("POST", server.base_url + "/sandbox/v1/responses", json=RUN, headers=headers)


def test_a_program_with_a_key_is_served_in_local_mode(server: Server) -> None:
    models = fetch("GET", server.base_url + "/sandbox/v1/models", headers=KEY)

    assert models.json()["object"] == "list"
    assert ask(server, KEY).json()["object"] == "response"


def test_without_a_key_it_is_not(server: Server) -> None:
    assert ask(server, {}).status_code == 401


@pytest.mark.parametrize("headers", FROM_PAGES)
def test_a_page_of_another_site_is_not_even_with_a_key(server: Server, headers: dict[str, str]) -> None:
    answer = ask(server, {**KEY, **headers})

    assert answer.status_code == 403
    assert answer.json()["error"]["type"] == "permission_error"
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_preflight_gets_no_leave(server: Server) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}

    answer = fetch("OPTIONS", server.base_url + "/sandbox/v1/responses", headers=asked)

    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_team_opens_it_by_a_setting_only(start_server: Servers) -> None:
    closed, opened = start_team(start_server), start_team(start_server, PLAYGROUND_SANDBOX_OPEN="on")

    assert ask(closed, KEY).status_code == 404
    assert ask(opened, KEY).status_code == 200
    assert ask(opened, {}).status_code == 401
