"""Links to frozen snapshots and for an audience: made, looked at before they exist, opened, closed."""

from playground.secret_texts import DOTS
from playground.sharing.audiences import (
    VISITOR_COOKIE,
    Terms,
    close,
    find_audience,
    open_audience,
    visitor_of,
)
from playground.sharing.links import (
    LIVES,
    PASS_COOKIE,
    PASS_LASTS,
    admits,
    contents,
    count_view,
    find,
    fingerprint,
    hidden_while_live,
    is_pass_for,
    is_public,
    pass_for,
    revoke,
    settle,
    share,
    showing,
    streams,
)
from playground.sharing.rooms import hidden_in_a_room
from playground.sharing.snapshots import USUAL_LIFE, Wish, hidden_texts, snapshot, without
from playground.sharing.suspicions import Suspicion, suspicions

__all__ = [
    "DOTS",
    "LIVES",
    "PASS_COOKIE",
    "PASS_LASTS",
    "USUAL_LIFE",
    "VISITOR_COOKIE",
    "Suspicion",
    "Terms",
    "Wish",
    "admits",
    "close",
    "contents",
    "count_view",
    "find",
    "find_audience",
    "fingerprint",
    "hidden_in_a_room",
    "hidden_texts",
    "hidden_while_live",
    "is_pass_for",
    "is_public",
    "open_audience",
    "pass_for",
    "revoke",
    "settle",
    "share",
    "showing",
    "snapshot",
    "streams",
    "suspicions",
    "visitor_of",
    "without",
]
