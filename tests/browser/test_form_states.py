"""Every documented parameter, in a real browser: not sent, null, a value; and so it arrives in the request body."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from playground.api import paths
from playground.api.endpoints import ENDPOINTS
from playground.api.parameters import Parameter, Place
from tests.browser.forming import Form
from tests.forms.reaching import body_with
from tests.forms.test_facts import steps_of, switchable

WIDE = {"width": 1440, "height": 1000}


@pytest.fixture(params=list(ENDPOINTS))
def form(new_page: Callable[..., Page], request: pytest.FixtureRequest) -> tuple[str, Form]:
    return request.param, Form(new_page(viewport=WIDE), request.param, {})


def top_level(endpoint: str) -> list[Parameter]:
    return [each for each in ENDPOINTS[endpoint].parameters if not each.beyond]


def test_each_top_level_parameter_in_each_state(form: tuple[str, Form]) -> None:
    endpoint, page = form
    names = {each.name: place_of(endpoint, each) for each in top_level(endpoint)}
    assert len(names) == {"responses": 29, "chat": 21}[endpoint]
    assert page.body() == {}

    page.turn(list(names.values()), "null")
    assert page.body() == dict.fromkeys(names)

    for path in names.values():
        page.switch(path, "value")
        page.give(path)
    values = page.body()
    assert set(values) == set(names)
    assert not [name for name, value in values.items() if value is None]

    page.turn(list(names.values()), "absent")
    assert page.body() == {}


def place_of(endpoint: str, parameter: Parameter) -> str:
    return next(place.path for place in ENDPOINTS[endpoint].places if place.parameter is parameter)


Family = tuple[tuple[str | int, ...], tuple[tuple[str, str], ...]]


def families(slug: str) -> dict[Family, list[Place]]:
    """The documented nested parameters, by what they stand in: brothers and sisters are tried together."""
    found: dict[Family, list[Place]] = {}
    for endpoint, place in switchable():
        if endpoint.slug == slug and place.depth:
            brothers = found.setdefault((stand(place)[:-1], place.forms), [])
            if place not in brothers:
                brothers.append(place)
    return found


def stand(place: Place) -> tuple[str | int, ...]:
    return tuple(0 if step == "[]" else step for step in steps_of(place))


def rounds(slug: str) -> list[dict[str, list[Place]]]:
    """Those families together that have their places in one body: each in a parameter of its own."""
    found: list[dict[str, list[Place]]] = []
    for (parent, _forms), places in families(slug).items():
        name = str(parent[0])
        room = next((each for each in found if name not in each), None)
        if room is None:
            found.append(room := {})
        room[name] = places
    return found


@pytest.mark.parametrize("slug", list(ENDPOINTS))
def test_each_nested_parameter_in_each_state(new_page: Callable[..., Page], slug: str) -> None:
    form = Form(new_page(viewport=WIDE), slug, {})
    tried = 0
    for together in rounds(slug):
        places = [place for family in together.values() for place in family]
        body: dict[str, Any] = {}
        for family in together.values():
            body |= body_with(ENDPOINTS[slug], family[0])
        form.load(slug, body)

        form.turn([place.path for place in places], "null")
        nulls = form.body()
        assert [place.path for place in places if paths.get(nulls, stand(place)) is not None] == []

        for place in places:
            form.turn([place.path], "value")
            form.give(place.path)
        given = form.body()
        assert [place.path for place in places if paths.get(given, stand(place)) is None] == []

        form.turn([place.path for place in places], "absent")
        left = form.body()
        assert [place.path for place in places if place.parameter.name in paths.get(left, stand(place)[:-1])] == []
        tried += len(places)
    assert tried == sum(map(len, families(slug).values()))
