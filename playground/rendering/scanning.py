"""An address as a code that a phone's camera reads: a room scans what nobody would type."""

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

QUIET = 4  # modules of white around it, without which readers do not find it


def scannable(address: str, name: str) -> SafeString:
    """The code as a drawing, by its name for those who do not see it."""
    drawing = _code(address).svg_inline(border=QUIET, omitsize=True, svgclass="scan__code", lineclass=None)
    return format_html('<span role="img" aria-label="{}">{}</span>', name, mark_safe(drawing))  # noqa: S308  squares


def scannable_file(address: str) -> str:
    """The same as the address of a picture in itself, large enough for a slide."""
    return _code(address).png_data_uri(border=QUIET, scale=16)


def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m")
