"""`check`: everything there is to say about a body before it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from . import rules_chat, rules_responses
from .asking import Asked
from .checking import check_characters, check_fields
from .endpoints import ENDPOINTS, Endpoint
from .findings import Finding, Report
from .profiles import Profile, check_profile, profile_of, stop_limit
from .rules import Rule, unknown_fields

_RULES: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {"responses": rules_responses.RULES, "chat": rules_chat.RULES}
)
_ELSEWHERE: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {"responses": rules_responses.ELSEWHERE, "chat": rules_chat.ELSEWHERE}
)
# Whether these are required is a matter of the rules: something else may stand in for them.
_BY_RULE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {"responses": frozenset({"model", "input"}), "chat": frozenset()}
)


def check(endpoint: Endpoint | str, body: Mapping[str, Any], profile: str = "") -> list[Finding]:
    """Errors and hints, in the order of the form.

    `profile` is what was chosen by hand ("openai", "claude", "gemini", "none"); "" guesses it from the model's name.
    """
    endpoint = ENDPOINTS[endpoint] if isinstance(endpoint, str) else endpoint
    chosen = profile_of(body, profile)
    report = Report(endpoint.control_of)
    asked = Asked(body, chosen)
    fields = dict(body)
    check_fields(report, endpoint.parameters, fields, (), _BY_RULE[endpoint.slug])
    check_characters(report, fields)
    for rule in _RULES[endpoint.slug]:
        rule(report, asked)
    check_profile(report, endpoint.parameters, body, chosen)
    unknown_fields(report, asked, endpoint.by_name, _ELSEWHERE[endpoint.slug])
    findings = _said_once(each for each in report.findings if not _tolerated(each, fields, chosen))
    return sorted(findings, key=lambda finding: endpoint.rank(finding.name))


def _said_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Declaration, rules and profile may see the same thing; the first to say it is heard."""
    said: set[tuple[str, str]] = set()
    wrong: set[str] = set()
    for finding in findings:
        key = (finding.path, finding.message)
        if key in said or (finding.code == "outside_profile" and finding.path in wrong):
            continue
        said.add(key)
        if finding.is_error:
            wrong.add(finding.path)
        yield finding


def _tolerated(finding: Finding, body: dict[str, Any], profile: Profile) -> bool:
    """What the declaration has to refuse and a rule knows better."""
    if finding.path == "stop" and finding.code == "array_above_max_length":  # D4: one family takes more
        return len(body["stop"]) <= (stop_limit(profile) or 0)
    if finding.path in ("text.format.name", "text.format.schema"):  # B15: they may be nested instead
        return finding.code == "missing_required_parameter" and "json_schema" in body["text"]["format"]
    return False
