"""The vocabulary itself: forms of a union, what a new value begins with, and where parameters stand."""

from __future__ import annotations

from typing import Any

import pytest

from playground.api.endpoints import CHAT, ENDPOINTS, RESPONSES
from playground.api.parameters import Union
from playground.api.response_fields import RESPONSE_FIELDS


def union_at(endpoint: str, name: str) -> Union:
    kind = ENDPOINTS[endpoint].by_name[name].kind
    assert isinstance(kind, Union)
    return kind


@pytest.mark.parametrize(
    ("endpoint", "name", "value", "form"),
    [
        ("responses", "input", "a", "text"),
        ("responses", "input", [], "items"),
        ("responses", "input", 3, None),
        ("responses", "conversation", {"id": "c"}, "object"),
        ("responses", "tool_choice", "auto", "mode"),
        ("responses", "tool_choice", {"type": "function"}, "function"),
        ("responses", "tool_choice", {"type": "new"}, None),
        ("chat", "stop", ["a"], "list"),
        ("chat", "response_format", {"type": "json_schema"}, "json_schema"),
    ],
)
def test_the_form_of_a_value(endpoint: str, name: str, value: Any, form: str | None) -> None:
    found = union_at(endpoint, name).form_of(value)

    assert (found.slug if found else None) == form


def test_a_message_needs_no_type_among_input_items() -> None:
    items = union_at("responses", "input").form("items")
    assert items is not None
    item = items.kind.item  # type: ignore[attr-defined]

    assert item.form_of({"role": "user"}).slug == "message"
    assert item.start(item.form("message")) == {}
    assert item.start(item.form("reasoning")) == {"type": "reasoning"}


def test_a_new_form_begins_with_its_tag_and_nothing_else() -> None:
    for endpoint in ENDPOINTS.values():
        for place in endpoint.places:
            kind = place.parameter.kind
            for form in kind.forms if isinstance(kind, Union) else ():
                value = kind.start(form)  # type: ignore[attr-defined]
                assert kind.form_of(value) is form or form.kind.name == "union"  # type: ignore[attr-defined]


def test_what_is_begun_is_never_shared() -> None:
    union = union_at("responses", "input")
    form = union.form("items")
    assert form is not None

    union.start(form).append("x")

    assert union.start(form) == []


def test_places_have_dotted_paths() -> None:
    assert {"tools[]", "tools[].name", "reasoning.effort", "text.format.name", "prompt.variables"} <= set(
        RESPONSES.by_path
    )
    assert {"messages[]", "messages[].content[].image_url.url", "stream_options.include_usage"} <= set(CHAT.by_path)


@pytest.mark.parametrize(
    ("steps", "control"),
    [
        (("tools",), "tools[]"),
        (("tools", 3, "name"), "tools[].name"),
        (("metadata", "a"), "metadata"),
        (("text", "format", "schema", "properties"), "text.format.schema"),
        (("nothing",), ""),
        ((), ""),
    ],
)
def test_every_place_of_a_body_belongs_to_a_control(steps: tuple[str | int, ...], control: str) -> None:
    assert RESPONSES.control_of(steps) == control


def test_an_echoed_parameter_can_differ_from_its_default() -> None:
    temperature, model = RESPONSE_FIELDS["responses"]["temperature"], RESPONSE_FIELDS["responses"]["model"]

    assert temperature.differs(0.5)
    assert not temperature.differs(1)
    assert not model.differs("anything")
