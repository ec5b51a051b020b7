"""The document that a link shows: made from a wish, and the same whether it is looked at before or opened later."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from playground.models import SANDBOX_URL, Run, Session, Share
from playground.portable.document import document, session_document
from playground.portable.opening import sealed_events
from playground.runs.packing import BODY, unseal
from playground.runs.screen import Reply, Screen
from playground.secret_texts import DOTS

USUAL_LIFE: Final = "month"
#: A name that tells nobody where a server is; a text about it may stay as it is.
_EVERYWHERE: Final = "127.0.0.1"
#: What is known of a run before anything came back.
_REQUEST: Final = ("parent", "follows", "created", "endpoint", "model", "connection", "request")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a link is asked to show, and to whom."""

    session: Session
    run: Run | None = None
    request_only: bool = False
    scope: str = Share.Scope.SERVER
    life: str = USUAL_LIFE
    passphrase: str = ""
    with_address: bool = False
    leave_out: frozenset[str] = frozenset()  # texts found by `suspicions`, to be replaced by dots


def snapshot(wish: Wish) -> dict[str, Any]:
    """The very document the reader will see: the preview and the link are both made from it."""
    runs = [wish.run] if wish.run else list(wish.session.runs.all())
    made = session_document(
        wish.session,
        runs,
        with_address=wish.with_address,
        request_only=wish.request_only,
        with_headers=False,
        with_prices=False,
    )
    made["tags"] = []
    hidden = hidden_texts(runs, wish.leave_out, with_address=wish.with_address)
    made["runs"] = [_censored(_frozen(told, run), hidden) for told, run in zip(made["runs"], runs, strict=True)]
    return document([without(made, hidden)])


def _frozen(told: dict[str, Any], run: Run) -> dict[str, Any]:
    """What of a run does not change any more. Of one under way that is the request alone. The sandbox is no host: it
    may be named, so that a reader's own one is offered."""
    if run.url.startswith(SANDBOX_URL):
        told["connection"]["base_url"] = run.url
    return {name: told[name] for name in _REQUEST if name in told} if not run.is_settled else told


def spoken(told: dict[str, Any]) -> list[str]:
    """Every text in the events of a run as a reader of the page sees it: joined from its deltas."""
    if not told.get("events"):
        return []
    screen = Screen(told["endpoint"], Reply(told.get("http_status") or 200))
    for events in unseal(sealed_events(told)):
        screen.advance(events)
    return [slot.text for slot in screen.reader.slots.values()]


def hidden_texts(runs: Iterable[Run], leave_out: Set[str], *, with_address: bool) -> set[str]:
    """Every text that must not be in what is shown: what was chosen, and where the requests went."""
    return set(leave_out) if with_address else set(leave_out).union(*(hosts_in(run.url) for run in runs))


def hosts_in(url: str) -> set[str]:
    """The host as it may be written: with its port, and without if it then still is no mere word."""
    with_port = urlsplit(url).netloc.rpartition("@")[2]
    bare = with_port if with_port.endswith("]") else with_port.partition(":")[0]
    names = {with_port, bare} if set(bare) & set(".[") else {with_port} if ":" in with_port else set()
    return {form for name in names - {_EVERYWHERE} for form in (name, name.lower()) if name}


def _censored(run: dict[str, Any], hidden: Set[str]) -> dict[str, Any]:
    """A run whose answer holds something hidden keeps the answer, censored, and gives up its events: in those the
    same text may be spread over several deltas, where no search for it would find it."""
    if not hidden or not run.get("events"):
        return run
    answer = json.dumps([run.get("response"), run.get("summary"), spoken(run)], ensure_ascii=False)
    if not any(form in answer for text in hidden for form in _written(text)):
        return run
    body = without(run.get("response"), hidden)
    if isinstance(body, dict) and "json" in body:
        body = json.dumps(body["json"], ensure_ascii=False)
    return {**run, "events": [[run["events"][-1][0], BODY, body or ""]]}


def without(value: Any, texts: Set[str]) -> Any:
    """The same document with these texts replaced by dots, wherever they stand."""
    forms = sorted({form for text in texts if text for form in _written(text)}, key=len, reverse=True)
    return _replaced(value, forms) if forms else value


def _replaced(value: Any, forms: list[str], *, foreign: bool = False) -> Any:
    """`foreign`: inside a body, where the names of fields are not ours and may hold something too."""
    if isinstance(value, str):
        for form in forms:
            value = value.replace(form, DOTS)
        return value
    if isinstance(value, list):
        return [_replaced(each, forms, foreign=foreign) for each in value]
    if isinstance(value, dict):
        if set(value) == {"base64"}:
            return {"base64": _replaced_inside(value["base64"], forms)}
        return {
            _replaced(key, forms) if foreign else key: _replaced(each, forms, foreign=foreign or key == "json")
            for key, each in value.items()
        }
    return value


def _replaced_inside(packed: Any, forms: list[str]) -> Any:
    """Bytes that are no text are kept packed: what is in them is looked for there."""
    try:
        raw = base64.b64decode(packed, validate=True)
    except (TypeError, ValueError):
        return packed
    for form in forms:
        raw = raw.replace(form.encode("utf-8", "replace"), DOTS.encode())
    return base64.b64encode(raw).decode()


def _written(text: str) -> tuple[str, ...]:
    """How a text may be written in JSON."""
    plain, ascii_only = json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1]
    return text, plain, ascii_only, plain.replace("/", "\\/")
