"""Reads an exported JSON Schema by dotted path, through lists, maps and the forms of unions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def forms(schema: Schema) -> Iterator[Schema]:
    """The schema itself, and every form of a union in it."""
    yield schema
    for form in schema.get("oneOf", ()):
        yield from forms(form)


def at(schema: Schema, path: str) -> list[Schema]:
    """Every schema that is declared at this path: several where the forms of a union share a name."""
    found = [schema]
    for step in path.split("."):
        name = step.removesuffix("[]")
        objects = [form.get("properties", {}) for each in found for form in forms(each)]
        found = [properties[name] for properties in objects if name in properties]
        for _ in range(step.count("[]")):
            found = [form["items"] for each in found for form in forms(each) if "items" in form]
    return found


def variant_at(schema: Schema, path: str, tag: str) -> Schema:
    """The form of the union at this path whose tag field (type, role) has this value."""
    for union in at(schema, path):
        for form in union.get("oneOf", ()):
            for field in form.get("properties", {}).values():
                if tag == field.get("const") or (tag in field.get("enum", ()) and "not" not in field):
                    found: Schema = form
                    return found
    raise LookupError(tag)


def list_at(schema: Schema, path: str) -> list[Schema]:
    """The same for a path that ends in []: the lists, not their items."""
    return at(schema, path.removesuffix("[]"))


def types(schemas: list[Schema]) -> set[str]:
    found: set[str] = set()
    for schema in schemas:
        for form in forms(schema):
            kind = form.get("type", [])
            found.update([kind] if isinstance(kind, str) else kind)
    return found


def values(schemas: list[Schema], *, documented_only: bool = False) -> set[str]:
    """The named values, wherever they are written."""
    found: set[str] = set()
    for schema in schemas:
        for form in forms(schema):
            hidden = form.get("x-beyond-values", []) if documented_only else []
            found.update(value for value in form.get("enum", []) if isinstance(value, str) and value not in hidden)
            found.update([form["const"]] if "const" in form else [])
            found.update(form.get("examples", []))
            if "items" in form:
                found |= values([form["items"]], documented_only=documented_only)
    return found


def facts_of(schemas: list[Schema], word: str) -> set[Any]:
    """What is said under this word, in any of the forms."""
    return {form[word] for schema in schemas for form in forms(schema) if word in form}
