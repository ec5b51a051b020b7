"""What pages besides the run pane show of a run."""

from __future__ import annotations

from typing import Any

from django import template

from playground.models import Session

register = template.Library()


@register.inclusion_tag("run/_button_place.html", takes_context=True)
def run_button(context: dict[str, Any], session: Session) -> dict[str, Any]:
    """Run, or Stop while the session's latest run is under way."""
    run = context.get("run") or session.runs.only("pk", "status").last()
    return {"run": run, "csrf_token": context.get("csrf_token")}
