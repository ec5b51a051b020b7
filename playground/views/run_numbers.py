"""The Numbers tab: what was measured, what was reported, what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from playground.runs.numbers import numbers

if TYPE_CHECKING:
    from playground.views.run_pane import RunPane


def numbers_panel(pane: RunPane) -> str:
    is_mine = bool(pane.file_url("request"))
    context = {"groups": numbers(pane.run, pane.screen), "no_prices": is_mine and not pane.run.prices}
    return render_to_string("run/_numbers.html", context, pane.request)
