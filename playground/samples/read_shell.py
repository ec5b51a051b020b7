"""curl and HTTPie commands read back into a request. Nothing is run, no file is opened."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from playground.api.documents import BadDocument, read_document
from playground.samples import shell_words
from playground.samples.imported import (
    Imported,
    NotReadable,
    endpoint_by_body,
    endpoint_of,
    is_secret_header,
    object_or_refuse,
)

#: Options of curl that take a value and say nothing about the request's body.
_WITH_VALUE = frozenset(
    (
        *("-o", "--output", "-w", "--write-out", "-A", "--user-agent", "-e", "--referer", "-T", "--upload-file"),
        *("-m", "--max-time", "--connect-timeout", "--retry", "--retry-delay", "--limit-rate"),
        *("-x", "--proxy", "--resolve", "--interface", "--cacert", "--cert", "--key", "-c", "--cookie-jar"),
    )
)
_DATA = frozenset(("-d", "--data", "--data-raw", "--data-ascii", "--data-binary", "--json"))
#: Options that only say how curl behaves: nothing is lost without them.
_MANNERS = frozenset(
    ("-N", "--no-buffer", "-s", "-S", "-sS", "--silent", "-g", "--globoff", "-L", "--compressed", "-i")
)


def read_curl(text: str) -> Imported:
    words, document = shell_words.split(text.removeprefix("$ "))
    found = Imported("", {}, source="curl")
    url, method, pieces = "", "", []
    rest = iter(words[1:])
    for word in rest:
        option, _equals, attached = word.partition("=") if word.startswith("--") else (word, "", "")
        if not word.startswith("--") and word.startswith("-") and len(word) > 2 and word[1] in "dHXu":
            option, attached = word[:2], word[2:]
        if option in _DATA:
            pieces.append(_data(attached or next(rest, ""), option, document))
        elif option in ("-H", "--header"):
            _header(found, attached or next(rest, ""))
        elif option in ("-X", "--request"):
            method = attached or next(rest, "")
        elif option in ("-u", "--user", "-b", "--cookie", "--oauth2-bearer"):
            found.drop_key(attached or next(rest, ""))
            found.left_out.append(option)
        elif option == "--url":
            url = attached or next(rest, "")
        elif option in ("-F", "--form", "--data-urlencode"):
            raise NotReadable(_("The command sends a form; the API takes JSON."))
        elif option in _WITH_VALUE:
            next(rest, "")
            found.left_out.append(option)
        elif word.startswith("-"):
            if option not in _MANNERS:
                found.left_out.append(option)
        else:
            url = word
    if method and method.upper() != "POST":
        raise NotReadable(_("The command does not POST anything."))
    return _finish(found, url, "&".join(pieces))


def read_httpie(text: str) -> Imported:
    words, document = shell_words.split(text.removeprefix("$ "))
    found = Imported("", {}, source="HTTPie")
    url, body = "", document or ""
    rest = iter(words[1:])
    for word in rest:
        if word in ("--raw", "--auth", "-a", "--auth-type", "-A", "--timeout"):
            value = next(rest, "")
            if word == "--raw":
                body = value
            elif word in ("--auth", "-a"):
                found.drop_key(value)
        elif word.startswith("--raw="):
            body = word.removeprefix("--raw=")
        elif word.startswith("-") or word.upper() in ("POST", "<<<"):
            continue
        elif not url:
            url = word
        elif re.match(r"[\w-]+:(?!=)", word):
            _header(found, word)
        else:
            found.left_out.append(word.split("=")[0])
    return _finish(found, url if "://" in url else f"http://{url}", body)


def _finish(found: Imported, url: str, body: str) -> Imported:
    if not body.strip():
        raise NotReadable(_("The command has no body."))
    try:
        found.body = object_or_refuse(read_document(body).value)
    except BadDocument as error:
        raise NotReadable(_("The command's body is not JSON: %(why)s") % {"why": error}) from None
    found.endpoint, found.base_url = endpoint_of(url)
    if not found.endpoint:
        found.endpoint = endpoint_by_body(found.body)
        if url:
            found.left_out.append(url.split("?")[0])
    return found


def _data(value: str, option: str, document: str | None) -> str:
    if value == "@-" and document is not None:
        return document
    if value.startswith("@") and option != "--data-raw":
        raise NotReadable(
            _("The command reads its body from %(file)s, which is not in the text. Paste the body itself.")
            % {"file": _("standard input") if value == "@-" else value[1:]}
        )
    return value


def _header(found: Imported, header: str) -> None:
    name, _colon, value = header.partition(":")
    name = name.strip()
    if is_secret_header(name):
        found.drop_key(value)
    if name.lower() in ("authorization", "content-type", "accept", "content-length", "user-agent"):
        return
    found.header_names.append(name)
    found.left_out.append(name)
