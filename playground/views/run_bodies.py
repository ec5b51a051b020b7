"""The two bodies of a run, in three views: explained, exact, and the bytes as they came; and the headers of both."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.api.endpoints import ENDPOINTS
from playground.api.header_fields import meaning_received, meaning_sent
from playground.api.parameters import Parameter
from playground.api.paths import Steps, pattern_of
from playground.api.reading import Malformed, parse
from playground.api.response_fields import explain
from playground.portable.discretion import public_request
from playground.portable.document import PRIVATE_HEADERS
from playground.rendering import Told, json_tree, pretty_json, visible
from playground.secrets import DOTS
from playground.views.run_events import as_text

if TYPE_CHECKING:
    from playground.views.run_pane import RunPane

Words = str | Promise

#: More of a body is not put on a page: it can be saved.
LONGEST: Final = 200_000

VIEWS: Final = {"explained": _("Explained"), "exact": _("Exact"), "raw": _("As received")}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a name means; `id` is what its buttons refer to."""

    id: str
    name: str
    help: Words
    facts: list[tuple[Words, str]]
    beyond: bool = False


@dataclass(slots=True)
class Explained:
    """The names that stand in a document and can be asked."""

    found: dict[str, Explanation] = field(default_factory=dict)

    def id_of(self, name: str, words: Words, facts: list[tuple[Words, str]], beyond: bool) -> str:
        if name not in self.found:
            self.found[name] = Explanation(f"told-{len(self.found)}", name, words, facts, beyond)
        return self.found[name].id


@dataclass(frozen=True, slots=True)
class Header:
    name: str
    value: str
    meaning: Words


def response_panel(pane: RunPane) -> str:
    run = pane.run
    body = bytes(run.response_body) if run.is_settled else pane.screen.reader.response_body()
    view = _view(pane, VIEWS)
    context: dict[str, Any] = {**_shared(pane, "response", view, VIEWS), "size": len(body)}
    if view == "raw":
        context |= _raw(pane)
    else:
        context |= _shown(body, view, lambda explained: _response_lookup(run.endpoint, explained))
    return render_to_string("run/_response.html", context, pane.request)


def request_panel(pane: RunPane) -> str:
    run = pane.run
    body = public_request(run)
    views = {name: VIEWS[name] for name in ("explained", "exact")}
    view = _view(pane, views)
    context: dict[str, Any] = {**_shared(pane, "request", view, views), "size": len(bytes(run.request_body))}
    context |= _shown(body, view, lambda explained: _request_lookup(run.endpoint, explained))
    context["hides"] = body != bytes(run.request_body)
    return render_to_string("run/_request.html", context, pane.request)


def headers_panel(pane: RunPane) -> str:
    run = pane.run
    context = {
        "run": run,
        "sent": headers_of(run.request_headers, meaning_sent),
        "received": headers_of(run.response_headers, meaning_received),
    }
    return render_to_string("run/_headers.html", context, pane.request)


def headers_of(pairs: Iterable[Any], meaning: Callable[[str], Words]) -> list[Header]:
    """Cookies and the like of upstream are its secrets, or somebody's."""
    found = [(str(name), str(value)) for name, value in pairs]
    return [
        Header(name, DOTS if name.lower() in PRIVATE_HEADERS - {"authorization"} else value, meaning(name))
        for name, value in found
    ]


def _view(pane: RunPane, views: dict[str, Any]) -> str:
    wanted = pane.request.GET.get("view", "")
    return wanted if wanted in views else next(iter(views))


def _shared(pane: RunPane, tab: str, view: str, views: dict[str, Any]) -> dict[str, Any]:
    links = [(title, pane.link(tab, view=name), name == view) for name, title in views.items()]
    return {"run": pane.run, "view": view, "views": links, "file": pane.file_url(tab)}


def _shown(body: bytes, view: str, lookup: Any) -> dict[str, Any]:
    """The body explained if it is JSON of a bearable size, else exactly as it is."""
    text = body[:LONGEST].decode("utf-8", "replace")
    cut = len(body) > LONGEST
    if view == "exact" or cut:
        return {"exact": visible(text), "cut": cut}
    try:
        document = parse(body)
    except Malformed:
        return {"exact": pretty_json(text), "cut": cut}
    explained = Explained()
    tree = json_tree(document, lookup(explained))
    return {"tree": tree, "explanations": list(explained.found.values())}


def _raw(pane: RunPane) -> dict[str, Any]:
    """The bytes of the reply, a body or a stream, as far as they fit on a page."""
    taken, size = [], 0
    for _first, events in pane.pieces():
        for event in events:
            taken.append(event.raw)
            size += len(event.raw)
        if size > LONGEST:
            break
    text, odd = as_text(b"".join(taken), LONGEST)
    return {"exact": visible(text), "odd": odd, "cut": size > LONGEST, "file": pane.file_url("sse")}


# -- what names mean ----------------------------------------------------------------------------------------------


def _response_lookup(endpoint: str, explained: Explained) -> Any:
    def lookup(steps: Steps, value: Any) -> Told | None:
        known = explain(endpoint, steps)
        if known is None:
            return None
        facts: list[tuple[Words, str]] = [(_("type"), known.type.replace("|", " | "))]
        if known.values:
            facts.append((_("values"), ", ".join(known.values)))
        if known.has_default:
            facts.append((_("when not sent"), _json(known.default)))
        name = explained.id_of(known.path, known.help, facts, known.beyond)
        remark = str(_("default: %(value)s") % {"value": _json(known.default)}) if known.differs(value) else ""
        return Told(name, remark)

    return lookup


def _request_lookup(endpoint: str, explained: Explained) -> Any:
    def lookup(steps: Steps, value: Any) -> Told | None:
        parameter = _parameter(endpoint, steps)
        if parameter is None or not parameter.help:
            return None
        facts: list[tuple[Words, str]] = []
        if parameter.has_default:
            facts.append((_("when not sent"), _json(parameter.default)))
        return Told(explained.id_of(pattern_of(steps), parameter.help, facts, parameter.beyond))

    return lookup


def _parameter(endpoint: str, steps: Steps) -> Parameter | None:
    places = ENDPOINTS[endpoint].by_path
    pattern = pattern_of(steps)
    found = places.get(pattern) or places.get(f"{pattern}[]") or ()
    return next((place.parameter for place in found if place.parameter.help), None)


def _json(value: Any) -> str:
    """A default, in the words of JSON."""
    return json.dumps(value, ensure_ascii=False)
