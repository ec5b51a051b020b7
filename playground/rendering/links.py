"""Which addresses of others may become links: http, https and mailto, whole and plain. Everything else stays text."""

import re
from urllib.parse import urlsplit

from django.utils.html import format_html
from django.utils.safestring import SafeString

from playground.rendering.text import prose

# Browsers drop tabs and newlines inside an address and forgive spaces before it; here such an address is no link.
_LINKABLE = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x20\x7f\\<>\"]++\Z", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]++\Z")
LONGEST = 8_000
LARGEST_PICTURE = 4_000_000


def safe_url(url: str) -> str:
    """`url` if it may be a link, else nothing."""
    url = url.strip(" ")
    return url if len(url) <= LONGEST and _LINKABLE.match(url) and host_of(url) else ""


def is_picture(url: str) -> bool:
    """A picture that carries its own bytes: nothing is fetched to show it. SVG is a document, not a picture."""
    return len(url) <= LARGEST_PICTURE and bool(_PICTURE.match(url))


def host_of(url: str) -> str:
    """The host of a web address, the address of a mail one; nothing if it cannot be told."""
    try:
        parts = urlsplit(url)
        return parts.path if parts.scheme.lower() == "mailto" else (parts.hostname or "")
    except ValueError:
        return ""


def link(url: str, text: str = "") -> SafeString:
    """A link that opens apart and tells the other side nothing; the bare text if the address is not one of ours."""
    target = safe_url(url)
    if not target:
        return prose(text or url)
    return format_html('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', target, prose(text or url))
