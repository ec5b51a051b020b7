"""The catalogue for other tools: `/api/schema/<endpoint>.json`."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import condition, require_safe

from playground import VERSION
from playground.api import documents
from playground.api.endpoints import ENDPOINTS
from playground.api.openapi import openapi

ALIASES = {"chat_completions": "chat", "chat-completions": "chat"}


@lru_cache(maxsize=16)
def _document(slug: str, language: str) -> tuple[bytes, str]:
    """The bytes and their tag. The help is in the reader's language, the rest never changes while we run."""
    content = documents.write(openapi(ENDPOINTS[slug], VERSION))
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _found(endpoint: str) -> tuple[bytes, str]:
    slug = ALIASES.get(endpoint, endpoint)
    if slug not in ENDPOINTS:
        raise Http404
    return _document(slug, get_language() or "")


def _etag(request: HttpRequest, endpoint: str) -> str:
    return _found(endpoint)[1]


@require_safe
@condition(etag_func=_etag)
def schema(request: HttpRequest, endpoint: str) -> HttpResponse:
    """One endpoint as OpenAPI 3.1."""
    response = HttpResponse(_found(endpoint)[0], content_type="application/json")
    response["Cache-Control"] = "private, max-age=300"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
