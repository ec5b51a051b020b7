"""Untrusted text in templates. Everything goes through `rendering`."""

from django import template
from django.utils.safestring import SafeString

from playground import rendering

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    return rendering.render_markdown(text)


@register.filter
def visible(text: object) -> SafeString:
    return rendering.visible(_text(text))


@register.filter
def prose(text: object) -> SafeString:
    return rendering.prose(_text(text))


@register.filter
def pretty_json(text: str | bytes) -> SafeString:
    return rendering.pretty_json(_text(text))


@register.filter
def readable_json(text: str | bytes) -> SafeString:
    return rendering.pretty_json(_text(text), readable=True)


@register.filter
def inked(code: str, language: str) -> SafeString:
    return rendering.highlight(code, language)


@register.simple_tag
def safe_link(url: str, text: str = "") -> SafeString:
    return rendering.link(url, text)


def _text(value: object) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
