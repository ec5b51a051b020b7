"""Whether an answer has the shape that was asked for, and the first place where it has not.

The schema is the asker's and the answer upstream's: neither may make the check run long. It counts its steps, looks at
no other address, and leaves out patterns that could take for ever.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _
from jsonschema import Draft202012Validator, ValidationError, validators
from referencing import Registry

from . import paths
from .parameters import Words

LARGEST: Final = 400_000
SECONDS: Final = 1.0
LONGEST_PATTERN: Final = 200
LONGEST_MATCHED: Final = 1_000

Verdict = Literal["fits", "differs", "unchecked"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`place` is where the answer differs, "" for the whole of it."""

    verdict: Verdict
    place: str = ""
    sentence: Words = ""
    values: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> str:
        return str(self.sentence) % dict(self.values)


FITS: Final = Finding("fits")
_TOO_LONG: Final = Finding("unchecked", sentence=_("Checking it would take too long."))
_NO_SCHEMA: Final = Finding("unchecked", sentence=_("The schema of the request cannot be used."))


class _TooLong(Exception):
    """The check has used up its time."""


def check(document: Any, schema: Any, size: int = 0) -> Finding:
    """The first violation, in the order of the schema. Call it from a thread: it may take a second."""
    if size > LARGEST:
        return _TOO_LONG
    if not isinstance(schema, dict | bool):
        return _NO_SCHEMA
    _budget.until = time.thread_time() + SECONDS
    checker = _checker()(schema, registry=Registry())
    try:
        error = next(checker.iter_errors(document), None)
    except _TooLong:
        return _TOO_LONG
    except Exception:  # noqa: BLE001  what is no schema fails wherever it happens to
        return _NO_SCHEMA
    return _finding(error) if error else FITS


class _Budget(threading.local):
    """Until when this thread may check, by its own clock."""

    until = 0.0


_budget = _Budget()


def _counted(rule: Callable[..., Any]) -> Callable[..., Iterator[ValidationError]]:
    def run(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if time.thread_time() > _budget.until:
            raise _TooLong
        yield from rule(validator, value, instance, schema) or ()

    return run


@cache
def _checker() -> Any:
    rules = dict(Draft202012Validator.VALIDATORS)
    rules |= {"pattern": _pattern, "additionalProperties": _additional}
    # Patterns of keys may take for ever, and looking for doubles takes the square of the list.
    for costly in ("patternProperties", "unevaluatedProperties", "uniqueItems"):
        del rules[costly]
    extend: Any = validators.extend
    return extend(Draft202012Validator, {name: _counted(rule) for name, rule in rules.items()})


_REPEATED: Final = re.compile(r"[*+]|\{\d*,\d*\}")


def _pattern(validator: Any, pattern: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Only patterns that end in good time: no repeated group, and at most two repetitions."""
    if not isinstance(instance, str) or not isinstance(pattern, str):
        return
    short = len(pattern) <= LONGEST_PATTERN and len(instance) <= LONGEST_MATCHED
    harmless = not re.search(r"\)[*+{?]", pattern) and len(_REPEATED.findall(pattern)) <= 2
    if short and harmless and not re.search(pattern, instance):
        yield ValidationError(pattern)


def _additional(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not schema.get("patternProperties"):
        yield from Draft202012Validator.VALIDATORS["additionalProperties"](validator, value, instance, schema) or ()


# -- in words -----------------------------------------------------------------------------------------------------

_SENTENCES: Final[dict[str, Words]] = {
    "required": _("%(names)s is missing."),
    "additionalProperties": _("%(names)s is not in the schema."),
    "type": _("It is %(found)s, and should be %(wanted)s."),
    "enum": _("%(value)s is none of the values allowed: %(wanted)s."),
    "const": _("It is %(value)s, and should be %(wanted)s."),
    "minimum": _("%(value)s is less than %(wanted)s."),
    "maximum": _("%(value)s is more than %(wanted)s."),
    "minLength": _("The text is shorter than %(wanted)s characters."),
    "maxLength": _("The text is longer than %(wanted)s characters."),
    "minItems": _("The list has fewer than %(wanted)s entries."),
    "maxItems": _("The list has more than %(wanted)s entries."),
    "pattern": _("The text does not have the form %(wanted)s."),
    "anyOf": _("It fits none of the forms allowed."),
    "oneOf": _("It does not fit exactly one of the forms allowed."),
}
_OTHER: Final = _("It is against the rule %(rule)s: %(wanted)s.")
_KINDS: Final = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)


def _finding(error: ValidationError) -> Finding:
    rule = str(error.validator)
    values = {
        "names": ", ".join(_names(error)) or "?",
        "found": next((name for kind, name in _KINDS if isinstance(error.instance, kind)), "null"),
        "wanted": _short(error.validator_value),
        "value": _short(error.instance),
        "rule": rule,
    }
    place = paths.show(tuple(error.absolute_path))
    return Finding("differs", place, _SENTENCES.get(rule, _OTHER), tuple(values.items()))


def _names(error: ValidationError) -> list[str]:
    """The keys that are missing, or too many."""
    if not isinstance(error.instance, dict):
        return []
    if error.validator == "required":
        wanted = error.validator_value if isinstance(error.validator_value, list) else []
        return [str(name)[:60] for name in wanted if name not in error.instance][:5]
    known = error.schema.get("properties") if isinstance(error.schema, dict) else None
    return [name[:60] for name in error.instance if not isinstance(known, dict) or name not in known][:5]


def _short(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_short, value[:8]))
    text = value if isinstance(value, str) else "null" if value is None else str(value).lower()
    return text if len(text) <= 80 else f"{text[:80]}…"
