"""What every page needs: its style sheet, its icons, the theme the reader chose."""

from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString

from playground import rendering, stylesheet

register = template.Library()

THEMES = ("light", "dark")
_joined = False


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    return rendering.icon(name, classes)


@register.simple_tag
def scannable(address: str, name: str) -> SafeString:
    return rendering.scannable(address, name)


@register.simple_tag
def scannable_file(address: str) -> str:
    return rendering.scannable_file(address)


@register.simple_tag
def app_css() -> str:
    """The address of the joined style sheet: joined here if set-up did not, anew on each change in development."""
    global _joined
    if settings.DEBUG or not _joined:
        stylesheet.join()
        _joined = True
    return static("built/app.css")


@register.simple_tag(takes_context=True)
def theme(context: dict[str, Any]) -> str:
    """`light` or `dark` if the reader chose one, else empty: as the system says. The cookie is not believed blindly."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in THEMES else ""


@register.simple_tag
def team_mode() -> bool:
    return bool(getattr(settings, "TEAM", False))
