"""What the headers of a request and of a reply mean, where that is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import Words

SENT: Final[Mapping[str, Words]] = {
    "host": _("Which server of this address is meant."),
    "authorization": _("The key of the connection. It is shown nowhere."),
    "accept": _("What may come back: a stream of events, or one document."),
    "accept-encoding": _("The reply is wanted as it is, not packed, so that each event can be passed on at once."),
    "user-agent": _("This playground, and its version."),
    "content-type": _("The body is a JSON document."),
    "content-length": _("How many bytes the body has."),
    "connection": _("Each request has a connection of its own, which ends with the reply."),
}

RECEIVED: Final[Mapping[str, Words]] = {
    "x-request-id": _("Upstream's own number for this request: support will ask for it."),
    "request-id": _("Upstream's own number for this request: support will ask for it."),
    "cf-ray": _("The number of this request at the network in front of upstream."),
    "retry-after": _("How long to wait before the next try: seconds, or a date."),
    "retry-after-ms": _("How long to wait before the next try, in milliseconds."),
    "x-should-retry": _("Whether upstream thinks that another try could help."),
    "openai-processing-ms": _("How long upstream says it worked on the request, in milliseconds."),
    "x-envoy-upstream-service-time": _("How long the machine behind the gateway took, in milliseconds."),
    "openai-version": _("The version of the interface that answered."),
    "openai-organization": _("The organization that the key belongs to."),
    "openai-project": _("The project that the key belongs to."),
    "openai-model": _("The model that answered."),
    "x-ratelimit-limit-requests": _("How many requests are allowed in a period."),
    "x-ratelimit-limit-tokens": _("How many tokens are allowed in a period."),
    "x-ratelimit-remaining-requests": _("How many requests are left in this period."),
    "x-ratelimit-remaining-tokens": _("How many tokens are left in this period."),
    "x-ratelimit-reset-requests": _("When all requests are free again."),
    "x-ratelimit-reset-tokens": _("When all tokens are free again."),
    "content-type": _("What kind of document the reply is: a stream of events, or one document."),
    "content-length": _("How many bytes the body has. A stream does not know that beforehand."),
    "transfer-encoding": _("The body comes in pieces, and its length is not known beforehand."),
    "content-encoding": _("How the body was packed. We ask for it as it is."),
    "cache-control": _("Who may keep a copy of the reply, and for how long."),
    "date": _("When the reply was made, by upstream's clock."),
    "server": _("The program that answered."),
    "via": _("The machines in between."),
    "alt-svc": _("Where the same can be had over another protocol."),
    "strict-transport-security": _("This address is to be reached only with encryption."),
    "set-cookie": _("A cookie for browsers. It is not kept and not shown."),
    "www-authenticate": _("Which kind of key upstream wants."),
    "location": _("Where upstream would send the request instead. It is not followed."),
    "x-accel-buffering": _("Tells a proxy not to hold the stream back."),
}

_FAMILIES: Final[tuple[tuple[re.Pattern[str], Words], ...]] = (
    (re.compile(r"(?:[\w-]*-)?ratelimit-[\w-]*limit\Z|[\w-]*ratelimit-limit"), _("How much is allowed in a period.")),
    (re.compile(r"[\w-]*ratelimit[\w-]*remaining"), _("How much is left in this period.")),
    (re.compile(r"[\w-]*ratelimit[\w-]*reset"), _("When the period begins anew.")),
    (re.compile(r"access-control-"), _("Which pages of other sites may read this. We are no page.")),
)


def meaning_sent(name: str) -> Words:
    """What this header tells upstream; "" where only the owner of the connection knows."""
    return SENT.get(name.lower(), "")


def meaning_received(name: str) -> Words:
    """What this header tells; "" where nobody knows."""
    name = name.lower()
    known = RECEIVED.get(name)
    return known or next((words for pattern, words in _FAMILIES if pattern.match(name)), "")
