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

    for path in names.values():
        page.switch(path, "null")
    assert page.body() == dict.fromkeys(names)

    for path in names.values():
        page.switch(path, "value")
        page.give(path)
    values = page.body()
    assert set(values) == set(names)
    assert not [name for name, value in values.items() if value is None]

    for path in names.values():
        page.switch(path, "absent")
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


@pytest.mark.parametrize("slug", list(ENDPOINTS))
def test_each_nested_parameter_in_each_state(new_page: Callable[..., Page], slug: str) -> None:
    form = Form(new_page(viewport=WIDE), slug, {})
    for (parent, _forms), places in families(slug).items():
        form.load(slug, body_with(ENDPOINTS[slug], places[0]))

        def inside(parent: Any = parent) -> Any:
            return paths.get(form.body(), parent)

        form.turn([place.path for place in places], "null")
        assert all(inside()[place.parameter.name] is None for place in places)

        for place in places:
            form.turn([place.path], "value")
            form.give(place.path)
        given = inside()
        assert all(given[place.parameter.name] is not None for place in places)

        form.turn([place.path for place in places], "absent")
        left = inside()
        assert not [place.path for place in places if place.parameter.name in left]
