"""Short ways to say what a check finds."""

from __future__ import annotations

from typing import Any

from playground.api.check import check
from playground.api.findings import Finding, apply_fix


def responses(**fields: Any) -> dict[str, Any]:
    return {"model": "gpt-4.1", "input": "Hello", **fields}


def chat(**fields: Any) -> dict[str, Any]:
    return {"model": "gpt-4.1", "messages": [{"role": "user", "content": "Hello"}], **fields}


def endpoint_of(body: dict[str, Any]) -> str:
    return "chat" if "messages" in body else "responses"


def found(body: dict[str, Any], path: str, profile: str = "") -> Finding | None:
    """The first finding at this path."""
    findings = check(endpoint_of(body), body, profile)
    return next((each for each in findings if each.path == path), None)


def said(body: dict[str, Any], path: str, profile: str = "") -> tuple[str, str] | None:
    """Severity and code of the first finding at this path."""
    finding = found(body, path, profile)
    return (finding.severity, finding.code) if finding else None


def errors(body: dict[str, Any], profile: str = "") -> list[str]:
    return [each.path for each in check(endpoint_of(body), body, profile) if each.is_error]


def fixed(body: dict[str, Any], path: str, profile: str = "") -> dict[str, Any]:
    """The body after the one click that the finding offers."""
    finding = found(body, path, profile)
    assert finding is not None, f"nothing is said about {path}"
    assert finding.fix is not None, f"{finding.message} has no fix"
    return apply_fix(body, finding.fix)
