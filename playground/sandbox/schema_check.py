"""Whether a value satisfies a JSON Schema, found out without running forever or fetching anything."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count as counting
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.validators import extend
from referencing import Registry

from .patterns import Unsatisfiable

MAX_REFERENCES = 5_000  # more than this while checking is a schema made to keep us busy


def first_problem(value: Any, schema: Any) -> str:
    """What is wrong with the value, or nothing. A caller's patterns are not run: that could take forever."""
    steps = counting()

    def counted(name: str) -> Any:
        original = Draft202012Validator.VALIDATORS[name]

        def keyword(validator: Any, reference: Any, instance: Any, schema: Any) -> Iterable[Any]:
            if next(steps) > MAX_REFERENCES:
                raise Unsatisfiable("its references multiply")
            return original(validator, reference, instance, schema) or ()

        return keyword

    own = {"$ref": counted("$ref"), "$dynamicRef": counted("$dynamicRef"), "pattern": _unchecked}
    checker = extend(Draft202012Validator, own)  # type: ignore[no-untyped-call]
    validator = checker(_without_pattern_properties(schema), registry=Registry())
    try:
        problem = next(iter(validator.iter_errors(value)), None)
    except Unsatisfiable:
        raise
    except Exception as trouble:  # noqa: BLE001 - an odd schema breaks the checker in many ways; then nothing is checked
        raise Unsatisfiable(f"the schema cannot be checked ({type(trouble).__name__})") from None
    return problem.message[:200] if problem else ""


def _unchecked(validator: Any, pattern: Any, instance: Any, schema: Any) -> Iterable[Any]:
    return ()


def _without_pattern_properties(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _without_pattern_properties(one) for key, one in schema.items() if key != "patternProperties"}
    return [_without_pattern_properties(one) for one in schema] if isinstance(schema, list) else schema
