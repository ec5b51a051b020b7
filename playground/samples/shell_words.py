"""A command split into words as a POSIX shell (with bash's $'…') would, expanding nothing: `$X` stays `$X`."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from playground.samples.imported import NotReadable

_PLAIN = re.compile(r"[^\s'\"\\$#|&;<>]+")
_ANSI = re.compile(r"((?:[^'\\]|\\.)*)'", re.DOTALL)
_DOUBLE = re.compile(r'((?:[^"\\]|\\.)*)"', re.DOTALL)
_HEREDOC = re.compile(r"<<-?[ \t]*(['\"]?)(\w+)\1")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_IN_DOUBLE = re.compile(r'\\(["\\$`]|\r?\n)')
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "E": "\x1b"}
_OPERATORS = frozenset("|&;>")


def split(text: str) -> tuple[list[str], str | None]:
    """The words of the first command, and its here-document (or here-string) if it has one."""
    words: list[str] = []
    word: str | None = None
    heredoc: str | None = None
    at = 0
    while at < len(text):
        here = text[at]
        if here == "\\":
            step = 3 if text.startswith("\\\r\n", at) else 2
            if text[at + 1 : at + 2] not in ("\n", "\r"):
                word = (word or "") + text[at + 1 : at + 2]
            at += step
        elif here in " \t\r\n":
            words += [word] if word is not None else []
            word, at = None, at + 1
            if here == "\n" and words:
                break
        elif here in "'\"" or text.startswith(("$'", '$"'), at):
            piece, at = _quoted(text, at)
            word = (word or "") + piece
        elif text.startswith("<<<", at):
            at += 3
        elif match := _HEREDOC.match(text, at):
            heredoc, text = _take_heredoc(text, match)
            at = match.start()
        elif here in _OPERATORS or (here == "#" and word is None):
            break
        else:
            plain = _PLAIN.match(text, at)
            end = plain.end() if plain else at + 1
            word, at = (word or "") + text[at:end], end
    return words + ([word] if word is not None else []), heredoc


def _quoted(text: str, at: int) -> tuple[str, int]:
    """One quoted stretch, unquoted, and where it ends."""
    if text[at] == "'":
        end = text.find("'", at + 1)
        if end < 0:
            raise _unclosed()
        return text[at + 1 : end], end + 1
    ansi = text.startswith("$'", at)
    start = at + (1 if text[at] == '"' else 2)
    match = (_ANSI if ansi else _DOUBLE).match(text, start)
    if not match:
        raise _unclosed()
    if ansi:
        return _ESCAPE.sub(_unescape, match.group(1)), match.end()
    return _IN_DOUBLE.sub(lambda found: found.group(1).strip("\r\n"), match.group(1)), match.end()


def _take_heredoc(text: str, match: re.Match[str]) -> tuple[str, str]:
    """The document, and the text without it."""
    head, newline, rest = text[match.end() :].partition("\n")
    end = re.search(rf"^[ \t]*{match.group(2)}[ \t]*\r?$", rest, re.MULTILINE)
    if not newline or not end:
        raise NotReadable(_("The command's here-document is never ended."))
    return rest[: end.start()].removesuffix("\n"), text[: match.start()] + head + "\n" + rest[end.end() :]


def _unescape(match: re.Match[str]) -> str:
    code = match.group(1)
    if code[0] in "uUx" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number < 0x110000 else ""
    if code[0] in "01234567":
        return chr(int(code, 8))
    return _SIMPLE.get(code, code)


def _unclosed() -> NotReadable:
    return NotReadable(_("A quotation mark in the command is never closed."))
