"""Names in a prompt, so that calls are made for the places somebody asked about."""

from __future__ import annotations

import re

_PROPER = re.compile(r"\b[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*")
# Words that start a question or a request: their capital makes no name of them.
_NO_NAME = re.compile(
    r"(?:an?|and|any|are|can|could|describe|do|does|draw|fetch|find|get|give|how|i|in|is|it|list|look|make|my|please|say"
    r"|search|should|show|tell|the|there|this|use|was|we|weather|what|when|where|which|who|why|will|with|write|you)\b",
    re.IGNORECASE,
)


def proper_nouns(prompt: str) -> list[str]:
    """Names in the prompt, as far as capitals tell."""
    return [name for name in _PROPER.findall(prompt) if not _NO_NAME.match(name)]
