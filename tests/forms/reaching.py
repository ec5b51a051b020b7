"""Bodies in which a given parameter has its place, so that the form shows its control."""

from typing import Any

from playground.api.endpoints import Endpoint
from playground.api.parameters import Boolean, Choices, Integer, Kind, ListOf, MapOf, Number, Object, Place, Text, Union


def body_with(endpoint: Endpoint, place: Place) -> dict[str, Any]:
    """The smallest body in which the parents of a parameter are there; the parameter itself is not."""
    names = place.path.replace("[]", ".[]").replace("{}", ".{}").split(".")
    if names[-1] in ("[]", "{}"):
        names.pop()  # a list says so at its end; its own control stands one step up
    parameter = endpoint.by_name[names[0]]
    if len(names) == 1:
        return {}
    return {parameter.name: _reach(parameter.kind, names[1:], parameter.name, dict(place.forms))}


def _reach(kind: Kind, names: list[str], path: str, forms: dict[str, str]) -> Any:
    if isinstance(kind, Union):
        form = kind.form(forms[path]) if path in forms else None
        form = form or kind.forms[0]
        value = _reach(form.kind, names, path, forms)
        return {kind.tag: form.tags[0], **value} if form.tags and isinstance(value, dict) else value
    if isinstance(kind, ListOf):
        return [_reach(kind.item, names[1:], f"{path}[]", forms)]
    if isinstance(kind, MapOf):
        return {"key": _reach(kind.value, names[1:], f"{path}{{}}", forms)}
    assert isinstance(kind, Object), path
    field = kind.field(names[0]) if names else None
    if field is None or len(names) == 1:
        return {}
    return {field.name: _reach(field.kind, names[1:], f"{path}.{field.name}", forms)}


def sample_of(kind: Kind) -> Any:
    """Some value of a kind, within its limits."""
    if isinstance(kind, Integer | Number):
        return kind.minimum if kind.minimum is not None else 1
    if isinstance(kind, Text):
        return "x"
    if isinstance(kind, Choices):
        return kind.values[0]
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Union):
        form = kind.forms[0]
        value = sample_of(form.kind)
        return {kind.tag: form.tags[0], **value} if form.tags else value
    if isinstance(kind, ListOf):
        return [sample_of(kind.item)]
    return {}
