"""Icons from heroicons, inline. They are drawings of ours, not text of others; the class is all that may vary."""

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from heroicons import _load_icon


@cache
def icon(name: str, classes: str = "") -> SafeString:
    """The outline icon of that name, hidden from screen readers: the word beside it is what they read."""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>',
        f" {classes}" if classes else "",
        _shapes(name),
    )


@cache
def _shapes(name: str) -> SafeString:
    drawing = _load_icon("outline", name)
    paths = "".join(f'<path d="{path.attrib["d"]}"/>' for path in drawing.iter() if "d" in path.attrib)
    return mark_safe(paths)  # noqa: S308  from the icon package, by a name written in our own templates
