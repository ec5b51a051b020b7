"""Secrets that a request carries in its body (a token for an MCP server, headers for it) stay here.

In the request their places are known. What came back is searched for the same texts: some upstreams repeat the request.
"""

from __future__ import annotations

import json
from typing import Any, Final

from playground.api import paths
from playground.api.secret_places import HIDDEN, hidden, secret_places
from playground.models import Run
from playground.portable.spelling import spellings

#: A shorter secret is looked for only where it was sent: everywhere else it may be a word.
TELLING: Final = 8


def public_request(run: Run) -> bytes:
    """The request body as it may leave."""
    return public_body(run.endpoint, bytes(run.request_body))


def public_body(endpoint: str, body: bytes) -> bytes:
    """The very bytes, unless there is a secret in them."""
    found = _object(body)
    if not secret_places(endpoint, found):
        return body
    spelled = next((name for name, written in spellings(found) if written == body), "compact")
    return dict(spellings(hidden(endpoint, found)))[spelled]


def without_secrets(run: Run, told: Any) -> Any:
    """What is told of a run, with the secrets of its request replaced wherever they were repeated."""
    body = _object(bytes(run.request_body))
    secrets = [str(paths.get(body, steps)) for steps in secret_places(run.endpoint, body)]
    return _replaced(told, [secret for secret in secrets if len(secret) >= TELLING])


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _replaced(value: Any, secrets: list[str]) -> Any:
    if not secrets:
        return value
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, HIDDEN).replace(json.dumps(secret)[1:-1], HIDDEN)
        return value
    if isinstance(value, list):
        return [_replaced(each, secrets) for each in value]
    if isinstance(value, dict):
        return {key: _replaced(each, secrets) for key, each in value.items()}
    return value
