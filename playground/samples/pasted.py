"""Whatever a person pastes: a command, a call, a body, a link. Read as text; nothing in it is ever executed."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from playground.api.documents import BadDocument, read_document
from playground.api.endpoints import ENDPOINTS
from playground.samples.imported import Imported, NotReadable, endpoint_by_body, object_or_refuse
from playground.samples.links import SHARED, read_fragment
from playground.samples.read_javascript import read_javascript
from playground.samples.read_python import read_python
from playground.samples.read_shell import read_curl, read_httpie

LONGEST = 25 << 20

_LINK = re.compile(r"\A\S*/new/?#([\w-]+)\Z")
_JAVASCRIPT = re.compile(r"\b(?:const|let|var|await|new)\s|=>|\bfetch\s*\(|create\s*\(\s*\{")
_LOG_IN = re.compile(r"(?<=://)[^/@]*@")
_PLAIN = re.compile(r"[^A-Za-z]")
_KEY_FIELDS = {"apikey", "xapikey", "authorization", "accesstoken", "authtoken", "secretkey", "bearertoken"}
_KEY = re.compile(r"\b(?:sk|pk|rk|gsk|xai)-[A-Za-z0-9_-]{12,}")


def read_pasted(text: str) -> Imported:
    """The request in the text, or `NotReadable` with a sentence that says why there is none."""
    plain = text.strip().lstrip("\ufeff")
    if not plain:
        raise NotReadable(_("There is nothing to read."))
    if len(plain) > LONGEST:
        raise NotReadable(_("The text is longer than a request may be."))
    found = _read(plain)
    _drop_keys(found)
    if _KEY.search(plain) and not _KEY.search(str(found.body)):
        found.key_dropped = True
    return found


def _drop_keys(found: Imported) -> None:
    """What stands for a key outside of the places where keys are sent: a log-in in the address, a field that no
    endpoint has."""
    if log_in := _LOG_IN.search(found.base_url):
        found.base_url = found.base_url.replace(log_in[0], "")
        found.drop_key(log_in[0])
    known = ENDPOINTS[found.endpoint].by_name
    for name, value in list(found.body.items()):
        if name in known or not isinstance(value, str):
            continue
        if _PLAIN.sub("", name).lower() in _KEY_FIELDS or _KEY.fullmatch(value):
            found.drop_key(value)
            del found.body[name]


def _read(text: str) -> Imported:
    first = text.removeprefix("$ ").split(None, 1)[0]
    if link := _LINK.match(text):
        return read_fragment(link.group(1))
    if SHARED.fullmatch(text):
        raise NotReadable(_("This link leads to another playground. Open it there, and paste what stands under Code."))
    if first in ("curl", "curl.exe"):
        return read_curl(text)
    if first in ("http", "https", "xh"):
        return read_httpie(text)
    if text[0] in "{[":
        return _read_json(text)
    # What parses as Python is Python: the marks of JavaScript may stand in any of its strings.
    try:
        found = read_python(text)
    except NotReadable:
        if _JAVASCRIPT.search(text):
            return read_javascript(text)
        raise
    # A call with a bare object is Python as well, but then it says nothing.
    return found if found.body or not _JAVASCRIPT.search(text) else read_javascript(text)


def _read_json(text: str) -> Imported:
    try:
        body = object_or_refuse(read_document(text).value)
    except BadDocument as error:
        raise NotReadable(_("The text begins like JSON but is none: %(why)s") % {"why": error}) from None
    return Imported(endpoint_by_body(body), body, source="JSON")
