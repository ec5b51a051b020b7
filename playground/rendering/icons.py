"""Icons from heroicons, inline. They are drawings of ours, not text of others; the class is all that may vary."""

from functools import cache
from importlib.resources import files
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


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
    drawing = ElementTree.fromstring(_package().read(f"outline/{name}.svg"))  # noqa: S314  from there as well
    paths = "".join(f'<path d="{path.attrib["d"]}"/>' for path in drawing.iter() if "d" in path.attrib)
    return mark_safe(paths)  # noqa: S308  from the icon package, by a name written in our own templates


@cache
def _package() -> ZipFile:
    """Opened once: for each icon anew, as the package does it, that took half of the time of a first page."""
    return ZipFile(BytesIO((files("heroicons") / "heroicons.zip").read_bytes()))
