"""What in a text looks like a secret: a key, a token, a credential, a mail address, a file. Pure.

The same is looked for before a link is made, and hidden where a room looks on, there also in what is being typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

#: What stands where something was left out.
DOTS: Final = "•••"

#: Letters of scripts that put no spaces between words: an address may begin right behind one of them.
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff66-\uff9f"
_ALONE: Final = r"(?<![A-Za-z0-9])"
_NAME: Final = rf"(?:(?![{_UNSPACED}])[\w.+-])"
_LABEL: Final = rf"(?:(?![{_UNSPACED}])[\w-])"

PATTERNS: Final = {
    "key": re.compile(
        _ALONE + r"(?:sk|pk|rk|gsk|xai|hf|ghp|gho|glpat|xox[abp]|AKIA|AIza)[-_]?[A-Za-z0-9_-]{16,1000}",
    ),
    "token": re.compile(_ALONE + r"eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}"),
    "bearer": re.compile(_ALONE + r"Bearer [A-Za-z0-9._~+/-]{12,2000}"),
    "mail": re.compile(rf"{_NAME}{{1,64}}@{_LABEL}{{1,63}}(?:\.{_LABEL}{{1,63}}){{1,6}}"),
    "file": re.compile(r"data:[\w.+-]{1,50}/[\w.+-]{1,80};base64,[A-Za-z0-9+/=]{64,}"),
}
#: What a secret can be made of. Only "Bearer" is followed by a space.
_PIECE: Final = re.compile(rf"(?![{_UNSPACED}])[\w.+@/=:;,~\[\]-]")
_BEARER: Final = re.compile(r"Bearer\s?\Z")


def secrets_in(text: str) -> Iterator[tuple[str, str]]:
    """Each with its kind."""
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            yield kind, match.group()


def patterns_for_scripts() -> list[str]:
    """The same patterns as a browser writes them, with the flag `u`: there `\\w` is ASCII alone."""
    return [pattern.pattern.replace(r"\w", r"\p{L}\p{N}_") for pattern in PATTERNS.values()]


def hide(text: str, also: Collection[str] = ()) -> str:
    """The text with dots for all that looks like a secret, and for these names."""
    text = hide_names(text, also)
    for pattern in PATTERNS.values():
        text = pattern.sub(DOTS, text)
    return text


def hide_names(text: str, names: Collection[str]) -> str:
    """The text with dots for these names alone."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, DOTS)
    return text


def hide_within(value: Any, also: Collection[str] = (), hiding: Callable[[str, Collection[str]], str] = hide) -> Any:
    """The same for a document."""
    if isinstance(value, str):
        return hiding(value, also)
    if isinstance(value, list):
        return [hide_within(each, also, hiding) for each in value]
    if isinstance(value, dict):
        return {hiding(str(key), also): hide_within(each, also, hiding) for key, each in value.items()}
    return value


def settled(text: str, new: int | None = None) -> int:
    """Up to where a text that grows can be shown: the word at its end may yet become a secret. `new` characters of it
    just came; what stands before them was held back."""
    end = len(text)
    first = max(0, end - new) if new is not None else 0
    while end > first and _PIECE.match(text, end - 1):
        end -= 1
    if end == first:
        return 0
    bearer = _BEARER.search(text, max(0, end - 8), end)
    return bearer.start() if bearer else end


def settled_for_names(text: str, names: Collection[str]) -> int:
    """The same where only names are hidden: what stands at the end may be the beginning of one."""
    end = len(text)
    for name in names:
        for start in range(max(0, len(text) - len(name) + 1), end):
            if name.startswith(text[start:]):
                end = start
                break
    # A name that is whole already may end in what another one begins with: it is not cut in two.
    while crossed := [start for name in names if (start := _crossing(text, name, end)) >= 0]:
        end = min(crossed)
    return end


def _crossing(text: str, name: str, end: int) -> int:
    """Where this name begins before `end` and ends behind it; -1 if it does not."""
    return text.find(name, max(0, end - len(name) + 1), end + len(name) - 1)
