"""The partials a run is shown with: the same for the first load, the live page, a reload and a share."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from playground.api.reading import Slot
from playground.models import SANDBOX_ID, Run
from playground.rendering import sendable
from playground.runs.about import about
from playground.runs.canvases import painted
from playground.runs.facts import facts, wire
from playground.runs.oddities import oddities
from playground.runs.painter import bare
from playground.runs.remarks import remarks
from playground.runs.screen import Screen
from playground.runs.tries import MOST as MOST_TRIES
from playground.secret_texts import hide
from playground.secrets import DOTS
from playground.upstream import problems
from playground.upstream.plain import plain

#: What is shown of a run besides its slots, by name.
STATE = ("head", "problem", "remarks", "button", "next_place")
SLOT_KINDS = frozenset(("text", "reasoning", "refusal", "call", "builtin", "image", "audio", "finish"))
#: What of it is only read: neither the reader of a link nor a replay is shown what could be pressed.
TO_READ = frozenset(("head", "problem", "remarks"))
#: What helps with other servers only: it has no connection to look at, and is where one would go instead.
NOT_FOR_THE_SANDBOX = frozenset(("edit_connection", "use_sandbox"))
#: Ends that somebody wanted: nothing broke.
_WANTED = frozenset(("stopped", "link_ended", "link_used_up"))
_FOR_VISITORS = {
    "stopped": _("Stopped. What came until then stays."),
    "link_ended": _("This page was closed meanwhile. What came until then stays."),
    "link_used_up": _("What this page may use is used up. What came until then stays."),
    "rate_limited": _("Many people ask at this moment."),
    "upstream_closed": _("The answer broke off. What came until then stays."),
    "interrupted": _("The answer broke off. What came until then stays."),
}
_FAILED = _("The answer could not be had. Whoever made this page can see why.")


class Lens(NamedTuple):
    """Through which eyes a run is seen: pages that agree in this get the same frames."""

    language: str = "en"
    guest: bool = False  # somebody who was given a link
    hidden: tuple[str, ...] = ()  # what such a reader must not be told, such as the host
    room: bool = False  # many look on: what looks like a secret is hidden as well
    replay: bool = False  # it is not going on: what could be pressed stays as it is
    visitor: bool = False  # somebody without a share in the request: what failed is not theirs to know

    def for_a_room(self, hosts: tuple[str, ...]) -> Lens:
        return self._replace(guest=True, room=True, hidden=hosts)


@dataclass(frozen=True, slots=True)
class Shown:
    """A problem as a page shows it: in the reader's words, with what upstream said and what to try."""

    code: str
    sentence: str
    detail: str
    tries: list[problems.Try]
    param: str = ""  # what upstream blames
    quiet: bool = False  # nothing broke: it was wanted
    waits: bool = False  # the request is sent again by itself
    seconds: int = 0
    next: int = 0
    most: int = MOST_TRIES

    @property
    def countdown(self) -> str:
        return _("%(seconds)s s") % {"seconds": self.seconds}


def slot_html(slot: Slot, screen: Screen, lens: Lens) -> str:
    """The partial of a slot, without its text: that is told apart, so that it can grow."""
    with translation.override(lens.language):
        return bare(_slot(slot, screen))


def slot_with_text(slot: Slot, screen: Screen) -> str:
    """The same for a page that is loaded: with what the text is now, in the language of the request."""
    html, text, covered = painted(slot, screen.asked)
    return _slot(slot, screen, html=html, text=readable(text), covered=covered)


def _slot(slot: Slot, screen: Screen, **said: Any) -> SafeString:
    kind = slot.kind if slot.kind in SLOT_KINDS else "builtin"
    context = {"slot": slot, "data": slot.data, "about": about(slot, screen), "text": "", **said}
    return sendable(render_to_string(f"run/slots/{kind}.html", context))


def state(run: Run, screen: Screen, lens: Lens, names: tuple[str, ...] = STATE) -> dict[str, str]:
    # Frames are made without a request, so without its token: there the script adds it as a header.
    context = state_context(run, screen)
    if lens.guest:
        if lens.visitor:
            problem = for_visitors(context["problem"])
        else:
            problem = for_guests(context["problem"], lens.hidden, lens.room)
        context |= {"guest": True, "visitor": lens.visitor, "problem": problem}
    if lens.guest or lens.replay:
        names = tuple(name for name in names if name in TO_READ)
    return {name: _render(f"run/_{name}.html", context, lens) for name in names}


def state_context(run: Run, screen: Screen) -> dict[str, Any]:
    return {
        "run": run,
        "facts": facts(run, screen),
        "wire": wire(run, screen),
        "problem": shown_problem(run),
        "remarks": remarks(run, screen),
        "oddities": oddities(run, screen),
    }


def shown_problem(run: Run) -> Shown | None:
    last = run.attempts[-1] if run.attempts else {}
    until = last.get("until")
    if run.status == Run.Status.WAITING and until and last.get("problem"):
        problem = problems.from_document(last["problem"])
        seconds = max(0, round(until - time.time()))
        following = len(run.attempts) + 1
        return Shown(problem.code, problem.sentence, problem.detail, [], waits=True, seconds=seconds, next=following)
    if run.problem is None:
        return None
    problem = problems.from_document(run.problem)
    tries = [each for each in problem.tries if run.connection_id != SANDBOX_ID or each[0] not in NOT_FOR_THE_SANDBOX]
    param = plain(problem.param or "", 100)
    return Shown(problem.code, problem.sentence, problem.detail, tries, param, quiet=problem.code in _WANTED)


def for_guests(problem: Shown | None, hidden: tuple[str, ...], room: bool = False) -> Shown | None:
    """What happened, without what upstream said of places that are not shown, and with nothing to try."""
    if problem is None:
        return None
    sentence, detail = problem.sentence, problem.detail
    for text in hidden:
        sentence, detail = sentence.replace(text, DOTS), detail.replace(text, DOTS)
    if room:
        detail = hide(detail)
    return replace(problem, sentence=sentence, detail=detail, tries=[], param="")


def for_visitors(problem: Shown | None) -> Shown | None:
    """That it failed, or was stopped. Which server failed, and in which words, is for the owner of the link."""
    if problem is None:
        return None
    sentence = str(_FOR_VISITORS.get(problem.code, _FAILED))
    code = problem.code if problem.quiet else "failed"
    return replace(problem, code=code, sentence=sentence, detail="", tries=[], param="")


def readable(text: str) -> str:
    """Text that can be encoded: halves of surrogate pairs, which models do send, become replacement characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _render(template: str, context: dict[str, Any], lens: Lens) -> str:
    with translation.override(lens.language):
        return bare(get_template(template).render(context))
