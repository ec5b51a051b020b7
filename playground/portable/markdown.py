"""A session as Markdown, for a document or a ticket: what was asked, what came, and the numbers."""

from __future__ import annotations

import json
import re
from typing import Any

from django.utils.translation import gettext as _

from playground.models import Run, Session
from playground.portable.discretion import public_request, without_secrets
from playground.samples.request import visible

_FENCE = re.compile(r"`{3,}")


def markdown(session: Session) -> str:
    return "\n".join(
        [f"# {_line(str(session))}", "", *(markdown_of(number, run) for number, run in _numbered(session))]
    )


def _numbered(session: Session) -> list[tuple[int, Run]]:
    return list(enumerate(session.runs.all(), 1))


def markdown_of(number: int, run: Run) -> str:
    """One run of a session, under a heading of its own."""
    heading = _("Run %(number)s · %(model)s") % {"number": number, "model": run.model or run.endpoint}
    facts = [run.get_status_display(), run.created.isoformat(timespec="seconds"), run.connection_name]
    pieces = [f"## {_line(heading)}", "", _line(" · ".join(fact for fact in facts if fact)), ""]
    pieces += [f"### {_('Request')}", "", fenced(_pretty(public_request(run)), "json"), ""]
    summary = without_secrets(run, run.summary or {})
    for title, text in (
        (_("Reasoning"), summary.get("reasoning")),
        (_("Answer"), summary.get("text")),
        (_("Refusal"), summary.get("refusal")),
    ):
        if text:
            pieces += [f"### {title}", "", fenced(str(text)), ""]
    for call in summary.get("tool_calls") or []:
        title = _("Call of %(name)s") % {"name": call.get("name")}
        pieces += [f"### {_line(title)}", "", fenced(str(call.get("arguments")), "json"), ""]
    if run.problem:
        said = without_secrets(run, str(run.problem.get("detail") or run.problem.get("code")))
        pieces += [f"### {_('Problem')}", "", fenced(said), ""]
    return "\n".join(pieces + _numbers(run))


def _numbers(run: Run) -> list[str]:
    counts = (run.summary or {}).get("usage") or {}
    rows = [f"| {_cell(name)} | {value} |" for name, value in counts.items() if isinstance(value, int)]
    rows += [f"| {name} | {round(value)} ms |" for name, value in run.timings.items() if name in ("first_text", "done")]
    return ["| | |", "|---|---|", *rows, ""] if rows else []


def fenced(text: str, language: str = "") -> str:
    """A code block that its own text cannot end."""
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _pretty(body: bytes) -> str:
    try:
        return visible(json.dumps(json.loads(body), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


_FORMULA = ("=", "+", "-", "@")


def _line(text: Any) -> str:
    """One line that Markdown shows as it is, and that no spreadsheet takes for a formula."""
    escaped = _escaped(text)
    return f"\\{escaped}" if escaped.startswith(_FORMULA) else escaped


def _cell(text: Any) -> str:
    """The same for a table, which is copied into spreadsheets after it was rendered: a backslash is gone by then."""
    escaped = _escaped(text)
    return f"'{escaped}" if escaped.startswith(_FORMULA) else escaped


def _escaped(text: Any) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|!])", r"\\\1", visible(" ".join(str(text).split())))
