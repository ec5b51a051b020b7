"""Every parameter that the documents name has a control that says so, and each of its three states arrives in the body.

The same is done by hand, in a real browser, in `tests/browser/test_form_states.py`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from playground.api import paths
from playground.api.endpoints import ENDPOINTS, Endpoint
from playground.api.parameters import Place
from playground.forms.spots import ROOT
from playground.forms.written import Written
from tests.forms.drawing import drawn, sent, written
from tests.forms.reaching import body_with, sample_of
from tests.forms.test_controls import rows

FACTS = Path(__file__).parent.parent / "api"


def documented() -> list[tuple[Endpoint, str]]:
    return [(endpoint, fact["path"]) for endpoint in ENDPOINTS.values() for fact in facts_of(endpoint)]


def facts_of(endpoint: Endpoint) -> list[dict[str, Any]]:
    facts = json.loads((FACTS / f"facts_{endpoint.slug}.json").read_text())
    return [*facts["request"], *facts.get("named", [])]


def places(endpoint: Endpoint, path: str) -> tuple[Place, ...]:
    return endpoint.by_path.get(path) or endpoint.by_path[f"{path}[]"]


@pytest.mark.parametrize(("endpoint", "path"), documented(), ids=lambda each: getattr(each, "slug", each))
def test_a_documented_parameter_has_a_control(endpoint: Endpoint, path: str) -> None:
    place = places(endpoint, path)[0]

    found = rows(drawn(written(endpoint, body_with(endpoint, place))))

    assert place.path in found


def switchable() -> list[tuple[Endpoint, Place]]:
    """Those with a switch: the tag of a union is a choice of form, always there."""
    everywhere = [(endpoint, place) for endpoint, path in documented() for place in places(endpoint, path)]
    return [(endpoint, place) for endpoint, place in everywhere if not place.is_tag and "{}" not in place.path]


@pytest.mark.parametrize("state", ["absent", "null", "value"])
@pytest.mark.parametrize(
    ("endpoint", "place"), switchable(), ids=lambda each: getattr(each, "path", getattr(each, "slug", ""))
)
def test_each_state_arrives_in_the_body(endpoint: Endpoint, place: Place, state: str) -> None:
    steps = tuple(0 if step == "[]" else step for step in steps_of(place))
    body = body_with(endpoint, place)
    value = sample_of(place.parameter.kind)
    filled: dict[str, Any] = paths.put(body, steps, value)
    data = sent(written(endpoint, filled)).copy()
    at = ".".join(str(step) for step in steps)
    assert data[f"{at}~state"] == "value"

    data[f"{at}~state"] = state
    read = Written.from_form(data, endpoint).body

    wanted = {"absent": paths.remove(filled, steps), "null": paths.put(filled, steps, None), "value": filled}[state]
    assert read == wanted


def steps_of(place: Place) -> list[str]:
    names = place.path.replace("[]", ".[]").split(".")
    return names[:-1] if names[-1] == "[]" else names


def test_the_root_has_no_name_of_its_own() -> None:
    for endpoint in ENDPOINTS.values():
        assert ROOT.field(endpoint.parameters[0]).at == endpoint.parameters[0].name
