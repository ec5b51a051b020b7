"""Rules that hold for both endpoints: streams, tools, names, schemas, fields that belong elsewhere."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from . import paths
from .asking import Asked, fields_of
from .checking import schema_steps
from .findings import Fix, Operation, Report
from .parameters import Words
from .paths import Steps
from .schemas import strict_problems

Rule = Callable[[Report, Asked], None]

TOLERATED: Final = frozenset({"verbosity", "extra_body"})


def remove(name: str) -> Fix:
    return Fix(_("Do not send it"), (Operation("remove", name),))


def stream_options_need_stream(report: Report, asked: Asked) -> None:
    """B2, C4."""
    if asked.has("stream_options") and asked.get("stream") is not True:
        report.error(
            "unsupported_parameter", ("stream_options",), _("Only allowed when stream is true."),
            fix=Fix(_("Set stream to true"), (Operation("set", "stream", True),)),
        )  # fmt: skip


def temperature_and_top_p(report: Report, asked: Asked) -> None:
    """B4: advice."""
    if asked.has("temperature", "top_p"):
        report.hint(
            "both_samplers", ("top_p",), _("temperature is set as well; changing one of the two is enough."),
            fix=remove("top_p"),
        )  # fmt: skip


def user_is_deprecated(report: Report, asked: Asked) -> None:
    """B5."""
    if not asked.has("user"):
        return
    free = [name for name in ("safety_identifier", "prompt_cache_key") if not asked.has(name)]
    report.hint(
        "deprecated", ("user",), _("Outdated: safety_identifier and prompt_cache_key took its place."),
        fix=use_instead("user", free[0]) if free else None,
    )  # fmt: skip


def tool_choice_needs_tools(report: Report, asked: Asked, names: Callable[[Any], set[tuple[str, str]]]) -> None:
    """B14, C13. `names` gives (type, name) of what the tools offer."""
    choice = asked.get("tool_choice")
    wants = choice == "required" or isinstance(choice, dict)
    if wants and not asked.tools:
        report.error(
            "invalid_value", ("tool_choice",), _("A tool is demanded and tools is empty."), fix=remove("tool_choice")
        )
    elif isinstance(choice, dict) and not _is_offered(choice, names(asked.tools)):
        report.error(
            "invalid_value", ("tool_choice",), _("The tool named here is not among the tools."),
            fix=Fix(_("Let the model choose"), (Operation("set", "tool_choice", "auto"),)),
        )  # fmt: skip


def _is_offered(choice: dict[str, Any], offered: set[tuple[str, str]]) -> bool:
    kind = choice.get("type")
    if kind in ("function", "custom", "mcp"):
        inner = fields_of(choice.get(str(kind))) or choice
        name = inner.get("server_label") if kind == "mcp" else inner.get("name")
        return not isinstance(name, str) or (str(kind), name) in offered
    return kind == "allowed_tools" or not isinstance(kind, str) or any(each == kind for each, _name in offered)


def unique_names(report: Report, named: Iterable[tuple[Steps, Any]]) -> None:
    """B27: two functions of one name cannot be told apart."""
    seen: set[str] = set()
    for where, name in named:
        if isinstance(name, str) and name in seen:
            report.error("repeated_name", where, _("Another function has this name already."))
        elif isinstance(name, str):
            seen.add(name)


def strict_schema(report: Report, where: Steps, schema: Any) -> None:
    """B16, C12: what strict is against, with one click to obey."""
    if not isinstance(schema, dict):
        return
    fix = Fix(_("Make it strict"), (Operation("strict", paths.show(where)),))
    for problem in strict_problems(schema)[:20]:
        steps = (*where, *schema_steps(schema, problem.pointer))
        report.error("invalid_json_schema", steps, problem.sentence, names=problem.names, fix=fix)


def unknown_fields(report: Report, asked: Asked, known: Iterable[str], elsewhere: Mapping[str, str]) -> None:
    """A13: passed on as they are; a slip of the pen and the other endpoint's word for it get a fix.

    `elsewhere`: a name of the other endpoint -> what it is called here ("" when it has no counterpart).
    """
    known = list(known)
    for name in asked.body:
        if name in known or name in TOLERATED:
            continue
        here = elsewhere.get(name, "")
        if name not in elsewhere:
            close = difflib.get_close_matches(name[:60], known, n=1, cutoff=0.8)
            here = close[0] if close else ""
        fix = use_instead(name, here) if here and not asked.has(here) else None
        report.hint("unknown_parameter", (name,), _UNKNOWN[name in elsewhere], name=name, fix=fix)


_UNKNOWN: Final[Mapping[bool, Words]] = {
    False: _("%(name)s is not known for this endpoint. It will be sent; OpenAI would refuse it."),
    True: _("%(name)s belongs to the other endpoint. It will be sent; OpenAI would refuse it."),
}


def use_instead(name: str, here: str) -> Fix:
    return Fix(format_lazy(_("Use {name} instead"), name=here), (Operation("rename", paths.show((name,)), here),))
