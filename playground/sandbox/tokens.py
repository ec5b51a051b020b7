"""The sandbox's own token rule.

A token is one of these, whichever fits first: an optional space and up to eight letters; an optional space and up to
three digits; one sign of a script written without spaces; a run of up to eight white-space characters; any other single
sign. The counts are estimates: no real model splits text exactly so.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_DENSE = "\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
TOKEN = re.compile(rf" ?[^\W\d_{_DENSE}]{{1,8}}| ?\d{{1,3}}|[{_DENSE}]|\s{{1,8}}|.", re.DOTALL)
LONG_TEXT = 200_000  # beyond this many characters a text is counted, not split
CHARACTERS_PER_TOKEN = 4
TOKEN_IDS = 100_000


def split(text: str) -> Iterator[str]:
    """The tokens of a text, in order; joined they are the text."""
    for match in TOKEN.finditer(text):
        yield match.group()


def count(text: str) -> int:
    """How many tokens a text has; a very long one is counted as one for every four characters."""
    if len(text) > LONG_TEXT:
        return len(text) // CHARACTERS_PER_TOKEN
    return len(TOKEN.findall(text))


def cut(text: str, limit: int) -> tuple[str, int]:
    """The text's first `limit` tokens, and how many those are."""
    end = used = 0
    for match in TOKEN.finditer(text):
        if used >= limit:
            break
        used, end = used + 1, match.end()
    return text[:end], used


def token_id(token: str) -> int:
    """The number by which `logit_bias` names a token; a leading space makes no difference."""
    return zlib.crc32(token.strip().lower().encode("utf-8", "surrogatepass")) % TOKEN_IDS
