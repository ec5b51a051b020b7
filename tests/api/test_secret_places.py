"""Secrets inside a request body are found wherever they are declared."""

from __future__ import annotations

import json

from playground.api import paths
from playground.api.secret_places import hidden, secret_places
from tests.api.checked import chat, responses

MCP = {
    "type": "mcp",
    "server_label": "a",
    "server_url": "https://mcp.example",
    "authorization": "canary-token",
    "headers": {"X-Key": "canary-header"},
}
POLICY = {
    "type": "allowlist",
    "allowed_domains": ["a.example"],
    "domain_secrets": [{"domain": "a.example", "name": "KEY", "value": "canary-domain"}],
}
CODE = {"type": "code_interpreter", "container": {"type": "auto", "network_policy": POLICY}}


def test_secrets_of_tools_are_found() -> None:
    places = [paths.show(steps) for steps in secret_places("responses", responses(tools=[MCP, CODE]))]

    assert places == [
        "tools[0].authorization",
        'tools[0].headers.X-Key',
        "tools[1].container.network_policy.domain_secrets[0].value",
    ]  # fmt: skip


def test_a_body_can_be_shown_without_them() -> None:
    body = responses(tools=[MCP, CODE])

    shown = json.dumps(hidden("responses", body))

    assert "canary" not in shown
    assert "https://mcp.example" in shown
    assert "canary-token" in json.dumps(body)


def test_a_body_without_secrets_stays_as_it_is() -> None:
    assert hidden("chat", chat(metadata={"token": "x"})) == chat(metadata={"token": "x"})
