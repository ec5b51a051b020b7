"""The Logprobs tab: tokens tinted by how sure the model was. A long answer comes in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.template.loader import render_to_string
from django.utils.formats import number_format

from playground.runs import likelihoods
from playground.upstream.plain import plain

if TYPE_CHECKING:
    from playground.views.run_pane import RunPane

PAGE: Final = 500


def logprobs_panel(pane: RunPane) -> str:
    found = likelihoods.texts(pane.screen)
    which, first = _number(pane, "text"), _number(pane, "from")
    context: dict[str, Any] = {"asked": pane.screen.asked.logprobs, "endpoint": pane.run.endpoint}
    if first and which < len(found):
        return render_to_string("run/_tokens.html", _page(pane, found, which, first), pane.request)
    context["texts"] = [_page(pane, found, which, 0) for which in range(len(found))]
    return render_to_string("run/_logprobs.html", context, pane.request)


def _page(pane: RunPane, found: list[likelihoods.Text], which: int, first: int) -> dict[str, Any]:
    text = found[which]
    tokens = text.tokens(first, PAGE)
    following = first + PAGE
    place = {"text": which, "from": following} if following < text.count else None
    return {
        "text": text,
        "mean": _percent(text.mean),
        "tokens": [(token, _shown(token.text), _percent(token.chance)) for token in tokens],
        "odds": [_odds(token) for token in tokens],
        "odds_id": f"odds-{which}-{first}",
        "more": place and pane.link("logprobs", **place),
        "more_url": place and pane.panel_url("logprobs", **place),
        "left": text.count - following,
    }


def _odds(token: likelihoods.Token) -> list[list[Any]]:
    """For the script that shows them: text, likelihood, its bytes where they are odd."""
    return [[_shown(odd.text), odd.chance, odd.bytes] for odd in token.odds]


def _shown(text: str) -> str:
    """Blank characters are tokens too, and have to be seen."""
    return plain(text, 400).replace("\n", "⏎").replace("\t", "⇥") or "∅"


def _percent(chance: float | None) -> str:
    return "" if chance is None else f"{number_format(chance * 100, 1)}%"


def _number(pane: RunPane, name: str) -> int:
    given = pane.request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 8 else 0
