"""The strict rules for a JSON Schema, as structured outputs want it: what is against them, and how to obey.

Pure functions over plain JSON values. Places are JSON pointers into the schema (`/properties/a/items`).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from .parameters import Words


class SchemaProblem(NamedTuple):
    """What is wrong, and where: a JSON pointer into the schema."""

    pointer: str
    sentence: Words
    names: str = ""

    @property
    def message(self) -> str:
        return str(self.sentence) % {"names": self.names} if self.names else str(self.sentence)


MAX_LEVELS: Final = 10
MAX_PROPERTIES: Final = 5000
MAX_ENUM: Final = 1000

_UNSUPPORTED: Final = (
    "allOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties",
    "unevaluatedProperties", "propertyNames", "minProperties", "maxProperties", "contains", "uniqueItems",
)  # fmt: skip
_TYPES: Final = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})

_MANY: Final = ("anyOf", "oneOf", "allOf", "prefixItems")
_ONE: Final = ("items", "additionalProperties", "not", "if", "then", "else", "contains")
_NAMED: Final = ("properties", "$defs", "definitions", "patternProperties")


def pointer(parent: str, *steps: str | int) -> str:
    """A JSON pointer, with ~ and / in names written as the standard says."""
    return parent + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def strict_problems(schema: Any) -> list[SchemaProblem]:
    """What a strict server would refuse, in the order of the schema."""
    if not isinstance(schema, dict):
        return [SchemaProblem("", _("A schema is a JSON object."))]
    found = list(_root_problems(schema))
    properties = 0
    for place, part, level in _parts(schema, "", 1):
        found += _type_problems(place, part)
        found += _problems_of(place, part, level)
        properties += len(_properties(part))
    if properties > MAX_PROPERTIES:
        found.append(SchemaProblem("", _("More than 5,000 properties in all.")))
    return found


def schema_problems(schema: Any) -> list[SchemaProblem]:
    """What is no JSON Schema at all, strict or not."""
    if not isinstance(schema, dict):
        return [SchemaProblem("", _("A schema is a JSON object."))]
    return [problem for place, part, _level in _parts(schema, "", 1) for problem in _type_problems(place, part)]


def _root_problems(schema: dict[str, Any]) -> Iterator[SchemaProblem]:
    if "anyOf" in schema:
        yield SchemaProblem("/anyOf", _("The outermost schema has to be one object, not a choice."))
    elif schema.get("type") != "object" and "$ref" not in schema:
        yield SchemaProblem("/type" if "type" in schema else "", _("The outermost schema has to be of type object."))


def _properties(part: dict[str, Any]) -> dict[str, Any]:
    properties = part.get("properties")
    return properties if isinstance(properties, dict) else {}


def _is_object(part: dict[str, Any]) -> bool:
    kind = part.get("type")
    return kind == "object" or (isinstance(kind, list) and "object" in kind) or "properties" in part


def _problems_of(place: str, part: dict[str, Any], level: int) -> Iterator[SchemaProblem]:
    if _is_object(part):
        if part.get("additionalProperties") is not False:
            yield SchemaProblem(place, _("An object needs additionalProperties: false."))
        missing = set(_properties(part)).difference(_required(part))
        if missing:
            names = ", ".join(name for name in _properties(part) if name in missing)
            yield SchemaProblem(place, _("required has to name every property; missing: %(names)s."), names[:400])
    if level > MAX_LEVELS:
        yield SchemaProblem(place, _("Nested more than ten levels deep."))
    if isinstance(part.get("enum"), list) and len(part["enum"]) > MAX_ENUM:
        yield SchemaProblem(pointer(place, "enum"), _("More than 1,000 values in an enum."))
    for word in _UNSUPPORTED:
        if word in part:
            yield SchemaProblem(pointer(place, word), _("%(names)s is not part of strict schemas."), word)


def _type_problems(place: str, part: dict[str, Any]) -> Iterator[SchemaProblem]:
    kinds = part.get("type", [])
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if not isinstance(kind, str) or kind not in _TYPES:
            sentence = _("%(names)s is not a type of JSON Schema.")
            yield SchemaProblem(pointer(place, "type"), sentence, str(kind)[:40])
    if "properties" in part and not isinstance(part["properties"], dict):
        yield SchemaProblem(pointer(place, "properties"), _("properties has to be an object."))
    if "required" in part and not isinstance(part["required"], list):
        yield SchemaProblem(pointer(place, "required"), _("required has to be a list of names."))


def _required(part: dict[str, Any]) -> list[str]:
    required = part.get("required")
    return [name for name in required if isinstance(name, str)] if isinstance(required, list) else []


def _parts(schema: dict[str, Any], place: str, level: int) -> Iterator[tuple[str, dict[str, Any], int]]:
    """The schema and every schema inside it. `level` counts objects inside objects."""
    yield place, schema, level
    inner = level + 1 if _is_object(schema) else level
    for word in _NAMED:
        named = schema.get(word)
        for name, part in named.items() if isinstance(named, dict) else ():
            if isinstance(part, dict):
                yield from _parts(part, pointer(place, word, name), 1 if "def" in word else inner)
    for word in _MANY:
        many = schema.get(word)
        for number, part in enumerate(many) if isinstance(many, list) else ():
            if isinstance(part, dict):
                yield from _parts(part, pointer(place, word, number), level)
    for word in _ONE:
        one = schema.get(word)
        if isinstance(one, dict):
            yield from _parts(one, pointer(place, word), level if word != "items" else inner)


def make_strict(schema: Any) -> Any:
    """A copy that obeys, as far as that can be done without asking.

    Objects are closed and require all their properties; a property that was optional may be null instead. `oneOf`
    becomes `anyOf`, an `allOf` of one is unwrapped. What has no counterpart stays and is still reported.
    """
    if not isinstance(schema, dict):
        return schema
    made = _strict(copy.deepcopy(schema))
    if "type" not in made and "anyOf" not in made and "$ref" not in made:
        made = {"type": "object", **made}
        made = _strict(made)
    return made


def _strict(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    part = _unwrapped(part)
    for word in _NAMED:
        if isinstance(part.get(word), dict):
            part[word] = {name: _strict(inner) for name, inner in part[word].items()}
    for word in _MANY:
        if isinstance(part.get(word), list):
            part[word] = [_strict(inner) for inner in part[word]]
    if isinstance(part.get("items"), dict):
        part["items"] = _strict(part["items"])
    return _closed(part) if _is_object(part) else part


def _unwrapped(part: dict[str, Any]) -> dict[str, Any]:
    only = part.get("allOf")
    if isinstance(only, list) and len(only) == 1 and isinstance(only[0], dict):
        outer = {word: value for word, value in part.items() if word != "allOf"}
        part = {**only[0], **outer}
    if "oneOf" in part and "anyOf" not in part:
        part = {("anyOf" if word == "oneOf" else word): value for word, value in part.items()}
    return part


def _closed(part: dict[str, Any]) -> dict[str, Any]:
    part.setdefault("type", "object")
    properties = _properties(part)
    required = _required(part)
    part["properties"] = {name: inner if name in required else _or_null(inner) for name, inner in properties.items()}
    part["required"] = list(properties)
    part["additionalProperties"] = False
    return part


def _or_null(part: Any) -> Any:
    """The schema with null allowed: what an optional property becomes when all are required."""
    if not isinstance(part, dict) or not part:
        return part
    kind = part.get("type")
    if isinstance(part.get("anyOf"), list):
        null = {"type": "null"}
        return part if null in part["anyOf"] else {**part, "anyOf": [*part["anyOf"], null]}
    if isinstance(kind, str | list) and "const" not in part:
        kinds = [kind] if isinstance(kind, str) else kind
        part = {**part, "type": kinds if "null" in kinds else [*kinds, "null"]}
        if part["type"] == ["null"]:
            part["type"] = "null"
        if isinstance(part.get("enum"), list) and None not in part["enum"]:
            part["enum"] = [*part["enum"], None]
        return part
    return {"anyOf": [part, {"type": "null"}]}
