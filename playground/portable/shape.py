"""What a document of sessions must look like, down to every value that a page of ours reckons with.

What came from upstream (`usage`, the arguments of calls) may be anything JSON can say: the pages are used to that.
"""

from __future__ import annotations

from typing import Any, Final, TypeGuard

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from playground.api.reading import MAX_DEPTH, deeper_than
from playground.models import Run
from playground.runs.packing import is_mark

#: The largest whole number that every reader of JSON keeps.
MOST: Final = 2**53
#: A body that is nested deeper is written as text. Whatever else upstream said is not much deeper either.
DEEPEST: Final = 2 * MAX_DEPTH

_TEXT = {"type": "string"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_COUNT = {"type": "integer", "minimum": 0, "maximum": MOST}
_MAYBE_COUNT = {**_COUNT, "type": ["integer", "null"]}
_MOMENT = {"type": ["string", "null"], "maxLength": 40}
_RAW = [_TEXT, {"type": "object", "required": ["base64"], "additionalProperties": False,
                "properties": {"base64": _TEXT}}]  # fmt: skip
_CONTENT = {
    "oneOf": [
        {"type": "null"},
        *_RAW,
        {"type": "object", "required": ["json"], "additionalProperties": False,
         "properties": {"json": {}, "spelling": {"enum": ["ascii", "spaced", "indented"]}}},
    ]
}  # fmt: skip
_PAIRS = {"type": "array", "items": {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}}
_PROBLEM = {
    "type": ["object", "null"],
    "properties": {
        "code": _TEXT,
        "detail": _MAYBE_TEXT,
        "param": _MAYBE_TEXT,
        "facts": {
            "type": ["object", "null"],
            "propertyNames": {"not": {"enum": ["self", "detail", "param"]}},
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
        },
    },
}
_ATTEMPT = {
    "type": "object",
    "properties": {
        "at": _MAYBE_TEXT,
        "status": _MAYBE_COUNT,
        "problem": _PROBLEM,
        "wait_ms": _MAYBE_COUNT,
        "until": {"type": ["number", "null"], "minimum": 0, "maximum": MOST},
    },
}
_SUMMARY = {
    "type": ["object", "null"],
    "properties": {
        "text": _MAYBE_TEXT,
        "refusal": _MAYBE_TEXT,
        "reasoning": _MAYBE_TEXT,
        "tool_calls": {"type": ["array", "null"], "items": {"type": "object"}},
        "choices": {
            "type": ["array", "null"],
            "items": {"type": "object", "properties": {"index": _MAYBE_COUNT, "text": _MAYBE_TEXT}},
        },
        "usage": {"type": ["object", "null"]},
    },
}
_PRICES = {
    "type": ["object", "null"],
    "additionalProperties": {"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,12})?(E[+-]?[0-9])?$"},
}
_DRAFT = {
    "type": ["object", "null"],
    "required": ["endpoint", "request"],
    "additionalProperties": False,
    "properties": {"endpoint": {"enum": ["responses", "chat"]}, "request": _CONTENT},
}
_RUN = {
    "type": "object",
    "required": ["endpoint", "request"],
    "additionalProperties": False,
    "properties": {
        "parent": _MAYBE_COUNT,
        "follows": _MAYBE_COUNT,
        "created": _MOMENT,
        "endpoint": {"enum": ["responses", "chat"]},
        "model": {"type": "string", "maxLength": 200},
        "connection": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string", "maxLength": 100},
                "base_url": {"type": ["string", "null"], "maxLength": 2200},
            },
        },
        "request": _CONTENT,
        "status": {"enum": [*Run.Status.values]},
        "outcome": {"enum": ["", "completed", "incomplete", "failed", "queued", "error", "truncated"]},
        "problem": _PROBLEM,
        "http_status": {"type": ["integer", "null"], "minimum": 0, "maximum": 999},
        "response_headers": _PAIRS,
        "response": _CONTENT,
        "usage": {"type": ["object", "null"]},
        "prices": _PRICES,
        "summary": _SUMMARY,
        "timings": {"type": "object", "additionalProperties": {"type": "number", "minimum": 0, "maximum": MOST}},
        "attempts": {"type": "array", "items": _ATTEMPT},
        "started": _MOMENT,
        "finished": _MOMENT,
        "version": {"type": "string", "maxLength": 20},
        "events": {"type": "array"},  # of `is_event`: there are too many of them for a schema
    },
}
_SCHEMA = {
    "type": "object",
    "required": ["format", "schema_version", "sessions"],
    "properties": {
        "sessions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["runs"],
                "additionalProperties": False,
                "properties": {
                    "title": {"type": "string", "maxLength": 200},
                    "tags": {"type": "array", "items": {"type": "string", "maxLength": 40}, "uniqueItems": True},
                    "pinned": {"type": "boolean"},
                    "archived": _MOMENT,
                    "created": _MOMENT,
                    "draft": _DRAFT,
                    "runs": {"type": "array", "items": _RUN},
                },
            },
        }
    },
}
_validator = Draft202012Validator(_SCHEMA)


def wrong_place(document: dict[str, Any]) -> str | None:
    """Where the first thing stands that does not belong there, as steps from the top; `RecursionError` when the
    document is nested too deeply to be looked at, or to be written again."""
    error = best_match(_validator.iter_errors(document))
    if error is not None:
        return "/".join(str(step) for step in error.absolute_path) or "/"
    for at, session in enumerate(document["sessions"]):
        if deeper_than(session.get("draft"), DEEPEST):
            raise RecursionError
        for number, run in enumerate(session["runs"]):
            for name in ("parent", "follows"):
                if not _is_another(run.get(name), number, len(session["runs"])):
                    return f"sessions/{at}/runs/{number}/{name}"
            if deeper_than([each for name, each in run.items() if name != "events"], DEEPEST):
                raise RecursionError
            for place, event in enumerate(run.get("events", [])):
                if not is_event(event):
                    return f"sessions/{at}/runs/{number}/events/{place}"
    return None


def _is_another(position: Any, number: int, count: int) -> bool:
    """Whether a position, if there is one, is that of another run of the session."""
    return position is None or (type(position) is int and position < count and position != number)


def is_event(event: Any) -> TypeGuard[list[Any]]:
    """Microseconds, marks and bytes. A file of the allowed size has hundreds of thousands of these."""
    if type(event) is not list or len(event) != 3:
        return False
    at, marks, raw = event
    if type(at) is not int or type(marks) is not int or not 0 <= at <= MOST or not is_mark(marks):
        return False
    return type(raw) is str or (type(raw) is dict and len(raw) == 1 and type(raw.get("base64")) is str)
