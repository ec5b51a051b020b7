"""The catalogue as OpenAPI 3.1: the same facts, in the words that other tools read.

`x-beyond` marks what only current SDKs know, `x-group` the group of the form, `x-help` the line beside the control.
"""

from __future__ import annotations

from typing import Any, Final

from .endpoints import Endpoint
from .parameters import (
    Boolean,
    Choices,
    Form,
    Integer,
    Json,
    Kind,
    ListOf,
    MapOf,
    Number,
    Object,
    Parameter,
    Text,
    Union,
)

_FORMATS: Final = {"url": "uri", "data-url": "uri"}


def openapi(endpoint: Endpoint, version: str = "1.0.0") -> dict[str, Any]:
    """One operation with its whole request body. Servers are left to whoever reads it."""
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{endpoint.title}", "version": version},
        "paths": {
            endpoint.path: {
                "post": {
                    "operationId": f"create_{endpoint.slug}",
                    "summary": f"{endpoint.title}",
                    "externalDocs": {"url": endpoint.documentation},
                    "security": [{"bearerAuth": []}],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": body_schema(endpoint)}},
                    },
                    "responses": {
                        "200": {
                            "description": "",
                            "content": {"application/json": {}, "text/event-stream": {}},
                        }
                    },
                }
            }
        },
        "components": {"securitySchemes": {"bearerAuth": {"type": "http", "scheme": "bearer"}}},
    }


def body_schema(endpoint: Endpoint) -> dict[str, Any]:
    """The request body as a JSON Schema; fields that are not declared are allowed."""
    schema = _object(endpoint.parameters)
    for name, parameter in endpoint.by_name.items():
        schema["properties"][name]["externalDocs"] = {"url": endpoint.documentation_of(name)}
        schema["properties"][name]["x-group"] = parameter.group
    return schema


def _object(fields: tuple[Parameter, ...]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    if fields:
        schema["properties"] = {parameter.name: _parameter(parameter) for parameter in fields}
    required = [parameter.name for parameter in fields if parameter.required]
    if required:
        schema["required"] = required
    return schema


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = _kind(parameter.kind)
    if parameter.nullable:
        schema = _or_null(schema)
    words = " ".join(str(part) for part in (parameter.help, parameter.more) if part)
    if words:
        schema["description"] = words
    if parameter.has_default:
        schema["default"] = parameter.default
    elif parameter.default_words:
        schema["x-default"] = str(parameter.default_words)
    if parameter.deprecated:
        schema["deprecated"] = True
    if parameter.beyond:
        schema["x-beyond"] = True
    return schema


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "oneOf" in schema:
        return {**schema, "oneOf": [*schema["oneOf"], {"type": "null"}]}
    if "type" not in schema:
        return schema  # any JSON: null is in it
    if "enum" in schema:
        schema = {**schema, "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


def _kind(kind: Kind) -> dict[str, Any]:
    if isinstance(kind, Number | Integer):
        return _number(kind)
    if isinstance(kind, Text):
        return _text(kind)
    if isinstance(kind, Choices):
        return _choices(kind)
    if isinstance(kind, Boolean):
        return {"type": "boolean"}
    if isinstance(kind, ListOf):
        return _list(kind)
    if isinstance(kind, MapOf):
        return _map(kind)
    if isinstance(kind, Object):
        return _object(kind.fields)
    if isinstance(kind, Union):
        return _union(kind)
    return _json(kind)


def _number(kind: Number | Integer) -> dict[str, Any]:
    return _with({"type": kind.name}, minimum=kind.minimum, maximum=kind.maximum)


def _text(kind: Text) -> dict[str, Any]:
    schema = _with(
        {"type": "string"}, minLength=kind.min_length or None, maxLength=kind.max_length, pattern=kind.pattern or None,
        format=_FORMATS.get(kind.format),
    )  # fmt: skip
    if kind.suggestions:
        schema["examples"] = list(kind.suggestions)
    return schema


def _choices(kind: Choices) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "enum": list(kind.values)}
    beyond = [choice.value for choice in kind.options if choice.beyond]
    return {**schema, "x-beyond-values": beyond} if beyond else schema


def _list(kind: ListOf) -> dict[str, Any]:
    items = _kind(kind.item)
    return _with({"type": "array", "items": items}, minItems=kind.min_items or None, maxItems=kind.max_items)


def _map(kind: MapOf) -> dict[str, Any]:
    schema = _with({"type": "object", "additionalProperties": _kind(kind.value)}, maxProperties=kind.max_pairs)
    return _with(schema, propertyNames={"maxLength": kind.max_key} if kind.max_key else None)


def _union(kind: Union) -> dict[str, Any]:
    forms = [_form(kind, form) for form in kind.forms]
    if kind.open:
        known = [choice.value for choice in kind.tags]
        unknown = {kind.tag: {"type": "string", "not": {"enum": known}}}
        forms.append({"type": "object", "properties": unknown, "required": [kind.tag]})
    return {"oneOf": forms}


def _form(union: Union, form: Form) -> dict[str, Any]:
    schema = _kind(form.kind)
    if form.tags:
        tag = {"const": form.tags[0]} if len(form.tags) == 1 else {"enum": list(form.tags)}
        schema = {
            **schema,
            "properties": {union.tag: {"type": "string", **tag}, **schema.get("properties", {})},
            "required": [*([] if form.slug == union.untagged else [union.tag]), *schema.get("required", [])],
        }
    if form.beyond:
        schema["x-beyond"] = True
    return {"title": str(form.title), **schema}


def _json(kind: Kind) -> dict[str, Any]:
    shape = kind.shape if isinstance(kind, Json) else "any"
    if shape == "schema":
        return {"type": "object", "x-json-schema": True}
    return {} if shape == "any" else {"type": shape}


def _with(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**schema, **{name: value for name, value in more.items() if value is not None}}
