"""A pasted Python call read back into a request, by its syntax tree. Nothing of it is ever executed."""

from __future__ import annotations

import ast
import json
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

CALLS = {
    "responses.create": "responses",
    "responses.stream": "responses",
    "responses.parse": "responses",
    "completions.create": "chat",
    "completions.stream": "chat",
    "completions.parse": "chat",
}
#: Keyword arguments that belong to the package, not to the request.
_PACKAGE = frozenset(("extra_headers", "extra_query", "timeout"))


class _Unreadable(Exception):
    """An expression that is not plain data."""


def read_python(text: str) -> Imported:
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NotReadable(_("The text looks like Python but cannot be parsed.")) from None
    known = _assignments(tree)
    found: Imported | None = None
    base_url: object = ""
    keys: list[object] = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = _dotted(call.func)
        if name.endswith(("OpenAI", "AsyncOpenAI")):
            base_url = _keyword(call, "base_url", known) or base_url
            keys.append(_keyword(call, "api_key", known))
        elif found is None and ".".join(name.split(".")[-2:]) in CALLS:
            found = _sdk_call(call, name, known)
        elif found is None and name.split(".")[-1] in ("post", "stream", "request") and "." in name:
            found = _http_call(call, known)
    if found is None:
        raise NotReadable(_("There is no call of responses.create or chat.completions.create in it."))
    found.base_url = found.base_url or str(base_url).rstrip("/")
    for key in keys:
        if isinstance(key, str):
            found.drop_key(key)
    return found


def _sdk_call(call: ast.Call, name: str, known: dict[str, ast.expr]) -> Imported:
    short = ".".join(name.split(".")[-2:])
    found = Imported(CALLS[short], {}, source="Python")
    extra: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg in _PACKAGE:
            found.left_out.append(keyword.arg or "")
            continue
        try:
            value = _value(keyword.value, known)
        except _Unreadable:
            found.left_out.append(keyword.arg or ast.unparse(keyword.value))
            continue
        if keyword.arg is None and isinstance(value, dict):
            found.body.update(value)
        elif keyword.arg == "extra_body" and isinstance(value, dict):
            extra = value
        elif keyword.arg:
            found.body[keyword.arg] = value
    found.body.update(extra)
    if short.endswith(".stream"):
        found.body["stream"] = True
    return found


def _http_call(call: ast.Call, known: dict[str, ast.expr]) -> Imported | None:
    """httpx.post(url, json=…) and its like; None when it is some other call."""
    urls = [each for each in (_try(argument, known) for argument in call.args) if isinstance(each, str) and "/" in each]
    url = urls[0] if urls else _keyword(call, "url", known)
    body = _keyword(call, "json", known)
    if body is None:
        content = _keyword(call, "data", known) or _keyword(call, "content", known)
        try:
            body = json.loads(content) if isinstance(content, str | bytes) else None
        except ValueError:
            body = None
    if body is None or not isinstance(url, str):
        return None
    endpoint, base_url = endpoint_of(url)
    document = object_or_refuse(body)
    found = Imported(endpoint or endpoint_by_body(document), document, base_url, source="Python")
    headers = _keyword(call, "headers", known, keep_unreadable=True)
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if is_secret_header(name):
            found.drop_key(str(value))
        if name.lower() not in ("authorization", "content-type", "accept"):
            found.header_names.append(name)
            found.left_out.append(name)
    return found


def _assignments(tree: ast.Module) -> dict[str, ast.expr]:
    """`name = expression`, anywhere; the last one counts."""
    return {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _keyword(call: ast.Call, name: str, known: dict[str, ast.expr], keep_unreadable: bool = False) -> Any:
    for keyword in call.keywords:
        if keyword.arg == name:
            return _try(keyword.value, known, keep_unreadable)
    return None


def _try(node: ast.expr, known: dict[str, ast.expr], keep_unreadable: bool = False) -> Any:
    try:
        return _value(node, known, keep_unreadable=keep_unreadable)
    except _Unreadable:
        return None


def _value(node: ast.expr, known: dict[str, ast.expr], depth: int = 0, keep_unreadable: bool = False) -> Any:
    """Plain data: literals, lists, dicts, names that were given such data, strings joined with + or by json.dumps."""
    if depth > 100:
        raise _Unreadable

    def inner(each: ast.expr) -> Any:
        return _value(each, known, depth + 1, keep_unreadable)

    match node:
        case ast.Constant(value=str() | bool() | int() | float() | None as value):
            return value
        case ast.List(elts=entries) | ast.Tuple(elts=entries):
            return [inner(entry) for entry in entries]
        case ast.Dict(keys=keys, values=values):
            return _dict(keys, values, inner)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = inner(left), inner(right)
            if isinstance(first, str) and isinstance(second, str):
                return first + second
        case ast.Name(id=name) if name in known:
            return inner(known[name])
        case ast.Call(func=function, args=[argument]) if _dotted(function) == "json.dumps":
            return json.dumps(inner(argument))
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            return {keyword.arg: inner(keyword.value) for keyword in keywords if keyword.arg}
    if keep_unreadable:
        return "$" + ast.unparse(node)
    raise _Unreadable


def _dict(keys: list[ast.expr | None], values: list[ast.expr], inner: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in zip(keys, values, strict=True):
        if key is None:
            spread = inner(value)
            if not isinstance(spread, dict):
                raise _Unreadable
            made.update(spread)
            continue
        name = inner(key)
        if not isinstance(name, str):
            raise _Unreadable
        made[name] = inner(value)
    return made
