"""How an answer ended, in words: what the reason means, which parameter did it, and what could be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.api.reading import Slot, normalise_usage, token_details
from playground.models import Run
from playground.rendering import clean
from playground.runs.screen import Screen

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Remark:
    """`parameter` is the one that did it; pressing its name shows it in the form."""

    title: Words
    sentences: tuple[Words, ...] = ()
    parameter: str = ""
    tone: str = "warn"  # warn or note


@dataclass(frozen=True, slots=True)
class Ending:
    """The reason upstream gave for the end of one choice, and what it means."""

    reason: str
    words: Words
    tone: str


_REASONS: Final[dict[str, tuple[Words, str]]] = {
    "stop": (_("it was done"), ""),
    "length": (_("cut off at the token limit"), "warn"),
    "tool_calls": (_("its calls wait for answers"), ""),
    "function_call": (_("its call waits for an answer"), ""),
    "content_filter": (_("stopped by a content filter"), "warn"),
    "error": (_("upstream failed while it wrote"), "bad"),
}
_UNKNOWN: Final = (_("a reason that the documents do not name"), "warn")


def ending_of(slot: Slot, screen: Screen) -> Ending:
    reason = str(slot.data.get("reason"))
    words, tone = _REASONS.get(reason.lower(), _UNKNOWN)
    return Ending(reason[:60], words, tone)


def remarks(run: Run, screen: Screen) -> list[Remark]:
    """What there is to say about the end of a run that upstream itself ended; problems have their own place."""
    if run.is_live or run.status != Run.Status.FINISHED or screen.reader.outcome not in ("completed", "incomplete"):
        return []
    reasons = _reasons(screen)
    found = [remark for reason in reasons if (remark := _remark(reason, screen))]
    if not found and not screen.order and screen.reader.outcome == "completed":
        return [Remark(_("The answer is empty"), (_("Upstream says that it is complete."),), tone="note")]
    return found


def _reasons(screen: Screen) -> list[str]:
    """Each reason once, whichever choices it ended."""
    slots = screen.reader.slots.values()
    told = [str(slot.data.get("reason")).lower() for slot in slots if slot.kind == "finish"]
    if screen.reader.outcome == "incomplete":
        details = getattr(screen.reader, "base", {}).get("incomplete_details")
        told.append(str(details.get("reason")) if isinstance(details, dict) else "")
    return list(dict.fromkeys(told))


def _remark(reason: str, screen: Screen) -> Remark | None:
    if reason in ("length", "max_output_tokens"):
        return _limited(screen)
    if reason == "content_filter":
        sentence = _("What came before stays. Another wording may pass; a parameter does not turn the filter off.")
        return Remark(_("A content filter of upstream stopped the answer"), (sentence,))
    if screen.reader.outcome == "incomplete":
        title = _("Upstream ended the answer before it was complete")
        return Remark(title, (_("Its reason: %(reason)s") % {"reason": clean(reason[:200])},) if reason else ())
    return None


def _limited(screen: Screen) -> Remark:
    """The limit counts thinking too: it can be used up before the first word."""
    asked, usage = screen.asked, screen.reader.usage
    thought = token_details(usage).get("reasoning_tokens")
    sentences: list[Words] = []
    if asked.limit:
        values: dict[str, Any] = {"parameter": asked.limit, "value": str(asked.limit_value)[:20]}
        sentences.append(_("%(parameter)s was %(value)s, and the answer reached it.") % values)
    else:
        sentences.append(_("The request set no limit, so it was that of the model or of upstream."))
    if _is_silent(screen):
        used = (normalise_usage(usage) or {}).get("output_tokens")
        if thought is not None and thought == used:
            sentences.append(_("All %(count)s tokens went into thinking: thinking counts too.") % {"count": thought})
        else:
            sentences.append(_("Thinking counts too: it used up the limit before the first word."))
        sentences.append(_("A higher limit leaves room for an answer; less effort thinks less."))
        return Remark(_("The token limit was used up before any text came"), tuple(sentences), asked.limit)
    if asked.limit:
        sentences.append(_("A higher limit lets it finish."))
    return Remark(_("The answer is cut off at the token limit"), tuple(sentences), asked.limit)


def _is_silent(screen: Screen) -> bool:
    spoken = ("text", "refusal", "call", "audio")
    return not any(slot.kind in spoken and slot.text.strip() for slot in screen.reader.slots.values())
