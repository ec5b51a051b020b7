"""The catalogue for other tools: what `/api/schema/<endpoint>.json` answers."""

import json

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("responses", "/responses"),
        ("chat", "/chat/completions"),
        ("chat_completions", "/chat/completions"),
        ("chat-completions", "/chat/completions"),
    ],
)
def test_an_endpoint_is_served_as_openapi(client: Client, name: str, path: str) -> None:
    response = client.get(f"/api/schema/{name}.json")

    assert response["Content-Type"] == "application/json"
    document = json.loads(response.content)
    assert document["openapi"].startswith("3.1")
    assert list(document["paths"]) == [path]


def test_a_known_version_is_not_sent_again(client: Client) -> None:
    first = client.get("/api/schema/responses.json")

    again = client.get("/api/schema/responses.json", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert "Accept-Language" in first["Vary"]


def test_an_unknown_endpoint_is_not_found(client: Client) -> None:
    assert client.get("/api/schema/nothing.json").status_code == 404


def test_it_is_read_and_never_written(client: Client) -> None:
    assert client.post("/api/schema/responses.json").status_code == 405
