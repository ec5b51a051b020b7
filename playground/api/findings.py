"""What a check has to say about a body, and what one click can do about it.

A `Finding` stands at an exact place of the body. An error is what the documents rule out; a hint is what is known to
disappoint somewhere. Neither is a wall: the form offers to send anyway.

A `Fix` is data: a label and operations on the body, carried out by `apply_fix` and by nothing else, so a form can put
it into a button (`as_document`, `from_document`) and undo it by keeping the body from before.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from . import paths
from .parameters import Words
from .paths import Steps
from .schemas import make_strict

Severity = Literal["error", "hint"]
Do = Literal["set", "remove", "add", "insert", "rename", "strict", "endpoint"]

ERROR: Final[Severity] = "error"
HINT: Final[Severity] = "hint"


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a fix.

    set: put `value` at `path` (null is a value) · remove: leave `path` out · add: append `value` to the list at `path`
    unless it is there · insert: put `value` into a list before the position that `path` ends with · rename: call the
    field at `path` by the name `value` · strict: make the JSON Schema at `path` obey the strict rules · endpoint: move
    to the endpoint `value` (the caller does that, with `convert`).
    """

    do: Do
    path: str = ""
    value: Any = None

    def apply(self, body: dict[str, Any]) -> dict[str, Any]:
        steps = paths.parse(self.path)
        changed: Any = body
        if self.do == "set":
            changed = paths.put(body, steps, copy.deepcopy(self.value))
        elif self.do == "remove":
            changed = paths.remove(body, steps)
        elif self.do == "add":
            changed = self._added(body, steps)
        elif self.do == "insert":
            changed = paths.insert(body, steps, copy.deepcopy(self.value))
        elif self.do == "rename":
            changed = paths.rename(body, steps, str(self.value))
        elif self.do == "strict":
            changed = self._made_strict(body, steps)
        return changed if isinstance(changed, dict) else body

    def _added(self, body: dict[str, Any], steps: Steps) -> Any:
        try:
            items = paths.get(body, steps)
        except paths.NoSuchPlace:
            items = None
        items = items if isinstance(items, list) else []
        return body if self.value in items else paths.put(body, steps, [*items, copy.deepcopy(self.value)])

    @staticmethod
    def _made_strict(body: dict[str, Any], steps: Steps) -> Any:
        try:
            schema = paths.get(body, steps)
        except paths.NoSuchPlace:
            return body
        return paths.put(body, steps, make_strict(schema))


@dataclass(frozen=True, slots=True)
class Fix:
    label: Words
    operations: tuple[Operation, ...]

    @property
    def endpoint(self) -> str:
        """The endpoint to move to, or ""."""
        return next((str(each.value) for each in self.operations if each.do == "endpoint"), "")

    def as_document(self) -> dict[str, Any]:
        steps = [{"do": each.do, "path": each.path, "value": each.value} for each in self.operations]
        return {"label": str(self.label), "operations": steps}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Fix:
        """The fix again; `ValueError` when the document is not one."""
        try:
            operations = tuple(_operation(each) for each in document["operations"])
        except (KeyError, TypeError) as error:
            raise ValueError("not a fix") from error
        return cls(str(document.get("label", "")), operations)


_KNOWN: Final = frozenset(get_args(Do))


def _operation(document: Mapping[str, Any]) -> Operation:
    do, path = document["do"], document.get("path", "")
    if do not in _KNOWN or not isinstance(path, str):
        raise ValueError("not an operation")
    paths.parse(path)
    return Operation(do, path, document.get("value"))


def apply_fix(body: dict[str, Any], fix: Fix) -> dict[str, Any]:
    """The body after the fix; the one given stays as it was. Moving to another endpoint is left to the caller."""
    for operation in fix.operations:
        body = operation.apply(body)
    return body


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` is where it shows, `parameter` the declared path of the control it belongs to (`tools[].name`)."""

    severity: Severity
    code: str
    path: str
    parameter: str
    sentence: Words
    values: Mapping[str, Any] = field(default_factory=dict)
    fix: Fix | None = None

    @property
    def message(self) -> str:
        """One sentence, in the language of whoever reads it."""
        return str(self.sentence) % self.values if self.values else str(self.sentence)

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR

    @property
    def name(self) -> str:
        """The top-level parameter it belongs to."""
        steps = paths.parse(self.path)
        return str(steps[0]) if steps else ""


class Report:
    """Collects findings; `control_of` says which control a place belongs to."""

    def __init__(self, control_of: Callable[[Steps], str]) -> None:
        self.findings: list[Finding] = []
        self._control_of = control_of

    def error(self, code: str, where: Steps, sentence: Words, *, fix: Fix | None = None, **values: Any) -> None:
        self._add(ERROR, code, where, sentence, values, fix)

    def hint(self, code: str, where: Steps, sentence: Words, *, fix: Fix | None = None, **values: Any) -> None:
        self._add(HINT, code, where, sentence, values, fix)

    def _add(
        self, severity: Severity, code: str, where: Steps, sentence: Words, values: dict[str, Any], fix: Fix | None
    ) -> None:
        self.findings.append(Finding(severity, code, paths.show(where), self._control_of(where), sentence, values, fix))
