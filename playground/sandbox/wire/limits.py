"""The limits every answer is held to: the token budget, stop sequences, and how many built-in tools may run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..steps import Call, Refuse, Say, Step, Think, Use
from ..tokens import count, cut

MOST = 400_000  # tokens of one reply, all its choices together
MOST_SPELLED = 40_000  # entries of log probabilities: each takes a hundred times the memory of its token


@dataclass(frozen=True, slots=True)
class OutOfTokens:
    """The budget is used up in the middle of something."""


@dataclass(slots=True)
class Budget:
    """What an answer may cost, and what it has cost so far."""

    limit: int | None = None
    spent: int = 0
    reasoning: int = 0

    @property
    def left(self) -> int:
        return max(0, self.limit - self.spent) if self.limit is not None else 2**60


def affordable(body: dict[str, Any]) -> int:
    """How many tokens a reply to this body may have at all, so that no request can take all the memory."""
    spelled = body.get("logprobs") or "message.output_text.logprobs" in (body.get("include") or ())
    return MOST_SPELLED // ((body.get("top_logprobs") or 0) + 1) if spelled else MOST


def within(steps: Iterable[Step], budget: Budget, stops: Sequence[str] = ()) -> Iterator[Step | OutOfTokens]:
    """The steps, cut where a limit ends them."""
    for step in _until_stop(steps, stops) if stops else steps:
        kept, whole = _afforded(step, budget)
        if kept is not None:
            yield kept
        if not whole:
            yield OutOfTokens()
            return


def _afforded(step: Step, budget: Budget) -> tuple[Step | None, bool]:
    """As much of the step as the budget pays for, and whether that is all of it."""
    left = budget.left
    match step:
        case Say(text, citations):
            kept, used = cut(text, left) if budget.limit is not None else (text, count(text))
            budget.spent += used
            whole = len(kept) == len(text)
            return (Say(kept, citations if whole else ()) if kept or whole else None), whole
        case Refuse(text):
            kept, used = cut(text, left)
            budget.spent += used
            return (Refuse(kept) if kept else None), len(kept) == len(text)
        case Think(tokens):
            used = min(tokens, left)
            budget.spent += used
            budget.reasoning += used
            return (step if used == tokens else Think(used, whole=False)), used == tokens
        case Call(name, arguments, kind):
            kept, used = cut(arguments, left)
            budget.spent += used
            whole = len(kept) == len(arguments)
            return (step if whole else Call(name, kept, kind, whole=False)), whole
        case Use(item):
            used = count(str(item.get("code") or item.get("arguments") or ""))
            budget.spent += min(used, left)
            return (step if used <= left else None), used <= left
    return step, True


def _until_stop(steps: Iterable[Step], stops: Sequence[str]) -> Iterator[Step]:
    """Text is put together before it is searched: a stop sequence may lie across two Says."""
    held: list[Say] = []
    for step in steps:
        if isinstance(step, Say):
            held.append(step)
            continue
        text, stopped = _before_stop(held, stops)
        if held:
            yield text
        if stopped:
            return
        held = []
        yield step
    if held:
        yield _before_stop(held, stops)[0]


def _before_stop(held: list[Say], stops: Sequence[str]) -> tuple[Say, bool]:
    text = "".join(say.text for say in held)
    ends = [place for stop in stops if stop and (place := text.find(stop)) >= 0]
    if ends:
        return Say(text[: min(ends)]), True
    return Say(text, tuple(note for say in held for note in say.citations)), False
