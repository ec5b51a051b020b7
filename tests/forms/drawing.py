"""The whole form of a body as HTML, and back."""

import json
from typing import Any

from django.http import QueryDict

from playground.api.endpoints import Endpoint
from playground.forms.drawn import Drawn, draw
from playground.forms.prepared import prepare_written
from playground.forms.written import Written
from playground.rendering.stencils import NOTHING
from tests.forms.submitting import submitted


def written(endpoint: Endpoint, body: dict[str, Any], form: dict[str, Any] | None = None) -> Written:
    return Written.from_draft(endpoint, json.dumps(body).encode(), form or {})


def html_of(drawn: Drawn) -> str:
    return "".join([drawn.model, drawn.prompt, *(group.rows for group in drawn.groups), drawn.rest])


def drawn(state: Written) -> str:
    return html_of(draw(prepare_written(state), lambda told: NOTHING))


def sent(state: Written) -> QueryDict:
    """What a browser would send of the form without a hand being laid on it."""
    return submitted(drawn(state))


def exact(value: Any) -> str:
    """Equal only if everything is: order of keys, 1 and 1.0, null and nothing."""
    return json.dumps(value)
