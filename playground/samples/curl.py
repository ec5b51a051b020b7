"""A request as curl, for a POSIX shell."""

from __future__ import annotations

import re
import shlex
from typing import Final

from playground.samples.request import KEY, Request

#: Linux refuses a single argument over 128 kB; a longer body goes in through standard input.
LONGEST_ARGUMENT = 100_000

_PLAIN: Final = re.compile(r"[\w.:-]+ ?", re.ASCII)


def write(request: Request) -> str:
    lines = [f"curl {'--no-buffer ' if request.streams else ''}{_url(request.url)}"]
    lines += [f'-H "Authorization: Bearer ${KEY}"', "-H 'Content-Type: application/json'"]
    lines += [f"-H {with_variable(f'{name}: ', variable)}" for name, variable in request.variables().items()]
    return with_body(lines, request.text, "--data-raw", "--data-binary @-")


def with_body(lines: list[str], text: str, option: str, from_input: str) -> str:
    """The command with its body as one quoted word, or as a here-document when that word would be too long."""
    if len(text.encode()) <= LONGEST_ARGUMENT:
        return " \\\n  ".join([*lines, f"{option} {shlex.quote(text)}".strip()]) + "\n"
    end = unused_line(text)
    return " \\\n  ".join([*lines, f"{from_input} <<'{end}'".strip()]) + f"\n{text}\n{end}\n"


def with_variable(text: str, variable: str) -> str:
    """One word of a text and what a variable holds. Inside double quotes a shell would run what the text has in
    backticks."""
    return f'"{text}${variable}"' if _PLAIN.fullmatch(text) else f'{shlex.quote(text)}"${variable}"'


def unused_line(text: str) -> str:
    """A word that is no line of the text, to end a here-document with."""
    lines, word = set(text.split("\n")), "END_OF_BODY"
    while word in lines:
        word += "_"
    return word


def _url(url: str) -> str:
    # curl would read brackets and braces as patterns.
    return ("--globoff " if any(each in url for each in "[]{}") else "") + shlex.quote(url)
