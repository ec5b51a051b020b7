"""A pasted JavaScript call read back into a request, by a reader of literals. Nothing of it is ever executed."""

from __future__ import annotations

import json
import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from playground.samples.imported import (
    Imported,
    NotReadable,
    endpoint_by_body,
    endpoint_of,
    is_secret_header,
    object_or_refuse,
)

_CALL = re.compile(r"\b(responses|completions)\s*\.\s*(?:create|stream|parse)\s*\(")
_CLIENT = re.compile(r"\bnew\s+\w*OpenAI\s*\(")
_FETCH = re.compile(r"\bfetch\s*\(")
_CONST = re.compile(r"\b(?:const|let|var)\s+([\w$]+)\s*=\s*")
_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0x[0-9a-fA-F]+|(?:\d[\d_]*)?\.?\d+(?:[eE][+-]?\d+)?|\d+\.)")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_DOTTED = re.compile(r"[A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_$][\w$]*)*")
_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_WORDS = {"true": True, "false": False, "null": None}
_DEEPEST = 100


class _Unreadable(Exception):
    """Not a literal; `text` is what stands there."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.text = text


class Undefined:
    """A property given `undefined` is not sent at all."""


class Literals:
    """Reads JavaScript literals at a place in a text; names may stand for literals given to them before."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.known = {match.group(1): match.end() for match in _CONST.finditer(text)}
        self.left_out: list[str] = []

    def read(self, at: int, depth: int = 0) -> Any:
        if depth > _DEEPEST:
            raise _Unreadable
        self.at = at
        self._skip()
        here = self.text[self.at : self.at + 1]
        if here == "{":
            return self._object(depth)
        if here == "[":
            return self._list(depth)
        if here in ('"', "'", "`"):
            return self._string(here)
        if (number := _NUMBER.match(self.text, self.at)) and here:
            self.at = number.end()
            return _number(number.group().replace("_", ""))
        return self._named(depth)

    def peek(self) -> str:
        self._skip()
        return self.text[self.at : self.at + 1]

    def _skip(self) -> None:
        blank = _BLANK.match(self.text, self.at)
        self.at = blank.end() if blank else self.at

    def _object(self, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        self.at += 1
        while self.peek() != "}":
            if self.text.startswith("...", self.at):
                spread = self.read(self.at + 3, depth + 1)
                if not isinstance(spread, dict):
                    raise _Unreadable
                made.update(spread)
            else:
                self._property(made, depth)
            self._comma("}")
        self.at += 1
        return made

    def _property(self, made: dict[str, Any], depth: int) -> None:
        self._skip()
        start = self.at
        name = self._property_name(depth)
        if self.peek() == ":":
            start = self.at + 1
        try:
            value = self.read(start, depth + 1)
        except _Unreadable:
            if depth:
                raise
            self.left_out.append(name)
            self.at = start
            self._past_expression()
            return
        if not isinstance(value, Undefined):
            made[name] = value

    def _property_name(self, depth: int) -> str:
        here = self.peek()
        if here == "[":
            name = self.read(self.at + 1, depth + 1)
            if self.peek() != "]" or not isinstance(name, str):
                raise _Unreadable
            self.at += 1
            return name
        if here in ('"', "'"):
            return self._string(here)
        found = _NAME.match(self.text, self.at) or _NUMBER.match(self.text, self.at)
        if not found:
            raise _Unreadable
        self.at = found.end()
        return found.group()

    def _list(self, depth: int) -> list[Any]:
        made: list[Any] = []
        self.at += 1
        while self.peek() != "]":
            value = self.read(self.at, depth + 1)
            made.append(None if isinstance(value, Undefined) else value)
            self._comma("]")
        self.at += 1
        return made

    def _comma(self, end: str) -> None:
        here = self.peek()
        if here == ",":
            self.at += 1
        elif here != end:
            raise _Unreadable(self.text[self.at : self.at + 20])

    def _string(self, quote: str) -> str:
        start, at = self.at + 1, self.at + 1
        while at < len(self.text) and self.text[at] != quote:
            if quote == "`" and self.text.startswith("${", at):
                raise _Unreadable
            at += 2 if self.text[at] == "\\" else 1
        if at >= len(self.text):
            raise NotReadable(_("A quotation mark in it is never closed."))
        self.at = at + 1
        text = _ESCAPE.sub(_unescape, self.text[start:at])
        # Two escapes of one pair are one character.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")

    def _named(self, depth: int) -> Any:
        found = _DOTTED.match(self.text, self.at)
        name = re.sub(r"\s", "", found.group()) if found else ""
        if not found:
            raise _Unreadable
        if name == "JSON.stringify" and self.text.startswith("(", found.end()):
            value = self.read(found.end() + 1, depth + 1)
            while self.peek() not in (")", ""):
                self.at += 1
            self.at += 1
            return json.dumps(value)
        self.at = found.end()
        if name in _WORDS:
            return _WORDS[name]
        if name == "undefined":
            return Undefined()
        if name in self.known and self.peek() not in ("(", "."):
            after = self.at
            value = self.read(self.known[name], depth + 1)
            self.at = after
            return value
        raise _Unreadable(name)

    def _past_expression(self) -> None:
        """On to the comma or bracket that ends what could not be read."""
        depth = 0
        while self.at < len(self.text):
            here = self.text[self.at]
            if here in "\"'`":
                self._past_string(here)
            elif here in "([{":
                depth += 1
            elif here in ")]}":
                if not depth:
                    return
                depth -= 1
            elif here == "," and not depth:
                return
            self.at += 1

    def _past_string(self, quote: str) -> None:
        """On to the closing quotation mark."""
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != quote:
            self.at += 2 if self.text[self.at] == "\\" else 1


def read_javascript(text: str) -> Imported:
    literals = Literals(text)
    call = _CALL.search(text)
    fetch = _FETCH.search(text)
    if call:
        endpoint = "responses" if call.group(1) == "responses" else "chat"
        found = Imported(endpoint, object_or_refuse(_read(literals, call.end())), source="JavaScript")
        if re.match(r"\b\w+\s*\.\s*stream", call.group()):
            found.body["stream"] = True
        found.left_out += literals.left_out
        _client(found, text)
        return found
    if fetch:
        return _fetch(literals, fetch.end())
    raise NotReadable(_("There is no call of responses.create, chat.completions.create or fetch in it."))


def _read(literals: Literals, at: int) -> Any:
    try:
        return literals.read(at)
    except _Unreadable:
        raise NotReadable(_("The call's argument is not plain data.")) from None


def _client(found: Imported, text: str) -> None:
    client = _CLIENT.search(text)
    if not client:
        return
    try:
        options = Literals(text).read(client.end())
    except (_Unreadable, NotReadable):
        return
    if isinstance(options, dict):
        found.base_url = str(options.get("baseURL") or "").rstrip("/")
        found.drop_key(str(options.get("apiKey") or ""))


def _fetch(literals: Literals, at: int) -> Imported:
    url = _read(literals, at)
    if literals.peek() != ",":
        raise NotReadable(_("The call of fetch sends no body."))
    options = _read(literals, literals.at + 1)
    body = options.get("body") if isinstance(options, dict) else None
    try:
        document = object_or_refuse(json.loads(body) if isinstance(body, str) else None)
    except ValueError:
        raise NotReadable(_("The body is not a JSON object.")) from None
    endpoint, base_url = endpoint_of(str(url))
    found = Imported(endpoint or endpoint_by_body(document), document, base_url, source="JavaScript")
    headers = options.get("headers")
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if is_secret_header(name):
            found.drop_key(str(value))
        if name.lower() not in ("authorization", "content-type", "accept"):
            found.header_names.append(name)
            found.left_out.append(name)
    return found


def _unescape(match: re.Match[str]) -> str:
    code = match.group(1)
    if code[0] == "u" and len(code) > 1:
        return chr(min(int(code[1:].strip("{}"), 16), 0x10FFFF))
    if code[0] == "x" and len(code) == 3:
        return chr(int(code[1:], 16))
    return _SIMPLE.get(code, code)


def _number(digits: str) -> int | float:
    if digits.lstrip("-").startswith("0x"):
        return int(digits, 16)
    return int(digits) if digits.lstrip("-").isdigit() else float(digits)
