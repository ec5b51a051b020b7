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
#: What plain words do not have: a digit, or a capital behind a small letter.
_STRANGE: Final = r"(?:[0-9]|[a-z][A-Z])"


def _any_case(*words: str) -> str:
    """One of these words, without the flag that not every browser knows for a part of a pattern."""
    return "|".join("".join(f"[{each.upper()}{each}]" if each.isalpha() else each for each in word) for word in words)


_KEY_NAMED: Final = _any_case(
    "api[ _-]?key", "access[_-]?key", "secret[_-]?key", "client[_-]?secret", "secret", "token"
)
_PASSWORD: Final = _any_case("password", "passwd", "passphrase")
_KEY: Final = r"(?=[A-Za-z_./+=-]{0,40}?[0-9])[A-Za-z0-9_./+=-]{16,500}"
_WORD: Final = r"(?![$%*.])(?=[A-Za-z_.-]{0,40}?[0-9!@#^?~$&+=])[\w.~!$&*+,;=%#^?:@/-]{6,200}"
#: Between a name and its value, also where both stand in JSON, and there in a text.
_IS: Final = r"""(?:\\?["'])? ?[:=] ?(?:\\?["'])?"""
_PARAMETER: Final = r"(?:;[\w.+-]{1,40}=[\w.+-]{1,80})"
_PRIVATE: Final = r"[A-Z0-9 ]{0,40}PRIVATE KEY-----"
LONGEST_PRIVATE: Final = 20_000

#: Each takes time in proportion to the text, whatever it is: what repeats is bounded, or ends where nothing else fits.
PATTERNS: Final = {
    "private": re.compile(
        rf"-----BEGIN {_PRIVATE}(?:(?!-----)[\s\S]){{16,{LONGEST_PRIVATE}}}(?:-----END {_PRIVATE})?",
    ),
    "key": re.compile(
        _ALONE
        + r"(?:(?:sk|pk|rk|gsk|xai|hf|gh[oprsu]|github_pat|glpat|xox[abeps]|xapp|npm|nvapi|pplx|pypi|r8|whsec)[-_]"
        rf"(?=[A-Za-z_-]{{0,100}}?{_STRANGE})|A[KS]IA(?=[A-Z0-9]{{16}})|AIza|ya29\.)[A-Za-z0-9_-]{{16,1000}}",
    ),
    "token": re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}"),
    "bearer": re.compile(
        rf"{_ALONE}(?:{_any_case('bearer')}) (?=[A-Za-z_~+/-]{{0,100}}?(?:{_STRANGE}|[A-Za-z][._~][A-Za-z]))"
        r"[A-Za-z0-9._~+/-]{12,2000}={0,2}"
    ),
    "basic": re.compile(
        rf"{_ALONE}(?:{_any_case('basic')}) (?=(?:[A-Za-z+/]{{0,100}}?(?:[0-9=]|[a-z][A-Z])){{2}})"
        r"(?:[A-Za-z0-9+/]{4}){2,500}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?(?![A-Za-z0-9+/=])"
    ),
    "login": re.compile(r"(?<=://)[\w.~!$&*+,;=%-]{0,100}:[\w.~!$&*+,;=%#^?:-]{1,200}@"),
    "named": re.compile(rf"{_ALONE}(?:(?:{_KEY_NAMED}){_IS}{_KEY}|(?:{_PASSWORD}){_IS}{_WORD})"),
    "mail": re.compile(rf"(?<!{_NAME}){_NAME}{{1,500}}@{_LABEL}{{1,63}}(?:\.{_LABEL}{{1,63}}){{1,6}}"),
    "file": re.compile(
        rf"data:[\w.+-]{{1,50}}/[\w.+-]{{1,80}}{_PARAMETER}{{0,4}}"
        r"(?:;base64,[A-Za-z0-9+/=_-]{64,}|,[\w.~!$&*+,;=:@/?%#-]{16,})"
    ),
}
#: The name of a field, by its last words, and what it must hold then to be a secret.
_LAST: Final = r"(?:\A|[^A-Za-z0-9]|(?<=[a-z])(?=[A-Z]))"
_FIELDS: Final = (
    (re.compile(rf"{_LAST}(?:{_KEY_NAMED}|{_any_case('authorization')})\Z"), re.compile(_KEY)),
    (re.compile(rf"{_LAST}(?:{_PASSWORD})\Z"), re.compile(_WORD)),
)
#: What a secret can be made of, within a word.
_PIECE: Final = re.compile(rf"(?![{_UNSPACED}])[\w.+@/=:;,~!$&*?%#^\[\]-]")
#: What stands before a secret, with something between.
_BEGUN: Final = re.compile(
    rf"""(?:(?:{_any_case("bearer", "basic")})\s?|{_any_case("api")} """
    rf"""|(?:{_KEY_NAMED}|{_PASSWORD})(?:\\?["']?) ?[:=]? ?(?:\\?["']?))\Z"""
)
_LONGEST_BEGUN: Final = 24
_PRIVATE_BEGUN: Final = re.compile(
    rf"-----BEGIN (?:[A-Z0-9 ]{{0,60}}-{{0,5}}\Z|{_PRIVATE}(?![\s\S]*-----END {_PRIVATE}))"
)


def secrets_in(text: str) -> Iterator[tuple[str, str]]:
    """Each with its kind. What logs in at an address is no mail address, though it looks like one."""
    for kind, pattern in PATTERNS.items():
        where = PATTERNS["login"].sub(" ", text) if kind == "mail" and "://" in text else text
        for match in pattern.finditer(where):
            yield kind, match.group()


def secret_fields(value: Any) -> Iterator[tuple[str, str]]:
    """What only its name makes a secret, in a document, with that name: of its field, or in the field beside it."""
    if isinstance(value, list):
        for each in value:
            yield from secret_fields(each)
    elif isinstance(value, dict):
        yield from ((name, str(value[field])) for field, name in _secret_names(value).items())
        for each in value.values():
            yield from secret_fields(each)


def _secret_names(fields: dict[Any, Any]) -> dict[Any, str]:
    """The fields that hold a secret, each with the name that says so."""
    names = {field: str(field) for field in fields}
    if isinstance(named := fields.get("name", fields.get("key")), str) and "value" in fields:
        names["value"] = named
    return {field: name for field, name in names.items() if _is_secret(name, fields[field])}


def _is_secret(name: str, value: Any) -> bool:
    return isinstance(value, str) and any(said.search(name) and held.fullmatch(value) for said, held in _FIELDS)


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
        secret = _secret_names(value) if hiding is hide else ()
        return {
            hiding(str(key), also): DOTS if key in secret else hide_within(each, also, hiding)
            for key, each in value.items()
        }
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
    begun = _BEGUN.search(text, max(0, end - _LONGEST_BEGUN), end)
    return _before_private(text, begun.start() if begun else end)


def _before_private(text: str, end: int) -> int:
    """A private key has lines, and is not whole before its last one."""
    start = text.rfind("-----BEGIN ", max(0, end - LONGEST_PRIVATE))
    return start if start >= 0 and _PRIVATE_BEGUN.match(text, start, end) else end


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
