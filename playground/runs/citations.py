"""The citations of a text: the same source is one number, however often and in whatever shape it is cited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from playground.rendering import host_of, safe_url

MOST: Final = 200
LONGEST: Final = 500


@dataclass(slots=True)
class Citation:
    """A page or a file that the text leans on. `url` only where it may be a link."""

    number: int
    title: str
    url: str = ""
    host: str = ""
    quote: str = ""
    ends: list[int] = field(default_factory=list)  # behind which characters of the text it stands


@dataclass(frozen=True, slots=True)
class Citations:
    shown: list[Citation]
    more: int = 0  # sources beyond those

    @property
    def marks(self) -> list[tuple[int, int]]:
        return [(end, each.number) for each in self.shown for end in each.ends]

    @property
    def addresses(self) -> dict[int, str]:
        return {each.number: each.url for each in self.shown}


def citations(annotations: Any) -> Citations:
    """From annotations as upstream wrote them; whatever is no citation is left to the Response tab."""
    found: dict[str, Citation] = {}
    more: set[str] = set()
    for annotation in annotations if isinstance(annotations, list) else ():
        given = _flat(annotation)
        url, name = _text(given, "url"), _text(given, "filename", "file_id", "container_id")
        title = _text(given, "title") or name or url
        if not title:
            continue
        key = url or name or title
        if key not in found and len(found) == MOST:
            more.add(key)
            continue
        citation = found.setdefault(key, _citation(len(found) + 1, title, url, given))
        end = given.get("end_index", given.get("index"))
        if isinstance(end, int) and not isinstance(end, bool):
            citation.ends.append(end)
    return Citations(list(found.values()), len(more))


def _citation(number: int, title: str, url: str, given: dict[str, Any]) -> Citation:
    target = safe_url(url)
    quote = _text(given, "quote", "cited_text")
    return Citation(number, title[:LONGEST], target, host_of(target) if target else "", quote[:LONGEST])


def _flat(annotation: Any) -> dict[str, Any]:
    """Chat wraps what it says in the name of its kind."""
    if not isinstance(annotation, dict):
        return {}
    inner = annotation.get(str(annotation.get("type")))
    return {**annotation, **inner} if isinstance(inner, dict) else annotation


def _text(given: dict[str, Any], *names: str) -> str:
    return next((given[name] for name in names if isinstance(given.get(name), str) and given[name]), "")
