"""What can go wrong, one human sentence each.

    Problem
    ├── NotSent                  nothing left this server
    │   ├── RefusedAddress       refused_address    the address policy says no
    │   └── UnusableConnection   unusable_connection  key, header or address that cannot be sent
    ├── NoAnswer                 something left, nothing came back
    │   ├── Unreachable          unreachable        no such name, refused, no route
    │   ├── TlsFailed            tls
    │   ├── ConnectTimeout       timeout_connect
    │   └── NotHttp              not_http
    ├── ErrorReply               a status of 300 or more
    │   ├── UpstreamRedirect     upstream_redirect
    │   ├── Unauthorized         unauthorized       401
    │   ├── Forbidden            forbidden          403
    │   ├── NotFound             not_found          404
    │   ├── RateLimited          rate_limited       429
    │   ├── BadRequest           bad_request        any other 4xx
    │   ├── UpstreamError        upstream_error     5xx
    │   └── HtmlInsteadOfApi     html_instead_of_api  a page where an API should be, whatever the status
    ├── BrokenReply              the reply began, and went wrong; what came is kept
    │   ├── UpstreamClosed       upstream_closed
    │   ├── IdleTimeout          timeout_idle
    │   ├── TotalTimeout         timeout_total
    │   ├── EncodedBody          encoded_body
    │   ├── LimitReached         limit_reached
    │   ├── StreamError          stream_error       an error event inside the stream
    │   └── UnreadableReply      unreadable_reply   a 2xx that holds no reply
    └── OurSide                  this server, not the other one
        ├── StorageFull          storage_full
        ├── StorageError         storage_error
        ├── Interrupted          interrupted
        ├── Stopped              stopped
        ├── LinkEnded            link_ended         a visitor's link was closed meanwhile
        ├── LinkUsedUp           link_used_up       its tokens are used up
        └── Internal             internal

A problem is stored as a document of its code and facts and put into words when it is shown, in the reader's language.
Nothing of the HTTP client's own exceptions comes in here: their texts quote header values, keys included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.upstream.plain import plain

Words = str | Promise
Try = tuple[str, Words]  # what to do, as the page knows it, and its label

#: How much of what upstream said is kept with a problem.
MAX_DETAIL = 64 * 1024

#: Parameters without which there is no request: taking them out helps nobody.
NEEDED = ("model", "messages", "input")
_TOP_LEVEL = re.compile(r"[.\[]")

RETRY: Try = ("retry", _("Run again"))
EDIT: Try = ("edit_connection", _("Look at the connection"))
SANDBOX: Try = ("use_sandbox", _("Try it on the sandbox"))
TO_CHAT: Try = ("send_to_chat", _("Send it to chat completions"))
TO_RESPONSES: Try = ("send_to_responses", _("Send it to responses"))
CARRY: Try = ("carry_items", _("Send everything that was said instead"))


class _Facts(dict[str, Any]):
    """Facts for a sentence. A document of another version may lack one; the sentence is shown all the same."""

    def __missing__(self, key: str) -> str:
        return "?"


class Problem(Exception):
    """`detail` is upstream's own words as text, `facts` what the sentence needs, `param` what upstream blames."""

    code: ClassVar[str] = "problem"
    words: ClassVar[Words] = _("Something went wrong.")
    actions: ClassVar[tuple[Try, ...]] = (RETRY,)

    def __init__(self, detail: str = "", *, param: str | None = None, **facts: Any) -> None:
        super().__init__(self.code)  # a log says the code; neither facts nor upstream's words
        self.detail = plain(detail, MAX_DETAIL)
        self.param = param
        self.facts: dict[str, Any] = facts

    @property
    def sentence(self) -> str:
        return str(self.words) % _Facts(self.facts)

    @property
    def tries(self) -> list[Try]:
        return list(self.actions)

    def as_document(self) -> dict[str, Any]:
        return {"code": self.code, "detail": self.detail, "param": self.param, "facts": self.facts}


def from_document(document: dict[str, Any]) -> Problem:
    """The problem a run was stored with; one this version does not know keeps its words."""
    kind = KINDS.get(document.get("code", ""), Problem)
    return kind(document.get("detail") or "", param=document.get("param"), **(document.get("facts") or {}))


# -- nothing left this server


class NotSent(Problem):
    actions = (EDIT,)


class RefusedAddress(NotSent):
    code = "refused_address"
    REASONS: ClassVar[dict[str, Words]] = {
        "never": _("%(host)s is an address no request goes to: link-local, cloud metadata, multicast or reserved."),
        "unspecified": _("%(host)s means every address and none. Write 127.0.0.1 for this machine."),
        "private": _(
            "%(host)s is not a public address. The operator can allow it by adding %(place)s to PLAYGROUND_UPSTREAMS."
        ),
        "plain": _("This server calls other servers by https only, unless the operator listed them."),
        "ourselves": _("%(host)s is this playground itself. Choose the connection named Sandbox instead."),
        "changed": _("%(host)s answered from another address than the one that was checked."),
        "scheme": _("A base URL begins with http:// or https://."),
        "userinfo": _("A base URL holds no user name or password. Put the key in its own field."),
        "shape": _("This is not an address that can be called. Write it like https://api.example.com/v1."),
    }

    @property
    def sentence(self) -> str:
        words = self.REASONS.get(self.facts.get("reason", ""), self.REASONS["shape"])
        return str(words) % _Facts(self.facts)


class UnusableConnection(NotSent):
    code = "unusable_connection"
    words = _("The connection's key or one of its headers cannot be sent: %(what)s.")


# -- something left, nothing came back


class NoAnswer(Problem):
    actions = (RETRY, EDIT, SANDBOX)


class Unreachable(NoAnswer):
    code = "unreachable"
    REASONS: ClassVar[dict[str, Words]] = {
        "name": _("There is no server named %(host)s."),
        "refused": _("Nothing listens at %(host)s."),
        "route": _("There is no way from here to %(host)s."),
        "closed": _("%(host)s closed the connection without an answer."),
        "silent": _("%(host)s cannot be reached."),  # when it shall not be told why
    }

    @property
    def sentence(self) -> str:
        words = self.REASONS.get(self.facts.get("reason", ""), self.REASONS["route"])
        return str(words) % _Facts(self.facts)


class TlsFailed(NoAnswer):
    code = "tls"
    words = _("No safe connection to %(host)s could be made: %(reason)s.")


class ConnectTimeout(NoAnswer):
    code = "timeout_connect"
    words = _("%(host)s did not answer within %(seconds)s s.")


class NotHttp(NoAnswer):
    code = "not_http"
    words = _("What answers at %(host)s does not speak HTTP.")


# -- a status of 300 or more


class ErrorReply(Problem):
    """`status` and `reason` are facts of every one of these."""

    @property
    def forgot(self) -> bool:
        """The server has not kept what the request refers to."""
        about = f"{self.param} {self.facts.get('upstream_code', '')}"
        return "previous_response" in about or about.startswith("conversation")


class UpstreamRedirect(ErrorReply):
    code = "upstream_redirect"
    words = _("The server points to another address (%(status)s). That is not followed, so that no key goes astray.")
    actions = (EDIT,)


class Unauthorized(ErrorReply):
    code = "unauthorized"
    words = _("The server does not accept the key (401).")
    actions = (EDIT, RETRY, SANDBOX)


class Forbidden(ErrorReply):
    code = "forbidden"
    words = _("The key is not allowed to do this (403).")
    actions = (EDIT, RETRY)


class NotFound(ErrorReply):
    code = "not_found"
    words = _("The server does not know this address or this model (404).")

    @property
    def sentence(self) -> str:
        if self.facts.get("elsewhere") == "chat":
            return str(_("Not found (404). This server may not have /responses: send it to chat completions?"))
        if self.facts.get("elsewhere") == "responses":
            return str(_("Not found (404). This model may answer at /responses only: send it there?"))
        return super().sentence

    @property
    def tries(self) -> list[Try]:
        if self.forgot:
            return [CARRY, RETRY]
        elsewhere = {"chat": TO_CHAT, "responses": TO_RESPONSES}.get(self.facts.get("elsewhere", ""))
        return [elsewhere, EDIT, RETRY] if elsewhere else [EDIT, RETRY]


class RateLimited(ErrorReply):
    code = "rate_limited"
    words = _("The server asks to slow down (429).")

    @property
    def retry_after_ms(self) -> int | None:
        wait = self.facts.get("retry_after_ms")
        return wait if isinstance(wait, int) else None


class BadRequest(ErrorReply):
    code = "bad_request"
    words = _("The server did not accept the request (%(status)s).")

    @property
    def tries(self) -> list[Try]:
        if self.forgot:
            return [CARRY, RETRY]
        if not self.param or _TOP_LEVEL.split(self.param)[0] in NEEDED:
            return [RETRY]
        return [("remove_param", str(_("Remove %(param)s and run again")) % {"param": plain(self.param, 100)}), RETRY]


class UpstreamError(ErrorReply):
    code = "upstream_error"
    words = _("The server had an error of its own (%(status)s).")


class HtmlInsteadOfApi(ErrorReply):
    code = "html_instead_of_api"
    words = _("A web page came back instead of an API's reply (%(status)s). Is the base URL complete?")
    actions = (EDIT, RETRY)


# -- the reply began, and went wrong


class BrokenReply(Problem):
    """What came until then is kept and shown."""


class UpstreamClosed(BrokenReply):
    code = "upstream_closed"
    words = _("The server broke off in the middle of its reply.")


class IdleTimeout(BrokenReply):
    code = "timeout_idle"
    words = _("The server sent nothing for %(seconds)s s.")
    actions = (RETRY, EDIT)


class TotalTimeout(BrokenReply):
    code = "timeout_total"
    words = _("The reply took longer than the %(seconds)s s this connection allows.")
    actions = (RETRY, EDIT)


class EncodedBody(BrokenReply):
    code = "encoded_body"
    words = _("The reply is compressed (%(encoding)s), although plain text was asked for. It was not unpacked.")
    actions = (EDIT, RETRY)


class LimitReached(BrokenReply):
    """`limit` is headers, line, event, events, body or total; `allowed` counts bytes, or events and headers."""

    code = "limit_reached"
    words = _("The reply passed a limit of this playground: %(limit)s, %(allowed)s.")


class StreamError(BrokenReply):
    code = "stream_error"
    words = _("The server reported an error inside the reply.")


class UnreadableReply(BrokenReply):
    code = "unreadable_reply"
    words = _("The server said yes (%(status)s), and its reply holds no answer.")
    actions = (EDIT, RETRY)


# -- this server, not the other one


class OurSide(Problem):
    """Nothing to say about the server that was called."""


class StorageFull(OurSide):
    code = "storage_full"
    words = _("There is no room left to store the reply. What came until then is kept.")


class StorageError(OurSide):
    code = "storage_error"
    words = _("The reply could not be stored any more. What came until then is kept.")


class Interrupted(OurSide):
    code = "interrupted"
    words = _("This playground was stopped or restarted while the reply came.")


class Stopped(OurSide):
    code = "stopped"
    words = _("Stopped by hand. What came until then is kept.")


class LinkEnded(OurSide):
    code = "link_ended"
    words = _("The link that a visitor sent this by was closed meanwhile. What came until then is kept.")


class LinkUsedUp(OurSide):
    code = "link_used_up"
    words = _("The tokens of the link that a visitor sent this by are used up. What came until then is kept.")


class Internal(OurSide):
    code = "internal"
    words = _("This playground made a mistake. It is written in its log.")


def _kinds(kind: type[Problem]) -> Iterator[type[Problem]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _kinds(child)


KINDS = {kind.code: kind for kind in _kinds(Problem)}
