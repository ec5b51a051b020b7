"""A request as HTTPie, for a POSIX shell."""

from __future__ import annotations

import shlex

from playground.samples import curl
from playground.samples.request import KEY, Request


def write(request: Request) -> str:
    long = len(request.text.encode()) > curl.LONGEST_ARGUMENT
    options = ("--stream " if request.streams else "") + ("" if long else "--ignore-stdin ")
    lines = [f"http {options}POST {shlex.quote(request.url)}"]
    lines += [f'--auth-type bearer --auth "${KEY}"', "Content-Type:application/json"]
    lines += [curl.with_variable(f"{name}:", variable) for name, variable in request.variables().items()]
    return curl.with_body(lines, request.text, "--raw", "")
