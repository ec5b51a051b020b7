"""What families of models are known to accept, as the documents' table tells it: hints, never walls.

The profile of a request is chosen by hand or guessed from the model's name; "none" leaves only the general limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from .findings import Fix, Operation, Report
from .parameters import Parameter, Words
from .paths import Steps

NONE: Final = "none"


@dataclass(frozen=True, eq=False, slots=True)
class Limits:
    """A range that a family takes; None on a side: the general limit."""

    minimum: float | None = None
    maximum: float | None = None
    items: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Profile:
    slug: str
    title: Words
    names: re.Pattern[str] | None = None
    limits: Mapping[str, Limits] = field(default_factory=dict)
    refused: Mapping[str, Words] = field(default_factory=dict)  # what more there is to say than "not known"


_NOT_KNOWN: Final = _("%(name)s is not known to work with the profile %(profile)s.")

PROFILES: Final[Mapping[str, Profile]] = MappingProxyType({
    each.slug: each
    for each in (
        Profile(
            slug="openai",
            title=_("OpenAI"),
            names=re.compile(r"(^|[/:])(gpt-|chatgpt|o[1-9](\b|-)|codex|computer-use|text-davinci|ft:)", re.IGNORECASE),
            limits={"n": Limits(minimum=1, maximum=128), "stop": Limits(items=4)},
        ),
        Profile(
            slug="claude",
            title=_("Claude (compatible)"),
            names=re.compile(r"claude|anthropic", re.IGNORECASE),
            limits={
                "temperature": Limits(minimum=0, maximum=1),
                "top_p": Limits(minimum=0, maximum=1),
                "n": Limits(minimum=1, maximum=1),
                "stop": Limits(items=4),
            },
        ),
        Profile(
            slug="gemini",
            title=_("Gemini (compatible)"),
            names=re.compile(r"gemini|gemma|google/", re.IGNORECASE),
            limits={
                "temperature": Limits(minimum=0, maximum=2),
                "top_p": Limits(minimum=0, maximum=1),
                "n": Limits(minimum=1, maximum=8),
                "stop": Limits(items=5),
            },
            refused={"reasoning_effort": _("Gemini's own interface has thinking instead of %(name)s.")},
        ),
        Profile(slug=NONE, title=_("None: general limits only")),
    )
})  # fmt: skip


def guess(model: Any) -> str:
    """The profile that a model's name suggests."""
    if isinstance(model, str):
        for profile in PROFILES.values():
            if profile.names is not None and profile.names.search(model[:200]):
                return profile.slug
    return NONE


def profile_of(body: Mapping[str, Any], chosen: str = "") -> Profile:
    """The profile chosen by hand, or the guessed one."""
    return PROFILES.get(chosen) or PROFILES[guess(body.get("model"))]


def stop_limit(profile: Profile) -> int | None:
    """How many stop sequences the family takes."""
    limits = profile.limits.get("stop")
    return limits.items if limits else None


def check_profile(report: Report, parameters: Iterable[Parameter], body: Mapping[str, Any], profile: Profile) -> None:
    """Ranges that the family is known for, and parameters that it is not known to take."""
    if profile.slug == NONE:
        return
    for name, limits in profile.limits.items():
        _check_limits(report, (name,), body.get(name), limits, profile)
    for parameter in parameters:
        name = parameter.name
        if profile.slug not in parameter.profiles and body.get(name) not in (None, False):
            sentence = profile.refused.get(name, _NOT_KNOWN)
            report.hint("outside_profile", (name,), sentence, name=name, profile=profile.title, fix=_do_not_send(name))
    if profile.slug == "claude":
        _check_claude_format(report, body, profile)


def _check_limits(report: Report, where: Steps, value: Any, limits: Limits, profile: Profile) -> None:
    name = where[0]
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = limits.minimum, limits.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            nearest = low if low is not None and value < low else high
            report.hint(
                "outside_profile", where, _range_words(low, high), name=name, profile=profile.title,
                low=low, high=high, fix=Fix(_("Set it to the limit"), (Operation("set", str(name), nearest),)),
            )  # fmt: skip
    if isinstance(value, list) and limits.items is not None and len(value) > limits.items:
        report.hint(
            "outside_profile", where, _("The profile %(profile)s takes at most %(items)s entries."),
            profile=profile.title, items=limits.items,
        )  # fmt: skip


def _range_words(low: float | None, high: float | None) -> Words:
    if low == high:
        return _("The profile %(profile)s is known to take only %(high)s for %(name)s.")
    return _("The profile %(profile)s takes %(low)s to %(high)s for %(name)s.")


def _check_claude_format(report: Report, body: Mapping[str, Any], profile: Profile) -> None:
    format_ = body.get("response_format")
    if isinstance(format_, dict) and format_.get("type") == "json_object":
        report.hint(
            "outside_profile", ("response_format", "type"),
            _("The profile %(profile)s knows only the json_schema form."), profile=profile.title,
            fix=Fix(_("Use json_schema"), (Operation("set", "response_format.type", "json_schema"),)),
        )  # fmt: skip


def _do_not_send(name: str) -> Fix:
    return Fix(_("Do not send it"), (Operation("remove", name),))
