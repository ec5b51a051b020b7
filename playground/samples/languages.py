"""The ways of writing a request, in the order they are offered. A new one is a file and a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playground.samples import (
    curl,
    httpie,
    javascript_fetch,
    javascript_openai,
    python_httpx,
    python_openai,
)
from playground.samples.request import Request


@dataclass(frozen=True)
class Language:
    """`title` is a product's name and not translated; `lexer` is what colours it."""

    slug: str
    title: str
    lexer: str
    write: Callable[[Request], str]


LANGUAGES: dict[str, Language] = {
    language.slug: language
    for language in (
        Language("curl", "curl", "bash", curl.write),
        Language("python-openai", "Python · openai", "python", python_openai.write),
        Language("python-httpx", "Python · httpx", "python", python_httpx.write),
        Language("javascript-openai", "JavaScript · openai", "javascript", javascript_openai.write),
        Language("javascript-fetch", "JavaScript · fetch", "javascript", javascript_fetch.write),
        Language("httpie", "HTTPie", "bash", httpie.write),
    )
}
