"""What one click can do to everything that is written: fix, reset, example, another view, the other endpoint."""

from __future__ import annotations

import json
from typing import Any, Final

from playground.api import documents, paths
from playground.api.convert import convert
from playground.api.endpoints import ENDPOINTS, Endpoint
from playground.api.examples import example
from playground.api.findings import Fix, Operation, apply_fix
from playground.forms.markers import body_of
from playground.forms.written import Written

PROMPTS: Final = ("model", "input", "messages")
MAX_LEFT: Final = 50


def change(written: Written, do: str, argument: str = "") -> Written:
    """Carry out one action; `ValueError` when it is none."""
    if do == "view":
        (written.show_json if argument == "json" else written.show_form)()
    elif do == "endpoint":
        return switched(written, argument)
    elif do == "reset":
        reset(written)
    elif do == "example":
        return with_example(written, argument)
    elif do == "fix":
        return fixed(written, argument)
    elif do != "draw":
        raise ValueError(do)
    return written


def reset(written: Written) -> None:
    """As a new request; what was asked, and of whom, stays."""
    kept = {name: value for name, value in written.sheet.items() if name in PROMPTS}
    written.anyway, written.extra = (), ""
    written.change(new_sheet(kept))


#: Where one writes what is asked: with it there, a new request greets with a box and not with what it lacks.
BLANK: dict[str, dict[str, Any]] = {
    "responses": {"input": ""},
    "chat": {"messages": [{"role": "user", "content": ""}]},
}


def new_sheet(sheet: dict[str, Any]) -> dict[str, Any]:
    """A new request sends nothing that was not set, with one exception: people come to watch it stream."""
    return {**sheet, "stream": True}


def new_body(before: Written | None = None) -> bytes:
    """The body of a new request: the model of the one before, a place to write what is asked, and `stream`."""
    model = before.body.get("model") if before and not before.broken else None
    slug = before.endpoint.slug if before else "responses"
    sheet = {"model": model} if isinstance(model, str) and model else {}
    return documents.write(new_sheet({**sheet, **BLANK[slug]}), pretty=True)


def with_example(written: Written, slug: str) -> Written:
    found = example(slug)
    if found is None:
        raise ValueError(slug)
    model = body_of(written.sheet).get("model")
    fresh = Written(ENDPOINTS[found.endpoint], found.body(model if isinstance(model, str) else ""))
    fresh.profile, fresh.left = written.profile, written.left
    if written.view == "json":
        fresh.show_json()
    return fresh


def fixed(written: Written, document: str) -> Written:
    """The fix that a button carried, on what stands there now."""
    if written.broken:
        return written
    try:
        fix = Fix.from_document(json.loads(document))
    except RecursionError as error:
        raise ValueError("not a fix") from error
    written.change(apply_fix(written.sheet, fix))
    return switched(written, fix.endpoint) if fix.endpoint else written


def switched(written: Written, slug: str) -> Written:
    """The same request for the other endpoint. What has no counterpart is kept, for the way back."""
    if slug not in ENDPOINTS:
        raise ValueError(slug)
    there, here = ENDPOINTS[slug], written.endpoint
    if there is here or written.broken:
        written.endpoint = there
        return written
    body = written.body
    conversion = convert(body, here.slug, there.slug)
    left = [[path, _value_at(body, path)] for path in conversion.left_behind[:MAX_LEFT]]
    sheet = _brought_back(conversion.body, written.left.get(there.slug, []))
    other = Written(there, sheet, extra=written.extra, profile=written.profile)
    other.left = {here.slug: left} if left else {}
    if written.view == "json":
        other.show_json()
    return other


def left_behind(written: Written) -> list[str]:
    """What did not come along from the other endpoint."""
    return [str(path) for notes in written.left.values() for path, _value in notes]


def other_endpoint(endpoint: Endpoint) -> Endpoint:
    return next(each for each in ENDPOINTS.values() if each is not endpoint)


def _value_at(body: dict[str, Any], path: str) -> Any:
    try:
        return paths.get(body, paths.parse(path))
    except (paths.NoSuchPlace, ValueError):
        return None


def _brought_back(body: dict[str, Any], notes: list[Any]) -> dict[str, Any]:
    """What an earlier switch left behind, where nothing else stands by now."""
    for path, value in notes:
        try:
            steps = paths.parse(path)
            body = _put_back(body, steps, value)
        except (paths.NoSuchPlace, ValueError):
            continue
    return body


def _put_back(body: dict[str, Any], steps: paths.Steps, value: Any) -> dict[str, Any]:
    if isinstance(steps[-1], int):
        return Operation("add", paths.show(steps[:-1]), value).apply(body)
    try:
        paths.get(body, steps)
    except paths.NoSuchPlace:
        put: dict[str, Any] = paths.put(body, steps, value)
        return put
    return body
